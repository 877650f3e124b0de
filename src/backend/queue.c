/* Answers queue, queue_act and queue_run. */
#include <stdlib.h>
#include "engine.h"
#include "route.h"
#include "sink.h"
#include "ticket.h"

void answer_queue(struct core *core, struct ticket *t, const struct req_queue *r)
{
	struct download_list rows;
	struct err err;
	if (!store_queue_list(core->store, r->done_, &rows, &err)) {
		ticket_done(t, &err);
		return;
	}
	for (size_t i = 0; i < rows.n; i++)
		engine_post_row(core->engine, t, &rows.v[i], NULL);
	download_list_release(&rows);
	engine_post_status(core->engine);
	ticket_done(t, NULL);
}

void answer_queue_run(struct core *core, struct ticket *t, const struct req_queue_run *r)
{
	struct err err;
	if (core->offline) {
		err_set(&err, ERR_NET, 0, "--offline: nothing can be fetched");
		ticket_done(t, &err);
	} else if (core_take_lock(core, &err)) {
		engine_watch(core->engine, t, NULL, 0);
	} else {
		ticket_done(t, &err);
	}
}

/* -- queue_act: a table of what can be done to a row --------------------------------------------- */

static bool act_pause(struct core *core, struct download *d, struct err *err)
{
	if (d->state != DOWNLOAD_QUEUED && d->state != DOWNLOAD_ACTIVE)
		return true;
	d->state = DOWNLOAD_PAUSED;
	return store_queue_update(core->store, d, err);
}

static bool act_resume(struct core *core, struct download *d, struct err *err)
{
	if (d->state != DOWNLOAD_PAUSED && d->state != DOWNLOAD_FAILED)
		return true;
	d->state = DOWNLOAD_QUEUED;
	d->retries = 0;
	str_set(&d->error, NULL);
	str_set(&d->category, NULL);
	return store_queue_update(core->store, d, err);
}

static bool act_retry(struct core *core, struct download *d, struct err *err)
{
	return d->state != DOWNLOAD_FAILED || act_resume(core, d, err);
}

/* The partial stays and offline lists it; its row of the queue leaves. */
static bool act_cancel(struct core *core, struct download *d, struct err *err)
{
	if (d->file && d->state != DOWNLOAD_DONE) {
		struct copy c;
		copy_of_download(&c, d);
		c.added_at = clock_wall(core->clock);
		bool ok = store_copy_put(core->store, &c, err);
		copy_release(&c);
		if (!ok)
			return false;
	}
	return store_queue_remove(core->store, d->id, err);
}

static bool act_discard(struct core *core, struct download *d, struct err *err)
{
	if (d->file && d->state != DOWNLOAD_DONE && !sink_delete(core->vault_dir, d->file, err))
		return false;
	return store_queue_remove(core->store, d->id, err);
}

static bool act_up(struct core *core, struct download *d, struct err *err)
{
	return store_queue_move(core->store, d->id, -1, err);
}

static bool act_down(struct core *core, struct download *d, struct err *err)
{
	return store_queue_move(core->store, d->id, 1, err);
}

static const struct action {
	const char *name;
	bool (*act)(struct core *core, struct download *d, struct err *err);
	bool stops, removes;
} actions[] = {
	{ "pause", act_pause, true, false },    { "resume", act_resume, false, false },
	{ "retry", act_retry, false, false },   { "cancel", act_cancel, true, true },
	{ "discard", act_discard, true, true }, { "up", act_up, false, false },
	{ "down", act_down, false, false },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; name && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (str_eq(actions[i].name, name))
			return &actions[i];
	return NULL;
}

static void act_on_rows(struct core *core, struct ticket *t, const struct action *a,
			struct download_list *rows, struct tally *tally)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct download *d = &rows->v[i];
		struct err err;
		if (a->stops)
			engine_hand_over(core->engine, d);
		bool ok = a->act(core, d, &err);
		tally_add(tally, ok ? NULL : &err);
		if (ok)
			engine_post_row(core->engine, NULL, d, a->removes ? "removed" : "progress");
		else
			post_row_failed(t, d->claim_id, &err);
	}
}

void answer_queue_act(struct core *core, struct ticket *t, const struct req_queue_act *r)
{
	struct err err;
	struct tally tally = { 0 };
	const struct action *a = find_action(r->action_);
	if (!a) {
		err_set(&err, ERR_USAGE, 0,
			"queue knows pause, resume, retry, cancel, discard, up and down");
		ticket_done(t, &err);
		return;
	}
	if (!core_take_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	struct download_list rows;
	if (r->all_ && store_queue_list(core->store, false, &rows, &err)) {
		act_on_rows(core, t, a, &rows, &tally);
		download_list_release(&rows);
	}
	for (size_t i = 0; i < r->items_.n; i++) {
		if (!store_queue_find(core->store, r->items_.v[i], &rows, &err)) {
			tally_add(&tally, &err);
			continue;
		}
		act_on_rows(core, t, a, &rows, &tally);
		download_list_release(&rows);
	}
	engine_kick(core->engine);
	ticket_done_tally(t, &tally);
}
