/* What storing pages leaves for later, done between them by a chore. */
#ifndef KIYYA_BACKEND_SETTLE_H
#define KIYYA_BACKEND_SETTLE_H

#include "core.h"

struct settle;
/* Each turn of the loop: a bite of it is begun if there is something and none is under way. */
void settle_turn(struct core *core);
void settle_free(struct settle *z); /* after the chores are gone; NULL is fine */

#endif
