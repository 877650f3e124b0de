/* The lock of the one who works: flock(2), which dies with its process however that ends.
 *
 * Whether it is held cannot be asked of flock without taking it, so the holder also puts an
 * open-file-description lock on the file, which can (F_OFD_GETLK). The number written into the file
 * is for sentences only. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/store.h"

struct lock {
	int fd;
};

static int read_pid(int fd)
{
	char text[24] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = '\0';
	int64_t pid;
	return str_to_i64(text, &pid) && pid > 0 && pid <= INT32_MAX ? (int)pid : -1;
}

static void write_pid(int fd)
{
	char *text = str_fmt("%ld\n", (long)getpid());
	/* Nothing depends on it: a full disk only costs the number in a sentence. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
		(void)ftruncate(fd, 0);
	free(text);
}

static struct flock whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

struct lock *lock_take(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_sys(err, "opening %s", path);
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		bool held = errno == EWOULDBLOCK;
		if (!held)
			err_sys(err, "locking %s", path);
		int pid = held ? read_pid(fd) : 0;
		if (pid > 0)
			err_set(err, ERR_BUSY, pid, "another kiyya is at work (PID %d)", pid);
		else if (held)
			err_set(err, ERR_BUSY, 0, "another process holds %s", path);
		close(fd);
		return NULL;
	}
	struct flock sign = whole_file(F_WRLCK);
	(void)fcntl(fd, F_OFD_SETLK, &sign);
	write_pid(fd);
	struct lock *l = NEW(struct lock);
	l->fd = fd;
	return l;
}

void lock_release(struct lock *l)
{
	if (!l)
		return;
	(void)ftruncate(l->fd, 0);
	/* Not left to close: a child that was forked meanwhile has the same open file. */
	struct flock sign = whole_file(F_UNLCK);
	(void)fcntl(l->fd, F_OFD_SETLK, &sign);
	(void)flock(l->fd, LOCK_UN);
	close(l->fd);
	free(l);
}

int lock_holder(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	struct flock sign = whole_file(F_WRLCK);
	bool held = fcntl(fd, F_OFD_GETLK, &sign) == 0 && sign.l_type != F_UNLCK;
	int pid = held ? read_pid(fd) : 0;
	close(fd);
	return pid;
}
