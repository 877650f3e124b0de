/* What is played and not kept: from an ITEM to the address at which the player host has it. Backend thread. */
#ifndef KIYYA_BACKEND_ONLINE_H
#define KIYYA_BACKEND_ONLINE_H

#include "core.h"
#include "kiyya/copy.h"

struct online;
/* what, url: borrowed during the call; url NULL: err says why. Once, never from inside online_start; online_free may be
 * called from inside. */
typedef void online_fn(void *arg, const struct copy *what, const char *url, const struct err *err);
struct online *online_start(struct core *core, const char *item, online_fn *fn, void *arg);
void online_free(struct online *o); /* no call any more; NULL is fine */

#endif
