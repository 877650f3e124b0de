/* Draws a listing in columns. */
#include "table.h"

#include <stdio.h>
#include <string.h>
#include "kiyya/str.h"
#include "kiyya/text.h"

#define TEXT_SIZE 256
#define LEAD      4 /* cursor, mark, sign, blank */
#define TAIL      1 /* blank before the frame */

const char *column_title(const struct item *it, const struct glyphs *g, int width, char *buf,
			 size_t size)
{
	return item_title(it);
}

const char *column_channel(const struct item *it, const struct glyphs *g, int width, char *buf,
			   size_t size)
{
	return item_channel(it) ? item_channel(it) : "";
}

const char *column_signs(const struct item *it, const struct glyphs *g, int width, char *buf,
			 size_t size)
{
	const struct claim_local *l = it->claim ? &it->claim->local : NULL;
	snprintf(buf, size, "%s%s", l && l->watched ? g->watched : "",
		 l && l->favorite ? g->favorite : "");
	return buf;
}

const char *column_size(const struct item *it, const struct glyphs *g, int width, char *buf,
			size_t size)
{
	buf[0] = 0;
	if (item_size(it) >= 0)
		str_size(buf, size, (uint64_t)item_size(it));
	return buf;
}

const char *column_duration(const struct item *it, const struct glyphs *g, int width, char *buf,
			    size_t size)
{
	str_duration(buf, size, item_duration(it));
	return buf;
}

const char *column_date(const struct item *it, const struct glyphs *g, int width, char *buf,
			size_t size)
{
	char iso[CLOCK_ISO_SIZE];
	buf[0] = 0;
	if (item_time(it) != TIME_UNKNOWN) {
		clock_iso(item_time(it), iso);
		snprintf(buf, size, "%.10s", iso);
	}
	return buf;
}

const char *column_quality(const struct item *it, const struct glyphs *g, int width, char *buf,
			   size_t size)
{
	return item_quality(it) ? item_quality(it) : "";
}

struct sign {
	const char *glyph;
	enum role role;
};

static struct sign sign_of_download(const struct glyphs *g, const struct ev_download *d)
{
	if (str_eq(d->state_, "active"))
		return (struct sign){ g->downloading, ROLE_BUSY };
	if (str_eq(d->state_, "paused"))
		return (struct sign){ g->paused, ROLE_WARN };
	if (str_eq(d->state_, "done"))
		return (struct sign){ g->vault, ROLE_GOOD };
	if (str_eq(d->state_, "failed"))
		return (struct sign){ g->failed, ROLE_ERROR };
	return (struct sign){ g->waiting, ROLE_DIM };
}

/* The most telling thing about a row, as one sign. */
static struct sign sign_of(const struct glyphs *g, const struct item *it, const char *playing)
{
	const char *id = item_claim_id(it);
	if (playing && id[0] && strcmp(id, playing) == 0)
		return (struct sign){ g->playing, ROLE_BUSY };
	if (item_download(it))
		return sign_of_download(g, item_download(it));
	if (it->claim && it->claim->local.downloading)
		return (struct sign){ g->downloading, ROLE_BUSY };
	if (it->claim && it->claim->local.offline)
		return (struct sign){ g->vault, ROLE_GOOD };
	if (item_copy(it))
		return item_copy(it)->complete_ ? (struct sign){ g->vault, ROLE_GOOD }
						: (struct sign){ g->waiting, ROLE_WARN };
	if (it->event && it->event->kind == EV_FACT)
		return it->event->u.fact.ok_ ? (struct sign){ g->watched, ROLE_GOOD }
					     : (struct sign){ g->failed, ROLE_WARN };
	if (it->event && it->event->kind == EV_GATEWAY)
		return it->event->u.gateway.ok_ ? (struct sign){ g->watched, ROLE_GOOD }
						: (struct sign){ g->failed, ROLE_WARN };
	return (struct sign){ " ", ROLE_TEXT };
}

static enum role role_of(const struct item *it)
{
	if (it->marked)
		return ROLE_MARKED;
	if (it->claim && !it->claim->playable && it->claim->kind != CLAIM_CHANNEL)
		return ROLE_DIM;
	return ROLE_TEXT;
}

/* The width of the column that takes what the others, with a blank between, leave. */
static int width_left(const struct table *t, int width)
{
	int left = width - LEAD - TAIL;
	for (size_t i = 0; i < t->n_columns; i++)
		if (width >= t->columns[i].from)
			left -= t->columns[i].width + (i > 0);
	return left;
}

static void draw_columns(const struct table *t, const struct item *it, struct canvas *c,
			 struct rect at, enum role role)
{
	char buf[TEXT_SIZE];
	int column = at.column + LEAD;
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct column *col = &t->columns[i];
		if (at.columns < col->from)
			continue;
		int width = col->width > 0 ? col->width : width_left(t, at.columns);
		const char *text = col->text(it, c->glyphs, width, buf, sizeof(buf));
		if (col->right)
			canvas_text_right(c, at.line, column, width, text, role);
		else
			canvas_text(c, at.line, column, width, text, role);
		column += width + 1;
	}
}

/* The name of what follows, further left than that, with a line to the end. */
static void draw_heading(const struct item *it, struct canvas *c, struct rect at)
{
	int column = at.column + LEAD - 2, end = at.column + at.columns - TAIL;
	column += canvas_text(c, at.line, column, end - column, item_title(it), ROLE_STRONG) + 1;
	for (; column < end; column++)
		canvas_text(c, at.line, column, 1, c->glyphs->line[12], ROLE_FRAME);
}

static void draw_row(const struct table *t, const struct item *it, bool here, struct canvas *c,
		     struct rect at)
{
	struct sign sign = sign_of(c->glyphs, it, t->playing);
	canvas_text(c, at.line, at.column, 1, here ? c->glyphs->cursor : " ", ROLE_TEXT);
	canvas_text(c, at.line, at.column + 1, 1, it->marked ? c->glyphs->marked : " ",
		    ROLE_MARKED);
	canvas_text(c, at.line, at.column + 2, 1, sign.glyph, sign.role);
	if (item_is_heading(it))
		draw_heading(it, c, at);
	else
		draw_columns(t, it, c, at, role_of(it));
	if (here)
		canvas_paint(c, at.line, at.column, at.columns,
			     t->has_keys ? ROLE_CURSOR : ROLE_CURSOR_AWAY);
	if (here && t->has_keys)
		canvas_cursor(c, at.line, at.column);
}

void table_draw(const struct table *t, struct listing *l, struct canvas *c, struct rect inside)
{
	listing_fit(l, inside.lines);
	for (int i = 0; i < inside.lines && l->top + (size_t)i < l->n; i++) {
		size_t at = l->top + (size_t)i;
		struct rect line = { inside.line + i, inside.column, 1, inside.columns };
		draw_row(t, listing_at(l, at), at == l->cursor && (t->has_keys || !t->quiet), c,
			 line);
	}
}
