/* Makes the cache smaller a slice at a time, between which everybody else is served. */
#ifndef KIYYA_BACKEND_SWEEP_H
#define KIYYA_BACKEND_SWEEP_H

#include "core.h"

typedef void sweep_fn(void *arg, const struct err *err /* NULL: it is done */);

struct sweep;
/* fn is never called from inside, nor after sweep_cancel. */
struct sweep *sweep_start(struct core *core, enum store_tidy_what what, int64_t limit, sweep_fn *fn, void *arg);
void sweep_cancel(struct sweep *w); /* NULL is fine; what is gone is gone */
/* What is over cache.max_items goes, sooner or later; core_shut cancels it. */
void sweep_trim(struct core *core);

#endif
