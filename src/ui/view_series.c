/* Series: the series of the channel that the Channels view shows, their seasons, their episodes. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

/* The list as it came: episodes in order, the claim of each. */
struct book {
	struct page *claims;    /* owned; NULL: not loaded */
	struct event **episode; /* owned; EV_EPISODE, one a claim */
	size_t n;
};
enum level { LEVEL_SERIES, LEVEL_SEASONS, LEVEL_EPISODES };
struct series {
	char *channel;             /* owned; whose series these are; NULL: none asked for yet */
	struct book shown, coming; /* coming: until its last event */
	enum level level;
	char *name;                               /* owned; of the series that is open */
	int64_t season;                           /* that is open */
	char keys[LEVEL_EPISODES][ITEM_KEY_SIZE]; /* rows to come back to */
};

static const struct sort sorts[] = {
	{ "in order", NULL },
	{ "title", sort_by_title },
	{ "longest", sort_by_duration },
	{ "date", sort_by_time },
	{ NULL, NULL },
};

static const char *column_number(const struct item *it, const struct glyphs *g, int width,
				 char *buf, size_t size)
{
	const struct ev_episode *e = item_episode(it);
	buf[0] = 0;
	if (!e)
		return buf;
	if (!it->claim)
		snprintf(buf, size, "%lld episode%s", (long long)e->episode_,
			 e->episode_ == 1 ? "" : "s");
	else if (e->season_ >= 0 && e->episode_ >= 0)
		snprintf(buf, size, "S%02lldE%02lld", (long long)e->season_,
			 (long long)e->episode_);
	return buf;
}

static const char *column_guess(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	const struct ev_episode *e = item_episode(it);
	return e && e->inferred_ ? "inferred" : "";
}

static const struct column columns[] = {
	{ .text = column_title },
	{ .width = 2, .text = column_signs },
	{ .width = 8, .text = column_guess },
	{ .width = 13, .right = true, .text = column_number },
	{ .width = 10, .from = 90, .text = column_date },
	{ .width = 8, .from = 76, .right = true, .text = column_duration },
};

/* -- the book ---------------------------------------------------------------------------------- */

static void book_release(struct book *b)
{
	page_free(b->claims);
	for (size_t i = 0; i < b->n; i++)
		event_free(b->episode[i]);
	free(b->episode);
	*b = (struct book){ 0 };
}

static const struct ev_episode *at(const struct book *b, size_t i)
{
	return &b->episode[i]->u.episode;
}

/* Whether the row belongs to what is open; at a lower level, to what its row there stands for. */
static bool is_in(const struct ev_episode *e, enum level level, const char *name, int64_t season)
{
	return (level < LEVEL_SEASONS || str_eq(e->series_, name)) &&
	       (level < LEVEL_EPISODES || e->season_ == season);
}

/* -- rows -------------------------------------------------------------------------------------- */

/* A row for several: of the series, or the season, that episode i is the first of. */
static void add_group(struct view *v, size_t i, bool season)
{
	const struct series *own = v->own;
	const struct ev_episode *first = at(&own->shown, i);
	struct event *e = event_new(EV_EPISODE);
	e->u.episode.series_ = str_dup(first->series_);
	e->u.episode.season_ = season ? first->season_ : MSG_UNKNOWN;
	e->u.episode.title_ =
	    season ? str_fmt("Season %lld", (long long)first->season_) : str_dup(first->series_);
	e->u.episode.episode_ = 0;
	e->u.episode.inferred_ = true;
	enum level level = season ? LEVEL_EPISODES : LEVEL_SEASONS;
	for (; i < own->shown.n && is_in(at(&own->shown, i), level, first->series_, first->season_);
	     i++) {
		e->u.episode.episode_++;
		e->u.episode.inferred_ &= at(&own->shown, i)->inferred_;
	}
	struct item it;
	item_init_event(&it, e);
	snprintf(it.key, sizeof(it.key), "%s %lld/%s", season ? "season" : "series",
		 season ? (long long)first->season_ : 0LL, first->claim_id_);
	rows_add_new(&v->rows, it);
}

