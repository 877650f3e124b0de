/* The thread that waits for the player to start and to end, which both take time that its owner has
 * not. */
#ifndef PLAY_KEEPER_H
#define PLAY_KEEPER_H

#include "kiyya/err.h"
#include "kiyya/wake.h"
#include "play_mpv.h"
#include "play_setup.h"

struct keeper;
/* Begins to start a core; setup is moved in, also on failure. wake (borrowed) is signalled when
 * that is done, and whenever the core has something to say. */
struct keeper *keeper_new(const struct wake *wake, struct play_setup *setup, struct err *err);
/* Ends the core and waits for that, two seconds at most; then it goes on ending by itself. No wake
 * after this. */
void keeper_free(struct keeper *k);

enum keeper_state { KEEPER_STARTING, KEEPER_READY, KEEPER_BROKEN };
/* READY: *ret_core is there, for the owner's thread only. BROKEN: *err says why. */
enum keeper_state keeper_look(struct keeper *k, struct core **ret_core, struct err *err);

#endif
