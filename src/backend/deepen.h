/* Fetches older claims of followed channels, as far as a page of the feed reaches down. */
#ifndef KIYYA_BACKEND_DEEPEN_H
#define KIYYA_BACKEND_DEEPEN_H

#include "core.h"

typedef void deepen_fn(void *arg, const struct err *err /* NULL: all that the page needs is stored */);

struct deepen;
/* query: borrowed until the end. A gateway must be had (core_gateway). Never called from inside, nor after
 * deepen_cancel. */
struct deepen *deepen_start(struct core *core, const struct feed_query *query, deepen_fn *fn, void *arg);
void deepen_cancel(struct deepen *d); /* NULL is fine */

#endif
