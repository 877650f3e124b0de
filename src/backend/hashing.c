/* The running SHA-384 of an item. */
#include "hashing.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define READ_CHUNKS 16u  /* read back by one job */
#define LAG_CHUNKS  256u /* 16 MiB */

struct hashing {
	/* backend thread */
	struct core *core;
	struct hashing_events events;
	struct chunkset written;
	struct plain *ahead; /* kept for later, in order */
	size_t ahead_bytes;
	uint64_t front;  /* the first chunk that was not given to a job */
	uint64_t chunks; /* of the item; 0: not known yet */
	uint64_t
	    begun; /* chunks that were there, from the first on: to be caught up with, at leisure */
	bool behind; /* what comes is far ahead of us */
	size_t jobs;
	bool reading; /* a job reads back */
	bool broken;  /* reading back failed: the front stays where it is */
	bool finishing, closed;

	unsigned lane;
	struct sink *sink;
	atomic_bool stop; /* set by the backend thread, seen by jobs */

	/* jobs only, one at a time */
	struct hash *hash;
	uint64_t listened; /* chunks hashed before the first job */
	struct source *source;
};

struct job {
	struct hashing *h;
	struct plain *plain; /* NULL: read back */
	uint64_t first, n;
	bool ok;
};

static void go_on(struct hashing *h);

static void hashing_free(struct hashing *h)
{
	for (struct plain *p; (p = h->ahead);) {
		h->ahead = p->next;
		plain_unref(p);
	}
	chunkset_release(&h->written);
	hash_free(h->hash);
	source_free(h->source);
	sink_unref(h->sink);
	free(h);
}

/* -- jobs ----------------------------------------------------------------------------------------- */

static bool read_back(struct job *j)
{
	struct hashing *h = j->h;
	struct err err;
	unsigned char *chunk = mem_new(VAULT_CHUNK);
	if (!h->source)
		h->source = h->sink->ops->reader(h->sink, &err);
	bool ok = h->source != NULL;
	for (uint64_t i = j->first; ok && i < j->first + j->n && !atomic_load(&h->stop); i++) {
		ssize_t got = source_read_at(h->source, i * VAULT_CHUNK, chunk, VAULT_CHUNK, &err);
		ok = got > 0;
		if (ok)
			hash_add(h->hash, chunk, (size_t)got);
	}
	explicit_bzero(chunk, VAULT_CHUNK);
	free(chunk);
	if (!ok)
		log_warn("download", NULL, "the hash is made at the end: %s", err.text);
	return ok;
}

static void run(void *arg)
{
	struct job *j = arg;
	if (atomic_load(&j->h->stop))
		return;
	if (j->plain)
		hash_add(j->h->hash, j->plain->data, j->plain->len);
	j->ok = j->plain || read_back(j);
}

static void done(void *arg)
{
	struct job *j = arg;
	struct hashing *h = j->h;
	h->jobs--;
	if (!j->plain)
		h->reading = false;
	h->broken = h->broken || !j->ok;
	plain_unref(j->plain);
	free(j);
	if (h->closed) {
		if (!h->jobs)
			hashing_free(h);
		return;
	}
	go_on(h);
	h->events.lighter(h->events.arg); /* last: it may close us */
}

static void give(struct hashing *h, struct plain *p, uint64_t n)
{
	struct job *j = NEW(struct job);
	*j = (struct job){ .h = h, .plain = p, .first = h->front, .n = n };
	h->front += n;
	h->jobs++;
	h->reading = h->reading || !p;
	chores_add(h->core->chores, h->lane, run, done, j);
}

/* -- the front ------------------------------------------------------------------------------------- */

static struct plain *take_ahead(struct hashing *h)
{
	struct plain *p = h->ahead;
	h->ahead = p->next;
	h->ahead_bytes -= p->len;
	return p;
}

