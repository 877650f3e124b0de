/* Sends a request and lives through its events until the last one. */
#ifndef KIYYA_CLI_WAIT_H
#define KIYYA_CLI_WAIT_H

#include <stdbool.h>
#include "kiyya/msg.h"
#include "command.h"

/* Looks at an event: one of the request, or news of state (ticket 0). True when it has dealt with
 * it; otherwise rows of the request, notes and failures are written as everywhere, and the rest is
 * dropped. */
typedef bool (*event_fn)(struct cli *c, const struct event *e, void *arg);

/* Sends r (moved) and hands its events to fn (NULL: none is special) until EV_DONE. Returns the
 * exit code. SIGINT, SIGTERM, SIGHUP, or standard output breaking, ask the backend to stop and wait
 * for it a few seconds; a second signal does not wait. */
int wait_for(struct cli *c, struct req *r, event_fn fn, void *arg);

/* The signal that has come on the descriptor and is one to end by; 0 none. Does not wait. */
int wait_take_signal(int signal_fd);

#endif
