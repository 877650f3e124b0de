/* What came up from the backend, put where it belongs. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"

static struct view *view_of_slot(struct ui *ui, uint32_t slot)
{
	size_t i = (size_t)slot - SLOT_VIEW;
	return slot >= SLOT_VIEW && i < n_views ? &ui->views[i] : NULL;
}

/* -- copies ------------------------------------------------------------------------------------ */

static void note_no_copy(void *arg, struct claim *c)
{
	c->local.offline = false;
}

static bool has_copy(const struct rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(item_claim_id(&rows->v[i]), id) == 0)
			return true;
	return false;
}

static void take_removed_copy(struct ui *ui, struct event *e)
{
	struct view *v = ui_view_of(ui, &view_library);
	struct item it;
	item_init_event(&it, e);
	rows_drop(&v->rows, it.key);
	listing_update(&v->listing);
	if (!has_copy(&v->rows, item_claim_id(&it)))
		ui_each_claim(ui, item_claim_id(&it), note_no_copy, NULL);
	ui_say(ui, "deleted: %s", item_title(&it));
	item_release(&it);
	detail_forget(ui);
}

/* -- the player, notes, logs ------------------------------------------------------------------- */

static void take_player(struct ui *ui, struct event *e)
{
	const struct ev_player *p = &e->u.player;
	bool over = str_eq(p->state_, "ended") || str_eq(p->state_, "stopped") ||
		    str_eq(p->state_, "failed");
	if (str_eq(p->state_, "failed"))
		ui_say_error(ui, "%s", p->error_ ? p->error_ : "the player failed");
	if (!ui->player && !over && ui->message_role != ROLE_ERROR)
		ui_say_nothing(ui); /* "starting the player" has come true */
	if (!ui->player || over || !str_eq(ui->player->u.player.state_, p->state_))
		ui->dirty = true;
	ui->given = ui->given || (ui->picture && !over);
	if (over)
		upnext_player_over(ui, str_eq(p->state_, "ended"));
	event_free(ui->player);
	ui->player = over ? NULL : e;
	if (over)
		event_free(e);
}

static void take_status(struct ui *ui, struct event *e)
{
	const struct ev_status *before = ui->status ? &ui->status->u.status : NULL;
	const struct ev_status *now = &e->u.status;
	if (!before || before->active_ != now->active_ || !str_eq(before->gateway_, now->gateway_))
		ui->dirty = true;
	event_free(ui->status);
	ui->status = e;
}

static void take_note(struct ui *ui, const struct ev_note *n)
{
	if (!n->text_)
		return;
	if (str_eq(n->level_, "error"))
		ui_say_error(ui, "%s", n->text_);
	else
		ui_say(ui, "%s", n->text_);
}

static void take_serve(struct ui *ui, const struct ev_serve *s)
{
	strs_release(&ui->page.notes);
	strs_add(&ui->page.notes, s->title_ ? s->title_ : "");
	strs_add(&ui->page.notes, s->url_ ? s->url_ : "");
	where_note_address(ui, s->url_);
	page_open(ui, "Address for a player elsewhere", page_write_notes);
}

static void take_log(struct ui *ui, const struct ev_log *l)
{
	/* The page was opened for one item, whose id is its first note; or for everything. */
	const char *id = ui->page.notes.n > 0 ? ui->page.notes.v[0] : "";
	if (!ui->page.open || (id[0] && !str_eq(l->claim_id_, id)))
		return;
	char iso[CLOCK_ISO_SIZE] = "";
	if (l->time_ != TIME_UNKNOWN)
		clock_iso(l->time_, iso);
	char *line = str_fmt("%s  %s  %s: %s", iso, l->level_ ? l->level_ : "",
			     l->component_ ? l->component_ : "", l->message_ ? l->message_ : "");
	strs_add(&ui->page.notes, line);
	ui->page.width = 0; /* wrap anew */
	free(line);
}

/* -- answers ----------------------------------------------------------------------------------- */

