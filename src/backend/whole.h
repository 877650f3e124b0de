/* Everything that a channel has of one type: its stored list if that is fresh and complete, else fetched to its end. */
#ifndef KIYYA_BACKEND_WHOLE_H
#define KIYYA_BACKEND_WHOLE_H

#include "core.h"

struct whole_result {
	struct page *page;  /* moves; NULL: *err of the call says why */
	bool stale;         /* no gateway answered: what was stored (err says why), or --offline */
	int64_t fetched_at; /* TIME_UNKNOWN */
};
typedef void whole_fn(void *arg, struct whole_result *r, const struct err *err);

struct whole;
/* address: in any form; NULL: the setting's channel. type: as in struct claim_query. Never called from inside
 * whole_start, nor after whole_cancel. */
struct whole *whole_start(struct core *core, const char *address, const char *type, bool refresh, whole_fn *fn,
			  void *arg);
void whole_cancel(struct whole *w); /* NULL is fine */

#endif
