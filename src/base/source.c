/* Bytes from anywhere: the calls, and two plain kinds of source. */
#include "kiyya/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/mem.h"

ssize_t source_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err)
{
	return s->ops->read_at(s, off, dst, n, err);
}

uint64_t source_size(struct source *s)
{
	return s->ops->size(s);
}

struct source *source_clone(struct source *s, struct err *err)
{
	return s->ops->clone(s, err);
}

void source_cancel(struct source *s)
{
	s->ops->cancel(s);
}

void source_free(struct source *s)
{
	if (s)
		s->ops->free(s);
}

/* What all clones of a plain source share: a descriptor or bytes, counted. */
struct shared {
	atomic_int refs;
	atomic_bool cancelled;
	int fd; /* -1: bytes */
	uint64_t size;
	unsigned char *bytes;
};
struct plain {
	struct source base;
	struct shared *shared;
};

static ssize_t plain_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err)
{
	struct shared *sh = ((struct plain *)s)->shared;
	if (atomic_load(&sh->cancelled)) {
		err_set(err, ERR_CANCELLED, 0, "reading was stopped");
		return -1;
	}
	if (off >= sh->size)
		return 0;
	if (n > sh->size - off)
		n = (size_t)(sh->size - off);
	if (sh->fd < 0) {
		memcpy(dst, sh->bytes + off, n);
		return (ssize_t)n;
	}
	ssize_t got;
	do
		got = pread(sh->fd, dst, n, (off_t)off);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		err_sys(err, "reading a file");
	if (got == 0 && n) {
		err_set(err, ERR_DAMAGED, 0, "the file became shorter while it was read");
		return -1;
	}
	return got;
}

static uint64_t plain_size(struct source *s)
{
	return ((struct plain *)s)->shared->size;
}

static void plain_cancel(struct source *s)
{
	atomic_store(&((struct plain *)s)->shared->cancelled, true);
}

static void plain_free(struct source *s)
{
	struct plain *p = (struct plain *)s;
	if (atomic_fetch_sub(&p->shared->refs, 1) == 1) {
		if (p->shared->fd >= 0)
			close(p->shared->fd);
		free(p->shared->bytes);
		free(p->shared);
	}
	free(p);
}

static struct source *plain_clone(struct source *s, struct err *err);

static const struct source_ops plain_ops = {
	.read_at = plain_read_at,
	.size = plain_size,
	.clone = plain_clone,
	.cancel = plain_cancel,
	.free = plain_free,
};

static struct source *plain_over(struct shared *sh)
{
	struct plain *p = NEW(struct plain);
	p->base.ops = &plain_ops;
	p->shared = sh;
	return &p->base;
}

static struct source *plain_clone(struct source *s, struct err *err)
{
	struct shared *sh = ((struct plain *)s)->shared;
	atomic_fetch_add(&sh->refs, 1);
	return plain_over(sh);
}

static struct shared *shared_new(int fd, uint64_t size)
{
	struct shared *sh = NEW(struct shared);
	atomic_init(&sh->refs, 1);
	atomic_init(&sh->cancelled, false);
	sh->fd = fd;
	sh->size = size;
	return sh;
}

struct source *source_file_new(int fd, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0) {
		err_sys(err, "looking at a file");
		close(fd);
		return NULL;
	}
	return plain_over(shared_new(fd, (uint64_t)st.st_size));
}

struct source *source_bytes_new(const void *data, size_t n)
{
	struct shared *sh = shared_new(-1, n);
	sh->bytes = mem_dup(data, n);
	return plain_over(sh);
}
