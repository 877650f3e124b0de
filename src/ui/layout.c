/* Shares the screen out among list, detail and downloads. */
#include "layout.h"

static int between(int low, int x, int high)
{
	return x < low ? low : x > high ? high : x;
}

struct rect layout_inside(struct rect r)
{
	if (r.lines < 2 || r.columns < 2)
		return (struct rect){ .line = r.line, .column = r.column };
	return (struct rect){ r.line + 1, r.column + 1, r.lines - 2, r.columns - 2 };
}

/* The detail beside a wide list, below a tall one, else in its place. */
static void place_detail(struct layout *l, const struct layout_wish *w)
{
	struct rect *list = &l->pane[PANE_LIST], *detail = &l->pane[PANE_DETAIL];
	if (w->columns >= LAYOUT_WIDE) {
		int columns = between(48, w->columns * 45 / 100, 90);
		*detail = (struct rect){ list->line, w->columns - columns, list->lines, columns };
		list->columns = w->columns - columns + 1;
	} else if (w->lines >= LAYOUT_TALL) {
		int lines = between(8, list->lines * 2 / 5, 16);
		*detail = (struct rect){ list->line + list->lines - lines, 0, lines, w->columns };
		list->lines -= lines - 1;
	} else if (w->detail_open) {
		*detail = *list;
		list->lines = 0;
	}
}

/* Lines of a frame around a picture of 16:9, two pixels to a cell, rounded up. */
static int film_lines(int columns)
{
	return ((columns - 2) * 9 + 31) / 32 + 2;
}

/* In the upper right corner, the detail below it; the list keeps its height. */
static void place_film(struct layout *l, const struct layout_wish *w)
{
	struct rect *list = &l->pane[PANE_LIST], *detail = &l->pane[PANE_DETAIL];
	int columns =
	    w->columns >= LAYOUT_WIDE ? between(48, w->columns * 45 / 100, 90) : w->columns / 2;
	int lines = film_lines(columns);
	int left = w->columns - columns;
	if (list->lines - lines + 1 < LAYOUT_DETAIL_MIN)
		lines = list->lines;
	l->film = (struct rect){ list->line, left, lines, columns };
	list->columns = left + 1;
	if (lines < list->lines)
		*detail =
		    (struct rect){ list->line + lines - 1, left, list->lines - lines + 1, columns };
	else if (w->detail_open) {
		*detail = *list;
		list->lines = 0;
	}
}

/* Above the one pane that there is room for. */
static void place_film_above(struct layout *l, struct rect *pane)
{
	int lines = film_lines(pane->columns);
	if (pane->lines < 2 * LAYOUT_DETAIL_MIN)
		return;
	lines = lines > pane->lines / 2 ? pane->lines / 2 : lines;
	l->film = (struct rect){ pane->line, pane->column, lines, pane->columns };
	pane->line += lines - 1;
	pane->lines -= lines - 1;
}

struct layout layout_compute(const struct layout_wish *w)
{
	struct layout l = { .top = 0, .player = -1, .status = w->lines - 1 };
	if (w->columns < LAYOUT_MIN_COLUMNS || w->lines < LAYOUT_MIN_LINES) {
		l.too_small = true;
		return l;
	}
	int bottom = w->lines - 1;
	if (w->playing && w->lines >= LAYOUT_PANES_LINES)
		l.player = --bottom;
	struct rect all = { 1, 0, bottom - 1, w->columns };
	if (w->columns < LAYOUT_PANES_COLUMNS || w->lines < LAYOUT_PANES_LINES) {
		l.one_pane = true;
		enum pane p = w->focus == PANE_LIST && w->detail_open ? PANE_DETAIL : w->focus;
		l.pane[p] = all;
		if (w->film == FILM_BESIDE)
			place_film_above(&l, &l.pane[p]);
		else if (w->film == FILM_LARGE)
			l.film = all;
		return l;
	}
	l.pane[PANE_LIST] = all;
	if (w->has_downloads) {
		/* One row is always there, so that the list does not jump when the first download
		 * comes. */
		int lines = between(1, w->downloads, w->lines / 5) + 2;
		l.pane[PANE_DOWNLOADS] = (struct rect){ bottom - lines, 0, lines, w->columns };
		l.pane[PANE_LIST].lines -= lines - 1;
	}
	if (w->film == FILM_BESIDE)
		place_film(&l, w);
	else
		place_detail(&l, w);
	if (w->film == FILM_LARGE)
		l.film = all;
	return l;
}
