/* Library: the copies in the vault, playable without any network. */
#include "state.h"

#include "kiyya/str.h"

static const struct sort sorts[] = {
	{ "newest", NULL },
	{ "title", sort_by_title },
	{ "longest", sort_by_duration },
	{ "largest", sort_by_size },
	{ NULL, NULL },
};

static const char *column_state(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	const struct ev_copy *c = item_copy(it);
	return !c ? "" : !c->complete_ ? "partial" : c->encrypted_ ? "sealed" : "plain";
}

static const struct column columns[] = {
	{ .text = column_title },
	{ .width = 16, .from = 110, .text = column_channel },
	{ .width = 7, .from = 64, .text = column_state },
	{ .width = 8, .text = column_quality },
	{ .width = 10, .from = 90, .text = column_date },
	{ .width = 8, .right = true, .text = column_size },
	{ .width = 8, .from = 60, .right = true, .text = column_duration },
};

static void library_load(struct ui *ui, struct view *v, bool refresh)
{
	v->state = VIEW_LOADING;
	ui_send(ui, req_new(REQ_OFFLINE), v->slot);
}

static bool library_take(struct ui *ui, struct view *v, struct event *e)
{
	if (e->kind != EV_COPY)
		return false;
	struct item it;
	item_init_event(&it, e);
	it.seen = e->ticket;
	rows_put(&v->rows, it);
	listing_update(&v->listing);
	return true;
}

static void library_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	rows_drop_unseen(&v->rows, ticket);
	listing_update(&v->listing);
}

static void library_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	int64_t total = 0;
	for (size_t i = 0; i < v->rows.n; i++) {
		const struct ev_copy *c = item_copy(&v->rows.v[i]);
		total += c && c->stored_size_ > 0 ? c->stored_size_ : 0;
	}
	char size[16];
	str_size(size, sizeof(size), (uint64_t)total);
	(void)!buf_addf(out, "Library%s%s on this machine", g->dot, size);
}

const struct view_ops view_library = {
	.name = "Library",
	.word = "library",
	.where = IN_LIBRARY,
	.empty = "Nothing is kept here yet. {download} on a video keeps it, to watch "
		 "without a network.",
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.sorts = sorts,
	.load = library_load,
	.take = library_take,
	.loaded = library_loaded,
	.title = library_title,
};
