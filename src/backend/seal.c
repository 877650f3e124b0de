/* Where the bytes of an item go: plaintext in, sealed records out.
 *
 * Bytes go through two lanes of chores at once: one seals and writes them, the other adds them to the running hash.
 * SHA-384 costs more than the sealing; one after the other they would be slower than the line. */
#include "seal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hashing.h"
#include "plain.h"

#define SYNC_EVERY  (32u << 20) /* bytes: a power cut costs at most these */
#define AHEAD_BYTES (3u << 20)  /* kept for the hash, of all items together */

/* The bytes of one connection that are still being gathered. */
struct run {
	struct plain *filling; /* NULL: nothing */
	uint64_t next;         /* the chunk that filling begins with */
};

struct seal {
	/* backend thread */
	struct core *core;
	struct seal_events events;
	struct run runs[SEAL_SLOTS];
	struct hashing *hashing;
	size_t writing, jobs; /* jobs: of all kinds */
	struct job *finish;   /* waits for the hash */
	bool closed;

	unsigned lane;
	atomic_bool stop; /* set by the backend thread, seen by jobs */

	/* jobs only, one at a time */
	struct vault_writer *writer;
	struct vault *vault;
	uint64_t unsynced;
	char *file;
	char *meta_text[8];
	struct vault_meta meta;
	uint64_t size;
	bool create;
};

/* One job and what came of it. */
struct job {
	struct seal *seal;
	bool ran, ok, mismatch;
	struct err err;
	struct seal_state state;
	struct plain *plain;   /* of a write */
	struct chunkset there; /* of an open */
	struct vault_info info;
	char hash[HASH_HEX_MAX], final_name[64];
	char want_hash[SD_HASH_SIZE];
	bool keep_mismatch;
};

/* -- jobs ---------------------------------------------------------------------------------------- */

static void note_state(struct job *j)
{
	struct seal *s = j->seal;
	const struct vault_info *info = vault_writer_info(s->writer);
	j->state = (struct seal_state){
		.chunks = info->chunks,
		.have = vault_have_bytes(s->writer),
		.complete = info->complete,
	};
}

static void hash_front(void *arg, const void *data, size_t n)
{
	hashing_listen(arg, data, n);
}

static void run_open(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	if (atomic_load(&s->stop))
		return;
	j->ran = true;
	s->writer = s->create ? vault_create(s->vault, s->file, &s->meta, s->size, &j->err)
			      : vault_resume(s->vault, s->file, hash_front, s->hashing, &j->err);
	j->ok = s->writer != NULL;
	if (!j->ok)
		return;
	note_state(j);
	for (uint64_t i = 0; j->state.have && i < j->state.chunks; i++)
		if (vault_has_chunk(s->writer, i))
			chunkset_add(&j->there, i, 1);
}

static void run_write(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	const struct plain *p = j->plain;
	if (!s->writer || atomic_load(&s->stop))
		return;
	j->ran = j->ok = true;
	for (size_t off = 0; off < p->len && j->ok; off += VAULT_CHUNK) {
		uint64_t i = p->first + off / VAULT_CHUNK;
		size_t n = p->len - off < VAULT_CHUNK ? p->len - off : VAULT_CHUNK;
		j->ok = vault_write_chunk(s->writer, i, p->data + off, n, &j->err);
	}
	s->unsynced += p->len;
	if (j->ok && s->unsynced >= SYNC_EVERY) {
		s->unsynced = 0;
		j->ok = vault_writer_sync(s->writer, &j->err);
	}
	if (j->ok)
		note_state(j);
}

/* What could not be hashed as it came is read once more, all of it. */
static bool hash_all(struct seal *s, char hex[HASH_HEX_MAX], struct err *err)
{
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
	struct job *j = arg;
	struct seal *s = j->seal;
	if (!s->writer || atomic_load(&s->stop))
		return;
	j->ran = true;
	if (!j->hash[0] && !hash_all(s, j->hash, &j->err))
		return;
	j->mismatch = j->want_hash[0] && !str_eq(j->hash, j->want_hash) && !j->keep_mismatch;
	if (j->mismatch)
		return;
	snprintf(j->final_name, sizeof(j->final_name), "%.32s.kyv", s->file);
	j->ok = vault_finish(s->writer, j->final_name, &j->info, &j->err);
}

/* -- jobs come back --------------------------------------------------------------------------------- */

static void seal_free(struct seal *s)
{
	vault_writer_free(s->writer);
	hashing_close(s->hashing);
	free(s->finish);
	for (unsigned i = 0; i < SEAL_SLOTS; i++)
		plain_unref(s->runs[i].filling);
	free(s->file);
	for (size_t i = 0; i < sizeof(s->meta_text) / sizeof(s->meta_text[0]); i++)
		free(s->meta_text[i]);
	free(s);
}

static struct job *job_new(struct seal *s, struct plain *p)
{
	struct job *j = NEW(struct job);
	*j = (struct job){ .seal = s, .plain = p };
	return j;
}

static void job_free(struct job *j)
{
	plain_unref(j->plain);
	chunkset_release(&j->there);
	free(j);
}

static void give(struct seal *s, struct job *j, void (*run)(void *), void (*done)(void *))
{
	s->jobs++;
	chores_add(s->core->chores, s->lane, run, done, j);
}

