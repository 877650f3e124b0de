/* The list of a query: which claims, in which order. */
#ifndef KIYYA_STORE_CACHE_LIST_H
#define KIYYA_STORE_CACHE_LIST_H

#include "kiyya/store.h"

/* Puts rows (of content_cache, 0: left out) into the list of key from index first on. In a
 * transaction. */
bool cache_list_put(struct store *s, const char *key, const int64_t *rows, size_t n, int64_t first,
		    bool reset, bool complete, struct err *err) MUST_USE;

#endif
