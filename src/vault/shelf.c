/* The chunks of one file that were opened last. */
#include "shelf.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

#define NO_CHUNK UINT64_MAX

struct shelf_chunk {
	struct shelf_chunk *next;
	uint64_t index; /* NO_CHUNK: nothing that could be read */
	size_t len;
	bool last;
	bool opening;           /* by whoever has the one reference: index, len and last say what */
	unsigned refs, waiting; /* waiting: for it to be opened */
	uint64_t used;          /* when it was let go of, counted; 0: empty */
	pthread_mutex_t plain;  /* guards what follows, of a chunk that is open; a leaf */
	struct aead *aead;
	size_t from, to;       /* what is deciphered: its bytes change no more */
	unsigned char *record; /* KYV_RECORD bytes; deciphered in place */
};
struct shelf {
	pthread_mutex_t lock;  /* guards all below, and all of a chunk but what its opener fills */
	pthread_cond_t opened; /* a chunk is no longer being opened */
	struct shelf_chunk *first;
	uint64_t used;
	size_t n_opened;
};

struct shelf *shelf_new(void)
{
	struct shelf *s = NEW(struct shelf);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->opened, NULL);
	return s;
}

static void chunk_free(struct shelf_chunk *c)
{
	sodium_memzero(c->record, KYV_RECORD);
	pthread_mutex_destroy(&c->plain);
	aead_free(c->aead);
	free(c->record);
	free(c);
}

