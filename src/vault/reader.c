/* The reader: a vault file as a source. */
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "crew.h"
#include "header.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "shelf.h"

/* What all clones share. */
struct opened {
	atomic_int refs;
	atomic_bool cancelled;
	int fd;
	struct header header; /* as it was at vault_open; never changed */
	struct shelf *shelf;
	struct crew *crew;
};

struct reader {
	struct source base;
	struct opened *opened;
	struct kyv_slot slot; /* as this reader last saw it */
	struct vault_info info;
	struct shelf_chunk *held; /* where it read last; NULL nothing */
};

static void opened_unref(struct opened *o)
{
	if (atomic_fetch_sub(&o->refs, 1) != 1)
		return;
	if (o->fd >= 0)
		close(o->fd);
	header_release(&o->header);
	shelf_free(o->shelf);
	crew_unref(o->crew);
	free(o);
}

/* The last bytes that can be asked for: of an unknown size, all there might be. */
static uint64_t end_of(const struct reader *r)
{
	return r->slot.size == KYV_SIZE_UNKNOWN ? KYV_SIZE_END : r->slot.size;
}

/* A file that is still being written has moved on since we looked. */
static bool look_again(struct reader *r)
{
	struct header now = { .slot = r->slot, .keys = r->opened->header.keys };
	if (!header_look_again(&now, r->opened->fd))
		return false;
	struct vault_meta meta = r->info.meta;
	r->slot = now.slot;
	header_info(&now, &r->info);
	r->info.meta = meta;
	return true;
}

/* Chunk i, held; or, if dst is not NULL, read there unless it is held already. *ret_len: its length, 0
 * when it turns out to lie behind the end of a file whose size was not known before. */
static bool open_chunk(struct reader *r, uint64_t i, unsigned char *dst, size_t *ret_len,
		       struct err *err)
{
	struct opened *o = r->opened;
	do {
		*ret_len = 0;
		if (i * VAULT_CHUNK >= end_of(r))
			return true;
		struct record_place place = record_place_of(r->slot.file_id, r->slot.size, i);
		bool there = r->held && shelf_is_at(r->held, &place);
		*ret_len = place.len;
		if (there)
			return true;
		shelf_let_go(o->shelf, r->held);
		r->held = NULL;
		if (dst ? !shelf_read(o->shelf, o->fd, o->header.keys, &place, dst, &there, err)
			: !shelf_hold(o->shelf, o->fd, o->header.keys, &place, &r->held, err))
			return err_wrap(err, "reading chunk %llu", (unsigned long long)i);
		if (there || r->held)
			return true;
	} while (!r->slot.complete && look_again(r));
	if (r->slot.complete)
		return err_set(err, ERR_DAMAGED, 0, "chunk %llu is damaged", (unsigned long long)i);
	return err_set(err, ERR_UNFINISHED, 0, "chunk %llu is not there yet",
		       (unsigned long long)i);
}

/* Bytes of the chunk at off, at most room. *ret_n 0: the end. */
static bool read_part(struct reader *r, uint64_t off, unsigned char *dst, size_t room,
		      size_t *ret_n, struct err *err)
{
	size_t at = (size_t)(off % VAULT_CHUNK), len;
	bool whole = at == 0 && room >= VAULT_CHUNK;
	if (!open_chunk(r, off / VAULT_CHUNK, whole ? dst : NULL, &len, err))
		return false;
	size_t there = at < len ? len - at : 0;
	*ret_n = room < there ? room : there;
	if (!r->held || *ret_n == 0)
		return true;
	const unsigned char *bytes = shelf_bytes(r->held, r->opened->header.keys, at, *ret_n, err);
	if (bytes)
		memcpy(dst, bytes, *ret_n);
	return bytes != NULL;
}

static bool may_read(const struct reader *r, struct err *err)
{
	if (atomic_load(&r->opened->cancelled))
		return err_set(err, ERR_CANCELLED, 0, "reading was stopped");
	if (secret_is_doomed(r->opened->header.keys))
		return err_set(err, ERR_LOCKED, 0, "the vault was locked");
	return true;
}

/* -- several chunks at once ------------------------------------------------------------------------- */

#define PIECES_MOST 9u

/* What lies in one chunk. */
struct piece {
	uint64_t chunk;
	size_t at, n; /* in the chunk */
	unsigned char *dst;
	struct shelf_chunk *held; /* where not all of it was wanted */
	bool there;
};
struct spread {
	const struct reader *r;
	struct piece pieces[PIECES_MOST];
	size_t n;
};

/* One that does not open is left to open_chunk, which knows why. */
static void open_piece(void *arg, size_t i)
{
	const struct spread *s = arg;
	struct piece *p = &((struct spread *)arg)->pieces[i];
	struct opened *o = s->r->opened;
	struct record_place place = record_place_of(s->r->slot.file_id, s->r->slot.size, p->chunk);
	if (!may_read(s->r, NULL))
		return;
	if (p->n == place.len) {
		if (!shelf_read(o->shelf, o->fd, o->header.keys, &place, p->dst, &p->there, NULL))
			p->there = false;
		return;
	}
	if (!shelf_hold(o->shelf, o->fd, o->header.keys, &place, &p->held, NULL))
		p->held = NULL;
	const unsigned char *bytes =
	    p->held ? shelf_bytes(p->held, o->header.keys, p->at, p->n, NULL) : NULL;
	p->there = bytes != NULL;
	if (bytes)
		memcpy(p->dst, bytes, p->n);
}

