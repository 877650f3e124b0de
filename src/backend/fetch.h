/* Fills a stored list from the gateway, page by page, without doubles, past the 1000-result cap. */
#ifndef KIYYA_BACKEND_FETCH_H
#define KIYYA_BACKEND_FETCH_H

#include "core.h"

/* After each page that was stored; end: it was the last one, or enough (the fetch frees itself after the call).
 * err: it broke off (likewise freed). May cancel the fetch when neither is set. */
typedef void fetch_fn(void *arg, bool end, const struct err *err);

#define FETCH_REACHABLE 1000 /* claims that one query of the gateway gives */
/* Whether a list in this order goes on behind that. */
bool fetch_is_endless(const char *order);
/* The name that the list of a query has in the store: one for each different question about a channel, whose
 * address is in the form of lbry, or its claim id. Owned. */
char *fetch_key(const char *address, const struct claim_query *query);

struct fetch;
/* have: rows that are stored and stay; 0 begins the list anew. want: rows in all. query is copied, what it points to is
 * borrowed until the end. The callback is never called from inside. */
struct fetch *fetch_start(struct core *core, const struct claim_query *query, const char *key,
			  int64_t have, int64_t want, fetch_fn *fn, void *arg);
/* The list that it fills just now: not that of its key while that one has rows, which stay until the new ones are
 * whole. Borrowed. */
const char *fetch_list(const struct fetch *f);
void fetch_cancel(struct fetch *f); /* NULL is fine */

#endif
