/* Draws text and frames into a grid of cells, and brings what has changed to the terminal. */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/text.h"

static const struct cell blank = { .text = " ", .width = 1, .role = ROLE_TEXT };

static struct cell *cell_at(struct canvas *c, int line, int column)
{
	return &c->next[(size_t)line * (size_t)c->columns + (size_t)column];
}

void canvas_init(struct canvas *c, int columns, int lines, const struct glyphs *glyphs)
{
	*c = (struct canvas){ .glyphs = glyphs };
	canvas_resize(c, columns, lines);
}

void canvas_release(struct canvas *c)
{
	free(c->next);
	free(c->shown);
	free(c->frame);
	*c = (struct canvas){ 0 };
}

void canvas_resize(struct canvas *c, int columns, int lines)
{
	const struct glyphs *glyphs = c->glyphs;
	canvas_release(c);
	c->glyphs = glyphs;
	c->columns = columns > 0 ? columns : 1;
	c->lines = lines > 0 ? lines : 1;
	size_t n = (size_t)c->columns * (size_t)c->lines;
	c->next = mem_array(n, sizeof(*c->next));
	c->shown = mem_array(n, sizeof(*c->shown));
	c->frame = mem_array(n, 1);
	c->spoilt = true;
	canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
	size_t n = (size_t)c->columns * (size_t)c->lines;
	for (size_t i = 0; i < n; i++)
		c->next[i] = blank;
	memset(c->frame, 0, n);
	c->cursor_line = -1;
}

/* Whether a grapheme may reach a terminal: nothing that moves, colours, reorders or ends anything.
 */
static bool is_harmless(const char *grapheme, size_t len)
{
	if (len == 1)
		return grapheme[0] >= ' ' && grapheme[0] <= '~';
	return text_is_clean(grapheme, len, false);
}

/* A grapheme may be longer than a cell (letters under a hundred accents): whole code points of it
 * are kept. */
