/* The disk side of a download: batches of plaintext in, sealed records out.
 *
 * Each batch goes through two lanes of chores at once: one seals and writes it, the other adds it to the running hash.
 * SHA-384 costs more than the sealing; one after the other they would be slower than the line. */
#include "seal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"

#define SYNC_EVERY (32u << 20) /* bytes: a power cut costs at most these */

struct seal {
	/* backend thread */
	struct core *core;
	struct seal_events events;
	struct batch *filling;
	uint64_t next_chunk;
	size_t waiting;       /* batches of bytes in memory, beside the one that is being filled */
	size_t hashing, jobs; /* jobs: of all kinds */
	struct batch *finish; /* waits for the last hash job */
	bool closed;

	unsigned lane, hash_lane;
	atomic_bool stop; /* set by the backend thread, seen by jobs */

	/* jobs only, one at a time */
	struct vault_writer *writer;
	struct vault *vault;
	struct hash *hash; /* of everything before hash_next */
	uint64_t hash_next;
	uint64_t unsynced;
	char *file;
	char *meta_text[8];
	struct vault_meta meta;
	uint64_t size;
	bool create;
};

/* One job and what came of it; bytes that are to be written belong to two. */
struct batch {
	struct seal *seal;
	int users; /* backend thread */
	bool ran, ok, mismatch;
	struct err err;
	struct seal_state state;
	struct vault_info info;
	char hash[HASH_HEX_MAX], final_name[64];
	char want_hash[SD_HASH_SIZE];
	bool keep_mismatch;
	uint64_t first;
	size_t len;
	unsigned char data[]; /* SEAL_BATCH_BYTES, of write jobs */
};

static struct batch *batch_new(struct seal *s, size_t room)
{
	struct batch *b = mem_grow(NULL, 1, sizeof(*b) + room); /* the bytes need no zeros first */
	*b = (struct batch){ .seal = s };
	return b;
}

static void note_state(struct batch *b)
{
	struct seal *s = b->seal;
	const struct vault_info *info = vault_writer_info(s->writer);
	struct seal_state *st = &b->state;
	st->chunks = info->chunks;
	st->first_missing = vault_first_missing(s->writer);
	st->have = vault_have_bytes(s->writer);
	/* Most files fill from the front: then nothing is behind the first hole, and nothing is looked for. */
	bool more = st->have > st->first_missing * VAULT_CHUNK;
	st->next_present = more ? st->first_missing : st->chunks;
	while (st->next_present < st->chunks && !vault_has_chunk(s->writer, st->next_present))
		st->next_present++;
	st->complete = info->complete;
	str_copy(st->file, sizeof(st->file), s->file);
}

static void hash_front(void *arg, const void *data, size_t n)
{
	struct seal *s = arg;
	hash_add(s->hash, data, n);
	s->hash_next++;
}

static void run_open(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	if (atomic_load(&s->stop))
		return;
	b->ran = true;
	s->writer = s->create ? vault_create(s->vault, s->file, &s->meta, s->size, &b->err)
			      : vault_resume(s->vault, s->file, hash_front, s, &b->err);
	b->ok = s->writer != NULL;
	if (b->ok)
		note_state(b);
}

static void run_write(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	if (!s->writer || atomic_load(&s->stop))
		return;
	b->ran = b->ok = true;
	for (size_t off = 0; off < b->len && b->ok; off += VAULT_CHUNK) {
		uint64_t i = b->first + off / VAULT_CHUNK;
		size_t n = b->len - off < VAULT_CHUNK ? b->len - off : VAULT_CHUNK;
		b->ok = vault_write_chunk(s->writer, i, b->data + off, n, &b->err);
	}
	s->unsynced += b->len;
	if (b->ok && s->unsynced >= SYNC_EVERY) {
		s->unsynced = 0;
		b->ok = vault_writer_sync(s->writer, &b->err);
	}
	if (b->ok)
		note_state(b);
}

static void run_hash(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	for (size_t off = 0; off < b->len && !atomic_load(&s->stop); off += VAULT_CHUNK)
		if (b->first + off / VAULT_CHUNK == s->hash_next)
			hash_front(s, b->data + off,
				   b->len - off < VAULT_CHUNK ? b->len - off : VAULT_CHUNK);
}

