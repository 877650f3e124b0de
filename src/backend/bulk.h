/* What an item stands for that is many: the claims of a playlist in its order, or those of a channel, newest first.
 * Backend thread. */
#ifndef KIYYA_BACKEND_BULK_H
#define KIYYA_BACKEND_BULK_H

#include "core.h"

/* page: moves; NULL: err says why. A note has told t what is stale. */
typedef void bulk_fn(void *arg, struct page *page, const struct err *err);

bool bulk_is_many(const struct claim *c);
struct bulk;
/* Never called from inside bulk_start, nor after bulk_cancel. */
struct bulk *bulk_start(struct ticket *t, const struct claim *of, bulk_fn *fn, void *arg);
void bulk_cancel(struct bulk *b); /* NULL is fine */

#endif