void shelf_free(struct shelf *s)
{
	while (s->first) {
		struct shelf_chunk *c = s->first;
		s->first = c->next;
		chunk_free(c);
	}
	pthread_cond_destroy(&s->opened);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* The size of a file that is still being written may be known to one reader and not to another. */
bool shelf_is_at(const struct shelf_chunk *c, const struct record_place *place)
{
	return c->index == place->index && c->len == place->len && c->last == place->last;
}

static struct shelf_chunk *find(const struct shelf *s, const struct record_place *place)
{
	struct shelf_chunk *c = s->first;
	while (c && !shelf_is_at(c, place))
		c = c->next;
	return c;
}

/* Where the chunk that nobody has held for the longest time hangs; *ret_n: how many nobody holds. */
static struct shelf_chunk **oldest(struct shelf *s, size_t *ret_n)
{
	struct shelf_chunk **found = NULL;
	*ret_n = 0;
	for (struct shelf_chunk **at = &s->first; *at; at = &(*at)->next) {
		if ((*at)->refs)
			continue;
		++*ret_n;
		if (!found || (*at)->used < (*found)->used)
			found = at;
	}
	return found;
}

static struct shelf_chunk *chunk_new(struct shelf *s, struct err *err)
{
	struct aead *aead = aead_new(err);
	if (!aead)
		return NULL;
	struct shelf_chunk *c = NEW(struct shelf_chunk);
	pthread_mutex_init(&c->plain, NULL);
	c->aead = aead;
	c->record = mem_grow(NULL, KYV_RECORD, 1); /* needs no zeros first */
	c->next = s->first;
	s->first = c;
	return c;
}

/* A chunk to open this place into. */
static struct shelf_chunk *make_room(struct shelf *s, const struct record_place *place,
				     struct err *err)
{
	size_t spare;
	struct shelf_chunk **at = oldest(s, &spare), *c = at ? *at : NULL;
	if (!c || (c->used && spare < SHELF_KEEPS))
		c = chunk_new(s, err);
	if (c) {
		c->index = place->index;
		c->len = place->len;
		c->last = place->last;
		c->from = c->to = 0;
		c->opening = true;
		c->refs = 1;
	}
	return c;
}

/* What somebody else has opened or is opening, held; or one that the caller has to open. */
static struct shelf_chunk *take(struct shelf *s, const struct record_place *place, bool *ret_ready,
				struct err *err)
{
	pthread_mutex_lock(&s->lock);
	struct shelf_chunk *c;
	while ((c = find(s, place)) && c->opening) {
		c->waiting++;
		pthread_cond_wait(&s->opened, &s->lock);
		c->waiting--;
	}
	*ret_ready = c != NULL;
	if (c)
		c->refs++;
	else
		c = make_room(s, place, err);
	pthread_mutex_unlock(&s->lock);
	return c;
}

/* Empty: the next who comes opens it for himself. With the lock held. */
static void let_go(struct shelf *s, struct shelf_chunk *c, bool empty)
{
	c->refs--;
	c->used = empty ? 0 : ++s->used;
	if (empty)
		c->index = NO_CHUNK;
}

/* Takes off what is too much. With the lock held; the caller frees it afterwards. */
static struct shelf_chunk *take_spare(struct shelf *s)
{
	size_t spare;
	struct shelf_chunk **at = oldest(s, &spare), *c = NULL;
	if (spare > SHELF_KEEPS && !(*at)->waiting) {
		c = *at;
		*at = c->next;
	}
	return c;
}

static void unlock(struct shelf *s)
{
	struct shelf_chunk *spare = take_spare(s);
	pthread_mutex_unlock(&s->lock);
	if (spare)
		chunk_free(spare);
}

enum outcome { STAYS_HELD, IS_KEPT, IS_EMPTY };

/* Whoever waits is woken when the lock is free. */
static void has_opened(struct shelf *s, struct shelf_chunk *c, enum outcome outcome)
{
	pthread_mutex_lock(&s->lock);
	c->opening = false;
	s->n_opened++;
	if (outcome != STAYS_HELD)
		let_go(s, c, outcome == IS_EMPTY);
	unlock(s);
	pthread_cond_broadcast(&s->opened);
}

bool shelf_hold(struct shelf *s, int fd, struct secret *keys, const struct record_place *place,
		struct shelf_chunk **ret, struct err *err)
{
	bool ready, there;
	struct shelf_chunk *c = take(s, place, &ready, err);
	*ret = c;
	if (ready || !c)
		return ready;
	struct record_tools tools = { keys, c->aead };
	bool ok = record_check(fd, tools, place, c->record, &there, err);
	if (!there)
		*ret = NULL;
	has_opened(s, c, there ? STAYS_HELD : IS_EMPTY);
	return ok;
}

/* So that all from at to end is deciphered, and what lies between it and the rest that is. With the chunk's lock held. */
static bool decipher(struct shelf_chunk *c, struct secret *keys, size_t at, size_t end,
		     struct err *err)
{
	struct record_tools tools = { keys, c->aead };
	at -= at % AEAD_BLOCK;
	end = end + AEAD_BLOCK - 1 < c->len ? end + AEAD_BLOCK - 1 : c->len;
	end -= end < c->len ? end % AEAD_BLOCK : 0;
	if (c->from == c->to)
		c->from = c->to = at;
	if (at < c->from) {
		if (!record_decipher(tools, c->record, at, c->from, err))
			return false;
		c->from = at;
	}
	if (end > c->to) {
		if (!record_decipher(tools, c->record, c->to, end, err))
			return false;
		c->to = end;
	}
	return true;
}

const unsigned char *shelf_bytes(struct shelf_chunk *c, struct secret *keys, size_t at, size_t n,
				 struct err *err)
{
	pthread_mutex_lock(&c->plain);
	bool ok = decipher(c, keys, at, at + n, err);
	pthread_mutex_unlock(&c->plain);
	return ok ? RECORD_PLAIN(c->record) + at : NULL;
}

/* What somebody opened; lets go of it. */
static bool read_held(struct shelf *s, struct shelf_chunk *c, struct secret *keys,
		      unsigned char *dst, bool *ret_there, struct err *err)
{
	const unsigned char *bytes = shelf_bytes(c, keys, 0, c->len, err);
	*ret_there = bytes != NULL;
	if (bytes)
		memcpy(dst, bytes, c->len);
	shelf_let_go(s, c);
	return bytes != NULL;
}

static bool is_waited_for(struct shelf *s, const struct shelf_chunk *c)
{
	pthread_mutex_lock(&s->lock);
	bool any = c->waiting > 0;
	pthread_mutex_unlock(&s->lock);
	return any;
}

bool shelf_read(struct shelf *s, int fd, struct secret *keys, const struct record_place *place,
		unsigned char *dst, bool *ret_there, struct err *err)
{
	bool ready;
	struct shelf_chunk *c = take(s, place, &ready, err);
	*ret_there = false;
	if (ready)
		return read_held(s, c, keys, dst, ret_there, err);
	if (!c)
		return false;
	struct record_tools tools = { keys, c->aead };
	bool ok = record_read(fd, tools, place, c->record, dst, ret_there, err);
	bool keep = *ret_there && is_waited_for(s, c);
	if (keep) {
		memcpy(RECORD_PLAIN(c->record), dst, place->len);
		c->to = place->len;
	}
	has_opened(s, c, keep ? IS_KEPT : IS_EMPTY);
	return ok;
}

void shelf_let_go(struct shelf *s, struct shelf_chunk *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&s->lock);
	let_go(s, c, false);
	unlock(s);
}

size_t shelf_opened(struct shelf *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n_opened;
	pthread_mutex_unlock(&s->lock);
	return n;
}
