/* The chunks of one file that were opened last. */
#include "shelf.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include "kiyya/mem.h"

#define NO_CHUNK UINT64_MAX

struct shelf_chunk {
	struct shelf_chunk *next;
	uint64_t index; /* NO_CHUNK: nothing that could be read */
	size_t len;
	bool last;
	bool opening; /* by whoever has the one reference: index, len and last say what */
	unsigned refs;
	uint64_t used; /* when it was let go of, counted */
	struct aead *aead;
	unsigned char *record; /* KYV_RECORD bytes; opened in place */
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
	struct shelf_chunk **at = oldest(s, &spare);
	struct shelf_chunk *c = spare >= SHELF_KEEPS ? *at : chunk_new(s, err);
	if (c) {
		c->index = place->index;
		c->len = place->len;
		c->last = place->last;
		c->opening = true;
		c->refs = 1;
	}
	return c;
}

bool shelf_hold(struct shelf *s, int fd, struct secret *keys, const struct record_place *place,
		struct shelf_chunk **ret, struct err *err)
{
	pthread_mutex_lock(&s->lock);
	struct shelf_chunk *c = find(s, place);
	for (; c && c->opening; c = find(s, place))
		pthread_cond_wait(&s->opened, &s->lock);
	bool have = c != NULL;
	if (have)
		c->refs++;
	else
		c = make_room(s, place, err);
	pthread_mutex_unlock(&s->lock);
	*ret = c;
	if (have || !c)
		return have;

	bool there = false;
	struct record_tools tools = { keys, c->aead };
	bool ok = record_read(fd, tools, place, c->record, RECORD_PLAIN(c->record), &there, err);
	pthread_mutex_lock(&s->lock);
	c->opening = false;
	s->n_opened++;
	if (!there) { /* the next who comes tries for himself */
		c->index = NO_CHUNK;
		c->refs = 0;
		c->used = 0;
		*ret = NULL;
	}
	pthread_cond_broadcast(&s->opened);
	pthread_mutex_unlock(&s->lock);
	return ok;
}

const unsigned char *shelf_bytes(const struct shelf_chunk *c)
{
	return RECORD_PLAIN(c->record);
}

void shelf_let_go(struct shelf *s, struct shelf_chunk *c)
{
	if (!c)
		return;
	struct shelf_chunk *gone = NULL;
	size_t spare;
	pthread_mutex_lock(&s->lock);
	c->used = ++s->used;
	c->refs--;
	struct shelf_chunk **at = oldest(s, &spare);
	if (spare > SHELF_KEEPS) {
		gone = *at;
		*at = gone->next;
	}
	pthread_mutex_unlock(&s->lock);
	if (gone)
		chunk_free(gone);
}

size_t shelf_opened(struct shelf *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n_opened;
	pthread_mutex_unlock(&s->lock);
	return n;
}