static void take_page(struct ui *ui, const struct ticket *t, struct event *e)
{
	if (t && t->slot == SLOT_DETAIL) {
		page_free(ui->detail_page);
		ui->detail_page = e->u.page.claims_;
		e->u.page.claims_ = NULL;
		detail_forget(ui);
		event_free(e);
		return;
	}
	if (t && t->slot == SLOT_RELATED) {
		related_take(ui, e->u.page.claims_);
		e->u.page.claims_ = NULL;
		event_free(e);
		return;
	}
	struct view *v = t ? view_of_slot(ui, t->slot) : NULL;
	if (!v || !v->ops->take(ui, v, e))
		event_free(e);
	detail_forget(ui);
}

static void set_effect(void *arg, struct claim *c)
{
	switch (*(const enum effect *)arg) {
	case EFFECT_NONE:
		break;
	case EFFECT_FAVORITE:
	case EFFECT_NO_FAVORITE:
		c->local.favorite = *(const enum effect *)arg == EFFECT_FAVORITE;
		break;
	case EFFECT_WATCHED:
	case EFFECT_NOT_WATCHED:
		c->local.watched = *(const enum effect *)arg == EFFECT_WATCHED;
		break;
	}
}

static void view_is_done(struct ui *ui, struct view *v, const struct ticket *t,
			 const struct ev_done *d)
{
	v->state = d->ok_ ? VIEW_READY : VIEW_FAILED;
	str_set(&v->why, d->ok_ ? NULL : d->error_ ? d->error_ : "it was stopped");
	if (d->ok_ && v->ops->loaded)
		v->ops->loaded(ui, v, t->id);
}

static void take_done(struct ui *ui, struct ticket *t, const struct ev_done *d)
{
	struct view *v = t->stale ? NULL : view_of_slot(ui, t->slot);
	if (v)
		view_is_done(ui, v, t, d);
	for (size_t i = 0; d->ok_ && i < t->items.n; i++)
		ui_each_claim(ui, t->items.v[i], set_effect, &t->effect);
	/* What was stopped on purpose is no news, nor what nobody asked for; an export that asks before it overwrites has not
	 * failed. */
	bool asks = t->kind == REQ_EXPORT && !d->error_;
	bool unasked = t->stale || t->slot == SLOT_RELATED || t->slot == SLOT_NEXT;
	if (!d->ok_ && !unasked && !asks && !str_eq(d->category_, "cancelled"))
		ui_say_error(ui, "%s",
			     d->error_ ? d->error_ : "it did not work, and nobody said why");
	enum req_kind kind = t->kind;
	bool is_list = v != NULL || t->stale;
	bool played = t->slot == SLOT_PLAY && !t->stale;
	if (played) {
		event_free(ui->player);
		ui->player = NULL;
	}
	ui_close_ticket(ui, t);
	if (played) {
		ui_take_screen_back(ui);
		upnext_play_done(ui, d->ok_);
	}
	if (kind == REQ_QUEUE_ACT || kind == REQ_DOWNLOAD)
		ui_reload(ui, &view_queue);
	if (kind == REQ_REMOVE || kind == REQ_VERIFY || kind == REQ_REPAIR || kind == REQ_SCAN)
		ui_reload(ui, &view_library);
	if (kind == REQ_FOLLOW || kind == REQ_UNFOLLOW || (kind == REQ_LATER && !is_list))
		view_channels_changed(ui);
	detail_forget(ui);
}

/* A row of a list that one view has. */
static void take_row(struct ui *ui, const struct ticket *t, struct event *e)
{
	struct view *v = t ? view_of_slot(ui, t->slot) : NULL;
	if (!v || !v->ops->take(ui, v, e))
		event_free(e);
}

