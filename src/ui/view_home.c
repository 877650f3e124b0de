/* Home: what was begun, what is featured and new, and a row of each category; the first of each below its name. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define MAX_SHELVES 64

struct home {
	struct event *shelf[MAX_SHELVES]; /* owned; EV_SHELF by place; NULL: has not come */
	char
	    first[ITEM_KEY_SIZE]; /* row of the first claim, where the cursor was put; "" not yet */
	bool left;                /* the rows have come, or a person has moved the cursor */
};

/* How long it is; of what was begun how far, too. */
static const char *column_time(const struct item *it, const struct glyphs *g, int width, char *buf,
			       size_t size)
{
	char at[24], of[24];
	const struct claim_local *l = it->claim ? &it->claim->local : NULL;
	if (!l || l->watched || l->position_seconds <= 0)
		return column_duration(it, g, width, buf, size);
	str_duration(at, sizeof(at), l->position_seconds);
	str_duration(of, sizeof(of), item_duration(it));
	snprintf(buf, size, "%s%s%s", at, of[0] ? " / " : "", of);
	return buf;
}

static const struct column columns[] = {
	{ .text = column_title },
	{ .width = 2, .text = column_signs },
	{ .width = 14, .from = 72, .text = column_channel },
	{ .width = 10, .from = 100, .text = column_date },
	{ .width = 17, .from = 50, .right = true, .text = column_time },
};

/* -- rows -------------------------------------------------------------------------------------- */

static void add_name(struct view *v, const struct ev_shelf *s)
{
	struct event *e = event_new(EV_SHELF);
	e->u.shelf.kind_ = str_dup(s->kind_);
	e->u.shelf.title_ = str_dup(s->title_);
	e->u.shelf.channel_ = str_dup(s->channel_);
	strs_copy(&e->u.shelf.tags_, &s->tags_);
	struct item it;
	item_init_event(&it, e);
	rows_add_new(&v->rows, it);
}

static void add_shelf(struct view *v, const struct ev_shelf *s)
{
	const struct page *p = s->claims_;
	if (!p || p->n == 0)
		return;
	add_name(v, s);
	for (size_t i = 0; i < p->n; i++) {
		struct item it;
		item_init_claim(&it, &p->items[i]);
		/* A claim may be in several rows. */
		snprintf(it.key, sizeof(it.key), "%lld/%s", (long long)s->place_, p->items[i].id);
		rows_add_new(&v->rows, it);
	}
}

/* Until somebody moves it, and while the rows come in any order, the cursor is on the first claim of all. */
static void place_cursor(struct view *v)
{
	struct home *own = v->own;
	own->left |= own->first[0] && !str_eq(own->first, v->listing.key);
	if (own->left || v->listing.n < 2)
		return;
	listing_move_to(&v->listing, 1);
	str_copy(own->first, sizeof(own->first), v->listing.key);
}

/* All rows again; marks are kept. */
static void rebuild(struct view *v)
{
	struct home *own = v->own;
	struct rows old = v->rows;
	v->rows = (struct rows){ 0 };
	for (size_t i = 0; i < MAX_SHELVES; i++)
		if (own->shelf[i])
			add_shelf(v, &own->shelf[i]->u.shelf);
	for (size_t i = 0; i < v->rows.n; i++) {
		const struct item *was = rows_find(&old, v->rows.v[i].key);
		v->rows.v[i].marked = was && was->marked;
	}
	rows_release(&old);
	listing_update(&v->listing);
	place_cursor(v);
}

/* -- the backend ------------------------------------------------------------------------------- */

/* So many of each row that several rows are in view at once. */
static int64_t claims_a_row(int lines)
{
	return lines >= 45 ? 8 : lines >= 30 ? 5 : 3;
}

static void home_load(struct ui *ui, struct view *v, bool refresh)
{
	struct req *r = req_new(REQ_HOME);
	r->u.home.limit_ = claims_a_row(ui->canvas.lines);
	r->u.home.refresh_ = refresh;
	v->state = VIEW_LOADING;
	ui_send(ui, r, v->slot);
}

static bool home_take(struct ui *ui, struct view *v, struct event *e)
{
	struct home *own = v->own;
	int64_t place = e->kind == EV_SHELF ? e->u.shelf.place_ : -1;
	if (place < 0 || place >= MAX_SHELVES)
		return false;
	if (str_eq(e->u.shelf.kind_, "added")) {
		v->cached = e->u.shelf.cached_;
		v->fetched_at = e->u.shelf.fetched_at_;
	}
	struct event *old = own->shelf[place];
	own->shelf[place] = e;
	rebuild(v);
	event_free(old); /* the rows before borrowed its claims */
	return true;
}

static void home_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	struct home *own = v->own;
	own->left |= own->first[0] != 0;
}

static void home_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	(void)!buf_add_str(out, "Home");
}

/* The name of a row opens all that it is the beginning of. */
static bool home_open(struct ui *ui, struct view *v, struct item *it)
{
	const struct ev_shelf *s = item_shelf(it);
	if (!s)
		return false;
	if (str_eq(s->kind_, "continue"))
		view_channels_list(ui, "history");
	else if (str_eq(s->kind_, "added"))
		view_channels_newest(ui);
	else
		view_channels_category(ui, s->channel_, s->title_, &s->tags_);
	return true;
}

static void home_release(struct view *v)
{
	struct home *own = v->own;
	for (size_t i = 0; i < MAX_SHELVES; i++)
		event_free(own->shelf[i]);
}

const struct view_ops view_home = {
	.name = "Home",
	.word = "home",
	.where = IN_HOME,
	.empty = "Nothing here yet. {goto} opens a channel by its address, {follow} on a channel "
		 "follows it.",
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.own_size = sizeof(struct home),
	.release = home_release,
	.load = home_load,
	.take = home_take,
	.loaded = home_loaded,
	.title = home_title,
	.open = home_open,
};
