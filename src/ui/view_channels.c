/* Channels: the claims of a channel, page by page as the cursor nears the end, and the way back; and the lists that are
 * gathered from channels: the followed ones, what is new in them, what is to be watched and what was. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/url.h"
#include "place.h"

#define PAGE_ROWS  50
#define NEAR_END   15
#define MAX_PLACES 32

/* A page as it came, at its place in the list. */
struct part {
	int64_t first;
	bool more;
	struct page *page; /* owned */
};
struct channels {
	struct place places[MAX_PLACES];
	size_t n_places;
	struct part *parts; /* owned; by first */
	size_t n_parts;
	bool follows; /* there are followed channels: they are what is behind the first place */
};

static const struct sort sorts[] = {
	{ "as listed", NULL },       { "title", sort_by_title }, { "longest", sort_by_duration },
	{ "largest", sort_by_size }, { "date", sort_by_time },   { NULL, NULL },
};
static struct place *here(const struct view *v)
{
	struct channels *own = v->own;
	return own->n_places > 0 ? &own->places[own->n_places - 1] : NULL;
}

static void forget_parts(struct view *v)
{
	struct channels *own = v->own;
	rows_clear(&v->rows);
	for (size_t i = 0; i < own->n_parts; i++)
		page_free(own->parts[i].page);
	own->n_parts = 0;
	v->more = v->cached = false;
	v->fetched_at = TIME_UNKNOWN;
}

/* Page `number` of a channel. */
static void ask_page(struct ui *ui, struct view *v, int64_t number, bool refresh)
{
	const struct place *p = here(v);
	struct req *r = req_new(REQ_BROWSE);
	r->u.browse.channel_ = str_dup(p->address);
	r->u.browse.order_ = str_dup(p->order);
	strs_copy(&r->u.browse.tags_, &p->tags);
	r->u.browse.page_ = number;
	r->u.browse.limit_ = PAGE_ROWS;
	r->u.browse.refresh_ = refresh;
	ui_send(ui, r, v->slot);
}

/* What is new, or what is behind the last row that is there. */
static void ask_feed(struct ui *ui, struct view *v, bool more, bool refresh)
{
	const struct channels *own = v->own;
	struct req *r = req_new(REQ_FEED);
	r->u.feed.limit_ = PAGE_ROWS;
	r->u.feed.refresh_ = refresh;
	if (more) {
		const struct part *last = &own->parts[own->n_parts - 1];
		r->u.feed.after_ = str_dup(last->page->items[last->page->n - 1].id);
		r->u.feed.first_ = last->first + (int64_t)last->page->n;
	}
	ui_send(ui, r, v->slot);
}

static void channels_load(struct ui *ui, struct view *v, bool refresh)
{
	const struct place *p = here(v);
	v->state = p && p->kind != PLACE_CATEGORIES ? VIEW_LOADING : VIEW_READY;
	if (!p)
		return;
	if (p->kind == PLACE_CHANNEL) {
		ask_page(ui, v, 1, refresh);
	} else if (p->kind == PLACE_FEED) {
		ask_feed(ui, v, false, refresh);
	} else if (p->kind == PLACE_CATEGORIES) { /* known without asking anybody */
		category_rows(ui, &v->rows, p->address, p->name);
		listing_update(&v->listing);
	} else {
		ui_send(ui, place_request(p, refresh), v->slot);
	}
}

static void add_rows(struct view *v, const struct page *page, const struct rows *old)
{
	for (size_t i = 0; i < page->n; i++) {
		struct item it;
		item_init_claim(&it, &page->items[i]);
		const struct item *before = old ? rows_find(old, it.key) : NULL;
		it.marked = before && before->marked;
		rows_add_new(&v->rows, it);
	}
}

/* All rows again from the parts; marks are kept. */
static void rebuild(struct view *v)
{
	struct channels *own = v->own;
	struct rows old = v->rows;
	v->rows = (struct rows){ 0 };
	for (size_t i = 0; i < own->n_parts; i++)
		add_rows(v, own->parts[i].page, &old);
	rows_release(&old);
}

