/* Which processes have keys, and how they are told to wipe them.
 *
 * Who opens the vault holds the file data/unlocked (flock, shared) from before the first key is read until the last
 * one is wiped, and watches it. `key lock` touches it, and whoever hears that wipes its keys; then it takes the file
 * for itself, which works once nobody holds it any more. So it can say that no key is left, or who still has one, and
 * a kill -9 leaves nothing behind. Backend thread but for held_wait. */
#ifndef KIYYA_BACKEND_HELD_H
#define KIYYA_BACKEND_HELD_H

#include <stdbool.h>
#include "kiyya/err.h"

struct held;
struct held *held_new(const char *data_dir);
void held_free(struct held *h); /* NULL is fine */

/* Begins to watch; false: the file cannot be opened. Without inotify it holds all the same, and key lock will say
 * so. */
bool held_begin(struct held *h, struct err *err) MUST_USE;
/* Waits, if need be, for somebody who is looking whether it is held: in a chore, before keys are read. */
void held_wait(struct held *h);
void held_end(struct held *h); /* the keys are wiped */
int held_fd(const struct held *h);  /* readable when somebody touched it; -1: does not watch */
bool held_was_touched(struct held *h);

/* Tells all others; held_others then says whether one is left: its PID, -1 if that cannot be told, 0 none. */
void held_tell(struct held *h);
int held_others(struct held *h);

#endif
