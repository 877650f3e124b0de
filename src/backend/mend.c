/* One copy made whole again.
 *
 *	look ──► nothing to fetch ──────────────────────────────► settle ──► the row
 *	  └────► the gateway: is it still there? ──► fetch ──► settle
 *	                                               ▲           │ the hash does not fit: once more, everything
 *	                                               └───────────┘
 *
 * Looking, writing and settling are jobs of one lane (mend_job.c); the rest is here, on the backend thread. */
#include "mend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lookup.h"
#include "mend_fetch.h"
#include "mend_job.h"
#include "ticket.h"

#define PIECE_BYTES ((size_t)4 * VAULT_CHUNK)
#define HIGH_WATER  16u /* pieces that wait for the disk */
#define LOW_WATER   4u

struct mend {
	struct core *core;
	struct mend_events events;
	struct mend_job job; /* the lane's while a job runs */
	unsigned lane;
	size_t waiting; /* jobs given and not come back */
	bool closed, paused, fetched_all;
	struct mend_piece *filling;
	uint64_t filling_at; /* the byte that comes next in it */
	struct lookup *lookup;
	struct mend_fetch *fetch;
	uint64_t timer;
	char *url;
	uint64_t have; /* bytes of this round */
	int64_t fetched;
	struct err err;
};

static void give(struct mend *m, void (*run)(void *), void (*done)(void *), void *arg)
{
	m->waiting++;
	chores_add(m->core->chores, m->lane, run, done, arg);
}

static void really_free(struct mend *m)
{
	mend_job_release(&m->job);
	free(m->filling);
	free(m->url);
	free(m);
}

/* A job is back; false: nobody waits for it any more. */
static bool came_back(struct mend *m)
{
	m->waiting--;
	if (m->closed && !m->waiting)
		really_free(m);
	else
		return !m->closed;
	return false;
}

static void give_up(void *arg)
{
	struct mend *m = arg;
	m->timer = 0;
	m->events.ended(m->events.arg, NULL, &m->err);
}

/* Never from inside a caller. */
static void fail(struct mend *m, const struct err *err)
{
	m->err = *err;
	mend_fetch_free(m->fetch);
	m->fetch = NULL;
	timer_drop(m->core->timers, m->timer);
	m->timer = timer_add(m->core->timers, 0, give_up, m);
}

/* -- the end ------------------------------------------------------------------------------------- */

static void finish(struct mend *m)
{
	struct mend_job *j = &m->job;
	struct copy *c = &j->copy;
	struct err err = { 0 };
	char *old = j->keep_old ? NULL : path_join(m->core->vault_dir, c->file);
	bool moved = !str_eq(c->file, j->final_name);
	if (moved && j->keep_old)
		post_note(m->core, NULL, "warn", "%s in the vault is another film: it stays there",
			  c->file);
	str_set(&c->file, j->final_name);
	memcpy(c->file_id, j->info.file_id, sizeof(c->file_id));
	c->generation = (int64_t)j->info.generation;
	c->size = (int64_t)j->info.size;
	c->verified_at = clock_wall(m->core->clock);
	str_set(&c->publisher_hash, j->hash_word);
	if (!store_copy_put(m->core->store, c, &err)) {
		fail(m, &err);
	} else {
		if (moved && old && unlink(old) != 0 && errno != ENOENT)
			log_warn("repair", c->claim_id, "%s stays: %s", old, strerror(errno));
		if (str_eq(j->hash_word, "mismatch"))
			err_set(&err, ERR_DAMAGED, 0,
				"\"%.100s\" is whole, but it is not what the publisher signed",
				c->title ? c->title : c->claim_id);
		const struct mend_report report = { .chunks = j->info.chunks,
						    .fetched = m->fetched,
						    .header_mended = j->header_mended,
						    .hash = j->hash_word,
						    .copy = *c };
		m->events.ended(m->events.arg, &report, err.kind ? &err : NULL);
	}
	free(old);
}

/* -- fetching ------------------------------------------------------------------------------------ */

static void fetch(struct mend *m);

static void settled(void *arg)
{
	struct mend_job *j = arg;
	struct mend *m = j->owner;
	if (!came_back(m))
		return;
	if (!j->ok)
		fail(m, &j->err);
	else if (j->all_again)
		fetch(m);
	else
		finish(m);
}

static void settle_if_written(struct mend *m)
{
	if (m->fetched_all && !m->waiting)
		give(m, mend_job_settle, settled, &m->job);
}

static void written(void *arg)
{
	struct mend_piece *p = arg;
	struct mend *m = p->owner;
	bool ok = p->ok || !p->ran;
	struct err err = p->err;
	free(p);
	if (!came_back(m))
		return;
	if (!ok) {
		m->fetched_all = false;
		fail(m, &err);
		return;
	}
	if (m->paused && m->waiting <= LOW_WATER && m->fetch) {
		m->paused = false;
		mend_fetch_pause(m->fetch, false);
	}
	settle_if_written(m);
}

static void submit(struct mend *m)
{
	struct mend_piece *p = m->filling;
	m->filling = NULL;
	if (!p)
		return;
	give(m, mend_job_write, written, p);
	if (m->waiting >= HIGH_WATER && !m->paused) {
		m->paused = true;
		mend_fetch_pause(m->fetch, true);
	}
}

