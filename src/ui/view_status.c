/* Status: what the doctor found, and how the gateways are. */
#include "state.h"

#include <stdio.h>
#include <string.h>
#include "kiyya/str.h"

static const char *column_section(const struct item *it, const struct glyphs *g, int width,
				  char *buf, size_t size)
{
	const char *s = it->event->kind == EV_FACT ? it->event->u.fact.section_ : "gateway";
	return s ? s : "";
}

/* Of a gateway its host: the rest of the address is in the detail. */
static const char *column_name(const struct item *it, const struct glyphs *g, int width, char *buf,
			       size_t size)
{
	const char *host = strstr(item_title(it), "://");
	if (it->event->kind != EV_GATEWAY || !host)
		return item_title(it);
	snprintf(buf, size, "%.*s", (int)strcspn(host + 3, "/"), host + 3);
	return buf;
}

static const char *column_value(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	if (it->event->kind == EV_FACT)
		return it->event->u.fact.value_ ? it->event->u.fact.value_ : "";
	const struct ev_gateway *w = &it->event->u.gateway;
	if (w->error_)
		return w->error_;
	const char *status = w->status_ ? w->status_ : "unknown";
	if (w->ms_ < 0)
		return status;
	snprintf(buf, size, "%s, %lld ms", status, (long long)w->ms_);
	return buf;
}

static const struct sort sorts[] = {
	{ "as found", NULL },
	{ NULL, NULL },
};
static const struct column columns[] = {
	{ .width = 10, .text = column_section },
	{ .width = 28, .text = column_name },
	{ .text = column_value },
};

static void status_load(struct ui *ui, struct view *v, bool refresh)
{
	struct req *r = req_new(REQ_DOCTOR);
	r->u.doctor.probe_ = refresh;
	v->state = VIEW_LOADING;
	ui_send(ui, r, v->slot);
}

static bool status_take(struct ui *ui, struct view *v, struct event *e)
{
	if (e->kind != EV_FACT && e->kind != EV_GATEWAY)
		return false;
	struct item it;
	item_init_event(&it, e);
	it.seen = e->ticket;
	rows_put(&v->rows, it);
	listing_update(&v->listing);
	return true;
}

static void status_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	rows_drop_unseen(&v->rows, ticket);
	listing_update(&v->listing);
}

static void status_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	(void)!buf_add_str(out, "Status");
}

const struct view_ops view_status = {
	.name = "Status",
	.word = "status",
	.where = IN_STATUS,
	.empty = "Nothing to report.",
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.sorts = sorts,
	.load = status_load,
	.take = status_take,
	.loaded = status_loaded,
	.title = status_title,
};
