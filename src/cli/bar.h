/* One line at the bottom of the terminal that is drawn again and again: progress, the player's
 * position. */
#ifndef KIYYA_CLI_BAR_H
#define KIYYA_CLI_BAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "out.h"

struct bar {
	FILE *to; /* NULL: no terminal, or not wanted; then nothing is drawn */
	bool ascii, shown;
	int64_t next_ms; /* not before */
};

/* On standard error if it is a terminal, else on standard output if that is one. */
void bar_init(struct bar *b, const struct out *o);
/* Whether it is time for a new picture: at most two a second. */
bool bar_due(const struct bar *b);
/* Draws left, as much of it as there is room for, and right. */
void bar_draw(struct bar *b, const char *left, const char *right);
/* Takes the line away; before anything else is written to the terminal. */
void bar_clear(struct bar *b);
/* A gauge of `cells` columns, have of total, added to out. */
void bar_gauge(const struct bar *b, struct buf *out, int cells, int64_t have, int64_t total);

#endif