/* The hash of what is in the file. Bytes came in order: then it is there already; else they are read once more. */
static bool whole_hash(struct seal *s, char hex[HASH_HEX_MAX], struct err *err)
{
	if (s->hash_next == vault_writer_info(s->writer)->chunks) {
		hash_hex(s->hash, hex);
		return true;
	}
	if (!vault_writer_sync(s->writer, err))
		return false;
	struct source *src = vault_open(s->vault, s->file, err);
	if (!src)
		return false;
	struct hash *h = hash_new(HASH_SHA384);
	unsigned char *block = mem_new(VAULT_CHUNK);
	ssize_t got = 0;
	for (uint64_t off = 0; (got = source_read_at(src, off, block, VAULT_CHUNK, err)) > 0;
	     off += (uint64_t)got) {
		if (atomic_load(&s->stop)) {
			err_set(err, ERR_CANCELLED, 0, "stopped");
			got = -1;
			break;
		}
		hash_add(h, block, (size_t)got);
	}
	if (got == 0)
		hash_hex(h, hex);
	explicit_bzero(block, VAULT_CHUNK);
	free(block);
	hash_free(h);
	source_free(src);
	return got == 0;
}

static void run_finish(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	if (!s->writer || atomic_load(&s->stop))
		return;
	b->ran = true;
	if (!whole_hash(s, b->hash, &b->err))
		return;
	b->mismatch = b->want_hash[0] && !str_eq(b->hash, b->want_hash) && !b->keep_mismatch;
	if (b->mismatch)
		return;
	snprintf(b->final_name, sizeof(b->final_name), "%.32s.kyv", s->file);
	b->ok = vault_finish(s->writer, b->final_name, &b->info, &b->err);
}

static void seal_free(struct seal *s)
{
	vault_writer_free(s->writer);
	hash_free(s->hash);
	free(s->finish);
	free(s->filling);
	free(s->file);
	for (size_t i = 0; i < sizeof(s->meta_text) / sizeof(s->meta_text[0]); i++)
		free(s->meta_text[i]);
	free(s);
}

static void batch_drop(struct batch *b)
{
	if (--b->users == 0)
		free(b);
}

static void give(struct seal *s, struct batch *b, unsigned lane, void (*run)(void *),
		 void (*done)(void *))
{
	b->users++;
	s->jobs++;
	chores_add(s->core->chores, lane, run, done, b);
}

/* The end of every job, back on the backend thread; false: nobody is interested any more. */
static bool came_back(struct batch *b)
{
	struct seal *s = b->seal;
	s->jobs--;
	if (!s->closed)
		return true;
	if (!s->jobs)
		seal_free(s);
	batch_drop(b);
	return false;
}

static void done_open(void *arg)
{
	struct batch *b = arg;
	if (!came_back(b))
		return;
	if (b->ok)
		b->seal->events.ready(b->seal->events.arg, &b->state);
	else if (b->ran)
		b->seal->events.failed(b->seal->events.arg, &b->err);
	batch_drop(b);
}

/* One of the two users of some bytes is done with them. */
static void bytes_used(struct seal *s, struct batch *b)
{
	bool last = b->users == 1;
	batch_drop(b);
	if (!last)
		return;
	s->waiting--;
	s->events.lighter(s->events.arg); /* last: it may close the seal */
}

static void done_write(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	if (!came_back(b))
		return;
	if (b->ok) {
		s->events.written(s->events.arg, &b->state);
	} else if (b->ran) {
		s->events.failed(s->events.arg, &b->err);
	}
	if (s->closed)
		batch_drop(b);
	else
		bytes_used(s, b);
}

static void done_finish(void *arg)
{
	struct batch *b = arg;
	if (!came_back(b))
		return;
	struct seal_events *ev = &b->seal->events;
	if (b->ok)
		ev->finished(ev->arg, &b->info, b->final_name, b->hash);
	else if (b->mismatch)
		ev->mismatch(ev->arg, b->hash);
	else if (b->ran)
		ev->failed(ev->arg, &b->err);
	batch_drop(b);
}

