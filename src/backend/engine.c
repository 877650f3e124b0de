/* The download queue at work.
 *
 * The database holds the rows; the engine holds a struct run for each row that is being worked on (or waits for its next
 * try). After every change it looks at the queue from the top and starts what there is room for. */
#include "engine.h"

#include <stdlib.h>
#include "hook.h"
#include "run.h"
#include "tempo.h"
#include "ticket.h"
#include "unlock.h"
#include "want.h"
#include "watch.h"

#define TICK_MS   100
#define STATUS_MS 500
#define SAVE_MS   2000

struct engine {
	struct core *core;
	struct run *runs;
	struct watch *watches;
	struct want *wants;
	bool unlocking, unlocked;
	bool put_off; /* nobody gave a key; not asked again until something changes */
	uint64_t tick, kick;
	int64_t status_at;
	bool closing;
};

static void look(struct engine *e);
static void kick(struct engine *e);

struct engine *engine_new(struct core *core)
{
	struct engine *e = NEW(struct engine);
	e->core = core;
	return e;
}

/* -- telling ------------------------------------------------------------------------------------- */

static struct run *find_run(const struct engine *e, int64_t id)
{
	for (struct run *r = e->runs; r; r = r->next)
		if (r->row.id == id)
			return r;
	return NULL;
}

void engine_fill_rate(const struct engine *e, int64_t id, int64_t *rate, int64_t *eta,
		      int64_t *have)
{
	const struct run *r = find_run(e, id);
	if (!r)
		return;
	*have = r->row.have;
	*rate = rate_now(&r->rate);
	if (*rate > 0 && r->row.size >= 0)
		*eta = (r->row.size - r->row.have + *rate - 1) / *rate;
}

void engine_post_row(struct engine *e, struct ticket *t, const struct download *row,
		     const char *what)
{
	struct event *ev = t ? ticket_event(t, EV_DOWNLOAD) : event_new(EV_DOWNLOAD);
	struct ev_download *d = &ev->u.download;
	d->event_ = str_dup(what);
	d->claim_id_ = str_dup(row->claim_id);
	d->title_ = str_dup(row->title);
	d->quality_ = str_dup(row->quality);
	d->state_ = str_dup(download_state_word(row->state));
	d->have_ = row->have;
	d->total_ = row->size >= 0 ? row->size : MSG_UNKNOWN;
	if (row->size < 0 && row->segments > 0)
		d->segments_ = (struct share){ row->segments_have, row->segments };
	engine_fill_rate(e, row->id, &d->rate_, &d->eta_, &d->have_);
	if (row->error) {
		d->error_ = str_dup(row->error);
		d->category_ = str_dup(row->category);
		d->retry_ = row->retry;
	}
	d->encrypted_ = row->encrypted;
	link_post(e->core->link, ev);
}

/* To everybody: as news, and to the tickets that run this row. */
static void tell(struct engine *e, const struct download *row, const char *what)
{
	engine_post_row(e, NULL, row, what);
	for (struct watch *w = e->watches; w; w = w->next)
		if (watch_wants(w, row->id))
			engine_post_row(e, w->ticket, row, what);
}

void engine_post_status(struct engine *e)
{
	struct download_list rows;
	struct err err;
	if (!store_queue_list(e->core->store, false, &rows, &err))
		return;
	struct event *ev = event_new(EV_STATUS);
	struct ev_status *s = &ev->u.status;
	s->queued_ = s->active_ = s->paused_ = s->failed_ = s->rate_ = 0;
	for (size_t i = 0; i < rows.n; i++) {
		s->queued_ += rows.v[i].state == DOWNLOAD_QUEUED;
		s->active_ += rows.v[i].state == DOWNLOAD_ACTIVE;
		s->paused_ += rows.v[i].state == DOWNLOAD_PAUSED;
		s->failed_ += rows.v[i].state == DOWNLOAD_FAILED;
	}
	for (struct run *r = e->runs; r; r = r->next)
		s->rate_ += rate_now(&r->rate);
	s->holder_ = e->core->lock != NULL;
	if (!e->core->lock)
		s->holder_pid_ = lock_holder(e->core->paths->lock);
	download_list_release(&rows);
	link_post(e->core->link, ev);
}

