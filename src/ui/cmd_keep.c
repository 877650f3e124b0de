/* Commands about what is kept: downloads, copies, favourites, what was watched. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

/* From so many on it is asked first. */
#define MANY 10

static void download(struct ui *ui, const char *quality, struct strs *ids)
{
	struct req *r = req_new(REQ_DOWNLOAD);
	strs_copy(&r->u.download.items_, ids);
	r->u.download.quality_ = str_dup(quality);
	r->u.download.queue_only_ = true;
	ui_send(ui, r, 0);
	ui_unmark(ui);
}

/* The quality, or "", and then the ids. */
static void yes_download(struct ui *ui, const struct strs *items)
{
	struct strs ids = { 0 };
	for (size_t i = 1; i < items->n; i++)
		strs_add(&ids, items->v[i]);
	ui_say(ui, "queued: %zu items", ids.n);
	download(ui, items->v[0][0] ? items->v[0] : NULL, &ids);
	strs_release(&ids);
}

struct wanted {
	bool all; /* of a playlist or a channel */
	int64_t bytes;
	size_t unknown;
};

static void add_wanted(void *arg, struct item *it)
{
	struct wanted *w = arg;
	int64_t size = item_size(it);
	w->all |=
	    it->claim && (it->claim->kind == CLAIM_COLLECTION || it->claim->kind == CLAIM_CHANNEL);
	w->bytes += size > 0 ? size : 0;
	w->unknown += size < 0;
}

static void ask_download(struct ui *ui, const char *quality, const struct strs *ids,
			 const struct wanted *w)
{
	struct strs items = { 0 };
	char size[16];
	str_size(size, sizeof(size), (uint64_t)w->bytes);
	strs_add(&items, quality ? quality : "");
	for (size_t i = 0; i < ids->n; i++)
		strs_add(&items, ids->v[i]);
	if (w->all && ids->n == 1)
		ui_ask(ui, yes_download, &items, "download everything of %s?",
		       item_title(ui_item(ui)));
	else
		ui_ask(ui, yes_download, &items, "download %zu items, %s%s?", ids->n, size,
		       w->all       ? " and what the playlists hold"
		       : w->unknown ? " and more"
				    : "");
	strs_release(&items);
}

void cmd_download(struct ui *ui, const char *arg)
{
	struct strs ids;
	struct wanted w = { .all = false };
	ui_targets(ui, &ids);
	ui_each_target(ui, add_wanted, &w);
	if (ids.n && (w.all || ids.n >= MANY)) {
		ask_download(ui, arg, &ids, &w);
	} else if (ids.n) {
		if (ids.n == 1)
			ui_say(ui, "queued: %s", item_title(ui_item(ui)));
		else
			ui_say(ui, "queued: %zu items", ids.n);
		download(ui, arg, &ids);
	}
	strs_release(&ids);
}

/* -- the queue --------------------------------------------------------------------------------- */

static void act(struct ui *ui, const char *action, struct strs *items)
{
	if (items->n == 0)
		return;
	struct req *r = req_new(REQ_QUEUE_ACT);
	r->u.queue_act.action_ = str_dup(action);
	strs_copy(&r->u.queue_act.items_, items);
	ui_send(ui, r, 0);
}

static void act_on_targets(struct ui *ui, const char *action)
{
	struct strs items;
	ui_targets(ui, &items);
	act(ui, action, &items);
	strs_release(&items);
}

/* What pausing does to a row, by its state. */
enum { PAUSE, RESUME, RETRY, N_TURNS };
struct turn {
	struct ui *ui;
	struct strs items[N_TURNS];
};

static void add_turn(void *arg, struct item *it)
{
	struct turn *t = arg;
	const struct ev_download *d = ui_download_of(t->ui, it);
	if (!d || str_eq(d->state_, "done"))
		return;
	int turn = str_eq(d->state_, "paused")   ? RESUME
		   : str_eq(d->state_, "failed") ? RETRY
						 : PAUSE;
	strs_add(&t->items[turn], d->claim_id_);
}