static void add_episode(struct view *v, size_t i)
{
	const struct series *own = v->own;
	const struct ev_episode *from = at(&own->shown, i);
	struct event *e = event_new(EV_EPISODE);
	e->u.episode.series_ = str_dup(from->series_);
	e->u.episode.season_ = from->season_;
	e->u.episode.episode_ = from->episode_;
	e->u.episode.inferred_ = from->inferred_;
	struct item it;
	item_init_claim(&it, &own->shown.claims->items[i]);
	it.event = e;
	rows_add_new(&v->rows, it);
}

/* Rows of the level that is open, from the book; those with their marks that were there before. */
static void rebuild(struct view *v)
{
	const struct series *own = v->own;
	const struct ev_episode *before = NULL;
	struct rows old = v->rows;
	v->rows = (struct rows){ 0 };
	for (size_t i = 0; i < own->shown.n; i++) {
		const struct ev_episode *e = at(&own->shown, i);
		if (!is_in(e, own->level, own->name, own->season))
			continue;
		if (own->level == LEVEL_EPISODES)
			add_episode(v, i);
		else if (!before || !str_eq(before->series_, e->series_) ||
			 (own->level == LEVEL_SEASONS && before->season_ != e->season_))
			add_group(v, i, own->level == LEVEL_SEASONS);
		before = e;
	}
	for (size_t i = 0; i < v->rows.n; i++) {
		const struct item *was = rows_find(&old, v->rows.v[i].key);
		v->rows.v[i].marked = was && was->marked;
	}
	rows_release(&old);
	listing_update(&v->listing);
}

static size_t count_seasons(const struct series *own, const char *name)
{
	size_t n = 0;
	const struct ev_episode *before = NULL;
	for (size_t i = 0; i < own->shown.n; i++) {
		const struct ev_episode *e = at(&own->shown, i);
		if (!str_eq(e->series_, name))
			continue;
		n += !before || before->season_ != e->season_;
		before = e;
	}
	return n;
}

/* -- places ------------------------------------------------------------------------------------ */

static void arrive(struct ui *ui, struct view *v, enum level level, const char *key)
{
	struct series *own = v->own;
	own->level = level;
	rows_clear(&v->rows);
	listing_set_filter(&v->listing, NULL);
	str_copy(v->listing.key, sizeof(v->listing.key), key ? key : "");
	v->listing.cursor = v->listing.top = 0;
	rebuild(v);
	detail_forget(ui);
}

static bool series_open(struct ui *ui, struct view *v, struct item *it)
{
	struct series *own = v->own;
	const struct ev_episode *e = item_episode(it);
	if (!e || it->claim)
		return false;
	str_copy(own->keys[own->level], ITEM_KEY_SIZE, it->key);
	own->season = e->season_;
	enum level to = LEVEL_EPISODES;
	if (own->level == LEVEL_SERIES) {
		str_set(&own->name, e->series_);
		if (count_seasons(own, own->name) > 1)
			to = LEVEL_SEASONS;
		for (size_t i = own->shown.n; to == LEVEL_EPISODES && i-- > 0;)
			if (str_eq(at(&own->shown, i)->series_, own->name))
				own->season = at(&own->shown, i)->season_;
	}
	arrive(ui, v, to, NULL);
	return true;
}

static bool series_back(struct ui *ui, struct view *v)
{
	struct series *own = v->own;
	if (own->level == LEVEL_SERIES)
		return false;
	bool past_seasons = own->level == LEVEL_SEASONS || count_seasons(own, own->name) < 2;
	enum level to = past_seasons ? LEVEL_SERIES : LEVEL_SEASONS;
	arrive(ui, v, to, own->keys[to]);
	return true;
}

static size_t find_claim(const struct book *b, const char *id)
{
	size_t i = 0;
	while (i < b->n && !str_eq(at(b, i)->claim_id_, id))
		i++;
	return i;
}

bool view_series_has(struct ui *ui, const char *claim_id)
{
	const struct series *own = ui_view_of(ui, &view_series)->own;
	return find_claim(&own->shown, claim_id) < own->shown.n;
}

