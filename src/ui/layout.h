/* Where the panes are, for any size of the screen. Pure. */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>
#include "canvas.h"

enum pane { PANE_LIST, PANE_DETAIL, PANE_DOWNLOADS, PANE_COUNT };

/* Where a film's picture is, when we draw it. */
enum film_place { FILM_NONE, FILM_BESIDE, FILM_LARGE };

struct layout_wish {
	int columns, lines;
	enum pane focus;  /* the one pane where there is room for one */
	bool detail_open; /* Enter was pressed: show the detail even where it needs the list's place
			   */
	bool has_downloads; /* the view wants that pane at all */
	int downloads;      /* rows in it */
	bool playing;       /* a line for the player */
	enum film_place film;
};

/* Panes with their frames; a neighbour's frame is shared. lines 0: not shown. */
struct layout {
	bool too_small; /* nothing fits but a sentence */
	bool one_pane;
	struct rect pane[PANE_COUNT];
	struct rect film; /* its frame; it has no keys of its own, and large lies over the panes */
	int top, player, status; /* their lines; player -1: none */
};

#define LAYOUT_MIN_COLUMNS   40
#define LAYOUT_MIN_LINES     10
#define LAYOUT_PANES_COLUMNS 60 /* under these: one pane at a time */
#define LAYOUT_PANES_LINES   16
#define LAYOUT_WIDE          100 /* from here on the detail is beside the list */
#define LAYOUT_DETAIL_MIN    6   /* lines; fewer are not worth a frame below a film */
#define LAYOUT_TALL          36  /* from here on it has room below */

struct layout layout_compute(const struct layout_wish *w);
/* What is inside a pane's frame. */
struct rect layout_inside(struct rect r);

#endif
