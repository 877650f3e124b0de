/* How each kind of event looks as a line for a person. No contract: programs read --json. */
#include "out.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"

/* Small texts of numbers that may be unknown. */
#define CELL 24
struct cell {
	char text[CELL];
};

static struct cell size_cell(int64_t bytes)
{
	struct cell c = { "-" };
	if (bytes >= 0)
		str_size(c.text, CELL, (uint64_t)bytes);
	return c;
}

static struct cell time_cell(int64_t seconds)
{
	struct cell c = { "-" };
	if (seconds >= 0)
		str_duration(c.text, CELL, seconds);
	return c;
}

static struct cell date_cell(int64_t unix_seconds)
{
	struct cell c = { "-" };
	if (unix_seconds == TIME_UNKNOWN)
		return c;
	char iso[CLOCK_ISO_SIZE];
	clock_iso(unix_seconds, iso);
	str_copy(c.text, sizeof("2026-01-01"), iso);
	return c;
}

static struct cell number_cell(int64_t n, const char *unit)
{
	struct cell c = { "-" };
	if (n == MSG_UNKNOWN)
		return c;
	char *text = str_fmt("%lld%s", (long long)n, unit);
	str_copy(c.text, CELL, text);
	free(text);
	return c;
}

static const char *or_dash(const char *s)
{
	return str_empty(s) ? "-" : s;
}

static void row_claim(struct out *o, const struct claim *c)
{
	int64_t day = c->local.played_at > 0 ? c->local.played_at : c->release_time;
	char marks[5] = "----"; /* kept, downloading, favourite, watched */
	if (c->local.offline)
		marks[0] = 'o';
	if (c->local.downloading)
		marks[1] = 'd';
	if (c->local.favorite)
		marks[2] = 'f';
	if (c->local.watched)
		marks[3] = 'w';
	out_row(o, "%s  %10s  %8s  %9s  %s  %s%s%s%s", c->id, date_cell(day).text,
		time_cell(c->duration).text, size_cell(c->size).text, marks, c->title,
		c->playable ? "" : "  (", c->playable ? "" : or_dash(c->reason),
		c->playable ? "" : ")");
}

void out_claim(struct out *o, const struct claim *c)
{
	if (o->json)
		out_json_claim(o, c);
	else
		row_claim(o, c);
}

static void row_page(struct out *o, const struct event *e)
{
	const struct page *p = e->u.page.claims_;
	for (size_t i = 0; p && i < p->n; i++)
		out_claim(o, &p->items[i]);
}

static void row_found(struct out *o, const struct event *e)
{
	const struct page *p = e->u.found.claims_;
	for (size_t i = 0; p && i < p->n; i++)
		out_claim(o, &p->items[i]);
}

static void row_searched(struct out *o, const struct event *e)
{
	const struct ev_searched *s = &e->u.searched;
	out_row(o, "%10s  %5s  %s", date_cell(s->searched_at_).text,
		number_cell(s->times_, "x").text, or_dash(s->words_));
}

static void row_download(struct out *o, const struct event *e)
{
	const struct ev_download *d = &e->u.download;
	struct cell share = { "-" };
	if (d->total_ > 0 && d->have_ >= 0)
		share = number_cell((int64_t)((double)d->have_ / (double)d->total_ * 100), "%");
	else if (d->segments_.total > 0)
		share = number_cell(d->segments_.have * 100 / d->segments_.total, "%");
	out_row(o, "%s  %-7s  %4s  %9s  %-8s  %s%s%s", or_dash(d->claim_id_),
		or_dash(str_eq(d->event_, "removed") ? d->event_ : d->state_), share.text,
		size_cell(d->total_).text, or_dash(d->quality_), or_dash(d->title_),
		d->error_ ? ": " : "", d->error_ ? d->error_ : "");
}

static void row_copy(struct out *o, const struct event *e)
{
	const struct ev_copy *c = &e->u.copy;
	out_row(o, "%s  %10s  %8s  %9s  %-8s  %-8s  %-6s  %s", or_dash(c->claim_id_),
		date_cell(c->added_at_).text, time_cell(c->duration_).text,
		size_cell(c->size_).text, or_dash(c->quality_),
		c->complete_ ? "complete" : "partial", c->encrypted_ ? "sealed" : "plain",
		or_dash(c->title_));
}

/* "S01E02"; the parts that nobody knows are dashes. */
static struct cell episode_cell(int64_t season, int64_t episode)
{
	struct cell c = { "-" };
	if (season < 0)
		return c;
	char *number = episode < 0 ? str_dup("-") : str_fmt("%02lld", (long long)episode);
	char *text = str_fmt("S%02lldE%s", (long long)season, number);
	str_copy(c.text, CELL, text);
	free(text);
	free(number);
	return c;
}

static void row_episode(struct out *o, const struct event *e)
{
	const struct ev_episode *p = &e->u.episode;
	out_row(o, "%s  %-6s %c  %s  %s%s", or_dash(p->claim_id_),
		episode_cell(p->season_, p->episode_).text, p->inferred_ ? '?' : ' ',
		or_dash(p->series_), or_dash(p->title_),
		p->missing_ ? "  (it was deleted, or is blocked)" : "");
}

static void row_gateway(struct out *o, const struct event *e)
{
	const struct ev_gateway *g = &e->u.gateway;
	out_row(o, "%-4s  %-8s  %8s  %4s  %s%s%s", g->ok_ ? "ok" : "bad", or_dash(g->status_),
		number_cell(g->ms_, " ms").text, number_cell(g->http_status_, "").text,
		or_dash(g->url_), g->error_ ? ": " : "", g->error_ ? g->error_ : "");
}

