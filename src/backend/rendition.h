/* Which quality of an item is fetched when one is asked for: what the player host has decides. Backend thread. */
#ifndef KIYYA_BACKEND_RENDITION_H
#define KIYYA_BACKEND_RENDITION_H

#include "core.h"
#include "kiyya/quality.h"
#include "manifest.h"

/* quality: "original" or a height that there is; NULL on failure, a height nobody makes (ERR_USAGE) among them. Once. */
typedef void rendition_fn(void *arg, const char *quality, const struct err *err);
struct rendition;
/* The one asked for, else the next lower, else the lowest, the original where there is no other; best: the original, or
 * the highest where the player cannot open that. Of what is kept or queued already nobody is asked. Never calls fn from inside; c is borrowed during the call. */
struct rendition *rendition_start(struct core *core, const struct claim *c, const char *asked,
				  rendition_fn *fn, void *arg);
void rendition_free(struct rendition *r); /* no call any more; also from inside fn. NULL is fine */

/* Whether the claim says that there may be others than the original. */
bool rendition_has_others(const struct claim *c);
/* Asks the player host which. */
struct manifest *rendition_ask(struct core *core, const struct claim *c, manifest_fn *fn, void *arg,
			       struct err *err);
/* So that whoever looks at the claim sees what there is of it. url: where the playlist was found. */
void rendition_keep(struct core *core, const char *claim_id, const char *sd_hash,
		    const struct m3u8 *master, const char *url);

#endif
