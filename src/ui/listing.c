/* Filter, order, cursor and window of a list. */
#include "listing.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define ROWS_AROUND_CURSOR 2

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int sort_by_title(const struct item *a, const struct item *b)
{
	/* item_folded fills in a cache, no more. */
	return strcmp(item_folded((struct item *)a), item_folded((struct item *)b));
}

int sort_by_duration(const struct item *a, const struct item *b)
{
	return compare_numbers(item_duration(b), item_duration(a));
}

int sort_by_size(const struct item *a, const struct item *b)
{
	return compare_numbers(item_size(b), item_size(a));
}

int sort_by_time(const struct item *a, const struct item *b)
{
	return compare_numbers(item_time(b), item_time(a));
}

void listing_init(struct listing *l, struct rows *rows, const struct sort *sorts,
		  bool (*wants)(const struct item *it))
{
	*l = (struct listing){ .rows = rows, .sorts = sorts, .wants = wants };
}

void listing_release(struct listing *l)
{
	free(l->filter);
	free(l->shown);
	*l = (struct listing){ 0 };
}

struct order {
	const struct listing *listing;
	int (*compare)(const struct item *a, const struct item *b);
};

static int compare_shown(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	int c = o->compare ? o->compare(&o->listing->rows->v[i], &o->listing->rows->v[j]) : 0;
	if (c == 0)
		c = (i > j) - (i < j);
	return o->listing->reversed ? -c : c;
}

static bool is_shown(const struct listing *l, struct item *it)
{
	return (!l->wants || l->wants(it)) && (!l->filter || strstr(item_folded(it), l->filter));
}

/* Puts the cursor back on the row it was on; where that has gone, it stays in its place. */
static void find_cursor(struct listing *l)
{
	if (l->key[0]) {
		for (size_t i = 0; i < l->n; i++) {
			if (strcmp(listing_at(l, i)->key, l->key) == 0) {
				l->cursor = i;
				return;
			}
		}
	}
	listing_move_to(l, (long)l->cursor);
}

void listing_update(struct listing *l)
{
	size_t before = l->cursor;
	free(l->shown);
	l->shown = mem_array(l->rows->n + 1, sizeof(*l->shown));
	l->n = 0;
	for (size_t i = 0; i < l->rows->n; i++)
		if (is_shown(l, &l->rows->v[i]))
			l->shown[l->n++] = i;
	struct order o = { .listing = l, .compare = l->sorts ? l->sorts[l->sort].compare : NULL };
	if (o.compare || l->reversed)
		qsort_r(l->shown, l->n, sizeof(*l->shown), compare_shown, &o);
	find_cursor(l);
	/* The window moves with the row, so that it does not jump about on the screen. */
	size_t moved = l->cursor - before; /* modulo arithmetic: also upwards */
	l->top = l->top + moved < l->n ? l->top + moved : 0;
}

void listing_set_filter(struct listing *l, const char *text)
{
	free(l->filter);
	l->filter = str_empty(text) ? NULL : text_fold(text);
	listing_update(l);
}

struct item *listing_at(const struct listing *l, size_t i)
{
	return &l->rows->v[l->shown[i]];
}

struct item *listing_current(const struct listing *l)
{
	return l->n == 0 ? NULL : listing_at(l, l->cursor);
}

void listing_move_to(struct listing *l, long to)
{
	if (to >= (long)l->n)
		to = (long)l->n - 1;
	l->cursor = to < 0 ? 0 : (size_t)to;
	if (l->n > 0)
		str_copy(l->key, sizeof(l->key), listing_at(l, l->cursor)->key);
}

void listing_move(struct listing *l, long by)
{
	listing_move_to(l, (long)l->cursor + by);
}

void listing_fit(struct listing *l, int height)
{
	long margin = height > 3 * ROWS_AROUND_CURSOR ? ROWS_AROUND_CURSOR : 0;
	long top = (long)l->top, cursor = (long)l->cursor, last = (long)l->n - height;
	if (top > cursor - margin)
		top = cursor - margin;
	if (top < cursor + margin - height + 1)
		top = cursor + margin - height + 1;
	top = top > last ? last : top;
	l->top = top < 0 ? 0 : (size_t)top;
}

bool listing_search(struct listing *l, const char *folded, bool backwards)
{
	for (size_t step = 1; step <= l->n; step++) {
		size_t i = (l->cursor + (backwards ? l->n - step : step)) % l->n;
		if (strstr(item_folded(listing_at(l, i)), folded)) {
			listing_move_to(l, (long)i);
			return true;
		}
	}
	return false;
}

size_t listing_count_marked(const struct listing *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += listing_at(l, i)->marked;
	return n;
}
