/* The open connections: how long one may be silent, how many may read at once, and ending those of
 * a grant.
 *
 * The library's own timeout knows only "no byte went either way", which would cut off a paused
 * player and spare a client that sends its request letter by letter. So each connection has a
 * deadline here, a thread that waits for the nearest one, and none while an item is being sent. Any
 * thread. */
#ifndef STREAM_CONNS_H
#define STREAM_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include "grant.h"
#include "kiyya/clock.h"
#include "kiyya/err.h"

/* From its start, or from the end of its last response, a connection has this long for all headers
 * of a request. */
#define CONNS_SILENCE_MS 10000
/* Requests that read an item at the same time. */
#define CONNS_READING_MOST 64

struct conns;
struct conn;
struct conns *conns_new(const struct clock *clock, struct err *err);
/* Ends the thread; all connections have been closed before. */
void conns_free(struct conns *cs);

struct conn *conns_opened(struct conns *cs, int fd); /* fd is borrowed until conns_closed */
void conns_closed(struct conns *cs, struct conn *c); /* frees c; before fd is closed */

/* The connection begins to send the grant's item (counted for it) and has no deadline until it is
 * done. False: too many do. */
bool conns_admit(struct conns *cs, struct conn *c, struct grant *g);
void conns_done(struct conns *cs, struct conn *c); /* a response, of whatever kind, is over */

/* Room for the body of a short response of n bytes, at most CONN_BUFFER; the connection's, for its own thread, and wiped
 * when the response is over. */
#define CONN_BUFFER (128u * 1024)
char *conn_buffer(struct conn *c, size_t n);

/* Cuts the connections that send g; NULL: all of them, cancelling what they read. */
void conns_cut(struct conns *cs, const struct grant *g);
size_t conns_reading(struct conns *cs);

#endif
