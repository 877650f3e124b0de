/* What is played and not kept: from an ITEM to the address at which the player host has it, in the quality that was asked
 * for; while it plays, another quality when the line wants it, or somebody. Backend thread.
 *
 *	o = online_start(core, ticket, item, quality, fn, arg)
 *	… fn(arg, what, url, NULL): play it; and later: go on with that url, at the same position …
 *	online_look(o, &snapshot)        each time the player says something */
#ifndef KIYYA_BACKEND_ONLINE_H
#define KIYYA_BACKEND_ONLINE_H

#include "core.h"
#include "kiyya/copy.h"
#include "kiyya/play.h"

struct online;
/* what, url: borrowed during the call; url NULL: err says why, and no call follows. Never from inside online_start;
 * online_free may be called from inside. */
typedef void online_fn(void *arg, const struct copy *what, const char *url, const struct err *err);
/* t: hears of changes. quality: as asked; NULL: what was chosen for it before, else the setting. */
struct online *online_start(struct core *core, const struct ticket *t, const char *item,
			    const char *quality, online_fn *fn, void *arg);
void online_free(struct online *o); /* no call any more; NULL is fine */

void online_look(struct online *o, const struct play_snapshot *now);
/* It failed before anything of it was seen: true when another address was given, or will be. */
bool online_failed(struct online *o, const struct err *why);
/* word: lower, higher, or a quality. ERR_NOT_FOUND there is none. */
bool online_choose(struct online *o, const char *word, struct err *err);

#endif
