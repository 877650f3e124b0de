/* Search: what was typed, found as it is typed; what is stored first, what a gateway adds below. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

#define ROWS      100 /* asked for at first, and again each time the cursor nears the end */
#define ROWS_MAX  1000
#define NEAR_END  15
#define PAST_ROWS 50

struct search {
	char *text;            /* owned; NULL: nothing was typed yet */
	struct event **events; /* owned; EV_FOUND, of which the rows are */
	size_t n_events;
	int64_t limit;
	uint64_t ticket; /* whose rows are shown */
	bool to_top;     /* other words: the cursor begins anew */
	bool knows_past; /* what was searched earlier has been asked for */
};

static const struct sort sorts[] = {
	{ "best first", NULL },      { "title", sort_by_title }, { "longest", sort_by_duration },
	{ "largest", sort_by_size }, { "date", sort_by_time },   { NULL, NULL },
};

/* What is not of this machine's cache says so. */
static const char *column_from(const struct item *it, const struct glyphs *g, int width, char *buf,
			       size_t size)
{
	return str_eq(it->from, "remote") ? "gateway" : str_eq(it->from, "newest") ? "newest" : "";
}

static const struct column columns[] = {
	{ .text = column_title },
	{ .width = 7, .from = 56, .text = column_from },
	{ .width = 16, .from = 90, .text = column_channel },
	{ .width = 2, .text = column_signs },
	{ .width = 10, .from = 70, .text = column_date },
	{ .width = 8, .right = true, .text = column_duration },
};

static void forget_rows(struct view *v)
{
	struct search *own = v->own;
	rows_clear(&v->rows);
	for (size_t i = 0; i < own->n_events; i++)
		event_free(own->events[i]);
	own->n_events = 0;
	v->more = false;
}

static void ask(struct ui *ui, struct view *v, bool typing)
{
	struct search *own = v->own;
	struct req *r = req_new(REQ_SEARCH);
	r->u.search.text_ = str_dup(own->text);
	r->u.search.limit_ = own->limit;
	r->u.search.typing_ = typing;
	v->state = VIEW_LOADING;
	ui_send(ui, r, v->slot);
}

static void search_load(struct ui *ui, struct view *v, bool refresh)
{
	struct search *own = v->own;
	if (str_empty(own->text)) {
		v->state = VIEW_READY;
		if (!ui->prompt && ui_view(ui) == v)
			cmd_search(ui, NULL);
		return;
	}
	ask(ui, v, false);
}

static bool search_take(struct ui *ui, struct view *v, struct event *e)
{
	struct search *own = v->own;
	struct ev_found *f = &e->u.found;
	if (e->kind != EV_FOUND || !f->claims_)
		return false;
	if (e->ticket != own->ticket) {
		forget_rows(v);
		own->ticket = e->ticket;
	}
	own->events = mem_grow(own->events, own->n_events + 1, sizeof(struct event *));
	own->events[own->n_events++] = e;
	for (size_t i = 0; i < f->claims_->n; i++) {
		struct item it;
		item_init_claim(&it, &f->claims_->items[i]);
		it.snippet = i < f->snippets_.n ? f->snippets_.v[i] : NULL;
		it.from = f->from_;
		rows_add_new(&v->rows, it);
	}
	v->more =
	    str_eq(f->from_, "local") && (int64_t)v->rows.n >= own->limit && own->limit < ROWS_MAX;
	if (own->to_top) {
		v->listing.key[0] = '\0';
		v->listing.cursor = v->listing.top = 0;
		own->to_top = false;
	}
	listing_update(&v->listing);
	return true;
}

static void search_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	const struct search *own = v->own;
	(void)!buf_addf(out, "Search%s%s", str_empty(own->text) ? "" : g->dot,
			own->text ? own->text : "");
}

static bool search_open(struct ui *ui, struct view *v, struct item *it)
{
	if (!it->claim || it->claim->kind != CLAIM_CHANNEL)
		return false;
	view_channels_open(ui, it->claim->url ? it->claim->url : it->claim->id);
	return true;
}

static void search_near_end(struct ui *ui, struct view *v)
{
	struct search *own = v->own;
	if (!v->more || v->listing.cursor + NEAR_END < v->listing.n || ui_is_loading(ui, v->slot))
		return;
	own->limit += ROWS;
	ask(ui, v, false);
}

static void search_release(struct view *v)
{
	struct search *own = v->own;
	forget_rows(v);
	free(own->events);
	free(own->text);
}

/* -- the command ------------------------------------------------------------------------------- */

static void look_for(struct ui *ui, const char *text, bool typing)
{
	struct view *v = ui_view_of(ui, &view_search);
	struct search *own = v->own;
	own->to_top = own->to_top || !str_eq(own->text, text);
	own->limit = ROWS;
	str_set(&own->text, text);
	listing_set_filter(&v->listing, NULL);
	ask(ui, v, typing);
}

static void typed(struct ui *ui, const char *text)
{
	look_for(ui, text, true);
}

static void entered(struct ui *ui, const char *text)
{
	look_for(ui, text, text[strspn(text, " ")] == '\0');
}

/* What earlier runs searched is there to be recalled. */
static void ask_for_past(struct ui *ui, struct search *own)
{
	if (own->knows_past)
		return;
	own->knows_past = true;
	struct req *r = req_new(REQ_SEARCHES);
	r->u.searches.limit_ = PAST_ROWS;
	ui_send(ui, r, 0);
}

void cmd_search(struct ui *ui, const char *arg)
{
	struct view *v = ui_view_of(ui, &view_search);
	struct search *own = v->own;
	if (ui->page.open)
		page_close(ui);
	ui->view = (size_t)(v - ui->views);
	ui->focus = PANE_LIST;
	ui->detail_open = false;
	if (v->state == VIEW_NEW)
		v->state = VIEW_READY;
	ask_for_past(ui, own);
	if (arg)
		entered(ui, arg);
	else
		ui_prompt(ui, PROMPT_SEARCH, "search: ", "",
			  (struct asking){ .changed = typed, .entered = entered });
}

const struct view_ops view_search = {
	.name = "Search",
	.word = "search",
	.where = IN_SEARCH,
	.empty =
	    "Nothing found. {search} asks for words; \"a phrase\", ch:@name, dur:>20m, since:30d, "
	    "is:unwatched and tag:movie narrow it down.",
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.sorts = sorts,
	.own_size = sizeof(struct search),
	.release = search_release,
	.load = search_load,
	.take = search_take,
	.title = search_title,
	.open = search_open,
	.near_end = search_near_end,
};
