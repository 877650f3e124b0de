/* A plain file that is being filled. */
#include "partfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "kiyya/vault.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

struct part {
	atomic_int refs;
	char id[PART_ID_SIZE];
	pthread_mutex_t lock; /* guards all below */
	uint64_t size;
	struct chunkset there, safe; /* what is safe is there */
	uint64_t count;              /* of those that are there */
	uint64_t lost;               /* how often a sync failed */
};
struct part_writer {
	struct part *part;
	const struct io *io;
	char *dir, *name;
	int fd;
};

/* -- the map ------------------------------------------------------------------------------------- */

static uint64_t chunks_of(uint64_t size)
{
	return size == SOURCE_SIZE_UNKNOWN ? 0 : (size + CHUNK - 1) / CHUNK;
}

static size_t len_of(uint64_t size, uint64_t i)
{
	return size - i * CHUNK < CHUNK ? (size_t)(size - i * CHUNK) : VAULT_CHUNK;
}

struct part *part_new(const char *id, uint64_t size)
{
	struct part *p = NEW(struct part);
	atomic_init(&p->refs, 1);
	str_copy(p->id, sizeof(p->id), id);
	p->size = size;
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void part_learn(struct part *p, uint64_t size, const struct chunkset *safe)
{
	pthread_mutex_lock(&p->lock);
	if (p->size == SOURCE_SIZE_UNKNOWN)
		p->size = size;
	chunkset_join(&p->safe, safe);
	if (p->size != SOURCE_SIZE_UNKNOWN)
		chunkset_drop(&p->safe, chunks_of(p->size), CHUNKSET_MOST);
	chunkset_join(&p->there, &p->safe);
	p->count = chunkset_count(&p->there);
	pthread_mutex_unlock(&p->lock);
}

struct part *part_ref(struct part *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void part_unref(struct part *p)
{
	if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	chunkset_release(&p->there);
	chunkset_release(&p->safe);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool part_is_shared(const struct part *p)
{
	return atomic_load(&p->refs) > 1;
}

const char *part_id(const struct part *p)
{
	return p->id;
}

uint64_t part_size(struct part *p)
{
	pthread_mutex_lock(&p->lock);
	uint64_t size = p->size;
	pthread_mutex_unlock(&p->lock);
	return size;
}

uint64_t part_chunks(struct part *p)
{
	return chunks_of(part_size(p));
}

uint64_t part_have(struct part *p)
{
	pthread_mutex_lock(&p->lock);
	uint64_t have = p->count * CHUNK, chunks = chunks_of(p->size);
	if (chunks && chunkset_has(&p->there, chunks - 1))
		have -= CHUNK - len_of(p->size, chunks - 1);
	pthread_mutex_unlock(&p->lock);
	return have;
}

void part_there(struct part *p, struct chunkset *ret)
{
	pthread_mutex_lock(&p->lock);
	chunkset_copy(ret, &p->there);
	pthread_mutex_unlock(&p->lock);
}

void part_safe(struct part *p, struct chunkset *ret)
{
	pthread_mutex_lock(&p->lock);
	chunkset_copy(ret, &p->safe);
	pthread_mutex_unlock(&p->lock);
}

/* -- the writer ---------------------------------------------------------------------------------- */

static struct part_writer *writer_new(struct part *p, const char *dir, const char *name,
				      const struct io *io, int fd)
{
	struct part_writer *w = NEW(struct part_writer);
	*w = (struct part_writer){ .part = part_ref(p),
				   .io = io ? io : io_real(),
				   .dir = str_dup(dir),
				   .name = str_dup(name),
				   .fd = fd };
	return w;
}

void part_close(struct part_writer *w)
{
	if (!w)
		return;
	close(w->fd);
	part_unref(w->part);
	free(w->dir);
	free(w->name);
	free(w);
}

/* As long as it will be. Nothing is reserved by it: the disk may still be full later. */
static bool set_length(struct part_writer *w, uint64_t size, struct err *err)
{
	if (size == SOURCE_SIZE_UNKNOWN)
		return true;
	if (size > CHUNKSET_MOST * CHUNK)
		return err_set(err, ERR_LIMIT, 0, "a file of more than 16 TiB");
	return w->io->truncate(w->fd, (off_t)size) == 0 || err_sys(err, "making a file");
}

struct part_writer *part_create(struct part *p, const char *dir, const char *name,
				const struct io *io, struct err *err)
{
	if (!path_is_name(name)) {
		err_set(err, ERR_REFUSED, 0, "a name that would leave %s is refused", dir);
		return NULL;
	}
	char *path = path_join(dir, name);
	int fd = file_create(io, path, 0600, err);
	struct part_writer *w = fd >= 0 ? writer_new(p, dir, name, io, fd) : NULL;
	if (w && !(set_length(w, part_size(p), err) && file_sync_dir(io, dir, err))) {
		file_remove(io, path, NULL); /* ours: it was not there before */
		part_close(w);
		w = NULL;
	}
	free(path);
	return w;
}

/* Where the last chunk that is there ends. */
static uint64_t end_of(struct part *p)
{
	uint64_t size = part_size(p);
	struct chunkset there = { 0 };
	part_there(p, &there);
	uint64_t end = (uint64_t)there.n_words * 64;
	while (end && !chunkset_has(&there, end - 1))
		end--;
	chunkset_release(&there);
	return end * CHUNK < size ? end * CHUNK : size;
}

/* All that is there is in it. Its length is set without a sync: after a power cut it may be the one before. */
static bool length_fits(struct part *p, int fd, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(err, "looking at a file");
	uint64_t len = (uint64_t)st.st_size;
	if (S_ISREG(st.st_mode) && len >= end_of(p) && len <= part_size(p))
		return true;
	return err_set(err, ERR_DAMAGED, 0, "the file is not as it was left");
}

struct part_writer *part_resume(struct part *p, const char *dir, const char *name,
				const struct io *io, struct err *err)
{
	int fd = path_open_in(dir, name, O_RDWR, 0, err);
	if (fd < 0)
		return NULL;
	struct part_writer *w = writer_new(p, dir, name, io, fd);
	/* Who made it may have been killed before its name was on the disk. */
	if (!(length_fits(p, fd, err) && set_length(w, part_size(p), err) &&
	      file_sync_dir(io, dir, err))) {
		part_close(w);
		w = NULL;
	}
	return w;
}

bool part_set_size(struct part_writer *w, uint64_t size, struct err *err)
{
	struct part *p = w->part;
	uint64_t old = part_size(p);
	if (size == old)
		return true;
	if (old != SOURCE_SIZE_UNKNOWN)
		return err_set(err, ERR_USAGE, 0, "the size of a file is set once");
	if (!set_length(w, size, err))
		return false;
	pthread_mutex_lock(&p->lock);
	/* A chunk that was written whole and is to be the last one, shorter, was not this film's. */
	uint64_t keep = size / CHUNK;
	chunkset_drop(&p->there, keep, CHUNKSET_MOST);
	chunkset_drop(&p->safe, keep, CHUNKSET_MOST);
	p->count = chunkset_count(&p->there);
	p->size = size;
	pthread_mutex_unlock(&p->lock);
	return true;
}

static void mark(struct part *p, uint64_t i, bool there)
{
	pthread_mutex_lock(&p->lock);
	bool was = chunkset_has(&p->there, i);
	if (there) {
		chunkset_add(&p->there, i, 1);
	} else {
		chunkset_drop(&p->there, i, 1);
		chunkset_drop(&p->safe, i, 1);
	}
	p->count += (uint64_t)there - (uint64_t)was;
	pthread_mutex_unlock(&p->lock);
}

bool part_write(struct part_writer *w, uint64_t i, const void *data, size_t len, struct err *err)
{
	uint64_t size = part_size(w->part);
	bool known = size != SOURCE_SIZE_UNKNOWN;
	if (i >= (known ? chunks_of(size) : CHUNKSET_MOST))
		return err_set(err, ERR_USAGE, 0, "chunk %llu is beyond the file's end",
			       (unsigned long long)i);
	if (len != (known ? len_of(size, i) : VAULT_CHUNK))
		return err_set(err, ERR_USAGE, 0, "chunk %llu of another length",
			       (unsigned long long)i);
	mark(w->part, i, false); /* a write that fails half-way has torn what was there */
	if (!file_write_at(w->io, w->fd, data, len, i * CHUNK, err))
		return err_wrap(err, "writing a download");
	mark(w->part, i, true);
	return true;
}

bool part_sync(struct part_writer *w, struct err *err)
{
	struct part *p = w->part;
	struct chunkset written = { 0 };
	pthread_mutex_lock(&p->lock);
	uint64_t lost = p->lost;
	chunkset_copy(&written, &p->there);
	pthread_mutex_unlock(&p->lock);
	bool ok = file_sync(w->io, w->fd, true, err);
	pthread_mutex_lock(&p->lock);
	if (!ok) {
		/* The system may have thrown away what it could not write. */
		p->lost++;
		chunkset_release(&p->there);
		chunkset_copy(&p->there, &p->safe);
		p->count = chunkset_count(&p->there);
	} else if (p->lost == lost) { /* else some of it went while we looked elsewhere */
		chunkset_join(&p->safe, &written);
	}
	pthread_mutex_unlock(&p->lock);
	chunkset_release(&written);
	return ok || err_wrap(err, "writing a download");
}

static uint64_t first_unsafe(struct part *p, uint64_t chunks)
{
	pthread_mutex_lock(&p->lock);
	uint64_t i = chunkset_next(&p->safe, 0, chunks, false);
	pthread_mutex_unlock(&p->lock);
	return i;
}

static bool give_name(struct part_writer *w, const char *final_name, struct err *err)
{
	char *from = path_join(w->dir, w->name), *to = path_join(w->dir, final_name);
	bool ok = str_eq(w->name, final_name) ||
		  (access(to, F_OK) != 0 ? file_rename(w->io, from, to, err)
					 : err_set(err, ERR_USAGE, EEXIST,
						   "there is a file of the name %s", final_name));
	free(from);
	free(to);
	if (!ok)
		return false;
	str_set(&w->name, final_name);
	return file_sync_dir(w->io, w->dir, err);
}

bool part_finish(struct part_writer *w, const char *final_name, struct err *err)
{
	uint64_t size = part_size(w->part), chunks = chunks_of(size);
	if (!path_is_name(final_name))
		return err_set(err, ERR_USAGE, 0, "not a plain file name");
	if (size == SOURCE_SIZE_UNKNOWN)
		return err_set(err, ERR_UNFINISHED, 0, "the size is not known yet");
	if (!set_length(w, size, err) || !part_sync(w, err))
		return err_wrap(err, "finishing a download");
	uint64_t missing = first_unsafe(w->part, chunks);
	if (missing != chunks)
		return err_set(err, ERR_UNFINISHED, 0, "chunk %llu is missing",
			       (unsigned long long)missing);
	/* Its length, too, and not only what is needed to read it back. */
	return (file_sync(w->io, w->fd, false, err) && give_name(w, final_name, err)) ||
	       err_wrap(err, "finishing a download");
}

/* -- the reader ---------------------------------------------------------------------------------- */

/* What all clones share. */
struct opened {
	atomic_int refs;
	atomic_bool cancelled;
	struct part *part;
	int fd;
};
struct reader {
	struct source base;
	struct opened *opened;
};

/* Bytes from off on that are there, at most n; 0 with *ret_end: it is the end. */
static size_t there_from(struct part *p, uint64_t off, size_t n, bool *ret_end)
{
	uint64_t i = off / CHUNK;
	pthread_mutex_lock(&p->lock);
	*ret_end = p->size != SOURCE_SIZE_UNKNOWN && off >= p->size;
	uint64_t end = i + n / CHUNK + 2;
	end = chunkset_next(&p->there, i, end, false) * CHUNK;
	if (end > p->size)
		end = p->size;
	pthread_mutex_unlock(&p->lock);
	return off >= end ? 0 : end - off < n ? (size_t)(end - off) : n;
}

static ssize_t reader_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err)
{
	struct opened *o = ((struct reader *)s)->opened;
	bool end;
	if (atomic_load(&o->cancelled)) {
		err_set(err, ERR_CANCELLED, 0, "reading was stopped");
		return -1;
	}
	size_t there = there_from(o->part, off, n < SSIZE_MAX ? n : SSIZE_MAX, &end);
	if (end || !n)
		return 0;
	if (there && file_read_at(o->fd, dst, there, off, err))
		return (ssize_t)there;
	if (!there)
		err_set(err, ERR_UNFINISHED, 0, "chunk %llu is not there yet",
			(unsigned long long)(off / CHUNK));
	return -1;
}

static uint64_t reader_size(struct source *s)
{
	return part_size(((struct reader *)s)->opened->part);
}

static void reader_cancel(struct source *s)
{
	atomic_store(&((struct reader *)s)->opened->cancelled, true);
}

static void reader_free(struct source *s)
{
	struct opened *o = ((struct reader *)s)->opened;
	if (atomic_fetch_sub(&o->refs, 1) == 1) {
		close(o->fd);
		part_unref(o->part);
		free(o);
	}
	free(s);
}

static struct source *reader_clone(struct source *s, struct err *err);

static const struct source_ops reader_ops = {
	.read_at = reader_read_at,
	.size = reader_size,
	.clone = reader_clone,
	.cancel = reader_cancel,
	.free = reader_free,
};

/* A reference moves in with o. */
static struct source *reader_over(struct opened *o)
{
	struct reader *r = NEW(struct reader);
	r->base.ops = &reader_ops;
	r->opened = o;
	return &r->base;
}

static struct source *reader_clone(struct source *s, struct err *err)
{
	struct opened *o = ((struct reader *)s)->opened;
	atomic_fetch_add(&o->refs, 1);
	return reader_over(o);
}

struct source *part_open(struct part *p, const char *dir, const char *name, struct err *err)
{
	int fd = path_open_in(dir, name, O_RDONLY, 0, err);
	if (fd < 0)
		return NULL;
	struct opened *o = NEW(struct opened);
	atomic_init(&o->refs, 1);
	atomic_init(&o->cancelled, false);
	o->part = part_ref(p);
	o->fd = fd;
	return reader_over(o);
}

const char *part_source_id(const struct source *s)
{
	return s->ops == &reader_ops ? ((const struct reader *)s)->opened->part->id : NULL;
}
