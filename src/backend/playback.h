/* The local server and the player. */
#ifndef KIYYA_BACKEND_PLAYBACK_H
#define KIYYA_BACKEND_PLAYBACK_H

#include "core.h"

struct playback *playback_new(struct core *core);
void playback_free(struct playback *p); /* stops player and server; NULL is fine */
/* Readable when a player of the user's has ended; -1: none runs. NULL is fine. */
int playback_fd(const struct playback *p);
/* Takes what the player has to say. */
void playback_poll(struct playback *p);
/* The item is about to be deleted: its addresses end, a player of it stops. */
void playback_withdraw(struct playback *p, const char *claim_id);
/* The vault is being locked: a player of a sealed copy stops, addresses of such end, who served them is told why. */
void playback_lock(struct playback *p, const struct err *err);
void serve_lock(struct core *core, const struct err *err); /* that of who serves sealed ones */
struct grants *playback_grants(struct playback *p); /* the addresses given out */
/* EV_SERVE: where the copy is to be had. */
void playback_post_address(struct ticket *t, const struct copy *c, const char *url);
int playback_port(const struct playback *p); /* 0: the server has not been needed */

#endif
