/* The file that processes with keys hold. */
#include "held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "doorbell.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"

struct held {
	char *path;
	struct doorbell *bell;
	int fd; /* -1: not held */
};

struct held *held_new(const char *data_dir)
{
	struct held *h = NEW(struct held);
	h->path = path_join(data_dir, "unlocked");
	h->fd = -1;
	return h;
}

void held_free(struct held *h)
{
	if (!h)
		return;
	held_end(h);
	free(h->path);
	free(h);
}

static int open_file(const struct held *h)
{
	return open(h->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

bool held_begin(struct held *h, struct err *err)
{
	if (h->fd >= 0)
		return true;
	h->fd = open_file(h);
	if (h->fd < 0)
		return err_sys(err, "opening %s", h->path);
	h->bell = doorbell_new(h->path);
	return true;
}

void held_wait(struct held *h)
{
	while (flock(h->fd, LOCK_SH) != 0 && errno == EINTR)
		;
}

void held_end(struct held *h)
{
	if (h->fd < 0)
		return;
	(void)flock(h->fd, LOCK_UN); /* a child that was forked meanwhile has the same open file */
	close(h->fd);
	h->fd = -1;
	doorbell_free(h->bell);
	h->bell = NULL;
}

int held_fd(const struct held *h)
{
	return doorbell_fd(h->bell);
}

bool held_was_touched(struct held *h)
{
	return h->bell && doorbell_rang(h->bell);
}

void held_tell(struct held *h)
{
	doorbell_ring(h->path);
}

/* proc_locks(5): "1: FLOCK ADVISORY READ 1234 08:01:4711 0 EOF". */
static int find_holder(const struct stat *st)
{
	FILE *f = fopen("/proc/locks", "re");
	char line[256];
	int found = -1;
	while (f && fgets(line, sizeof(line), f)) {
		unsigned major, minor;
		unsigned long long inode;
		int pid;
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%llu", &pid, &major, &minor, &inode) !=
		    4)
			continue;
		if (inode == st->st_ino && makedev(major, minor) == st->st_dev && pid > 0)
			found = pid;
	}
	if (f)
		fclose(f);
	return found;
}

int held_others(struct held *h)
{
	int fd = open_file(h), pid = 0;
	struct stat st;
	if (fd < 0)
		return 0; /* where it cannot be made nobody could hold it */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		pid = fstat(fd, &st) == 0 ? find_holder(&st) : -1;
	close(fd);
	return pid;
}