/* The rate is for all items together. */
static void look_at_transfers(struct engine *e)
{
	int64_t rate = tempo_rate(e->core);
	int64_t each = e->core->transfers ? rate / e->core->transfers : 0;
	for (struct run *r = e->runs; r; r = r->next)
		if (r->transfer)
			transfer_look(r->transfer, rate && each < 1 ? 1 : each);
}

/* While anything runs: ten times a second what moved is told. */
static void on_tick(void *arg)
{
	struct engine *e = arg;
	e->tick = 0;
	int64_t now = clock_mono_ms(e->core->clock);
	bool any = false;
	look_at_transfers(e);
	for (struct run *r = e->runs; r; r = r->next) {
		any = any || r->transfer;
		audience_heed(r->audience, r->transfer);
		rate_add(&r->rate, now, run_received(r));
		if (!r->dirty)
			continue;
		r->dirty = false;
		if (now - r->saved_at >= SAVE_MS)
			run_save(r);
		tell(e, &r->row, "progress");
	}
	if (now - e->status_at >= STATUS_MS) {
		e->status_at = now;
		engine_post_status(e);
	}
	if (any)
		e->tick = timer_add(e->core->timers, TICK_MS, on_tick, e);
}

static void start_ticking(struct engine *e)
{
	if (!e->tick)
		e->tick = timer_add(e->core->timers, TICK_MS, on_tick, e);
}

/* -- one row -------------------------------------------------------------------------------------- */

static void open_for(void *arg)
{
	struct want *w = arg;
	struct err err = { 0 };
	struct run *r = find_run(w->core->engine, w->id);
	w->timer = 0;
	struct source *s = r ? run_open(r, &err) : NULL;
	if (s)
		want_tell(w, &r->row, s, NULL);
	else if (err.kind != ERR_NONE && err.kind != ERR_NOT_FOUND) /* else not yet */
		want_tell(w, NULL, NULL, &err);
}

static void on_begun(void *arg, struct run *r)
{
	struct engine *e = arg;
	look_at_transfers(e); /* one more: the others get less */
	tell(e, &r->row, "progress");
	start_ticking(e);
}

static void on_moved(void *arg, struct run *r)
{
	struct engine *e = arg;
	wants_stir(e->wants, r->row.id, open_for);
}

static void on_waits(void *arg, struct run *r)
{
	struct engine *e = arg;
	tell(e, &r->row, "progress");
	kick(e); /* there is room for another row meanwhile */
}

static void drop_run(struct engine *e, struct run *r, const struct err *why)
{
	struct run **p = &e->runs;
	while (*p != r)
		p = &(*p)->next;
	*p = r->next;
	run_free(r, why);
}

static void on_over(void *arg, struct run *r, const struct err *err)
{
	struct engine *e = arg;
	tell(e, &r->row,
	     r->row.state == DOWNLOAD_DONE     ? "done"
	     : r->row.state == DOWNLOAD_FAILED ? "failed"
					       : "progress");
	hook_download(e->core, &r->row);
	for (struct watch *w = e->watches; w; w = w->next)
		if (watch_wants(w, r->row.id))
			watch_row_over(w, &r->row, err);
	struct err why;
	err_set(&why, ERR_UNFINISHED, 0, "the download is over: ask again");
	wants_end(e->wants, r->row.id, err ? err : &why);
	drop_run(e, r, err);
	kick(e);
}

