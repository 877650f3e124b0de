/* At the start: do the vault's files and the database's rows still know each other? What does not is said, and what can be
 * put right without touching a byte of content is; nothing is deleted. */
#ifndef KIYYA_BACKEND_RECONCILE_H
#define KIYYA_BACKEND_RECONCILE_H

#include "core.h"

struct reconcile;
/* When this process holds the lock; the looking is a chore. NULL: the rows cannot be read. */
struct reconcile *reconcile_new(struct core *core);
void reconcile_stop(struct reconcile *r); /* its chores end soon; NULL is fine */
void reconcile_free(struct reconcile *r); /* after the chores are gone; NULL is fine */

#endif
