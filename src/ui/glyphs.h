/* The signs that are not text: marks, lines, bars; in UTF-8, and in ASCII for --ascii and old
 * terminals. */
#ifndef UI_GLYPHS_H
#define UI_GLYPHS_H

#include <stdbool.h>

/* Directions of a line that meet in a cell; the index into glyphs.line. */
#define LINE_UP    1u
#define LINE_DOWN  2u
#define LINE_LEFT  4u
#define LINE_RIGHT 8u

struct glyphs { /* each one column wide */
	const char *line[16];
	const char *cursor, *marked;
	const char *vault, *downloading, *playing, *paused, *watched, *favorite, *failed, *waiting;
	const char *bar_full, *bar_empty;
	const char *more; /* something was cut off; may be several columns */
	const char *dot;  /* between facts, with its blanks */
};

const struct glyphs *glyphs_get(bool ascii);

#endif
