/* Text on a grid of cells: everything that reaches a terminal goes through here, grapheme by
 * grapheme.
 *
 *	canvas_clear(&c);                     every frame is drawn whole, from nothing
 *	canvas_text(&c, 0, 0, 80, title, ROLE_STRONG);
 *	canvas_flush(&c, term);               only what differs from the last frame is put
 *
 * canvas_put is the one place that writes a cell; it lets no control character through, whoever
 * sent it. A wide grapheme is never halved. Drawing outside the grid is clipped. Pure but for
 * canvas_flush. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "glyphs.h"
#include "terminal.h"

struct rect {
	int line, column, lines, columns;
};

struct canvas {
	int columns, lines;
	const struct glyphs *glyphs;
	struct cell *next, *shown; /* owned; the frame being drawn, the one on the terminal */
	uint8_t *frame;            /* owned; LINE_ bits of each cell of next */
	bool spoilt;               /* the terminal does not show `shown`: put everything */
	int cursor_line, cursor_column;
};

void canvas_init(struct canvas *c, int columns, int lines, const struct glyphs *glyphs);
void canvas_release(struct canvas *c);
void canvas_resize(struct canvas *c, int columns, int lines);
void canvas_clear(struct canvas *c);
/* Puts one grapheme that must end before column `end`. Returns the columns it took, 0 if it did not
 * fit. */
int canvas_put(struct canvas *c, int line, int column, int end, const char *grapheme, size_t len,
	       int width, enum role role);
/* One line of text in `width` columns, cut with glyphs->more. Returns the columns used. */
int canvas_text(struct canvas *c, int line, int column, int width, const char *text,
		enum role role);
/* The same, against the right edge of those columns. Returns the column it begins at. */
int canvas_text_right(struct canvas *c, int line, int column, int width, const char *text,
		      enum role role);
/* Columns that canvas_text would need for all of it; stops counting past `most`. */
int canvas_text_width(const char *text, int most);
/* Gives what is there another role. */
void canvas_paint(struct canvas *c, int line, int column, int width, enum role role);
/* A frame; where it meets another they are joined. */
void canvas_box(struct canvas *c, struct rect r);
void canvas_cursor(struct canvas *c, int line, int column);
/* Whether a flush would put any cell there. */
bool canvas_differs(const struct canvas *c, struct rect r);
void canvas_flush(struct canvas *c, struct term *t);

#endif
