/* Finds the claim of an ITEM: in what is stored, at the gateway, or both. */
#ifndef KIYYA_BACKEND_LOOKUP_H
#define KIYYA_BACKEND_LOOKUP_H

#include "core.h"

enum lookup_order {
	LOOKUP_STORED_FIRST,  /* the gateway only for what is not stored */
	LOOKUP_STORED,        /* never the gateway: ERR_NOT_FOUND */
	LOOKUP_GATEWAY_FIRST, /* the store only when no gateway answers */
};
/* one: a page of exactly one claim with its local state, moved; NULL on error. stale: the gateways did not answer, it
 * is what was stored (err then says why). Never called from inside lookup_start, nor after lookup_cancel. */
typedef void lookup_fn(void *arg, struct page *one, bool stale, const struct err *err);

struct lookup;
struct lookup *lookup_start(struct core *core, const char *item, enum lookup_order order, lookup_fn *fn, void *arg);
void lookup_cancel(struct lookup *l); /* NULL is fine */

#endif