/* One step; false: what comes next is not there yet. */
static bool step(struct hashing *h)
{
	if (h->broken)
		return false;
	while (h->ahead && h->ahead->first < h->front)
		plain_unref(take_ahead(h));
	if (h->ahead && h->ahead->first == h->front) {
		struct plain *p = take_ahead(h);
		give(h, p, plain_end(p) - p->first);
		return true;
	}
	uint64_t end = h->front + READ_CHUNKS;
	if (h->ahead && h->ahead->first < end)
		end = h->ahead->first;
	if (end > h->chunks)
		end = h->chunks;
	end = end > h->front ? chunkset_next(&h->written, h->front, end, false) : h->front;
	if (end == h->front || h->reading)
		return false;
	give(h, NULL, end - h->front);
	return true;
}

/* What is far behind has to be read back and opened, all of it, until those who bring more have waited for us. */
static void look_behind(struct hashing *h)
{
	uint64_t from = h->front > h->begun ? h->front : h->begun;
	uint64_t lag = chunkset_next(&h->written, from, CHUNKSET_MOST, false) - from;
	if (lag == 0 || h->broken)
		h->behind = false;
	else if (lag >= LAG_CHUNKS)
		h->behind = true;
}

static void go_on(struct hashing *h)
{
	while (step(h)) {
	}
	look_behind(h);
	if (!h->finishing || h->jobs)
		return;
	char hex[HASH_HEX_MAX] = "";
	if (!h->broken && h->front == h->chunks)
		hash_hex(h->hash, hex);
	h->finishing = false;
	h->events.finished(h->events.arg, hex);
}

/* Keeps p in its order. What is farthest from the front is let go when it is too much. */
static void keep(struct hashing *h, struct plain *p, size_t most)
{
	struct plain **at = &h->ahead;
	while (*at && (*at)->first < p->first)
		at = &(*at)->next;
	p->next = *at;
	*at = plain_ref(p);
	h->ahead_bytes += p->len;
	while (h->ahead_bytes > most) {
		for (at = &h->ahead; (*at)->next;)
			at = &(*at)->next;
		h->ahead_bytes -= (*at)->len;
		plain_unref(*at);
		*at = NULL;
	}
}

/* -- from outside ------------------------------------------------------------------------------------ */

struct hashing *hashing_new(struct core *core, struct sink *sink,
			    const struct hashing_events *events)
{
	struct hashing *h = NEW(struct hashing);
	h->core = core;
	h->events = *events;
	h->lane = ++core->last_lane;
	h->sink = sink_ref(sink);
	h->hash = hash_new(HASH_SHA384);
	atomic_init(&h->stop, false);
	return h;
}

void hashing_close(struct hashing *h)
{
	if (!h)
		return;
	atomic_store(&h->stop, true);
	h->closed = true;
	if (!h->jobs)
		hashing_free(h);
}

void hashing_listen(struct hashing *h, const void *data, size_t n)
{
	hash_add(h->hash, data, n);
	h->listened++;
}

void hashing_begin(struct hashing *h, const struct chunkset *there, uint64_t chunks)
{
	if (!h)
		return;
	chunkset_copy(&h->written, there);
	h->chunks = chunks;
	h->begun = chunkset_next(there, 0, CHUNKSET_MOST, false);
	if (h->front < h->listened)
		h->front = h->listened;
	go_on(h);
}

void hashing_sized(struct hashing *h, uint64_t chunks)
{
	if (!h)
		return;
	h->chunks = chunks;
	go_on(h);
}

void hashing_add(struct hashing *h, struct plain *p, size_t most)
{
	if (!h || h->broken || p->first < h->front)
		return;
	keep(h, p, p->first == h->front ? SIZE_MAX : most);
	go_on(h);
}

void hashing_written(struct hashing *h, uint64_t first, uint64_t n)
{
	if (!h)
		return;
	chunkset_add(&h->written, first, n);
	go_on(h);
}

size_t hashing_waiting(const struct hashing *h)
{
	return !h ? 0 : h->behind ? HASHING_BEHIND : h->jobs;
}

void hashing_finish(struct hashing *h)
{
	h->finishing = true;
	go_on(h);
}
