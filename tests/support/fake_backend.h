/* A backend that answers requests from a script in C, on a thread of its own: what the screen is tested against. */
#ifndef TESTS_FAKE_BACKEND_H
#define TESTS_FAKE_BACKEND_H

#include "kiyya/link.h"

/* Channels it knows, by the name in their address:
 *	@demo      120 claims, a stored page before the fresh one
 *	@hostile   titles that try to get at the terminal
 *	@empty     nothing
 *	@dead      every gateway failed
 *	@moving    the fresh list has other rows before those of the stored one
 *	@slow      no answer until it is stopped
 * Everything else is not found. */
struct fake_backend;
struct fake_backend *fake_backend_start(struct link *link);
void fake_backend_stop(struct fake_backend *b); /* before link_release */

#endif
