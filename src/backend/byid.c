/* Claims of pages, found by their ids: a sorted array of pointers. */
#include "byid.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

static void add(struct byid *b, const struct page *page, bool missing)
{
	if (!page || page->n == 0)
		return;
	b->v = mem_grow(b->v, b->n + page->n, sizeof(*b->v));
	for (size_t i = 0; i < page->n; i++)
		if (page->items[i].missing == missing)
			b->v[b->n++] = &page->items[i];
}

void byid_add(struct byid *b, const struct page *page)
{
	add(b, page, false);
}

void byid_add_missing(struct byid *b, const struct page *page)
{
	add(b, page, true);
}

static int compare_claims(const void *a, const void *b)
{
	return strcmp((*(const struct claim *const *)a)->id, (*(const struct claim *const *)b)->id);
}

void byid_sort(struct byid *b)
{
	if (b->n > 1)
		qsort(b->v, b->n, sizeof(*b->v), compare_claims);
}

static int compare_with_id(const void *id, const void *claim)
{
	return strcmp(id, (*(const struct claim *const *)claim)->id);
}

const struct claim *byid_find(const struct byid *b, const char *id)
{
	const struct claim **found =
	    b->n ? bsearch(id, b->v, b->n, sizeof(*b->v), compare_with_id) : NULL;
	return found ? *found : NULL;
}

void byid_release(struct byid *b)
{
	free(b->v);
	*b = (struct byid){ 0 };
}
