/* Jobs of over 50 ms, done by a few worker threads in the order they came; each comes back to its owner.
 *
 *	run(arg)  on a worker thread; cannot fail by itself: failure is a property of arg
 *	done(arg) on the owner's thread, from chores_finish()
 *
 * When a job is done the owner's wake is signalled. A lane is a job list that runs one at a time, in
 * order (0: no lane, any worker). */
#ifndef KIYYA_CHORES_H
#define KIYYA_CHORES_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

struct wake;
struct chores;
struct chores *chores_new(int threads, const struct wake *owner, struct err *err);
/* Waits for running jobs; jobs not begun come back through done() too, without having run. */
void chores_free(struct chores *c);
void chores_add(struct chores *c, unsigned lane, void (*run)(void *arg), void (*done)(void *arg),
		void *arg);
void chores_finish(struct chores *c); /* owner: calls done() for each job that has run */
size_t chores_pending(struct chores *c); /* added and not yet given back */

#endif
