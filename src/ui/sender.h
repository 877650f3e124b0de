/* Bytes of a picture on their way to a terminal that may be slow: what it takes now, and the rest later.
 *
 *	sender_put(&s, head, bytes, n, tail);        tries at once
 *	… s.fd is writable … sender_go_on(&s)        true: all gone
 *	sender_cut(&s)                               before anybody else writes there
 * Screen's thread. */
#ifndef UI_SENDER_H
#define UI_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/buf.h"

struct sender {
	int fd; /* an open file of its own, so that not waiting is its alone; else the terminal's */
	bool own;
	struct buf waiting;
	size_t gone; /* of it */
	char *tail;  /* owned; ends a picture, however much of it went out */
};
void sender_open(struct sender *s, int terminal);
void sender_close(struct sender *s);
/* Drops what still waits; cut before. */
void sender_put(struct sender *s, const char *head, const char *bytes, size_t n, const char *tail);
bool sender_go_on(struct sender *s);
/* Sends the rest of the line of cells that is being sent, waiting if it must, and drops the others. True: some
 * were dropped. */
bool sender_cut(struct sender *s);

#endif