static void row_fact(struct out *o, const struct event *e)
{
	const struct ev_fact *f = &e->u.fact;
	out_row(o, "  %c %-20s %s", f->ok_ ? ' ' : '!', or_dash(f->key_), or_dash(f->value_));
}

static void row_config(struct out *o, const struct event *e)
{
	const struct ev_config *c = &e->u.config;
	out_row(o, "%s = %s  (%s)", or_dash(c->key_), c->value_ ? c->value_ : "",
		or_dash(c->source_));
}

static void row_verify(struct out *o, const struct event *e)
{
	const struct ev_verify *v = &e->u.verify;
	struct buf bad;
	buf_init(&bad, 200); /* as many as fit */
	for (size_t i = 0; i < v->bad_.n; i++)
		if (!buf_addf(&bad, "%s%lld", i ? "," : ": ", (long long)v->bad_.v[i]))
			break;
	out_row(o, "%s  %-7s  %-8s  %s chunks, %zu bad%s  header %s  hash %s  %s",
		or_dash(v->claim_id_), v->ok_ ? "ok" : "DAMAGED", or_dash(v->quality_),
		number_cell(v->chunks_, "").text, v->bad_.n, bad.data ? bad.data : "",
		or_dash(v->header_), or_dash(v->publisher_hash_), or_dash(v->title_));
	buf_release(&bad);
}

static void row_export(struct out *o, const struct event *e)
{
	const struct ev_export *x = &e->u.export;
	out_row(o, "%s  %-8s  %9s  %s", or_dash(x->claim_id_), or_dash(x->quality_),
		size_cell(x->size_).text, or_dash(x->file_));
}

static void row_serve(struct out *o, const struct event *e)
{
	out_row(o, "%s", or_dash(e->u.serve.url_));
}

static void row_progress(struct out *o, const struct event *e)
{
	const struct ev_progress *p = &e->u.progress;
	out_row(o, "%s  %8s  %8s  %10s  %-7s  %s", or_dash(p->claim_id_),
		time_cell(p->position_seconds_).text, time_cell(p->duration_).text,
		date_cell(p->updated_at_).text, p->watched_ ? "watched" : "-", or_dash(p->title_));
}

static void row_channel(struct out *o, const struct event *e)
{
	const struct ev_channel *c = &e->u.channel;
	out_row(o, "%s  %10s  %s  %s", or_dash(c->claim_id_), date_cell(c->followed_at_).text,
		or_dash(c->name_), or_dash(c->title_));
}

static void row_key(struct out *o, const struct event *e)
{
	const struct ev_key *k = &e->u.key;
	out_row(o, "state  %s", or_dash(k->state_));
	out_row(o, "ring   %s", or_dash(k->ring_));
	for (size_t i = 0; i < k->slots_.n; i++)
		out_row(o, "slot   %s", k->slots_.v[i]);
	if (k->agent_seconds_ != MSG_UNKNOWN)
		out_row(o, "agent  %s left", time_cell(k->agent_seconds_).text);
}

static void row_cache(struct out *o, const struct event *e)
{
	const struct ev_cache *c = &e->u.cache;
	out_row(o, "claims   %s", number_cell(c->claims_, "").text);
	out_row(o, "queries  %s", number_cell(c->queries_, "").text);
	out_row(o, "size     %s", size_cell(c->bytes_).text);
	out_row(o, "hits     %s", number_cell(c->hits_, "").text);
	out_row(o, "misses   %s", number_cell(c->misses_, "").text);
}

static void row_db(struct out *o, const struct event *e)
{
	const struct ev_db *d = &e->u.db;
	out_row(o, "version  %s of %s", number_cell(d->version_, "").text,
		number_cell(d->latest_, "").text);
	out_row(o, "size     %s", size_cell(d->bytes_).text);
	out_row(o, "path     %s", or_dash(d->path_));
	if (d->check_)
		out_row(o, "check    %s", d->check_);
}

static void row_log(struct out *o, const struct event *e)
{
	const struct ev_log *l = &e->u.log;
	char iso[CLOCK_ISO_SIZE] = "-";
	if (l->time_ != TIME_UNKNOWN)
		clock_iso(l->time_, iso);
	const char *level = l->level_ ? l->level_ : l->severity_;
	const char *about = l->category_ ? l->category_ : l->event_;
	out_row(o, "%s  %-5s  %s%s%s%s%s%s%s", iso, or_dash(level),
		l->component_ ? l->component_ : "", l->component_ ? ": " : "", about ? about : "",
		about ? ": " : "", l->gateway_ ? l->gateway_ : "", l->gateway_ ? ": " : "",
		or_dash(l->message_));
}

static void row_player(struct out *o, const struct event *e)
{
}

static void (*const rows[EV_COUNT])(struct out *o, const struct event *e) = {
	[EV_PAGE] = row_page,         [EV_DOWNLOAD] = row_download, [EV_COPY] = row_copy,
	[EV_GATEWAY] = row_gateway,   [EV_FACT] = row_fact,         [EV_CONFIG] = row_config,
	[EV_VERIFY] = row_verify,     [EV_SERVE] = row_serve,       [EV_PLAYER] = row_player,
	[EV_PROGRESS] = row_progress, [EV_KEY] = row_key,           [EV_CACHE] = row_cache,
	[EV_FOUND] = row_found,       [EV_SEARCHED] = row_searched, [EV_DB] = row_db,
	[EV_LOG] = row_log,           [EV_EPISODE] = row_episode,   [EV_CHANNEL] = row_channel,
	[EV_EXPORT] = row_export,
};

void out_event(struct out *o, const struct event *e)
{
	if (!rows[e->kind])
		return;
	if (o->json && e->kind != EV_PAGE && e->kind != EV_FOUND)
		out_json_event(o, e);
	else
		rows[e->kind](o, e);
}