bool view_series_step(struct ui *ui, const char *claim_id, int by)
{
	struct view *v = ui_view_of(ui, &view_series);
	struct series *own = v->own;
	size_t i = find_claim(&own->shown, claim_id), to = i + (size_t)by; /* modulo arithmetic */
	if (i >= own->shown.n || to >= own->shown.n ||
	    !str_eq(at(&own->shown, i)->series_, at(&own->shown, to)->series_) ||
	    at(&own->shown, i)->season_ < 0)
		return false;
	const struct ev_episode *e = at(&own->shown, to);
	struct item it;
	item_init_claim(&it, &own->shown.claims->items[to]);
	str_set(&own->name, e->series_);
	own->season = e->season_;
	own->keys[LEVEL_SERIES][0] = own->keys[LEVEL_SEASONS][0] = 0;
	ui->view = (size_t)(v - ui->views);
	ui->focus = PANE_LIST;
	arrive(ui, v, LEVEL_EPISODES, it.key);
	return true;
}

/* -- the backend ------------------------------------------------------------------------------- */

static void series_load(struct ui *ui, struct view *v, bool refresh)
{
	struct series *own = v->own;
	const char *channel = view_channels_address(ui);
	if (!channel)
		channel = own->channel ? own->channel : ui->config->settings->channel_default;
	if (!str_eq(own->channel, channel)) {
		str_set(&own->channel, channel);
		rows_clear(&v->rows);
		book_release(&own->shown);
		v->fetched_at = TIME_UNKNOWN;
		arrive(ui, v, LEVEL_SERIES, NULL);
	}
	book_release(&own->coming);
	v->state = VIEW_LOADING;
	struct req *r = req_new(REQ_SERIES);
	r->u.series.channel_ = str_dup(own->channel);
	r->u.series.refresh_ = refresh;
	r->u.series.claims_ = true;
	ui_send(ui, r, v->slot);
}

static bool series_take(struct ui *ui, struct view *v, struct event *e)
{
	struct book *b = &((struct series *)v->own)->coming;
	if (e->kind == EV_PAGE && !b->claims) {
		b->claims = e->u.page.claims_;
		e->u.page.claims_ = NULL;
		v->cached = e->u.page.cached_;
		v->fetched_at = e->u.page.fetched_at_;
		event_free(e);
		return true;
	}
	if (e->kind != EV_EPISODE || !b->claims || b->n == b->claims->n)
		return false;
	if ((b->n & (b->n - 1)) == 0) /* a power of two: full */
		b->episode = mem_grow(b->episode, b->n ? 2 * b->n : 1, sizeof(struct event *));
	b->episode[b->n++] = e;
	return true;
}

static void series_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	struct series *own = v->own;
	struct book old = own->shown;
	own->shown = own->coming;
	own->coming = (struct book){ 0 };
	rebuild(v);
	book_release(&old); /* the rows before borrowed its claims */
	detail_forget(ui);
}

static void series_claims(const struct view *v, const struct item *it, struct strs *ids)
{
	const struct series *own = v->own;
	const struct ev_episode *group = item_episode(it);
	enum level level = group && group->season_ >= 0 ? LEVEL_EPISODES : LEVEL_SEASONS;
	for (size_t i = 0; group && i < own->shown.n; i++) {
		const struct ev_episode *e = at(&own->shown, i);
		if (is_in(e, level, group->series_, group->season_))
			strs_add(ids, e->claim_id_);
	}
}

static void series_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	const struct series *own = v->own;
	if (own->level == LEVEL_SERIES)
		(void)!buf_addf(out, "Series%s%s", g->dot, own->channel ? own->channel : "");
	else
		(void)!buf_add_str(out, own->name);
	if (own->level == LEVEL_EPISODES && own->season >= 0)
		(void)!buf_addf(out, "%sSeason %lld", g->dot, (long long)own->season);
}

static void series_release(struct view *v)
{
	struct series *own = v->own;
	book_release(&own->shown);
	book_release(&own->coming);
	free(own->channel);
	free(own->name);
}

const struct view_ops view_series = {
	.name = "Series",
	.word = "series",
	.where = IN_SERIES,
	.empty = "This channel has no series: no title names a season and an episode, no playlist "
		 "a season.",
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.sorts = sorts,
	.own_size = sizeof(struct series),
	.release = series_release,
	.load = series_load,
	.take = series_take,
	.loaded = series_loaded,
	.title = series_title,
	.open = series_open,
	.back = series_back,
	.claims = series_claims,
};
