/* Threads that take a hand in what can be done in pieces: a vault's, shared by all who read its files. The caller works
 * as well, and never waits for a piece that nobody has begun: with one core, or when no thread can be started, it does
 * them all. Any thread. */
#ifndef VAULT_CREW_H
#define VAULT_CREW_H

#include <stddef.h>

struct crew;
struct crew *crew_new(void); /* one reference; its threads start when there is something to share */
struct crew *crew_ref(struct crew *c);
void crew_unref(struct crew *c); /* the last one ends the threads: not for a piece */

/* Calls fn(arg, i) once for each i below n, several at a time; returns when all of them have returned. */
void crew_share(struct crew *c, void (*fn)(void *arg, size_t i), void *arg, size_t n);

#endif
