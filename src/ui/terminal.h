/* A terminal as the screen needs it: a grid of cells that takes graphemes, a cursor, keys.
 *
 * term_curses drives a real one, term_memory keeps the grid for tests and scripts. Nothing here
 * waits: whoever wants a key polls term->fd first. Front end thread. */
#ifndef UI_TERMINAL_H
#define UI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "keys.h"
#include "theme.h"

#define CELL_BYTES 30

struct cell {
	char text[CELL_BYTES]; /* one grapheme in UTF-8; "" in the right half of a wide one */
	uint8_t width;         /* 1 or 2; 0: the right half */
	uint8_t role;          /* enum role */
};

struct term;
struct term_ops {
	void (*size)(struct term *t, int *ret_columns, int *ret_lines);
	void (*put)(struct term *t, int line, int column, const struct cell *cell);
	void (*cursor)(struct term *t, int line, int column); /* line < 0: hidden */
	void (*flush)(struct term *t);                /* what was put is now on the screen */
	bool (*key)(struct term *t, struct key *ret); /* false: none now */
	void (*resized)(struct term *t);              /* the window has another size */
	void (*spoilt)(struct term *t);               /* somebody drew over it: start afresh */
	void (*suspend)(
	    struct term *t); /* gives the terminal back, stops, returns when continued */
	void (*copy)(struct term *t,
		     const char *text); /* to the clipboard, as far as there is one */
	void (*forget)(struct term *t); /* wipes what keys that were read left in its buffers */
	void (*end)(struct term *t);    /* gives the terminal back, frees t */
};
struct term {
	const struct term_ops *ops;
	int fd;     /* readable when there may be a key; -1: keys are fed */
	bool ascii; /* cannot show anything else */
};

struct term_options {
	const struct theme *theme;
	bool no_color, mouse;
};
/* The terminal on standard input and output. NULL: ERR_USAGE with a sentence. */
struct term *term_curses_new(const struct term_options *o, struct err *err);
/* A grid in memory. */
struct term *term_memory_new(int columns, int lines);

/* Of a term_memory only. */
void term_memory_feed(struct term *t, struct key key);
void term_memory_resize(struct term *t, int columns, int lines);
const struct cell *term_memory_cell(const struct term *t, int line, int column);
/* One line as text, without the blanks at its end; owned. */
char *term_memory_line(const struct term *t, int line);
const char *term_memory_copied(const struct term *t); /* last copied text; NULL none */
unsigned term_memory_puts(const struct term *t);      /* cells put since the start */
void term_memory_cursor(const struct term *t, int *ret_line, int *ret_column);

#endif