static size_t cut_to_cell(const char *grapheme, size_t len)
{
	if (len < CELL_BYTES)
		return len;
	len = CELL_BYTES - 1;
	while (len > 0 && ((unsigned char)grapheme[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* What is written over one half of a wide grapheme must not leave the other half behind. */
static void free_halves(struct canvas *c, int line, int column, int width)
{
	if (column > 0 && cell_at(c, line, column)->width == 0)
		*cell_at(c, line, column - 1) = blank;
	int after = column + width;
	if (after < c->columns && cell_at(c, line, after)->width == 0)
		*cell_at(c, line, after) = blank;
}

int canvas_put(struct canvas *c, int line, int column, int end, const char *grapheme, size_t len,
	       int width, enum role role)
{
	if (end > c->columns)
		end = c->columns;
	if (!is_harmless(grapheme, len)) {
		grapheme = "?";
		len = 1;
		width = 1;
	}
	if (width < 1 || line < 0 || line >= c->lines || column < 0 || column + width > end)
		return 0;
	free_halves(c, line, column, width);
	struct cell *cell = cell_at(c, line, column);
	*cell = (struct cell){ .width = (uint8_t)width, .role = (uint8_t)role };
	memcpy(cell->text, grapheme, cut_to_cell(grapheme, len));
	if (width == 2)
		*cell_at(c, line, column + 1) = (struct cell){ .role = (uint8_t)role };
	return width;
}

/* The next grapheme as it would be drawn: what is refused takes one column, what is invisible none.
 */
static size_t next_drawn(const char *s, int *ret_width)
{
	size_t len = text_next(s, ret_width);
	if (len > 0 && !is_harmless(s, len))
		*ret_width = 1;
	return len;
}

static int simple_width(const char *text, int most)
{
	int width = 0;
	for (int w; width <= most;) {
		size_t len = next_drawn(text, &w);
		if (len == 0)
			break;
		width += w;
		text += len;
	}
	return width;
}

int canvas_text_width(const char *text, int most)
{
	char *simple = text_simple(text);
	int width = simple_width(simple ? simple : text, most);
	free(simple);
	return width;
}

static int draw_simple(struct canvas *c, int line, int column, int width, const char *text,
		       enum role role)
{
	int end = column + width;
	bool cut = simple_width(text, width) > width;
	const char *more = c->glyphs->more;
	int more_width = cut ? text_width(more) : 0;
	if (more_width > width)
		more_width = 0;
	int at = column;
	for (int w; at <= end - more_width;) {
		size_t len = next_drawn(text, &w);
		if (len == 0)
			break;
		if (w > 0 && canvas_put(c, line, at, end - more_width, text, len, w, role) == 0)
			break;
		at += w;
		text += len;
	}
	if (more_width > 0)
		return at - column + draw_simple(c, line, at, more_width, more, role);
	return at - column;
}

int canvas_text(struct canvas *c, int line, int column, int width, const char *text, enum role role)
{
	if (width <= 0)
		return 0;
	/* What one terminal joins and another does not would shift the rest of the line. */
	char *simple = text_simple(text);
	int drawn = draw_simple(c, line, column, width, simple ? simple : text, role);
	free(simple);
	return drawn;
}

int canvas_text_right(struct canvas *c, int line, int column, int width, const char *text,
		      enum role role)
{
	int need = canvas_text_width(text, width);
	int begin = need < width ? column + width - need : column;
	canvas_text(c, line, begin, column + width - begin, text, role);
	return begin;
}

void canvas_paint(struct canvas *c, int line, int column, int width, enum role role)
{
	if (line < 0 || line >= c->lines)
		return;
	for (int i = column < 0 ? 0 : column; i < column + width && i < c->columns; i++)
		cell_at(c, line, i)->role = (uint8_t)role;
}

static void add_line(struct canvas *c, int line, int column, unsigned bits)
{
	if (line < 0 || line >= c->lines || column < 0 || column >= c->columns)
		return;
	uint8_t *at = &c->frame[(size_t)line * (size_t)c->columns + (size_t)column];
	*at |= (uint8_t)bits;
	const char *glyph = c->glyphs->line[*at];
	canvas_put(c, line, column, c->columns, glyph, strlen(glyph), 1, ROLE_FRAME);
}

void canvas_box(struct canvas *c, struct rect r)
{
	int bottom = r.line + r.lines - 1, right = r.column + r.columns - 1;
	if (r.lines < 2 || r.columns < 2)
		return;
	for (int i = r.column + 1; i < right; i++) {
		add_line(c, r.line, i, LINE_LEFT | LINE_RIGHT);
		add_line(c, bottom, i, LINE_LEFT | LINE_RIGHT);
	}
	for (int i = r.line + 1; i < bottom; i++) {
		add_line(c, i, r.column, LINE_UP | LINE_DOWN);
		add_line(c, i, right, LINE_UP | LINE_DOWN);
	}
	add_line(c, r.line, r.column, LINE_DOWN | LINE_RIGHT);
	add_line(c, r.line, right, LINE_DOWN | LINE_LEFT);
	add_line(c, bottom, r.column, LINE_UP | LINE_RIGHT);
	add_line(c, bottom, right, LINE_UP | LINE_LEFT);
}

void canvas_cursor(struct canvas *c, int line, int column)
{
	c->cursor_line = line;
	c->cursor_column = column;
}

bool canvas_differs(const struct canvas *c, struct rect r)
{
	bool same = !c->spoilt;
	for (int line = r.line; same && line < r.line + r.lines; line++) {
		size_t i = (size_t)line * (size_t)c->columns + (size_t)r.column;
		same = memcmp(&c->next[i], &c->shown[i], (size_t)r.columns * sizeof(*c->next)) == 0;
	}
	return !same;
}

void canvas_flush(struct canvas *c, struct term *t)
{
	for (int line = 0; line < c->lines; line++) {
		for (int column = 0; column < c->columns; column++) {
			size_t i = (size_t)line * (size_t)c->columns + (size_t)column;
			if (!c->spoilt &&
			    memcmp(&c->next[i], &c->shown[i], sizeof(c->next[i])) == 0)
				continue;
			t->ops->put(t, line, column, &c->next[i]);
			c->shown[i] = c->next[i];
		}
	}
	c->spoilt = false;
	t->ops->cursor(t, c->cursor_line, c->cursor_column);
	t->ops->flush(t);
}
