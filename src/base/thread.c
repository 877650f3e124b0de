/* Threads with a name and with every signal blocked. */
#include "kiyya/thread.h"

#include <errno.h>
#include <signal.h>

bool thread_start(pthread_t *ret, const char *name, void *(*fn)(void *arg), void *arg,
		  struct err *err)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_t t;
	int rc = pthread_create(&t, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		errno = rc;
		return err_sys(err, "cannot start the %s thread", name);
	}
	pthread_setname_np(t, name);
	*ret = t;
	return true;
}

void thread_join(pthread_t t)
{
	pthread_join(t, NULL);
}
