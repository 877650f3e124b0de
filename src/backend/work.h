/* Says twice a second how far long work on a copy has come: EV_WORK of a ticket.
 *
 *	work_begin(&w, t, "export", &copy, 1, 1, total);
 *	… a chore: atomic_fetch_add(&w.have, n) …
 *	work_end(&w);                                      also of a zeroed one */
#ifndef KIYYA_BACKEND_WORK_H
#define KIYYA_BACKEND_WORK_H

#include <stdatomic.h>
#include "core.h"

struct work {
	struct core *core; /* NULL: not begun */
	const struct ticket *ticket;
	const char *what;
	const struct copy *copy; /* borrowed until work_end */
	int64_t number, copies, total, said;
	atomic_int_fast64_t have; /* bytes; any thread */
	uint64_t timer;
};
/* number of copies: which of how many, from 1. total < 0: bytes are not counted. */
void work_begin(struct work *w, const struct ticket *t, const char *what, const struct copy *c,
		int64_t number, int64_t copies, int64_t total);
void work_end(struct work *w); /* the ticket may be gone */

#endif