static void on_bytes(void *arg, uint64_t off, const void *data, size_t n)
{
	struct mend *m = arg;
	const unsigned char *from = data;
	m->have += n;
	m->fetched += (int64_t)n;
	while (n) {
		if (m->filling && m->filling_at != off)
			submit(m); /* another run begins */
		if (!m->filling) {
			m->filling = mem_new(sizeof(*m->filling) + PIECE_BYTES);
			*m->filling = (struct mend_piece){ .owner = m,
							   .job = &m->job,
							   .first = off / VAULT_CHUNK };
		}
		struct mend_piece *p = m->filling;
		size_t now = PIECE_BYTES - p->len < n ? PIECE_BYTES - p->len : n;
		memcpy(p->data + p->len, from, now);
		p->len += now;
		off = m->filling_at = off + now;
		from += now;
		n -= now;
		if (p->len == PIECE_BYTES)
			submit(m);
	}
	m->events.moved(m->events.arg, m->have);
}

static void on_fetched(void *arg, const struct err *err)
{
	struct mend *m = arg;
	struct err why = err ? *err : (struct err){ 0 };
	if (err) {
		const struct copy *c = &m->job.copy;
		if (err->kind == ERR_NOT_FOUND || err->kind == ERR_DAMAGED)
			err_wrap(&why, "\"%.100s\" cannot be repaired",
				 c->title ? c->title : c->claim_id);
		fail(m, &why);
		return;
	}
	submit(m);
	m->fetched_all = true;
	settle_if_written(m);
}

static bool enough_space(const struct mend *m, struct err *err)
{
	uint64_t space, need = m->job.wanted + (uint64_t)m->core->settings->download_reserve;
	if (!file_free_space(m->core->vault_dir, &space, err))
		return false;
	return space >= need ||
	       err_set(err, ERR_SPACE, 0,
		       "not enough space to repair: %llu bytes are needed with the "
		       "reserve, %llu are free",
		       (unsigned long long)need, (unsigned long long)space);
}

static void fetch(struct mend *m)
{
	struct err err;
	mend_fetch_free(m->fetch);
	m->fetch = NULL;
	m->have = 0;
	m->fetched_all = m->paused = false;
	if (!enough_space(m, &err)) {
		fail(m, &err);
		return;
	}
	m->events.begun(m->events.arg, m->job.wanted);
	m->fetch = mend_fetch_start(
	    m->core, m->url, m->job.size, m->job.runs, m->job.n_runs,
	    &(struct mend_fetch_events){ .arg = m, .bytes = on_bytes, .ended = on_fetched });
}

/* -- is it still there? -------------------------------------------------------------------------- */

static bool judge_claim(struct mend *m, const struct claim *claim, const struct err *why,
			struct err *err)
{
	struct copy *c = &m->job.copy;
	const char *title = c->title ? c->title : c->claim_id;
	if (!claim && why->kind == ERR_NOT_FOUND)
		return err_set(
		    err, ERR_NOT_FOUND, 0,
		    "\"%.100s\" cannot be repaired: its publisher has taken it back. What "
		    "still opens of it stays",
		    title);
	if (!claim)
		return err_set(err, why->kind, why->num, "%s", why->text);
	if (c->sd_hash[0] && claim->sd_hash[0] && !str_eq(c->sd_hash, claim->sd_hash))
		return err_set(
		    err, ERR_REFUSED, 0,
		    "\"%.100s\" cannot be repaired: its publisher has replaced it. What "
		    "still opens of it stays; kiyya rm and kiyya download get the new one",
		    title);
	return true;
}

static void on_claim(void *arg, struct page *one, bool stale, const struct err *why)
{
	struct mend *m = arg;
	struct err err;
	m->lookup = NULL;
	const struct claim *claim = one ? &one->items[0] : NULL;
	if (judge_claim(m, claim, why, &err)) {
		m->url =
		    str_fmt("%s/v6/streams/%s/%.6s.mp4", m->core->settings->gateway_player_url,
			    claim->stream_id[0] ? claim->stream_id : claim->id, claim->sd_hash);
		fetch(m);
	} else {
		fail(m, &err);
	}
	page_free(one);
}

static void looked(void *arg)
{
	struct mend_job *j = arg;
	struct mend *m = j->owner;
	struct err err;
	if (!came_back(m))
		return;
	const struct copy *c = &j->copy;
	if (!j->ok) {
		fail(m, &j->err);
	} else if (!j->n_runs) {
		finish(m);
	} else if (!str_eq(c->quality, "original")) {
		err_set(&err, ERR_REFUSED, 0,
			"\"%.100s\" in %s was put together of pieces and is fetched anew only as a "
			"whole: kiyya rm, then kiyya download",
			c->title ? c->title : c->claim_id, c->quality);
		fail(m, &err);
	} else if (m->core->offline) {
		err_set(&err, ERR_NET, 0,
			"\"%.100s\" has chunks to fetch, and --offline forbids that",
			c->title ? c->title : c->claim_id);
		fail(m, &err);
	} else {
		m->lookup = lookup_start(m->core, c->claim_id, LOOKUP_GATEWAY_FIRST, on_claim, m);
	}
}

struct mend *mend_start(struct core *core, const struct copy *c, const struct mend_events *events)
{
	struct mend *m = NEW(struct mend);
	m->core = core;
	m->events = *events;
	m->lane = ++core->last_lane;
	mend_job_init(&m->job, core, c);
	m->job.owner = m;
	give(m, mend_job_look, looked, &m->job);
	return m;
}

void mend_free(struct mend *m)
{
	if (!m)
		return;
	atomic_store(&m->job.stop, true);
	mend_fetch_free(m->fetch);
	m->fetch = NULL;
	lookup_cancel(m->lookup);
	timer_drop(m->core->timers, m->timer);
	m->closed = true;
	if (!m->waiting)
		really_free(m);
}