static void start_run(struct engine *e, struct download *row)
{
	struct run *r = run_new(e->core, row,
				&(struct run_events){ .arg = e,
						      .begun = on_begun,
						      .moved = on_moved,
						      .waits = on_waits,
						      .over = on_over });
	r->next = e->runs;
	e->runs = r;
	run_begin(r);
}

/* -- the queue ------------------------------------------------------------------------------------- */

static bool wanted(const struct engine *e, int64_t id)
{
	if (e->core->work_off || wants_row(e->wants, id))
		return true;
	for (const struct watch *w = e->watches; w; w = w->next)
		if (watch_wants(w, id))
			return true;
	return false;
}

/* No key, no sealed download: who waits for one is told, at once or when the others are done; the rows stay queued. */
static void end_sealed_watches(struct engine *e, const struct err *why)
{
	struct download_list rows = { 0 };
	struct err err;
	bool known = store_queue_list(e->core->store, false, &rows, &err);
	for (struct watch *w = e->watches, *next; w; w = next) {
		next = w->next;
		if (!known || watch_waits_for_key(w, &rows))
			w->locked = *why;
		if (!known || watch_is_over(w, &rows))
			watch_end(&e->watches, w, NULL);
	}
	download_list_release(&rows);
}

static void on_unlocked(void *arg, const struct err *err)
{
	struct engine *e = arg;
	e->unlocking = false;
	e->unlocked = !err;
	e->put_off = err != NULL;
	for (struct watch *w = e->watches; w && !err; w = w->next)
		w->locked = (struct err){ 0 };
	if (!err) {
		look(e);
		return;
	}
	if (e->core->work_off)
		post_note(e->core, NULL, "error", "downloads wait: %s", err->text);
	end_sealed_watches(e, err);
}

static void ask_for_key(struct engine *e)
{
	if (!e->unlocking && !e->put_off)
		unlock_ensure(e->core->unlock, on_unlocked, e);
	e->unlocking = !e->put_off;
}

static void start_rows(struct engine *e, struct download_list *rows)
{
	int64_t running = 0;
	for (struct run *r = e->runs; r; r = r->next)
		running += r->transfer || r->lookup;
	for (size_t i = 0; i < rows->n; i++) {
		struct download *row = &rows->v[i];
		bool ready = row->state == DOWNLOAD_QUEUED || row->state == DOWNLOAD_ACTIVE;
		bool room = running < e->core->limits.parallel || wants_row(e->wants, row->id);
		if (!ready || !room || find_run(e, row->id) || !wanted(e, row->id))
			continue;
		if (row->encrypted && !e->unlocked) {
			ask_for_key(e); /* meanwhile those that need none begin */
			continue;
		}
		running++;
		start_run(e, row);
	}
}

/* Looks at the queue from the top, starts what there is room for, ends the tickets that have nothing left. */
static void look(struct engine *e)
{
	struct download_list rows;
	struct err err;
	if (!e->core->lock || e->closing)
		return;
	if (!store_queue_list(e->core->store, false, &rows, &err)) {
		log_error("download", NULL, "the queue cannot be read: %s", err.text);
		while (e->watches)
			watch_end(&e->watches, e->watches, &err);
		return;
	}
	for (struct watch *w = e->watches, *next; w; w = next) {
		next = w->next;
		if (watch_is_over(w, &rows))
			watch_end(&e->watches, w, NULL);
	}
	start_rows(e, &rows);
	download_list_release(&rows);
	engine_post_status(e);
	if (!e->watches && !e->runs && !wants_any(e->wants))
		core_drop_lock(e->core);
}

static void on_kick(void *arg)
{
	struct engine *e = arg;
	e->kick = 0;
	look(e);
}

/* Something came of what is running. */
static void kick(struct engine *e)
{
	if (e && !e->kick && !e->closing)
		e->kick = timer_add(e->core->timers, 0, on_kick, e);
}

void engine_kick(struct engine *e)
{
	if (!e)
		return;
	e->put_off = false;
	kick(e);
}

