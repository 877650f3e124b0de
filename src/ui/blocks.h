/* A picture as characters: pixels in, bytes for a terminal out, only for cells that have changed. Pure.
 *
 * A cell shows two pixels, one above the other: a half block, its ink the upper one, its ground the lower one.
 * Colours are written past curses, whose pairs do not reach. Each line of cells begins with one cursor address
 * (CSI line ; column H) and stands for itself, so that what is sent can be cut off between lines. */
#ifndef UI_BLOCKS_H
#define UI_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "canvas.h"
#include "kiyya/buf.h"
#include "kiyya/picture.h"
#include "terminal.h"

struct block {
	uint32_t top,
	    bottom; /* INK_TRUE: 0xRRGGBB; INK_256: an index; INK_SHADES: a glyph's, in both */
};
#define BLOCK_UNKNOWN UINT32_MAX

struct blocks {
	enum ink ink;
	bool halves;         /* the terminal has ▀ and shades of its own; else blanks and ASCII */
	struct rect at;      /* on the screen */
	struct block *shown; /* owned; top BLOCK_UNKNOWN: something else may stand there */
	int fg, bg;          /* what the terminal is set to, while encoding; -1 not known */
};
void blocks_init(struct blocks *b, enum ink ink, bool halves);
void blocks_release(struct blocks *b);
/* Where the picture is from now on. True: that is another place or size, and what is shown is forgotten. */
bool blocks_place(struct blocks *b, struct rect at);
void blocks_forget(struct blocks *b);
/* Pixels that a picture in this place has. */
int blocks_width(const struct blocks *b);
int blocks_height(const struct blocks *b);
/* Appends what makes the terminal show the picture; ends with attributes off. A colour that is closer than
 * `coarse` (0 to 255, each of red, green, blue) to the one shown is left. Returns how many cells are written, -1
 * if the picture has another size. */
int blocks_encode(struct blocks *b, const struct pixels *p, int coarse, struct buf *out);
/* How many of these bytes end the line that they begin within. */
size_t blocks_line_end(const char *bytes, size_t n);

#endif
