/* Downloads as a command watches them: a row each when it has ended, a bar for all while they run.
 */
#include "transfers.h"

#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "wait.h"

#define GAUGE_CELLS 20

struct transfer {
	struct event *last; /* owned: the newest EV_DOWNLOAD of this item */
	bool written;       /* as a row, in its present state */
};

void transfers_init(struct transfers *t, const struct out *o)
{
	*t = (struct transfers){ 0 };
	bar_init(&t->bar, o);
}

void transfers_release(struct transfers *t)
{
	for (size_t i = 0; i < t->n; i++)
		event_free(t->rows[i].last);
	free(t->rows);
	*t = (struct transfers){ 0 };
}

/* The strings are ours after this; numbers came along with the struct. */
#define KEEP_STR(field) to->field = str_dup(to->field);
#define KEEP_INT(field)
#define KEEP_BOOL(field)
#define KEEP_SHARE(field)
#define KEEP(TYPE, field, meaning) KEEP_##TYPE(field##_)

static struct event *copy_download(const struct event *e)
{
	struct event *copy = event_new(EV_DOWNLOAD);
	struct ev_download *to = &copy->u.download;
	*to = e->u.download;
	EV_DOWNLOAD_FIELDS(KEEP)
	return copy;
}

static bool has_ended(const struct ev_download *d)
{
	return str_eq(d->state_, "done") || str_eq(d->state_, "failed") ||
	       str_eq(d->event_, "removed");
}

static struct transfer *find_row(struct transfers *t, const struct ev_download *d)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ev_download *known = &t->rows[i].last->u.download;
		if (str_eq(known->claim_id_, d->claim_id_) && str_eq(known->quality_, d->quality_))
			return &t->rows[i];
	}
	t->rows = mem_grow(t->rows, t->n + 1, sizeof(t->rows[0]));
	t->rows[t->n] = (struct transfer){ 0 };
	return &t->rows[t->n++];
}

/* What the bar says of all items together. */
struct sum {
	size_t n, ended;
	int64_t have, total, rate;
	bool total_known;
	double share;      /* 0 to 1, each item counting the same: where bytes do not tell */
	const char *title; /* of one that runs */
};

static double share_of(const struct ev_download *d)
{
	if (d->total_ > 0 && d->have_ >= 0)
		return (double)d->have_ / (double)d->total_;
	return d->segments_.total > 0 ? (double)d->segments_.have / (double)d->segments_.total : 0;
}

static struct sum add_up(const struct transfers *t)
{
	struct sum s = { .n = t->n, .total_known = true };
	for (size_t i = 0; i < t->n; i++) {
		const struct ev_download *d = &t->rows[i].last->u.download;
		s.ended += has_ended(d);
		s.have += d->have_ > 0 ? d->have_ : 0;
		s.total += d->total_ > 0 ? d->total_ : 0;
		s.total_known = s.total_known && d->total_ >= 0;
		s.share += share_of(d) / (double)t->n;
		if (!str_eq(d->state_, "active"))
			continue;
		s.rate += d->rate_ > 0 ? d->rate_ : 0;
		if (!s.title)
			s.title = d->title_;
	}
	return s;
}

static void add_size(struct buf *b, const char *before, int64_t bytes, const char *after)
{
	char text[24];
	str_size(text, sizeof(text), (uint64_t)bytes);
	buf_addf(b, "%s%s%s", before, text, after);
}

static void draw(struct transfers *t)
{
	struct sum s = add_up(t);
	struct buf left, right;
	buf_init(&left, 4096);
	buf_init(&right, 4096);
	if (s.n > 1)
		buf_addf(&left, "%zu of %zu done  ", s.ended, s.n);
	buf_add_str(&left, s.title ? s.title : "waiting");
	double share = s.total_known && s.total > 0 ? (double)s.have / (double)s.total : s.share;
	if (share > 0) {
		bar_gauge(&t->bar, &right, GAUGE_CELLS, (int64_t)(share * 1000), 1000);
		buf_addf(&right, "  %3d%%", (int)(share * 100));
	}
	add_size(&right, "  ", s.have, "");
	if (s.total_known && s.total > 0)
		add_size(&right, " of ", s.total, "");
	if (s.rate > 0) {
		add_size(&right, "  ", s.rate, "/s");
		if (s.total_known && s.total > s.have) {
			char eta[24];
			str_duration(eta, sizeof(eta), (s.total - s.have) / s.rate);
			buf_addf(&right, "  %s left", eta);
		}
	}
	bar_draw(&t->bar, left.data, right.data);
	buf_release(&left);
	buf_release(&right);
}

static void write_row(struct transfers *t, struct transfer *row, struct out *o)
{
	if (row->written)
		return;
	bar_clear(&t->bar);
	out_event(o, row->last);
	row->written = true;
}

bool transfers_event(struct cli *c, const struct event *e, void *arg)
{
	struct transfers *t = arg;
	if (e->kind == EV_NOTE || e->kind == EV_ROW_FAILED || e->kind == EV_DONE)
		bar_clear(&t->bar);
	if (e->kind != EV_DOWNLOAD)
		return false;
	const struct ev_download *d = &e->u.download;
	struct transfer *row = find_row(t, d);
	/* The end of an item may be told twice, to the request and as news; it is written once. */
	if (row->written && has_ended(d) && str_eq(row->last->u.download.state_, d->state_))
		return true;
	event_free(row->last);
	row->last = copy_download(e);
	row->written = false;
	if (has_ended(d))
		write_row(t, row, &c->out);
	else if (c->out.json && d->event_)
		write_row(t, row, &c->out);
	if (bar_due(&t->bar) && !has_ended(d))
		draw(t);
	return true;
}

void transfers_finish(struct transfers *t, struct out *o)
{
	bar_clear(&t->bar);
	for (size_t i = 0; i < t->n; i++)
		write_row(t, &t->rows[i], o);
}