/* The finish reads the hash: it goes when no batch is on its way to it any more. */
static void finish_if_hashed(struct seal *s)
{
	if (!s->finish || s->hashing)
		return;
	struct batch *b = s->finish;
	s->finish = NULL;
	give(s, b, s->lane, run_finish, done_finish);
}

static void done_hash(void *arg)
{
	struct batch *b = arg;
	struct seal *s = b->seal;
	if (!came_back(b))
		return;
	s->hashing--;
	finish_if_hashed(s);
	bytes_used(s, b);
}

/* The meta's strings belong to a row that may change: the seal keeps its own. */
static void keep_meta(struct seal *s, const struct vault_meta *meta)
{
	s->meta = *meta;
	const char **fields[] = { &s->meta.claim_id,    &s->meta.title,      &s->meta.channel,
				  &s->meta.quality,     &s->meta.media_type, &s->meta.sd_hash,
				  &s->meta.source_hash, &s->meta.etag };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = s->meta_text[i] = str_dup(*fields[i]);
	s->meta.source = NULL;
}

char *seal_new_name(void)
{
	char id[33];
	random_hex(id, 16);
	return str_fmt("%s.part", id);
}

struct seal *seal_open(struct core *core, const char *file, bool create,
		       const struct vault_meta *meta, uint64_t size,
		       const struct seal_events *events)
{
	struct seal *s = NEW(struct seal);
	s->core = core;
	s->vault = core->vault;
	s->events = *events;
	s->lane = ++core->last_lane;
	s->hash_lane = ++core->last_lane;
	s->file = str_dup(file);
	s->size = size;
	s->create = create;
	s->hash = hash_new(HASH_SHA384);
	atomic_init(&s->stop, false);
	keep_meta(s, meta);
	give(s, batch_new(s, 0), s->lane, run_open, done_open);
	return s;
}

void seal_begin_run(struct seal *s, uint64_t first_chunk)
{
	free(s->filling);
	s->filling = NULL;
	s->next_chunk = first_chunk;
}

static void submit(struct seal *s, size_t len)
{
	struct batch *b = s->filling, *rest = NULL;
	if (len < b->len) {
		rest = batch_new(s, SEAL_BATCH_BYTES);
		rest->len = b->len - len;
		memcpy(rest->data, b->data + len, rest->len);
		b->len = len;
	}
	s->filling = rest;
	b->first = s->next_chunk;
	s->next_chunk += (len + VAULT_CHUNK - 1) / VAULT_CHUNK;
	s->waiting++;
	s->hashing++;
	give(s, b, s->lane, run_write, done_write);
	give(s, b, s->hash_lane, run_hash, done_hash);
}

void seal_add(struct seal *s, const void *data, size_t n)
{
	const unsigned char *p = data;
	while (n) {
		if (!s->filling)
			s->filling = batch_new(s, SEAL_BATCH_BYTES);
		size_t now = SEAL_BATCH_BYTES - s->filling->len;
		if (now > n)
			now = n;
		memcpy(s->filling->data + s->filling->len, p, now);
		s->filling->len += now;
		p += now;
		n -= now;
		if (s->filling->len == SEAL_BATCH_BYTES)
			submit(s, SEAL_BATCH_BYTES);
	}
}

void seal_flush(struct seal *s, bool end_of_file)
{
	if (!s->filling)
		return;
	size_t len = end_of_file ? s->filling->len : s->filling->len / VAULT_CHUNK * VAULT_CHUNK;
	if (len)
		submit(s, len);
}

size_t seal_waiting(const struct seal *s)
{
	return s->waiting;
}

void seal_finish(struct seal *s, const char *hash, bool keep_mismatch)
{
	struct batch *b = batch_new(s, 0);
	str_copy(b->want_hash, sizeof(b->want_hash), hash);
	b->keep_mismatch = keep_mismatch;
	s->finish = b;
	finish_if_hashed(s);
}

void seal_close(struct seal *s)
{
	if (!s)
		return;
	atomic_store(&s->stop, true);
	s->closed = true;
	if (!s->jobs)
		seal_free(s);
}