static void put_part(struct view *v, struct part part)
{
	struct channels *own = v->own;
	size_t i = 0;
	while (i < own->n_parts && own->parts[i].first < part.first)
		i++;
	struct page *replaced = NULL;
	if (i < own->n_parts && own->parts[i].first == part.first) {
		replaced = own->parts[i].page;
	} else {
		own->parts = mem_grow(own->parts, own->n_parts + 1, sizeof(*own->parts));
		memmove(&own->parts[i + 1], &own->parts[i],
			(own->n_parts++ - i) * sizeof(*own->parts));
	}
	own->parts[i] = part;
	/* When the list ends here, what was behind it has gone. */
	size_t keep = part.more ? own->n_parts : i + 1;
	struct part *gone = mem_dup(own->parts, own->n_parts * sizeof(*gone));
	size_t n_gone = own->n_parts;
	own->n_parts = keep;
	if (!replaced && i + 1 == n_gone)
		add_rows(v, part.page, NULL);
	else
		rebuild(v);
	for (size_t j = keep; j < n_gone; j++)
		page_free(gone[j].page);
	free(gone);
	page_free(replaced);
}

/* A followed channel: a row of their list, or the news that there is one. */
static bool take_followed(struct view *v, struct event *e)
{
	struct channels *own = v->own;
	own->follows = true;
	if (e->slot == SLOT_FOLLOWING || !here(v) || here(v)->kind != PLACE_FOLLOWING)
		return false;
	struct item it;
	item_init_event(&it, e);
	it.seen = e->ticket;
	rows_put(&v->rows, it);
	listing_update(&v->listing);
	return true;
}

static void channels_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	if (!here(v) || here(v)->kind != PLACE_FOLLOWING)
		return;
	rows_drop_unseen(&v->rows, ticket);
	listing_update(&v->listing);
}

/* Whether another page ends with another row than the first one that is there. */
static bool ends_elsewhere(const struct channels *own, const struct page *page)
{
	const struct page *old = own->n_parts > 0 ? own->parts[0].page : NULL;
	return !old || old->n == 0 || page->n == 0 ||
	       strcmp(old->items[old->n - 1].id, page->items[page->n - 1].id) != 0;
}

/* The first page of the feed has moved: what was behind it is asked for anew. */
static void forget_behind(struct view *v)
{
	struct channels *own = v->own;
	while (own->n_parts > 1)
		page_free(own->parts[--own->n_parts].page);
	rebuild(v);
}

static bool channels_take(struct ui *ui, struct view *v, struct event *e)
{
	struct ev_page *p = &e->u.page;
	struct channels *own = v->own;
	if (e->kind == EV_CHANNEL)
		return take_followed(v, e);
	if (e->kind != EV_PAGE || !p->claims_)
		return false;
	bool moved = here(v) && here(v)->kind == PLACE_FEED && p->first_ <= 0 &&
		     ends_elsewhere(own, p->claims_);
	put_part(v, (struct part){ .first = p->first_ < 0 ? 0 : p->first_,
				   .more = p->more_,
				   .page = p->claims_ });
	p->claims_ = NULL;
	if (moved)
		forget_behind(v);
	v->more = own->parts[own->n_parts - 1].more;
	v->cached = p->cached_;
	v->fetched_at = p->fetched_at_;
	listing_update(&v->listing);
	event_free(e);
	return true;
}

static void channels_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	if (here(v))
		place_title(here(v), g, out);
	else
		(void)!buf_add_str(out, "Channels");
}

/* Makes the view that of the place on top of the stack, whose rows are still to come. */
static void settle(struct view *v)
{
	struct place *p = here(v);
	v->state = VIEW_NEW;
	forget_parts(v);
	listing_set_filter(&v->listing, NULL);
	str_copy(v->listing.key, sizeof(v->listing.key), p ? p->key : "");
	v->listing.cursor = v->listing.top = 0;
	if (p) {
		v->columns = place_kinds[p->kind].columns;
		v->n_columns = place_kinds[p->kind].n_columns;
		v->empty = p->tags.n ? "Nothing of this channel is in here. {category} shows "
				       "something else of it."
				     : place_kinds[p->kind].empty;
	}
}

static void show(struct ui *ui, struct view *v)
{
	const struct place *p = here(v);
	ui->detail_open = p && p->kind == PLACE_ITEM;
	ui->focus = ui->detail_open ? PANE_DETAIL : PANE_LIST;
	detail_forget(ui);
}