/* n bytes of a file that has them. How many came of the first that were asked for. */
static size_t read_spread(struct reader *r, uint64_t off, unsigned char *dst, size_t n)
{
	struct spread s = { .r = r };
	size_t done = 0;
	bool whole = true;
	for (size_t at = 0; at < n && s.n < PIECES_MOST; at += s.pieces[s.n++].n) {
		size_t in = (size_t)((off + at) % VAULT_CHUNK), room = VAULT_CHUNK - in;
		s.pieces[s.n] = (struct piece){ .chunk = (off + at) / VAULT_CHUNK,
						.at = in,
						.n = room < n - at ? room : n - at,
						.dst = dst + at };
	}
	crew_share(r->opened->crew, open_piece, &s, s.n);
	for (size_t i = 0; i < s.n; i++) {
		const struct piece *p = &s.pieces[i];
		whole = whole && p->there;
		done += whole ? p->n : 0;
		if (!p->held)
			continue;
		shelf_let_go(r->opened->shelf, r->held);
		r->held = p->held; /* the last one stays */
	}
	return done;
}

/* Two chunks are opened before another thread has woken up. A file that is still being written is read chunk by chunk, by
 * whoever may have to look again. */
static bool can_spread(const struct reader *r, uint64_t off, size_t n)
{
	return r->slot.complete && off < r->slot.size && n > 2 * VAULT_CHUNK;
}

static ssize_t reader_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err)
{
	struct reader *r = (struct reader *)s;
	size_t done = 0;
	if (n > SSIZE_MAX)
		n = SSIZE_MAX;
	if (r->slot.complete && off < r->slot.size && n > r->slot.size - off)
		n = (size_t)(r->slot.size - off);
	for (size_t part = 1; part > 0 && can_spread(r, off, n - done);) {
		part = read_spread(r, off, (unsigned char *)dst + done, n - done);
		done += part;
		off += part;
	}
	while (done < n && off < end_of(r)) {
		size_t part = 0;
		struct err why;
		if (!may_read(r, &why) ||
		    !read_part(r, off, (unsigned char *)dst + done, n - done, &part, &why)) {
			if (done > 0) /* what is good is given; asked for the rest, we say why */
				break;
			if (err)
				*err = why;
			return -1;
		}
		if (part == 0)
			break;
		done += part;
		off += part;
	}
	return (ssize_t)done;
}

static uint64_t reader_size(struct source *s)
{
	return ((struct reader *)s)->slot.size;
}

static void reader_cancel(struct source *s)
{
	atomic_store(&((struct reader *)s)->opened->cancelled, true);
}

static void reader_free(struct source *s)
{
	struct reader *r = (struct reader *)s;
	shelf_let_go(r->opened->shelf, r->held);
	opened_unref(r->opened);
	free(r);
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
static struct reader *reader_over(struct opened *o)
{
	struct reader *r = NEW(struct reader);
	r->base.ops = &reader_ops;
	r->opened = o;
	r->slot = o->header.slot;
	header_info(&o->header, &r->info);
	return r;
}

static struct source *reader_clone(struct source *s, struct err *err)
{
	const struct reader *from = (const struct reader *)s;
	if (!may_read(from, err))
		return NULL;
	atomic_fetch_add(&from->opened->refs, 1);
	struct reader *r = reader_over(from->opened);
	r->slot = from->slot;
	r->info = from->info;
	return &r->base;
}

static bool check_length(const struct opened *o, struct err *err)
{
	struct stat st;
	if (fstat(o->fd, &st) != 0)
		return err_sys(err, "looking at a vault file");
	if (o->header.slot.complete && (uint64_t)st.st_size != kyv_file_len(o->header.slot.size))
		return err_set(err, ERR_DAMAGED, 0, "the file has %lld bytes and should have %llu",
			       (long long)st.st_size,
			       (unsigned long long)kyv_file_len(o->header.slot.size));
	return true;
}

struct source *vault_open(struct vault *v, const char *name, struct err *err)
{
	int fd = path_open_in(v->dir, name, O_RDONLY, 0, err);
	if (fd < 0)
		return NULL;
	struct opened *o = NEW(struct opened);
	atomic_init(&o->refs, 1);
	atomic_init(&o->cancelled, false);
	o->fd = fd;
	o->shelf = shelf_new();
	o->crew = crew_ref(v->crew);
	if (!header_load(v, fd, &o->header, err) || !check_length(o, err)) {
		err_wrap(err, "opening the vault file %s", name);
		opened_unref(o);
		return NULL;
	}
	return &reader_over(o)->base;
}

const struct vault_info *vault_source_info(const struct source *s)
{
	return s->ops == &reader_ops ? &((const struct reader *)s)->info : NULL;
}
