/* The bytes of an item on their way into a file.
 *
 * Bytes go through two lanes of chores at once: one seals and writes them, the other adds them to the running hash.
 * SHA-384 costs more than the sealing; one after the other they would be slower than the line.
 *
 * Where a kill loses what was not synced, a third lane, of all items, syncs: again and again, so that a slow disk does it
 * less often, and neither of the two waits for it. */
#include "seal.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "hashing.h"
#include "plain.h"

#define AHEAD_BYTES (1u << 20) /* kept for the hash, of all items together */

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
	struct hashing *hashing; /* NULL: no hash is made */
	size_t writing, jobs;    /* jobs: of all kinds */
	struct job *finish;      /* waits for the hash */
	bool closed;

	unsigned lane;
	size_t unsynced;  /* bytes; of jobs unless the sink is synced beside them */
	bool syncing;     /* beside */
	atomic_bool stop; /* set by the backend thread, seen by jobs */

	struct sink *sink; /* counted; jobs only, one at a time but for its sync */
	bool opened;       /* jobs only */
};

/* One job and what came of it. */
struct job {
	struct seal *seal;
	bool ran, ok, mismatch;
	struct err err;
	struct sink_state state;
	struct plain *plain;   /* of a write */
	struct chunkset there; /* of an open */
	uint64_t size;         /* to be set */
	struct sink_end end;
	char hash[HASH_HEX_MAX];
	char want_hash[SD_HASH_SIZE];
	bool keep_mismatch;
};

/* -- jobs ---------------------------------------------------------------------------------------- */

static void note_state(struct job *j)
{
	struct sink *k = j->seal->sink;
	k->ops->state(k, &j->state);
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
	j->ok = s->opened =
	    s->sink->ops->open(s->sink, s->hashing ? hash_front : NULL, s->hashing, &j->err);
	if (!j->ok)
		return;
	note_state(j);
	s->sink->ops->there(s->sink, &j->there);
}

static void run_size(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	if (!s->opened || atomic_load(&s->stop))
		return;
	j->ran = true;
	j->ok = s->sink->ops->set_size(s->sink, j->size, &j->err);
	if (j->ok)
		note_state(j);
}

static void run_write(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	const struct plain *p = j->plain;
	const struct sink_ops *ops = s->sink->ops;
	if (!s->opened || atomic_load(&s->stop))
		return;
	j->ran = j->ok = true;
	for (size_t off = 0; off < p->len && j->ok; off += VAULT_CHUNK) {
		uint64_t i = p->first + off / VAULT_CHUNK;
		size_t n = p->len - off < VAULT_CHUNK ? p->len - off : VAULT_CHUNK;
		j->ok = ops->write(s->sink, i, p->data + off, n, &j->err);
	}
	if (!ops->beside && (s->unsynced += p->len) >= ops->sync_every && j->ok) {
		s->unsynced = 0;
		j->ok = ops->sync(s->sink, &j->err);
	}
	if (j->ok)
		note_state(j);
}

/* What could not be hashed as it came is read once more, all of it. */
static bool hash_all(struct seal *s, char hex[HASH_HEX_MAX], struct err *err)
{
	if (!s->sink->ops->sync(s->sink, err))
		return false;
	struct source *src = s->sink->ops->reader(s->sink, err);
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
	if (!s->opened || atomic_load(&s->stop))
		return;
	j->ran = true;
	bool hashed = s->hashing || j->want_hash[0];
	if (hashed && !j->hash[0] && !hash_all(s, j->hash, &j->err))
		return;
	j->mismatch = j->want_hash[0] && !str_eq(j->hash, j->want_hash) && !j->keep_mismatch;
	if (j->mismatch)
		return;
	j->ok = s->sink->ops->finish(s->sink, &j->end, &j->err);
}

static void run_sync(void *arg)
{
	struct job *j = arg;
	j->ran = true; /* also when the seal is closed: what came is worth keeping */
	j->ok = j->seal->sink->ops->sync(j->seal->sink, &j->err);
}

