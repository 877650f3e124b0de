/* Queue: every download there is, waiting, running, stopped and done. */
#include "state.h"

#include <stdio.h>
#include <string.h>
#include "kiyya/str.h"

static const struct sort sorts[] = {
	{ "queue", NULL },
	{ "title", sort_by_title },
	{ "largest", sort_by_size },
	{ NULL, NULL },
};

/* Per cent done, rounded down so that 100 means all; -1 unknown. */
static int percent(const struct ev_download *d)
{
	if (str_eq(d->state_, "done"))
		return 100;
	if (d->total_ <= 0 &&
	    d->segments_.total > 0) /* in whole ones only: a guess would run backwards */
		return (int)(d->segments_.have * 100 / d->segments_.total);
	if (d->total_ <= 0 || d->have_ < 0)
		return -1;
	return d->have_ >= d->total_ ? 100 : (int)((double)d->have_ / (double)d->total_ * 100);
}

static const char *column_bar(const struct item *it, const struct glyphs *g, int width, char *buf,
			      size_t size)
{
	const struct ev_download *d = item_download(it);
	buf[0] = 0;
	if (!d || percent(d) < 0)
		return buf;
	int full = percent(d) * width / 100;
	size_t used = 0;
	for (int i = 0; i < width; i++) {
		const char *glyph = i < full ? g->bar_full : g->bar_empty;
		size_t len = strlen(glyph);
		if (used + len >= size)
			break;
		memcpy(buf + used, glyph, len + 1);
		used += len;
	}
	return buf;
}

static const char *column_percent(const struct item *it, const struct glyphs *g, int width,
				  char *buf, size_t size)
{
	const struct ev_download *d = item_download(it);
	buf[0] = 0;
	if (d && percent(d) >= 0)
		snprintf(buf, size, "%d %%", percent(d));
	return buf;
}

/* "412/654 MB": both in the unit of the whole. */
static const char *column_bytes(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	const struct ev_download *d = item_download(it);
	char have[16], total[16];
	buf[0] = 0;
	if (!d || d->have_ < 0)
		return buf;
	str_size(have, sizeof(have), (uint64_t)d->have_);
	if (d->total_ <= 0) {
		str_copy(buf, size, have);
		return buf;
	}
	str_size(total, sizeof(total), (uint64_t)d->total_);
	const char *unit_have = strchr(have, ' '), *unit_total = strchr(total, ' ');
	if (str_eq(d->state_, "done"))
		str_copy(buf, size, total);
	else if (unit_have && unit_total && strcmp(unit_have, unit_total) == 0)
		snprintf(buf, size, "%.*s/%s", (int)(unit_have - have), have, total);
	else
		snprintf(buf, size, "%s/%s", have, total);
	return buf;
}

static const char *column_state(const struct item *it, const struct glyphs *g, int width, char *buf,
				size_t size)
{
	const struct ev_download *d = item_download(it);
	return d && d->state_ ? d->state_ : "";
}

/* What matters now: how fast, or why not. */
static const char *column_rate(const struct item *it, const struct glyphs *g, int width, char *buf,
			       size_t size)
{
	const struct ev_download *d = item_download(it);
	buf[0] = 0;
	if (!d || !str_eq(d->state_, "active"))
		return d && d->state_ ? d->state_ : buf;
	if (d->rate_ >= 0) {
		char rate[16];
		str_size(rate, sizeof(rate), (uint64_t)d->rate_);
		snprintf(buf, size, "%s/s", rate);
	}
	return buf;
}

static const char *column_eta(const struct item *it, const struct glyphs *g, int width, char *buf,
			      size_t size)
{
	const struct ev_download *d = item_download(it);
	buf[0] = 0;
	if (d && str_eq(d->state_, "active"))
		str_duration(buf, size, d->eta_);
	return buf;
}

const struct column download_columns[] = {
	{ .text = column_title },
	{ .width = 8, .from = 76, .text = column_quality },
	{ .width = 8, .from = 150, .text = column_state },
	{ .width = 10, .from = 60, .text = column_bar },
	{ .width = 5, .right = true, .text = column_percent },
	{ .width = 15, .from = 90, .right = true, .text = column_bytes },
	{ .width = 10, .right = true, .text = column_rate },
	{ .width = 7, .from = 56, .right = true, .text = column_eta },
};
const size_t n_download_columns = sizeof(download_columns) / sizeof(download_columns[0]);

static void queue_load(struct ui *ui, struct view *v, bool refresh)
{
	struct req *r = req_new(REQ_QUEUE);
	r->u.queue.done_ = true;
	v->state = VIEW_LOADING;
	ui_send(ui, r, v->slot);
}

/* Rows of the queue come as news too and are put in by events.c, for the pane and this view at
 * once. */
static bool queue_take(struct ui *ui, struct view *v, struct event *e)
{
	return false;
}

static void queue_loaded(struct ui *ui, struct view *v, uint64_t ticket)
{
	rows_drop_unseen(&ui->queue, ticket);
	listing_update(&v->listing);
	listing_update(&ui->pane);
}

static void queue_title(const struct view *v, const struct glyphs *g, struct buf *out)
{
	(void)!buf_add_str(out, "Queue");
}

static void queue_init(struct ui *ui, struct view *v)
{
	listing_init(&v->listing, &ui->queue, sorts, NULL);
}

const struct view_ops view_queue = {
	.name = "Queue",
	.word = "queue",
	.where = IN_QUEUE,
	.empty = "Nothing has been downloaded yet. {download} on a video puts it here.",
	.columns = download_columns,
	.n_columns = sizeof(download_columns) / sizeof(download_columns[0]),
	.sorts = sorts,
	.no_downloads = true,
	.init = queue_init,
	.load = queue_load,
	.take = queue_take,
	.loaded = queue_loaded,
	.title = queue_title,
};