static void arrive(struct ui *ui, struct view *v)
{
	settle(v);
	show(ui, v);
	channels_load(ui, v, false);
}

/* from: the view that is behind it. */
static struct place *push(struct channels *own, enum place_kind kind, const char *address,
			  size_t from)
{
	if (own->n_places == MAX_PLACES) {
		place_release(&own->places[0]);
		memmove(&own->places[0], &own->places[1], --own->n_places * sizeof(own->places[0]));
	}
	struct place *p = &own->places[own->n_places++];
	*p = (struct place){ .kind = kind, .from = from, .address = str_dup(address) };
	return p;
}

/* Goes there, and remembers the row to come back to. tags: NULL none. */
static void go_tagged(struct ui *ui, enum place_kind kind, const char *address, const char *name,
		      const struct strs *tags)
{
	struct view *v = ui_view_of(ui, &view_channels);
	struct place *p = here(v);
	if (p)
		str_copy(p->key, sizeof(p->key), v->listing.key);
	p = push(v->own, kind, address, ui->view);
	p->name = str_dup(name);
	if (tags)
		strs_copy(&p->tags, tags);
	ui->view = (size_t)(v - ui->views);
	arrive(ui, v);
}

static void go(struct ui *ui, enum place_kind kind, const char *address)
{
	go_tagged(ui, kind, address, NULL, NULL);
}

/* Whether it can be opened, and as what; if not, that is said. */
static bool kind_of(struct ui *ui, const char *address, enum place_kind *ret)
{
	struct url url;
	struct err err = { 0 };
	if (!url_parse(&url, address, &err)) {
		ui_say_error(ui, "%s", err.text);
		return false;
	}
	*ret = url.is_channel ? PLACE_CHANNEL : PLACE_ITEM;
	url_release(&url);
	return true;
}

void view_channels_open(struct ui *ui, const char *address)
{
	enum place_kind kind;
	if (kind_of(ui, address, &kind))
		go(ui, kind, address);
}

void view_channels_category(struct ui *ui, const char *address, const char *category,
			    const struct strs *tags)
{
	go_tagged(ui, PLACE_CHANNEL, address, category, tags);
}

void view_channels_choose(struct ui *ui, const char *address, const char *category)
{
	go_tagged(ui, PLACE_CATEGORIES, address, category, NULL);
}

void view_channels_playlists(struct ui *ui, const char *address)
{
	go(ui, PLACE_PLAYLISTS, address);
}

void view_channels_newest(struct ui *ui)
{
	const struct channels *own = ui_view_of(ui, &view_channels)->own;
	if (own->follows)
		go(ui, PLACE_FEED, NULL);
	else
		view_channels_open(ui, ui->config->settings->channel_default);
}

bool view_channels_is_list(struct ui *ui, const char *word)
{
	const struct view *v = ui_view(ui);
	return v->ops == &view_channels && here(v) && str_eq(place_kinds[here(v)->kind].word, word);
}

void view_channels_list(struct ui *ui, const char *word)
{
	for (size_t i = 0; i < PLACE_KINDS; i++)
		if (str_eq(place_kinds[i].word, word) && !view_channels_is_list(ui, word))
			go(ui, (enum place_kind)i, NULL);
}

const char *view_channels_address(struct ui *ui)
{
	const struct place *p = here(ui_view_of(ui, &view_channels));
	bool channel = p && (p->kind == PLACE_CHANNEL || p->kind == PLACE_CATEGORIES ||
			     p->kind == PLACE_PLAYLISTS);
	return channel ? p->address : NULL;
}

const char *view_channels_here(struct ui *ui, const char **ret_category)
{
	const struct place *p = here(ui_view_of(ui, &view_channels));
	bool is_here = ui_view(ui)->ops == &view_channels && p && view_channels_address(ui);
	*ret_category = is_here ? p->name : NULL;
	return is_here ? p->address : NULL;
}

/* Asks whether anything is followed at all. */
static void ask_follows(struct ui *ui, struct channels *own)
{
	own->follows = false;
	ui_send(ui, req_new(REQ_FOLLOWING), SLOT_FOLLOWING);
}