static void pause_all(struct ui *ui)
{
	bool running = false;
	for (size_t i = 0; i < ui->queue.n; i++)
		running |= item_is_state(&ui->queue.v[i], "active") ||
			   item_is_state(&ui->queue.v[i], "queued");
	struct req *r = req_new(REQ_QUEUE_ACT);
	r->u.queue_act.action_ = str_dup(running ? "pause" : "resume");
	r->u.queue_act.all_ = true;
	ui_send(ui, r, 0);
}

void cmd_pause(struct ui *ui, const char *arg)
{
	if (str_eq(arg, "all")) {
		pause_all(ui);
		return;
	}
	struct turn t = { .ui = ui };
	ui_each_target(ui, add_turn, &t);
	if (t.items[PAUSE].n + t.items[RESUME].n + t.items[RETRY].n == 0)
		ui_say(ui, "this is not being downloaded");
	act(ui, "pause", &t.items[PAUSE]);
	act(ui, "resume", &t.items[RESUME]);
	act(ui, "retry", &t.items[RETRY]);
	for (int i = 0; i < N_TURNS; i++)
		strs_release(&t.items[i]);
}

/* "parallel +1", "rate 2M": as long as the program runs; the file stays as it is. */
void cmd_limit(struct ui *ui, const char *arg)
{
	size_t n = arg ? strcspn(arg, " ") : 0;
	struct req *r = req_new(REQ_LIMIT);
	r->u.limit.key_ = str_dupn(arg ? arg : "", n);
	r->u.limit.value_ = arg && arg[n] ? str_dup(arg + n + 1) : NULL;
	ui_send(ui, r, 0);
}

void cmd_retry(struct ui *ui, const char *arg)
{
	act_on_targets(ui, "retry");
}

void cmd_queue_up(struct ui *ui, const char *arg)
{
	act_on_targets(ui, "up");
}

void cmd_queue_down(struct ui *ui, const char *arg)
{
	act_on_targets(ui, "down");
}

static void yes_cancel(struct ui *ui, const struct strs *items)
{
	struct strs copy;
	strs_copy(&copy, items);
	act(ui, "cancel", &copy);
	strs_release(&copy);
	ui_unmark(ui);
}

struct queued {
	struct ui *ui;
	struct strs ids;
	const char *title; /* of the last one */
};

static void add_queued(void *arg, struct item *it)
{
	struct queued *q = arg;
	const struct ev_download *d = ui_download_of(q->ui, it);
	if (!d || str_eq(d->state_, "done"))
		return;
	strs_add(&q->ids, d->claim_id_);
	q->title = item_title(it);
}

/* -- copies ------------------------------------------------------------------------------------ */

/* keys: "claim id/quality"; without a quality: every copy. */
static void yes_delete(struct ui *ui, const struct strs *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		const char *slash = strchr(keys->v[i], '/');
		struct req *r = req_new(REQ_REMOVE);
		strs_addn(&r->u.remove.items_, keys->v[i], (size_t)(slash - keys->v[i]));
		r->u.remove.quality_ = slash[1] ? str_dup(slash + 1) : NULL;
		ui_send(ui, r, 0);
	}
	ui_unmark(ui);
}

struct doomed {
	struct ui *ui;
	struct strs keys;
	int64_t bytes;
	const char *title;
};

static void add_doomed(void *arg, struct item *it)
{
	struct doomed *d = arg;
	const struct ev_copy *c = item_copy(it);
	const struct ev_download *row = item_download(it);
	if (!item_claim_id(it)[0] ||
	    (it->claim && !it->claim->local.offline && !it->claim->local.downloading))
		return;
	int64_t bytes = c ? c->stored_size_ : row ? row->have_ : item_size(it);
	d->bytes += bytes > 0 ? bytes : 0;
	d->title = item_title(it);
	char *key = str_fmt("%s/%s", item_claim_id(it), item_quality(it) ? item_quality(it) : "");
	strs_add(&d->keys, key);
	free(key);
}

