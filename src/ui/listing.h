/* What a list shows of its rows: filtered, sorted, with a cursor that stays on the same row
 * whatever happens to the others. Pure. */
#ifndef UI_LISTING_H
#define UI_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include "rows.h"

struct sort {
	const char *word;                                           /* in the pane's title */
	int (*compare)(const struct item *a, const struct item *b); /* NULL: as they came */
};
/* Orders that lists offer; each list names its own. End with a NULL word. */
int sort_by_title(const struct item *a, const struct item *b);
int sort_by_duration(const struct item *a, const struct item *b); /* longest first */
int sort_by_size(const struct item *a, const struct item *b);     /* largest first */
int sort_by_time(const struct item *a, const struct item *b);     /* newest first */

struct listing {
	struct rows *rows;                    /* borrowed */
	bool (*wants)(const struct item *it); /* NULL: all */
	const struct sort *sorts;             /* NULL: as they came */
	size_t sort;                          /* index into sorts */
	bool reversed;
	char *filter;  /* owned; folded; NULL none */
	size_t *shown; /* owned; indexes into rows */
	size_t n;
	size_t cursor, top;
	char key[ITEM_KEY_SIZE];    /* of the row under the cursor; "" none yet */
	char anchor[ITEM_KEY_SIZE]; /* row marked last: where a range begins */
};

void listing_init(struct listing *l, struct rows *rows, const struct sort *sorts,
		  bool (*wants)(const struct item *it));
void listing_release(struct listing *l);
/* After any change of rows, filter or sort: what is shown, and the cursor back on its row. */
void listing_update(struct listing *l);
void listing_set_filter(struct listing *l, const char *text); /* NULL or "": none */
struct item *listing_at(const struct listing *l, size_t i);
struct item *listing_current(const struct listing *l); /* NULL: the list is empty */
void listing_move_to(struct listing *l, long to);      /* clamped */
void listing_move(struct listing *l, long by);
/* Scrolls so that the cursor is within a window of `height`, with some rows around it. */
void listing_fit(struct listing *l, int height);
/* The next shown row that holds the folded text, from the cursor on, around the end; false: none.
 */
bool listing_search(struct listing *l, const char *folded, bool backwards);
size_t listing_count_marked(const struct listing *l);

#endif