/* The end of every job, back on the backend thread; false: nobody is interested any more. */
static bool came_back(struct job *j)
{
	struct seal *s = j->seal;
	s->jobs--;
	if (!s->closed)
		return true;
	if (!s->jobs)
		seal_free(s);
	job_free(j);
	return false;
}

static void done_open(void *arg)
{
	struct job *j = arg;
	if (!came_back(j))
		return;
	struct seal *s = j->seal;
	if (j->ok) {
		hashing_begin(s->hashing, &j->there, j->state.chunks);
		s->events.ready(s->events.arg, &j->state, &j->there);
	} else if (j->ran) {
		s->events.failed(s->events.arg, &j->err);
	}
	job_free(j);
}

static void submit_whole(struct seal *s, struct run *r);

static void done_write(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	if (!came_back(j))
		return;
	s->writing--;
	if (j->ok) {
		hashing_written(s->hashing, j->plain->first, plain_end(j->plain) - j->plain->first);
		s->events.written(s->events.arg, &j->state);
	} else if (j->ran) {
		s->events.failed(s->events.arg, &j->err);
	}
	job_free(j);
	for (unsigned i = 0; !s->writing && !s->closed && i < SEAL_SLOTS; i++)
		submit_whole(s, &s->runs[i]);
	if (!s->closed)
		s->events.lighter(s->events.arg); /* last: it may close the seal */
}

static void done_finish(void *arg)
{
	struct job *j = arg;
	if (!came_back(j))
		return;
	struct seal_events *ev = &j->seal->events;
	if (j->ok)
		ev->finished(ev->arg, &j->info, j->final_name, j->hash);
	else if (j->mismatch)
		ev->mismatch(ev->arg, j->hash);
	else if (j->ran)
		ev->failed(ev->arg, &j->err);
	job_free(j);
}

static void on_lighter(void *arg)
{
	struct seal *s = arg;
	if (!s->closed)
		s->events.lighter(s->events.arg);
}

static void on_hashed(void *arg, const char *hex)
{
	struct seal *s = arg;
	struct job *j = s->finish;
	if (s->closed)
		return;
	s->finish = NULL;
	str_copy(j->hash, sizeof(j->hash), hex);
	give(s, j, run_finish, done_finish);
}

/* -- from outside ------------------------------------------------------------------------------------ */

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
	s->file = str_dup(file);
	s->size = size;
	s->create = create;
	atomic_init(&s->stop, false);
	keep_meta(s, meta);
	s->hashing = hashing_new(
	    core, file,
	    &(struct hashing_events){ .arg = s, .lighter = on_lighter, .finished = on_hashed });
	give(s, job_new(s, NULL), run_open, done_open);
	return s;
}

void seal_run(struct seal *s, unsigned slot, uint64_t chunk)
{
	struct run *r = &s->runs[slot];
	plain_unref(r->filling);
	*r = (struct run){ .next = chunk };
}

/* The first len bytes of what the run has gathered go to the file. */
static void submit(struct seal *s, struct run *r, size_t len)
{
	struct plain *p = r->filling;
	r->filling = NULL;
	if (len < p->len) {
		r->filling = plain_new(&s->core->plains);
		r->filling->len = p->len - len;
		memcpy(r->filling->data, p->data + len, r->filling->len);
		p->len = len;
	}
	p->first = r->next;
	r->next = plain_end(p);
	s->writing++;
	give(s, job_new(s, p), run_write, done_write);
	hashing_add(s->hashing, p, AHEAD_BYTES / s->core->transfers);
}

static void submit_whole(struct seal *s, struct run *r)
{
	size_t len = r->filling ? r->filling->len / VAULT_CHUNK * VAULT_CHUNK : 0;
	if (len)
		submit(s, r, len);
}

void seal_add(struct seal *s, unsigned slot, const void *data, size_t n)
{
	struct run *r = &s->runs[slot];
	const unsigned char *p = data;
	while (n) {
		if (!r->filling)
			r->filling = plain_new(&s->core->plains);
		size_t now = PLAIN_BYTES - r->filling->len;
		if (now > n)
			now = n;
		memcpy(r->filling->data + r->filling->len, p, now);
		r->filling->len += now;
		p += now;
		n -= now;
		if (r->filling->len == PLAIN_BYTES)
			submit(s, r, PLAIN_BYTES);
	}
	if (!s->writing)
		submit_whole(s, r); /* nothing else to do: what is written now is not lost */
}

void seal_run_ends(struct seal *s, unsigned slot, bool end_of_file)
{
	struct run *r = &s->runs[slot];
	if (end_of_file && r->filling)
		submit(s, r, r->filling->len);
	else
		submit_whole(s, r);
	plain_unref(r->filling);
	r->filling = NULL;
}

size_t seal_waiting(const struct seal *s)
{
	size_t hashing = hashing_waiting(s->hashing);
	return s->writing > hashing ? s->writing : hashing;
}

bool seal_is_idle(const struct seal *s)
{
	return !s->writing;
}

void seal_finish(struct seal *s, const char *hash, bool keep_mismatch)
{
	struct job *j = job_new(s, NULL);
	str_copy(j->want_hash, sizeof(j->want_hash), hash);
	j->keep_mismatch = keep_mismatch;
	s->finish = j;
	hashing_finish(s->hashing);
}

void seal_close(struct seal *s)
{
	if (!s)
		return;
	atomic_store(&s->stop, true);
	s->closed = true; /* the hash goes last: a job that opens the file feeds it */
	if (!s->jobs)
		seal_free(s);
}
