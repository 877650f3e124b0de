/* Who reads an item while it is fetched: opens its unfinished file for them, tells them that something came, and the
 * transfer what they wait for. Backend thread. */
#ifndef KIYYA_BACKEND_AUDIENCE_H
#define KIYYA_BACKEND_AUDIENCE_H

#include "arrival.h"
#include "core.h"
#include "transfer.h"

#define AUDIENCE_PATIENCE_MS 30000 /* a wait during which nothing comes */

struct audience;
struct audience *audience_new(struct core *core);
/* The readers' waits end: why, or NULL when all is there. */
void audience_free(struct audience *a, const struct err *why);
/* Its readers wait for what is not there. The vault must be unlocked for one that is encrypted. */
struct source *audience_open(struct audience *a, const char *file, bool encrypted, struct err *err);
/* Something came into this file; readers of another one, which was given up, are told so. */
void audience_came(struct audience *a, const char *file);
/* t may be NULL: it will be tried again. */
void audience_heed(struct audience *a, struct transfer *t);

#endif
