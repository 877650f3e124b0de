/* One call for one piece of an address: asks, checks that the answer is that piece, hands its bytes on in order. It knows
 * nothing of files. Backend thread; the events come from http_poll. */
#ifndef KIYYA_BACKEND_CONNECTION_H
#define KIYYA_BACKEND_CONNECTION_H

#include "core.h"

#define PIECE_ALL UINT64_MAX /* the whole of the address, however long it is: no range is asked for */

struct piece {
	const char *url;     /* copied */
	uint64_t first, end; /* bytes; the last one is end - 1; 0 and PIECE_ALL */
	int64_t total;       /* what the whole must have; SIZE_UNKNOWN: whatever it says */
	int64_t rate;        /* bytes a second; 0: no limit */
};

enum connection_end {
	CONNECTION_DONE,    /* all that was asked for has come */
	CONNECTION_AGAIN,   /* this call failed; another may not */
	CONNECTION_CHANGED, /* the content is not what was expected */
	CONNECTION_FAILED,  /* asking again will not help */
};

struct connection;
struct connection_events {
	void *arg;
	/* The answer is what was asked for; total: bytes of the whole. whole: a host that gives no parts sends all of it,
	 * from the start. false + *err: it is not wanted. */
	bool (*begins)(void *arg, const struct http_head *head, int64_t total, bool whole,
		       struct err *err);
	void (*bytes)(void *arg, const void *data, size_t n);
	/* The last call; the connection is still to be freed by the receiver. err: NULL when done. */
	void (*ended)(void *arg, enum connection_end how, const struct err *err);
};

struct connection *connection_start(struct core *core, const struct piece *piece,
				    const struct connection_events *events, struct err *err);
void connection_free(struct connection *c);         /* stops; no event any more. NULL is fine */
uint64_t connection_at(const struct connection *c); /* where the next byte belongs */
/* Somebody else fetches what lies behind end, which is behind connection_at. */
void connection_shorten(struct connection *c, uint64_t end);
void connection_pause(struct connection *c, bool paused);
void connection_limit(struct connection *c, int64_t rate);
/* What the host asked for, in seconds; -1 nothing. */
int64_t connection_retry_after_s(const struct connection *c);

/* Whether a failure may pass, by its kind. */
enum connection_end connection_judge(const struct err *err);

#endif
