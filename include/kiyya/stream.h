/* The local server: hands out sources on http://127.0.0.1:PORT/movies/TOKEN. The one door to
 * libmicrohttpd. Started on first need. Backend thread; requests are answered on the server's own
 * threads, each with its own clone of the source. RFC 9110 sections 13, 14. */
#ifndef KIYYA_STREAM_H
#define KIYYA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"
#include "kiyya/source.h"

struct stream;
struct stream *stream_start(int port /* 0: any */, const struct clock *clock, struct err *err);
/* Cancels all sources and ends all connections: at most a second. NULL is fine. */
void stream_stop(struct stream *s);
int stream_port(const struct stream *s);
size_t stream_open_requests(struct stream *s);

struct stream_item {
	struct source *source;  /* moved in, also when grant fails */
	const char *media_type; /* copied; neither video nor audio: application/octet-stream */
	char etag[33];          /* 32 hex digits; "" none */
	int64_t last_modified;  /* TIME_UNKNOWN none */
	int64_t expires_in_s;   /* 0: until withdrawn */
};
/* Gives out a token for one item; url is owned. Requests that run when it expires go on. */
char *stream_grant(struct stream *s, struct stream_item *item, struct err *err) MUST_USE;
/* The token stops working; readers of it end, also those that are not reading just now. url is what
 * grant gave. */
void stream_withdraw(struct stream *s, const char *url);
/* The first thing that went wrong while this item was read (ERR_DAMAGED, ERR_LOCKED …; being
 * cancelled counts). A player only sees that the stream ended: ask here why. False: nothing did, or
 * no such token any more. */
bool stream_trouble(struct stream *s, const char *url, struct err *ret);
const char *stream_library_version(void);

#endif
