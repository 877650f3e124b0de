/* Channels: the claims of a channel, page by page as the cursor nears the end, and the way back. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/url.h"

#define PAGE_ROWS  50
#define NEAR_END   15
#define MAX_PLACES 32

struct place {
	char *address, *order; /* owned; order NULL: newest */
	bool is_item;
	char key[ITEM_KEY_SIZE]; /* row the cursor was on */
};
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
};

static const struct sort sorts[] = {
	{ "as listed", NULL },       { "title", sort_by_title }, { "longest", sort_by_duration },
	{ "largest", sort_by_size }, { "date", sort_by_time },   { NULL, NULL },
};
static const struct column columns[] = {
	{ .text = column_title },
	{ .width = 2, .text = column_signs },
	{ .width = 8, .from = 90, .right = true, .text = column_size },
	{ .width = 10, .from = 56, .text = column_date },
	{ .width = 8, .right = true, .text = column_duration },
};

static struct place *here(const struct view *v)
{
	struct channels *own = v->own;
	return own->n_places > 0 ? &own->places[own->n_places - 1] : NULL;
}

static void place_release(struct place *p)
{
	free(p->address);
	free(p->order);
	*p = (struct place){ 0 };
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

static void ask_page(struct ui *ui, struct view *v, int64_t number, bool refresh)
{
	const struct place *p = here(v);
	struct req *r = req_new(REQ_BROWSE);
	r->u.browse.channel_ = str_dup(p->address);
	r->u.browse.order_ = str_dup(p->order);
	r->u.browse.page_ = number;
	r->u.browse.limit_ = PAGE_ROWS;
	r->u.browse.refresh_ = refresh;
	ui_send(ui, r, v->slot);
}

static void channels_load(struct ui *ui, struct view *v, bool refresh)
{
	const struct place *p = here(v);
	if (!p) {
		v->state = VIEW_READY;
		return;
	}
	v->state = VIEW_LOADING;
	if (!p->is_item) {
		ask_page(ui, v, 1, refresh);
		return;
	}
	struct req *r = req_new(REQ_SHOW);
	r->u.show.item_ = str_dup(p->address);
	r->u.show.refresh_ = refresh;
	ui_send(ui, r, v->slot);
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

static bool channels_take(struct ui *ui, struct view *v, struct event *e)
{
	struct ev_page *p = &e->u.page;
	struct channels *own = v->own;
	if (e->kind != EV_PAGE || !p->claims_)
		return false;
	put_part(v, (struct part){ .first = p->first_ < 0 ? 0 : p->first_,
				   .more = p->more_,
				   .page = p->claims_ });
	p->claims_ = NULL;
	v->more = own->parts[own->n_parts - 1].more;
	v->cached = p->cached_;
	v->fetched_at = p->fetched_at_;
	listing_update(&v->listing);
	event_free(e);
	return true;
}

static void channels_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	const struct place *p = here(v);
	(void)!buf_add_str(out, p ? p->address : "Channels");
	if (p && !p->is_item)
		(void)!buf_addf(out, "%s%s", g->dot, p->order ? p->order : "newest");
}

/* Shows the place on top of the stack. */
static void arrive(struct ui *ui, struct view *v)
{
	struct place *p = here(v);
	forget_parts(v);
	listing_set_filter(&v->listing, NULL);
	str_copy(v->listing.key, sizeof(v->listing.key), p ? p->key : "");
	v->listing.cursor = v->listing.top = 0;
	ui->detail_open = p && p->is_item;
	ui->focus = ui->detail_open ? PANE_DETAIL : PANE_LIST;
	detail_forget(ui);
	channels_load(ui, v, false);
}

static void push(struct channels *own, const char *address, bool is_item)
{
	if (own->n_places == MAX_PLACES) {
		place_release(&own->places[0]);
		memmove(&own->places[0], &own->places[1], --own->n_places * sizeof(own->places[0]));
	}
	own->places[own->n_places++] =
	    (struct place){ .address = str_dup(address), .is_item = is_item };
}

void view_channels_open(struct ui *ui, const char *address)
{
	struct url url;
	struct err err = { 0 };
	if (!url_parse(&url, address, &err)) {
		ui_say_error(ui, "%s", err.text);
		return;
	}
	struct view *v = ui_view_of(ui, &view_channels);
	struct place *p = here(v);
	if (p)
		str_copy(p->key, sizeof(p->key), v->listing.key);
	push(v->own, address, !url.is_channel);
	url_release(&url);
	ui->view = (size_t)(v - ui->views);
	arrive(ui, v);
}

void view_channels_order(struct ui *ui, const char *order)
{
	struct view *v = ui_view_of(ui, &view_channels);
	struct place *p = here(v);
	if (!p || p->is_item)
		return;
	str_set(&p->order, order);
	p->key[0] = 0;
	ui->view = (size_t)(v - ui->views);
	arrive(ui, v);
}

const char *view_channels_address(struct ui *ui)
{
	const struct place *p = here(ui_view_of(ui, &view_channels));
	return p && !p->is_item ? p->address : NULL;
}

static bool channels_open(struct ui *ui, struct view *v, struct item *it)
{
	if (!it->claim || it->claim->kind != CLAIM_CHANNEL)
		return false;
	view_channels_open(ui, it->claim->url ? it->claim->url : it->claim->id);
	return true;
}

static bool channels_back(struct ui *ui, struct view *v)
{
	struct channels *own = v->own;
	if (own->n_places < 2)
		return false;
	place_release(&own->places[--own->n_places]);
	arrive(ui, v);
	return true;
}

static void channels_near_end(struct ui *ui, struct view *v)
{
	struct channels *own = v->own;
	if (!v->more || own->n_parts == 0 || v->listing.cursor + NEAR_END < v->listing.n ||
	    ui_is_loading(ui, v->slot))
		return;
	ask_page(ui, v, own->parts[own->n_parts - 1].first / PAGE_ROWS + 2, false);
}

static void channels_init(struct ui *ui, struct view *v)
{
	const char *place =
	    ui->config->place ? ui->config->place : ui->config->settings->channel_default;
	if (!str_empty(place))
		view_channels_open(ui, place);
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
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.sorts = sorts,
	.own_size = sizeof(struct channels),
	.init = channels_init,
	.release = channels_release,
	.load = channels_load,
	.take = channels_take,
	.title = channels_title,
	.open = channels_open,
	.back = channels_back,
	.near_end = channels_near_end,
};