void engine_begin_work_off(struct engine *e)
{
	struct err err;
	if (e->core->offline)
		return;
	if (core_take_lock(e->core, &err))
		engine_kick(e);
	else
		post_note(e->core, NULL, "info", "%s", err.text);
	engine_post_status(e);
}

static void stop_watch(void *arg)
{
	struct watch *w = arg;
	struct engine *e = w->engine;
	watch_drop(&e->watches, w);
	/* What only this ticket wanted stops; its rows stay queued. */
	for (struct run *r = e->runs, *next; r; r = next) {
		next = r->next;
		if (!wanted(e, r->row.id))
			engine_stop_row(e, r->row.id);
	}
	kick(e);
}

void engine_watch(struct engine *e, struct ticket *t, const int64_t *ids, size_t n)
{
	struct watch *w = watch_new(e, t, ids, n);
	w->next = e->watches;
	e->watches = w;
	ticket_on_cancel(t, stop_watch, w);
	engine_kick(e);
}

void engine_stop_row(struct engine *e, int64_t id)
{
	struct run *r = find_run(e, id);
	struct err why;
	err_set(&why, ERR_UNFINISHED, 0, "the download was stopped");
	wants_end(e->wants, id, &why);
	if (!r)
		return;
	if (r->row.state == DOWNLOAD_ACTIVE)
		r->row.state = DOWNLOAD_QUEUED;
	run_save(r);
	drop_run(e, r, &why);
}

void engine_hand_over(struct engine *e, struct download *row)
{
	struct download_list fresh;
	engine_stop_row(e, row->id);
	if (!store_queue_find(e->core->store, row->claim_id, &fresh, NULL))
		return;
	for (size_t i = 0; i < fresh.n; i++) {
		if (fresh.v[i].id != row->id)
			continue;
		download_release(row);
		download_copy(row, &fresh.v[i]);
	}
	download_list_release(&fresh);
}

/* -- who reads it meanwhile ------------------------------------------------------------------------- */

struct want *engine_want(struct engine *e, int64_t id, want_fn *fn, void *arg)
{
	struct want *w = want_new(&e->wants, e->core, id, fn, arg);
	wants_stir(w, id, open_for);
	engine_kick(e);
	return w;
}

void engine_unwant(struct engine *e, struct want *w)
{
	int64_t id = w ? want_drop(&e->wants, w) : 0;
	if (id && !wanted(e, id))
		engine_stop_row(e, id);
	kick(e);
}

void engine_heed(struct engine *e)
{
	for (struct run *r = e->runs; r; r = r->next)
		audience_heed(r->audience, r->transfer);
}

void engine_lock(struct engine *e)
{
	e->unlocked = false;
	for (struct run *r = e->runs, *next; r; r = next) {
		next = r->next;
		if (r->row.encrypted)
			engine_stop_row(e, r->row.id);
	}
}

/* More may run at once than before, or fewer: those that began last wait again. */
void engine_limits_changed(struct engine *e)
{
	int64_t running = 0;
	for (struct run *r = e->runs; r; r = r->next)
		running += r->transfer != NULL;
	for (struct run *r = e->runs, *next; r && running > e->core->limits.parallel; r = next) {
		next = r->next;
		if (!r->transfer || wants_row(e->wants, r->row.id))
			continue;
		running--;
		r->row.state = DOWNLOAD_QUEUED;
		tell(e, &r->row, "progress");
		engine_stop_row(e, r->row.id);
	}
	look_at_transfers(e);
	kick(e);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	e->closing = true;
	while (e->runs)
		engine_stop_row(e, e->runs->row.id);
	while (e->watches)
		watch_drop(&e->watches, e->watches);
	while (e->wants)
		engine_unwant(e, e->wants);
	timer_drop(e->core->timers, e->tick);
	timer_drop(e->core->timers, e->kick);
	unlock_forget(e->core->unlock, e);
	free(e);
}
