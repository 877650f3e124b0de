/* Wraps text into lines and draws the part that is scrolled into view. */
#include "lines.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define LINES_TEXT_MAX (1u << 20)

void lines_release(struct lines *l)
{
	lines_clear(l);
	free(l->v);
	*l = (struct lines){ 0 };
}

void lines_clear(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].text);
	l->n = 0;
}

static void add_one(struct lines *l, enum role role, int key_columns, char *text)
{
	if (l->n >= LINES_MAX) {
		free(text);
		return;
	}
	l->v = mem_grow(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct line){ .text = text, .role = role, .key_columns = key_columns };
}

/* first stands before the first line; further lines are indented by as many columns. */
static void add_wrapped(struct lines *l, int width, enum role role, const char *first, int indent,
			const char *text)
{
	int room = width - indent > 1 ? width - indent : 1;
	for (bool begun = false; !begun || *text; begun = true) {
		size_t skip;
		size_t len = text_wrap(text, room, &skip);
		add_one(
		    l, role, begun ? 0 : indent,
		    str_fmt("%-*s%.*s", begun ? indent : 0, begun ? "" : first, (int)len, text));
		if (len + skip == 0)
			break;
		text += len + skip;
	}
}

void lines_add(struct lines *l, int width, enum role role, const char *text)
{
	add_wrapped(l, width, role, "", 0, text);
}

void lines_addf(struct lines *l, int width, enum role role, const char *fmt, ...)
{
	struct buf b;
	va_list ap;
	buf_init(&b, LINES_TEXT_MAX);
	va_start(ap, fmt);
	(void)!buf_vaddf(&b, fmt, ap);
	va_end(ap);
	lines_add(l, width, role, b.data);
	buf_release(&b);
}

void lines_add_pair(struct lines *l, int width, int name_columns, const char *name,
		    const char *text)
{
	int used = text_width(name);
	int pad = name_columns > used ? name_columns - used : 1;
	char *first = str_fmt("%s%*s", name, pad, "");
	add_wrapped(l, width, ROLE_TEXT, first, used + pad, text);
	free(first);
}

void lines_scroll(struct lines *l, int by, int height)
{
	long last = (long)l->n - height;
	long top = (long)l->top + by;
	top = top > last ? last : top;
	l->top = top < 0 ? 0 : (size_t)top;
}

void lines_draw(const struct lines *l, struct canvas *c, struct rect inside)
{
	for (int i = 0; i < inside.lines && l->top + (size_t)i < l->n; i++) {
		const struct line *line = &l->v[l->top + (size_t)i];
		canvas_text(c, inside.line + i, inside.column, inside.columns, line->text,
			    line->role);
		if (line->key_columns > 0)
			canvas_paint(c, inside.line + i, inside.column, line->key_columns,
				     ROLE_KEY);
	}
}
