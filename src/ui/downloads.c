/* Downloads: their rows as news comes, and the pane that shows those which matter now. */
#include "state.h"

#include "kiyya/str.h"

bool downloads_wants(const struct item *it)
{
	/* A row that was done before we looked belongs to the Queue view only. */
	return !item_is_state(it, "done") || str_eq(item_download(it)->event_, "done");
}

/* -- news -------------------------------------------------------------------------------------- */

static void note_download(void *arg, struct claim *c)
{
	const struct ev_download *d = arg;
	bool gone = str_eq(d->event_, "removed");
	bool done = str_eq(d->state_, "done");
	c->local.downloading = !gone && !done;
	if (done && !gone)
		c->local.offline = true;
}

static void say_done(struct ui *ui, const struct ev_download *d)
{
	ui_say(ui, "downloaded: %s", d->title_ ? d->title_ : d->claim_id_);
	ui_reload(ui, &view_library);
}

static void say_failed(struct ui *ui, const struct ev_download *d)
{
	ui_say_error(ui, "%s: %s", d->title_ ? d->title_ : d->claim_id_,
		     d->error_ ? d->error_ : "the download failed");
}

/* The listing of the queue that names a row. What comes as news while one is open counts as named by it. */
static uint64_t seen_in(struct ui *ui, const struct event *e, const struct item *old)
{
	const struct ticket *t = ui_ticket(ui, e->ticket);
	if (t && t->kind == REQ_QUEUE)
		return t->id;
	for (size_t i = 0; i < ui->n_tickets; i++)
		if (ui->tickets[i].kind == REQ_QUEUE && !ui->tickets[i].stale)
			return ui->tickets[i].id;
	return old ? old->seen : 0;
}

/* Puts the row in; true when more than its numbers have changed. */
static bool put_download(struct ui *ui, struct event *e)
{
	struct ev_download *d = &e->u.download;
	char key[ITEM_KEY_SIZE];
	item_key_of_download(key, d);
	if (str_eq(d->event_, "removed")) {
		rows_drop(&ui->queue, key);
		event_free(e);
		return true;
	}
	struct item *old = rows_find(&ui->queue, key);
	bool was_done = old && item_is_state(old, "done");
	bool same_state = old && item_is_state(old, d->state_ ? d->state_ : "");
	/* The pane keeps what was finished while we looked, even when the queue is listed again. */
	bool finished_here =
	    old && str_eq(d->state_, "done") && (!was_done || downloads_wants(old));
	if (finished_here)
		str_set(&d->event_, "done");
	struct item it;
	item_init_event(&it, e);
	it.seen = seen_in(ui, e, old);
	const struct item *now = rows_put(&ui->queue, it);
	if (finished_here && !was_done)
		say_done(ui, item_download(now));
	else if (old && !same_state && item_is_state(now, "failed"))
		say_failed(ui, item_download(now));
	return !same_state;
}

void downloads_take(struct ui *ui, struct event *e)
{
	if (e->u.download.claim_id_)
		ui_each_claim(ui, e->u.download.claim_id_, note_download, &e->u.download);
	bool listed = e->ticket != 0;
	if (put_download(ui, e) || listed) {
		listing_update(&ui->pane);
		struct view *v = ui_view_of(ui, &view_queue);
		listing_update(&v->listing);
		ui->dirty = true;
	}
	detail_forget(ui);
}

/* -- the pane ---------------------------------------------------------------------------------- */

/* "2 active, 3 queued, 4.2 MB/s" */
static void describe(struct ui *ui, struct buf *out)
{
	static const char *const states[] = { "active", "queued", "paused", "failed", "done" };
	int64_t rate = 0;
	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
		size_t n = 0;
		for (size_t i = 0; i < ui->pane.n; i++)
			n += item_is_state(listing_at(&ui->pane, i), states[s]);
		if (n > 0)
			(void)!buf_addf(out, "%s%zu %s", out->len ? ui->canvas.glyphs->dot : "", n,
					states[s]);
	}
	for (size_t i = 0; i < ui->pane.n; i++) {
		const struct ev_download *d = item_download(listing_at(&ui->pane, i));
		rate += str_eq(d->state_, "active") && d->rate_ > 0 ? d->rate_ : 0;
	}
	if (rate > 0) {
		char text[16];
		str_size(text, sizeof(text), (uint64_t)rate);
		(void)!buf_addf(out, "%s%s/s", out->len ? ui->canvas.glyphs->dot : "", text);
	}
}

void downloads_draw(struct ui *ui, struct rect pane)
{
	struct buf right;
	bool here = ui->focus == PANE_DOWNLOADS;
	struct rect inside = layout_inside(pane);
	buf_init(&right, 128);
	describe(ui, &right);
	draw_frame(ui, pane, "Downloads", right.data, here);
	struct table t = {
		.columns = download_columns,
		.n_columns = n_download_columns,
		.has_keys = here,
		.quiet = true,
	};
	table_draw(&t, &ui->pane, &ui->canvas, inside);
	if (ui->pane.n == 0) {
		canvas_text(&ui->canvas, inside.line, inside.column + 1, inside.columns - 2,
			    "Nothing is being downloaded.", ROLE_DIM);
		if (here)
			canvas_cursor(&ui->canvas, inside.line, inside.column);
	}
	buf_release(&right);
}
