/* HTTP calls: one curl multi handle, driven by the loop of the thread that made it. The one door to
 * libcurl.
 *
 *	id = http_start(h, &call, err);        … on_head, on_data*, on_done: from http_poll
 *	http_poll(h, timeout_ms, fds, n);      waits for sockets and for fds
 *
 * Every call ends in exactly one on_done, except one that http_cancel ended. TLS is checked; http://
 * is only for loopback; redirects keep the method and stay on allowed hosts; nothing reaches private or
 * loopback addresses but the hosts named as endpoints. Error texts name the host, never a query string.
 *
 * From inside a callback http_start, http_cancel, http_pause and http_limit may be called on any call;
 * http_poll and http_free may not. Waits between tries: kiyya/retry.h. */
#ifndef KIYYA_HTTP_H
#define KIYYA_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"
#include "kiyya/str.h"

struct http_config {
	const char *proxy;   /* NULL or "": from the environment; never used for loopback */
	const char *ca_file; /* NULL or "": the system's */
	const struct strs *endpoints;   /* configured: their hosts may be asked, private or not */
	const struct strs *allow_hosts; /* hosts beside the approved media domains */
};

struct http;
struct http *http_new(const struct http_config *config, struct err *err); /* copies what it needs */
void http_free(struct http *h);                                           /* cancels what is open */

struct http_head {
	int status;     /* 0: no response came */
	int64_t length; /* Content-Length; -1 unknown, or the body is compressed */
	int64_t range_first, range_last, range_total; /* Content-Range of a 206/416; -1 absent */
	int64_t last_modified;                        /* TIME_UNKNOWN */
	int64_t retry_after_s;           /* Retry-After as seconds from now; -1 absent */
	const char *content_type, *etag; /* "" absent; borrowed during the callback */
	const char *location;            /* of a redirect that was not followed; "" absent */
	const char *final_url;
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST };

struct http_call {
	enum http_method method;
	const char *url;
	const struct strs *headers; /* "Name: value" lines; may be NULL */
	const void *body;           /* POST; copied */
	size_t body_len;
	int64_t range_first, range_last; /* first < 0: no Range; last < 0: open-ended */
	const char *if_range;            /* a strong ETag; NULL none */
	bool media;       /* host must be approved, allowed or an endpoint (of redirects it must) */
	bool no_redirect; /* hand out the 3xx instead */
	bool identity; /* a file: no Content-Encoding, a connection of its own (a Range implies both) */
	int first_byte_ms; /* 0: 10 000 */
	int stall_ms;      /* under 1 KiB/s for so long is a stall; 0: 10 000 */
	size_t max_body;   /* gathered body; 0: 16 MiB. Not used with on_data */
	void *arg;
	/* After the final headers. false + *err: stop, and on_done gets that error. May be NULL. */
	bool (*on_head)(void *arg, const struct http_head *head, struct err *err);
	/* Bytes as they come. false + *err stops. NULL: gathered for on_done. */
	bool (*on_data)(void *arg, const void *data, size_t n, struct err *err);
	/* The end. err is NULL when a whole response came (whatever its status); body is "" with
	 * on_data. head (never NULL), body borrowed. A short body is ERR_NET, a stall or silence
	 * ERR_TIMEOUT, a refused host ERR_REFUSED, a body over max_body ERR_LIMIT, one that
	 * cannot be unpacked ERR_PARSE. */
	void (*on_done)(void *arg, const struct http_head *head, const char *body, size_t len,
			const struct err *err);
};
/* 0 and *err when it cannot even begin. */
uint64_t http_start(struct http *h, const struct http_call *call, struct err *err);
void http_cancel(struct http *h, uint64_t id); /* no callback any more; unknown ids are fine */
void http_pause(struct http *h, uint64_t id, bool paused); /* back pressure of on_data */
/* Bytes a second of one call, from now on; 0: no limit. */
void http_limit(struct http *h, uint64_t id, int64_t bytes_a_second);

/* One turn: waits at most timeout_ms for sockets, for fds[0..n) to become readable,
 * then runs the callbacks that are due. */
void http_poll(struct http *h, int timeout_ms, const int *fds, size_t n);
size_t http_open_calls(const struct http *h);
const char *http_library_version(void);

/* Whether a media address may be asked at all (an approved or allowed host over https, or an
 * endpoint's). ERR_REFUSED with the sentence. */
bool http_host_allowed(const struct http *h, const char *url, struct err *err);

#endif
