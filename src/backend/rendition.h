/* Which quality of an item is fetched when one is asked for: what the player host has decides. Backend thread. */
#ifndef KIYYA_BACKEND_RENDITION_H
#define KIYYA_BACKEND_RENDITION_H

#include "core.h"
#include "kiyya/quality.h"

/* quality: "original" or a height that there is; NULL on failure, a height nobody makes (ERR_USAGE) among them. Once. */
typedef void rendition_fn(void *arg, const char *quality, const struct err *err);
struct rendition;
/* The one asked for, else the next lower, else the lowest, the original where there is no other; best: the original. Of
 * what is kept or queued already nobody is asked. Never calls fn from inside; c is borrowed during the call. */
struct rendition *rendition_start(struct core *core, const struct claim *c, const char *asked,
				  rendition_fn *fn, void *arg);
void rendition_free(struct rendition *r); /* no call any more; also from inside fn. NULL is fine */

#endif
