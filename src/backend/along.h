/* Reading an item of the queue before all of it is there: what is not there is fetched first, for as long as this lasts.
 * Where it cannot be fetched (another process holds the lock, --offline, the row is paused or failed) what is there can
 * be read all the same. Backend thread. */
#ifndef KIYYA_BACKEND_ALONG_H
#define KIYYA_BACKEND_ALONG_H

#include "core.h"
#include "kiyya/copy.h"
#include "kiyya/source.h"

struct along;
/* Called once, from the loop: copy (borrowed) and a source (moves), or err. */
typedef void along_fn(void *arg, const struct copy *copy, struct source *source,
		      const struct err *err);
/* NULL, with *err: the item is not in the queue, or cannot be read. only_fetched: nor can it where it is not fetched
 * further. */
struct along *along_start(struct core *core, const char *item, const char *quality,
			  bool only_fetched, along_fn *fn, void *arg, struct err *err);
void along_free(struct along *a); /* NULL is fine */

#endif