static void take_channel(struct ui *ui, const struct ticket *t, struct event *e)
{
	if (t && (t->kind == REQ_FOLLOW || t->kind == REQ_UNFOLLOW)) {
		ui_say(ui, t->kind == REQ_FOLLOW ? "following %s" : "unfollowed %s",
		       e->u.channel.name_ ? e->u.channel.name_ : "it");
		event_free(e);
	} else if (t && t->slot == SLOT_FOLLOWING) {
		struct view *v = ui_view_of(ui, &view_channels);
		if (!v->ops->take(ui, v, e))
			event_free(e);
	} else {
		take_row(ui, t, e);
	}
}

static void take_copy(struct ui *ui, const struct ticket *t, struct event *e)
{
	if (t && t->kind == REQ_REMOVE)
		take_removed_copy(ui, e);
	else
		take_row(ui, t, e);
}

static void take_episode(struct ui *ui, const struct ticket *t, struct event *e)
{
	if (!t || t->slot != SLOT_NEXT) {
		take_row(ui, t, e);
		return;
	}
	upnext_take_episode(ui, &e->u.episode);
	event_free(e);
}

static void take_failed_row(struct ui *ui, const struct ev_row_failed *f)
{
	ui_say_error(ui, "%s", f->error_ ? f->error_ : "an item failed");
}

static void take_config(struct ui *ui, const struct ticket *t, const struct ev_config *c)
{
	if (t && t->kind == REQ_LIMIT && c->value_)
		ui_say(ui, "%s: %s", c->meaning_, c->value_);
}

/* Numbers that run are drawn now and then; whoever sees more in them says so. */
static void stir(struct ui *ui, const struct event *e)
{
	bool progress = e->ticket == 0 &&
			(e->kind == EV_PLAYER || e->kind == EV_DOWNLOAD || e->kind == EV_STATUS);
	ui->stirred = true;
	ui->dirty = ui->dirty || !progress;
}

void ui_take_event(struct ui *ui, struct event *e)
{
	struct ticket *t = ui_ticket(ui, e->ticket);
	stir(ui, e);
	if (t && t->stale && e->kind != EV_DONE && e->kind != EV_DOWNLOAD) {
		event_free(e);
		return;
	}
	switch (e->kind) {
	case EV_PAGE:
		take_page(ui, t, e);
		return;
	case EV_FOUND:
		take_row(ui, t, e);
		detail_forget(ui);
		return;
	case EV_DOWNLOAD:
		downloads_take(ui, e);
		return;
	case EV_COPY:
		take_copy(ui, t, e);
		return;
	case EV_EPISODE:
		take_episode(ui, t, e);
		return;
	case EV_SHELF:
	case EV_GATEWAY:
	case EV_FACT:
		take_row(ui, t, e);
		return;
	case EV_CHANNEL:
		take_channel(ui, t, e);
		return;
	case EV_PLAYER:
		take_player(ui, e);
		return;
	case EV_STATUS:
		take_status(ui, e);
		return;
	case EV_NOTE:
		take_note(ui, &e->u.note);
		break;
	case EV_ROW_FAILED:
		take_failed_row(ui, &e->u.row_failed);
		break;
	case EV_SERVE:
		take_serve(ui, &e->u.serve);
		break;
	case EV_LOG:
		take_log(ui, &e->u.log);
		break;
	case EV_DONE:
		if (t)
			take_done(ui, t, &e->u.done);
		break;
	case EV_WORK:
	case EV_VERIFY:
	case EV_EXPORT:
		work_take(ui, e);
		break;
	case EV_SEARCHED:
		if (e->u.searched.words_)
			prompt_remember_older(&ui->prompts[PROMPT_SEARCH], e->u.searched.words_);
		break;
	case EV_ASK:
		ui_take_ask(ui, &e->u.ask);
		break;
	case EV_CONFIG:
		take_config(ui, t, &e->u.config);
		break;
	case EV_KEY:
		ui_take_key_state(ui, &e->u.key);
		break;
	case EV_PROGRESS: /* no screen asks for these */
	case EV_CACHE:
	case EV_DB:
	case EV_COUNT:
		break;
	}
	event_free(e);
}