void cmd_delete(struct ui *ui, const char *arg)
{
	struct doomed d = { .ui = ui };
	char size[16];
	ui_each_target(ui, add_doomed, &d);
	str_size(size, sizeof(size), (uint64_t)d.bytes);
	if (d.keys.n == 0)
		ui_say(ui, "there is no copy of it on this machine");
	else if (d.keys.n == 1)
		ui_ask(ui, yes_delete, &d.keys, "delete the copy, %s: %s?", size, d.title);
	else
		ui_ask(ui, yes_delete, &d.keys, "delete %zu copies, %s?", d.keys.n, size);
	strs_release(&d.keys);
}

/* -- cancelling once more: what has arrived goes too --------------------------------------------- */

static void add_partial(void *arg, struct item *it)
{
	const struct ev_copy *c = item_copy(it);
	if (c && !c->complete_)
		add_doomed(arg, it);
}

/* False: nothing of it is left of a download that was cancelled. */
static bool discard(struct ui *ui)
{
	struct doomed d = { .ui = ui };
	char size[16];
	ui_each_target(ui, add_partial, &d);
	str_size(size, sizeof(size), (uint64_t)d.bytes);
	bool any = d.keys.n > 0;
	if (d.keys.n == 1)
		ui_ask(ui, yes_delete, &d.keys, "delete what has arrived, %s: %s?", size, d.title);
	else if (any)
		ui_ask(ui, yes_delete, &d.keys, "delete what has arrived of %zu, %s?", d.keys.n,
		       size);
	strs_release(&d.keys);
	return any;
}

void cmd_cancel(struct ui *ui, const char *arg)
{
	struct queued q = { .ui = ui };
	ui_each_target(ui, add_queued, &q);
	if (q.ids.n == 0 && !discard(ui))
		ui_say(ui, "this is not being downloaded");
	else if (q.ids.n == 1)
		ui_ask(ui, yes_cancel, &q.ids, "cancel %s? what has arrived is kept", q.title);
	else
		ui_ask(ui, yes_cancel, &q.ids, "cancel %zu downloads? what has arrived is kept",
		       q.ids.n);
	strs_release(&q.ids);
}

/* -- favourites, watched ----------------------------------------------------------------------- */

static void ask_local(void *arg, struct claim *c)
{
	*(struct claim_local *)arg = c->local;
}

/* What is known of the first of these claims. */
static struct claim_local local_of(struct ui *ui, const struct strs *ids)
{
	struct claim_local local = { 0 };
	if (ids->n > 0)
		ui_each_claim(ui, ids->v[0], ask_local, &local);
	return local;
}

void cmd_favorite(struct ui *ui, const char *arg)
{
	struct strs ids;
	ui_targets(ui, &ids);
	bool on = !local_of(ui, &ids).favorite;
	for (size_t i = 0; i < ids.n; i++) {
		struct strs one = { 0 };
		struct req *r = req_new(REQ_FAVORITE);
		r->u.favorite.action_ = str_dup(on ? "add" : "rm");
		r->u.favorite.item_ = str_dup(ids.v[i]);
		strs_add(&one, ids.v[i]);
		ui_send_for(ui, r, on ? EFFECT_FAVORITE : EFFECT_NO_FAVORITE, &one);
		strs_release(&one);
	}
	strs_release(&ids);
}

void cmd_watched(struct ui *ui, const char *arg)
{
	struct strs ids;
	ui_targets(ui, &ids);
	bool on = !local_of(ui, &ids).watched;
	if (ids.n > 0) {
		struct req *r = req_new(REQ_WATCHED);
		strs_copy(&r->u.watched.items_, &ids);
		r->u.watched.not_ = !on;
		ui_send_for(ui, r, on ? EFFECT_WATCHED : EFFECT_NOT_WATCHED, &ids);
	}
	strs_release(&ids);
}
