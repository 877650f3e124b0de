/* Claims of pages, found by their ids. */
#ifndef KIYYA_BACKEND_BYID_H
#define KIYYA_BACKEND_BYID_H

#include <stddef.h>
#include "kiyya/claim.h"

struct byid { /* zero-initialised is empty; the claims are borrowed from their pages */
	const struct claim **v;
	size_t n;
};
void byid_add(struct byid *b, const struct page *page); /* NULL is fine; missing claims are left out */
void byid_add_missing(struct byid *b, const struct page *page); /* only those */
void byid_sort(struct byid *b);                         /* after the last page */
const struct claim *byid_find(const struct byid *b, const char *id); /* NULL: none */
void byid_release(struct byid *b);

#endif
