/* A touch of the lock file as a signal between processes (inotify(7)). */
#include "doorbell.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/mem.h"

struct doorbell {
	int fd;
};

struct doorbell *doorbell_new(const char *lock_file)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (inotify_add_watch(fd, lock_file, IN_ATTRIB) < 0) {
		close(fd);
		return NULL;
	}
	struct doorbell *d = NEW(struct doorbell);
	d->fd = fd;
	return d;
}

void doorbell_free(struct doorbell *d)
{
	if (!d)
		return;
	close(d->fd);
	free(d);
}

int doorbell_fd(const struct doorbell *d)
{
	return d ? d->fd : -1;
}

bool doorbell_rang(struct doorbell *d)
{
	char events[4096];
	bool rang = false;
	while (read(d->fd, events, sizeof(events)) > 0)
		rang = true;
	return rang;
}

void doorbell_ring(const char *lock_file)
{
	(void)!utimensat(AT_FDCWD, lock_file, NULL, AT_SYMLINK_NOFOLLOW);
}