/* -- jobs come back --------------------------------------------------------------------------------- */

static void seal_free(struct seal *s)
{
	hashing_close(s->hashing);
	sink_unref(s->sink);
	free(s->finish);
	for (unsigned i = 0; i < SEAL_SLOTS; i++)
		plain_unref(s->runs[i].filling);
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

static void give_to(struct seal *s, unsigned lane, struct job *j, void (*run)(void *),
		    void (*done)(void *))
{
	s->jobs++;
	chores_add(s->core->chores, lane, run, done, j);
}

static void give(struct seal *s, struct job *j, void (*run)(void *), void (*done)(void *))
{
	give_to(s, s->lane, j, run, done);
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

/* What is not kept is only fetched again. */
static void note_sink(struct seal *s)
{
	struct err err;
	if (s->sink->ops->note && !s->sink->ops->note(s->sink, &err))
		log_warn("download", NULL, "how far it is was not kept: %s", err.text);
}

static void sync_beside(struct seal *s, size_t least);

static void done_sync(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	s->syncing = false;
	if (j->ok)
		note_sink(s);
	if (!came_back(j))
		return;
	if (j->ran && !j->ok)
		s->events.failed(s->events.arg, &j->err);
	job_free(j);
	sync_beside(s, s->sink->ops->sync_every);
}

/* If that many bytes wait for it. */
static void sync_beside(struct seal *s, size_t least)
{
	if (!s->sink->ops->beside || s->syncing || s->unsynced < least)
		return;
	s->syncing = true;
	s->unsynced = 0;
	give_to(s, s->core->sync_lane, job_new(s, NULL), run_sync, done_sync);
}

static void done_write(void *arg)
{
	struct job *j = arg;
	struct seal *s = j->seal;
	if (!came_back(j))
		return;
	s->writing--;
	if (j->ok) {
		if (s->sink->ops->beside)
			s->unsynced += j->plain->len;
		sync_beside(s, s->sink->ops->sync_every);
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

static void done_size(void *arg)
{
	struct job *j = arg;
	if (!came_back(j))
		return;
	struct seal *s = j->seal;
	s->writing--;
	if (j->ok)
		note_sink(s);
	if (j->ok)
		s->events.written(s->events.arg, &j->state);
	else if (j->ran)
		s->events.failed(s->events.arg, &j->err);
	job_free(j);
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
		j->seal->unsynced = 0;
	if (j->ok)
		ev->finished(ev->arg, &j->end, j->hash);
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

struct seal *seal_open(struct core *core, struct sink *sink, bool hashed,
		       const struct seal_events *events)
{
	struct seal *s = NEW(struct seal);
	s->core = core;
	s->events = *events;
	s->lane = ++core->last_lane;
	if (!core->sync_lane)
		core->sync_lane = ++core->last_lane;
	s->sink = sink;
	atomic_init(&s->stop, false);
	if (hashed)
		s->hashing =
		    hashing_new(core, sink,
				&(struct hashing_events){
				    .arg = s, .lighter = on_lighter, .finished = on_hashed });
	give(s, job_new(s, NULL), run_open, done_open);
	return s;
}

bool seal_adopt(struct seal *s, const char *claim_id, struct sink_end *ret, struct err *err)
{
	return s->sink->ops->adopt(s->sink, claim_id, ret, err);
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

void seal_set_size(struct seal *s, uint64_t size)
{
	struct job *j = job_new(s, NULL);
	j->size = size;
	s->writing++;
	give(s, j, run_size, done_size);
	hashing_sized(s->hashing, (size + VAULT_CHUNK - 1) / VAULT_CHUNK);
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
	if (s->hashing)
		hashing_finish(s->hashing);
	else
		on_hashed(s, "");
}

void seal_close(struct seal *s)
{
	if (!s)
		return;
	atomic_store(&s->stop, true);
	sync_beside(s, 1);
	s->closed = true; /* the hash goes last: a job that opens the file feeds it */
	if (!s->jobs)
		seal_free(s);
}
