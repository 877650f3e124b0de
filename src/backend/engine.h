/* The download queue at work: which rows run, when they are tried again, and who is told. */
#ifndef KIYYA_BACKEND_ENGINE_H
#define KIYYA_BACKEND_ENGINE_H

#include "core.h"
#include "kiyya/copy.h"
#include "kiyya/source.h"

struct engine *engine_new(struct core *core);
/* Stops every transfer; rows that ran are queued again. NULL is fine. */
void engine_free(struct engine *e);

/* The browser and the daemon: take the lock if it is free and work everything off. */
void engine_begin_work_off(struct engine *e);
/* The vault is being locked: what is sealed as it arrives is queued again, until the vault is open. */
void engine_lock(struct engine *e);
/* Look at the queue again: something was added or changed. NULL, while the backend stops: nobody looks. */
void engine_kick(struct engine *e);

/* Runs rows for a ticket (ids; none: the whole queue) and ends it when they are done, failed or paused. The lock must be
 * held. */
void engine_watch(struct engine *e, struct ticket *t, const int64_t *ids, size_t n);

/* Somebody reads the row: for as long as the want lasts it is fetched, beside download.parallel too. fn is called once,
 * from the loop: with a source (moves) as soon as there is a file, whose reads wait for what is not there and have it
 * fetched next; or with err. row is borrowed. The lock must be held. */
typedef void want_fn(void *arg, const struct download *row, struct source *source,
		     const struct err *err);
struct want;
struct want *engine_want(struct engine *e, int64_t id, want_fn *fn, void *arg);
void engine_unwant(struct engine *e, struct want *w); /* no event any more */
void engine_heed(struct engine *e);                   /* readers wait: what for? */

void engine_limits_changed(struct engine *e); /* core->limits */

/* Stops the transfer of a row, if one runs, before its row is changed or removed. */
void engine_stop_row(struct engine *e, int64_t id);
/* The same, and row becomes what the engine has just saved of it. */
void engine_hand_over(struct engine *e, struct download *row);
/* What the engine knows of a row beside the database. */
void engine_fill_rate(const struct engine *e, int64_t id, int64_t *rate, int64_t *eta,
		      int64_t *have);

/* EV_DOWNLOAD of a row; what: NULL, progress, done, failed, removed. */
void engine_post_row(struct engine *e, struct ticket *t, const struct download *row,
		     const char *what);
void engine_post_status(struct engine *e);

#endif
