/* A ticket that waits for rows of the queue. */
#include "watch.h"

#include <stdlib.h>

struct watch *watch_new(struct engine *e, struct ticket *t, const int64_t *ids, size_t n)
{
	struct watch *w = NEW(struct watch);
	w->engine = e;
	w->ticket = t;
	w->ids = n ? mem_dup(ids, n * sizeof(*ids)) : NULL;
	w->n = n;
	return w;
}

bool watch_wants(const struct watch *w, int64_t id)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->ids[i] == id)
			return true;
	return !w->n;
}

void watch_row_over(struct watch *w, const struct download *row, const struct err *err)
{
	tally_add(&w->tally, err);
	w->out_of_space = w->out_of_space || (err && err->kind == ERR_SPACE);
}

static bool waits(const struct watch *w, const struct download *row)
{
	return (row->state == DOWNLOAD_QUEUED || row->state == DOWNLOAD_ACTIVE) &&
	       watch_wants(w, row->id);
}

bool watch_is_over(const struct watch *w, const struct download_list *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (waits(w, &rows->v[i]) && !(rows->v[i].encrypted && w->locked.kind))
			return false;
	return true;
}

bool watch_waits_for_key(const struct watch *w, const struct download_list *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].encrypted && waits(w, &rows->v[i]))
			return true;
	return false;
}

void watch_drop(struct watch **list, struct watch *w)
{
	while (*list != w)
		list = &(*list)->next;
	*list = w->next;
	free(w->ids);
	free(w);
}

/* queue run: 0 when only paused or done rows remain, 7 when failed or waiting ones do, 6 when space stopped it. */
static void end_run_of_all(struct watch *w, struct ticket *t)
{
	struct err err;
	if (w->out_of_space) {
		ticket_done(t, &w->tally.first);
		return;
	}
	struct download_list rows;
	int failed = 0;
	if (!store_queue_list(t->core->store, false, &rows, &err)) {
		ticket_done(t, &err);
		return;
	}
	for (size_t i = 0; i < rows.n; i++)
		failed += rows.v[i].state == DOWNLOAD_FAILED;
	download_list_release(&rows);
	if (failed) {
		err_set(&err, ERR_UNFINISHED, 0,
			"%d of the queue failed: kiyya queue says why, kiyya queue retry --all "
			"tries again",
			failed);
		ticket_done(t, &err);
	} else if (w->tally.n_failed && w->tally.first.kind == ERR_DAMAGED) {
		ticket_done(t, &w->tally.first);
	} else {
		ticket_done(t, NULL);
	}
}

void watch_end(struct watch **list, struct watch *w, const struct err *err)
{
	struct ticket *t = w->ticket;
	struct watch copy = *w;
	watch_drop(list, w);
	if (err || copy.locked.kind)
		ticket_done(t, err ? err : &copy.locked);
	else if (t->kind == REQ_QUEUE_RUN)
		end_run_of_all(&copy, t);
	else
		ticket_done_tally(t, &copy.tally);
}
