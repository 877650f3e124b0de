/* Claims by their ids, in the order of the ids: asked for in fifties, then kept as a list of their own. */
#ifndef KIYYA_BACKEND_GATHER_H
#define KIYYA_BACKEND_GATHER_H

#include "core.h"

struct gather_result {
	struct page *page; /* moves; a claim an id, missing where the gateway has none; NULL: *err of the call says why */
	bool stale;        /* no gateway answered: what is stored; err says why, unless it is --offline */
	int64_t fetched_at; /* TIME_UNKNOWN */
	size_t n_unknown;  /* stale only: ids left out, nothing is stored of them */
};
typedef void gather_fn(void *arg, struct gather_result *r, const struct err *err);

struct gather;
/* ids: copied; at most CLAIM_MAX_ITEMS. Never called from inside gather_start, nor after gather_cancel. */
struct gather *gather_start(struct core *core, const struct strs *ids, bool refresh, gather_fn *fn, void *arg);
void gather_cancel(struct gather *g); /* NULL is fine */
/* Whether just these have been gathered, not long ago: then no gateway will be asked. */
bool gather_is_fresh(struct core *core, const struct strs *ids);

#endif