void view_channels_changed(struct ui *ui)
{
	struct view *v = ui_view_of(ui, &view_channels);
	const struct place *p = here(v);
	ask_follows(ui, v->own);
	if (p && place_kinds[p->kind].word)
		channels_load(ui, v, false);
}

void view_channels_order(struct ui *ui, const char *order)
{
	struct view *v = ui_view_of(ui, &view_channels);
	struct place *p = here(v);
	if (!p || p->kind != PLACE_CHANNEL)
		return;
	str_set(&p->order, order);
	p->key[0] = 0;
	ui->view = (size_t)(v - ui->views);
	arrive(ui, v);
}

static bool channels_open(struct ui *ui, struct view *v, struct item *it)
{
	const struct ev_channel *followed = item_channel_row(it);
	if (followed) {
		char *address = str_fmt("%s:%s", followed->name_ ? followed->name_ : "",
					followed->claim_id_ ? followed->claim_id_ : "");
		view_channels_open(ui, address);
		free(address);
		return true;
	}
	const struct ev_shelf *s = item_shelf(it);
	if (s) {
		view_channels_category(ui, s->channel_, s->tags_.n ? s->title_ : NULL, &s->tags_);
		return true;
	}
	if (it->claim && it->claim->kind == CLAIM_COLLECTION) {
		go_tagged(ui, PLACE_PLAYLIST, it->claim->id, it->claim->title, NULL);
		return true;
	}
	if (!it->claim || it->claim->kind != CLAIM_CHANNEL)
		return false;
	view_channels_open(ui, it->claim->url ? it->claim->url : it->claim->id);
	return true;
}

static bool channels_back(struct ui *ui, struct view *v)
{
	struct channels *own = v->own;
	size_t self = (size_t)(v - ui->views), from = here(v) ? here(v)->from : self;
	bool elsewhere = from != self;
	if (!elsewhere && own->n_places < 2 &&
	    (!here(v) || here(v)->kind == PLACE_FOLLOWING || !own->follows))
		return false;
	place_release(&own->places[--own->n_places]);
	if (own->n_places == 0) /* behind the first place are the followed channels */
		push(own, PLACE_FOLLOWING, NULL, self);
	settle(v);
	show(ui, v);
	if (elsewhere)
		ui_show_view(ui, from);
	else
		channels_load(ui, v, false);
	return true;
}

static void channels_near_end(struct ui *ui, struct view *v)
{
	struct channels *own = v->own;
	if (!v->more || own->n_parts == 0 || v->listing.cursor + NEAR_END < v->listing.n ||
	    ui_is_loading(ui, v->slot))
		return;
	if (here(v)->kind == PLACE_FEED) {
		if (own->parts[own->n_parts - 1].page->n > 0)
			ask_feed(ui, v, true, false);
		return;
	}
	ask_page(ui, v, own->parts[own->n_parts - 1].first / PAGE_ROWS + 2, false);
}

static void channels_init(struct ui *ui, struct view *v)
{
	const char *place =
	    ui->config->place ? ui->config->place : ui->config->settings->channel_default;
	enum place_kind kind;
	if (!str_empty(place) && kind_of(ui, place, &kind)) {
		push(v->own, kind, place, (size_t)(v - ui->views));
		settle(v);
		if (ui_view(ui) == v)
			show(ui, v);
	}
	ask_follows(ui, v->own);
}

static void channels_release(struct view *v)
{
	struct channels *own = v->own;
	forget_parts(v);
	free(own->parts);
	while (own->n_places > 0)
		place_release(&own->places[--own->n_places]);
}

const struct view_ops view_channels = {
	.name = "Channels",
	.word = "channels",
	.where = IN_CHANNELS,
	.empty = "This channel has published nothing. {goto} opens another one by its address.",
	.columns = place_columns,
	.n_columns = PLACE_N_COLUMNS,
	.sorts = sorts,
	.own_size = sizeof(struct channels),
	.init = channels_init,
	.release = channels_release,
	.load = channels_load,
	.take = channels_take,
	.loaded = channels_loaded,
	.title = channels_title,
	.open = channels_open,
	.back = channels_back,
	.near_end = channels_near_end,
};
