/* A player of the user's (play.command): a process that reads an address from its standard input. */
#ifndef KIYYA_BACKEND_OUTSIDE_H
#define KIYYA_BACKEND_OUTSIDE_H

#include <stdbool.h>
#include "kiyya/err.h"

struct outside;
/* Starts command, which is parted into words and not given to a shell; it reads a playlist (m3u) of one address.
 * ERR_CONFIG, or ERR_PLAYER: it does not start. */
struct outside *outside_new(const char *command, const char *title, const char *url,
			    struct err *err);
/* Readable when it has ended; -1: this kernel cannot tell, and it is looked at whenever something else happens. */
int outside_fd(const struct outside *o);
/* Whether it has ended; *err is set (else its kind is ERR_NONE) if that was not well. Never waits. */
bool outside_ended(struct outside *o, struct err *err);
/* Ends it if it has not: asks, and after a second insists. NULL is fine. */
void outside_free(struct outside *o);

#endif
