/* What is live now and lies nowhere: from a claim without a file to the address of the stream. Backend thread. */
#ifndef KIYYA_BACKEND_LIVE_H
#define KIYYA_BACKEND_LIVE_H

#include "core.h"
#include "kiyya/copy.h"

struct live;
/* what, url: borrowed during the call; url NULL: err says why, and when it begins where that is known. Once, never from
 * inside live_start; live_free may be called from inside. */
typedef void live_fn(void *arg, const struct copy *what, const char *url, const struct err *err);
/* claim: a livestream or a channel, copied. NULL and *err when there is nobody to ask. */
struct live *live_start(struct core *core, const struct claim *claim, live_fn *fn, void *arg,
			struct err *err);
void live_free(struct live *l); /* no call any more; NULL is fine */

/* Whether what is played has neither an end nor positions. */
bool live_is(const struct copy *what);

#endif
