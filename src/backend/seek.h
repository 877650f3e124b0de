/* The thread that searches the cache: one question at a time, on a connection of its own, so that
 * neither a long search nor a long download makes the other wait. */
#ifndef KIYYA_BACKEND_SEEK_H
#define KIYYA_BACKEND_SEEK_H

#include "core.h"
#include "kiyya/query.h"

/* page: moved; NULL on error. On the backend thread, never from inside seek_start, nor after
 * seek_cancel. */
typedef void seek_fn(void *arg, struct page *page, const struct err *err);

struct seek;
/* q is copied. NULL: the thread could not be started. */
struct seek *seek_start(struct core *core, const struct query *q, enum find_how how, int64_t limit,
			seek_fn *fn, void *arg, struct err *err);
/* Nobody wants the answer any more: what is running is interrupted. NULL is fine. */
void seek_cancel(struct seek *k);

/* The loop of the backend: hands out what was found since. */
void seeker_finish(struct seeker *s);
void seeker_free(struct seeker *s); /* NULL is fine */

#endif
