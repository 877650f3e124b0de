/* The thread that waits for the player to start and to end. */
#include "play_keeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "kiyya/mem.h"
#include "kiyya/thread.h"
#include "play_painter.h"

#define END_WITHIN_S 2

struct keeper {
	pthread_t thread;
	struct play_setup setup; /* the thread's */
	pthread_mutex_t lock;    /* guards all below */
	pthread_cond_t changed;
	const struct wake *wake; /* NULL: nobody to wake any more */
	enum keeper_state state;
	struct err broken;
	struct core *core;
	bool ending, ended, abandoned;
};

/* On libmpv's threads, and on ours. */
static void wake_owner(void *arg)
{
	struct keeper *k = arg;
	pthread_mutex_lock(&k->lock);
	if (k->wake)
		wake_up(k->wake);
	pthread_mutex_unlock(&k->lock);
}

static void destroy(struct keeper *k)
{
	play_setup_release(&k->setup);
	pthread_cond_destroy(&k->changed);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static void *keep(void *arg)
{
	struct keeper *k = arg;
	struct err err = { 0 };
	struct core *core = core_new(CORE_LIBRARY, &k->setup, wake_owner, k, &err);
	struct painter *painter = NULL;
	if (core && k->setup.picture && !(painter = painter_new(core, k->setup.picture, &err))) {
		core_free(core);
		core = NULL;
	}
	pthread_mutex_lock(&k->lock);
	k->core = core;
	k->broken = err;
	k->state = core ? KEEPER_READY : KEEPER_BROKEN;
	if (k->wake)
		wake_up(k->wake);
	while (!k->ending)
		pthread_cond_wait(&k->changed, &k->lock);
	pthread_mutex_unlock(&k->lock);

	painter_free(painter);
	core_free(core);
	pthread_mutex_lock(&k->lock);
	k->ended = true;
	bool abandoned = k->abandoned;
	pthread_cond_signal(&k->changed);
	pthread_mutex_unlock(&k->lock);
	if (abandoned)
		destroy(k);
	return NULL;
}

struct keeper *keeper_new(const struct wake *wake, struct play_setup *setup, struct err *err)
{
	struct keeper *k = NEW(struct keeper);
	k->wake = wake;
	k->setup = *setup;
	*setup = (struct play_setup){ 0 };
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (thread_start(&k->thread, "player", keep, k, err))
		return k;
	destroy(k);
	return NULL;
}

void keeper_free(struct keeper *k)
{
	if (!k)
		return;
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_WITHIN_S;
	pthread_t thread = k->thread;
	pthread_mutex_lock(&k->lock);
	k->wake = NULL;
	k->ending = true;
	pthread_cond_signal(&k->changed);
	int rc = 0;
	while (!k->ended && rc == 0)
		rc = pthread_cond_timedwait(&k->changed, &k->lock, &until);
	bool ended = k->ended;
	k->abandoned = !ended;
	pthread_mutex_unlock(&k->lock);
	if (!ended) { /* the thread cleans up, whenever the player lets it */
		pthread_detach(thread);
		return;
	}
	thread_join(thread);
	destroy(k);
}

enum keeper_state keeper_look(struct keeper *k, struct core **ret_core, struct err *err)
{
	pthread_mutex_lock(&k->lock);
	enum keeper_state state = k->state;
	if (state == KEEPER_READY)
		*ret_core = k->core;
	else if (state == KEEPER_BROKEN && err)
		*err = k->broken;
	pthread_mutex_unlock(&k->lock);
	return state;
}
