/* The gateways: JSON-RPC calls with failover, and their answers read into checked claims.
 * Backend thread.
 *
 * Every call goes to the first endpoint that is not resting, then on to the next (300 ms, then 1
 * s, + up to 99 ms) as behaviour says: timeouts, 5xx, transport and TLS failures, replies that
 * are not what they should be. A 4xx of the first one asked, and a JSON-RPC error, end the call.
 * When all fail the error names each. A 429 is left alone for its Retry-After (60 s when
 * absent); one that failed three times in a row rests 15 s and more, and is asked then only when
 * nobody else is left. Text searches ask the search service first and the gateways when that
 * fails. Callbacks run from http_poll or timers_run on the backend thread; err is NULL on
 * success; never from inside the starting call. A cancelled call has no callback. */
#ifndef KIYYA_GATEWAY_H
#define KIYYA_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/claim.h"
#include "kiyya/err.h"
#include "kiyya/str.h"
#include "kiyya/url.h"

struct http;
struct timers;
struct gateway;

/* One attempt at one endpoint, for the gateway log. Strings borrowed. */
struct gateway_attempt {
	int64_t time; /* unix seconds */
	const char *url, *method;
	int64_t ms;
	int http_status;   /* 0: no response */
	const char *error; /* NULL: it answered */
};
struct gateway_health {
	char *url;            /* borrowed from the gateway */
	const char *status;   /* healthy degraded down unknown */
	int64_t last_success; /* TIME_UNKNOWN */
	int failures;         /* in a row */
	int64_t ms;           /* of the last attempt; -1 */
	int http_status;
	char error[256];
};
struct gateway_config { /* copied */
	const struct strs *urls;
	int64_t timeout_ms;
	const char *search_url, *live_url, *player_url; /* NULL or "": there is none */
	const struct clock *clock;
	void (*on_attempt)(void *arg, const struct gateway_attempt *a);
	void *arg;
};
struct gateway *gateway_new(const struct gateway_config *config, struct http *http,
			    struct timers *timers, struct err *err);
void gateway_free(struct gateway *g); /* cancels what is open */
void gateway_cancel(struct gateway *g, uint64_t id);

/* Bounds of the release time are rounded up to a multiple of this over there. */
#define GATEWAY_TIME_STEP 360

struct claim_query {
	char channel_id[CLAIM_ID_SIZE]; /* "" any */
	const struct strs *tags;        /* all must match */
	const struct strs *claim_ids;   /* NULL: no such filter */
	const char *type;               /* collection; NULL streams and reposts */
	const char *order;              /* newest oldest trending name; NULL newest */
	const char *text;               /* NULL none */
	int64_t released_before;        /* TIME_UNKNOWN none */
	int64_t released_from;          /* that moment and later; 0 none */
	int page, page_size;            /* from 1; at most 50 */
};
typedef void gateway_page_fn(void *arg, struct page *page /* moved; NULL on error */,
			     bool last_page, const struct err *err);
/* claim_search. last_page: the reply held no items (short pages are not the end). With claim_ids
 * the order is the server's: the caller restores his own; no valid id gives an empty page
 * without asking. */
uint64_t gateway_search(struct gateway *g, const struct claim_query *q, gateway_page_fn *fn,
			void *arg);
/* resolve of one address (or claim id, by claim_search). Not found: ERR_NOT_FOUND; blocked:
 * ERR_REFUSED. */
uint64_t gateway_resolve(struct gateway *g, const char *lbry_url_or_id, gateway_page_fn *fn,
			 void *arg);
/* get: the streaming url, or why not (ERR_REFUSED with the sentence and where to log in). */
uint64_t gateway_get(struct gateway *g, const char *lbry_url,
		     void (*fn)(void *arg, const char *streaming_url, const struct err *err),
		     void *arg);

/* What a channel sends now, and what it has announced. */
#define LIVESTREAM_ANNOUNCED_MOST 50
struct livestream_claim {
	char id[CLAIM_ID_SIZE];
	int64_t release_time; /* TIME_UNKNOWN */
};
struct livestream {
	bool live;
	char url[URL_MAX + 1];       /* of the playlist; "" when nothing is live */
	struct livestream_claim now; /* the claim it is live with; id "": it was not said */
	struct livestream_claim announced[LIVESTREAM_ANNOUNCED_MOST]; /* in no order */
	size_t n_announced;
};
/* l: borrowed during the call; NULL on error. Its address is one that media may come from. */
typedef void gateway_livestream_fn(void *arg, const struct livestream *l, const struct err *err);
/* Asks the livestream service, once, and never a gateway; not for lists: one call each time somebody plays. */
uint64_t gateway_livestream(struct gateway *g, const char *channel_id, gateway_livestream_fn *fn,
			    void *arg);
/* The whole reply read, pure. ERR_REFUSED: the service says no. ERR_PARSE: it does not say what it has to. */
bool gateway_read_livestream(struct livestream *ret, const struct json *reply, struct err *err);

/* Asks each endpoint once (status), resting or not; fn once per endpoint, then once with NULL. */
uint64_t gateway_ping(struct gateway *g, void (*fn)(void *arg, const struct gateway_health *h),
		      void *arg);

size_t gateway_count(const struct gateway *g);
const struct gateway_health *gateway_health_of(const struct gateway *g, size_t i);
/* Restores what an earlier run knew. */
void gateway_health_restore(struct gateway *g, const char *url, int64_t last_success, int failures);

/* What claims are read with. */
struct gateway_reading {
	const char *player_url;
	int64_t now; /* unix seconds: what a scheduled release is compared with */
};
/* Reading, pure: one claim object of a reply, into page. False + *err: not a claim. Sources are
 * there exactly when the bytes may be fetched: a document has them and is not playable; a
 * members-only video has none, and its reason says where to log in. */
bool gateway_read_claim(struct page *into, const struct json *item,
			const struct gateway_reading *with, struct err *err);
/* A whole claim_search result ({"items":[…]}): bad items skipped and logged, doubles dropped. */
bool gateway_read_page(struct page *into, const struct json *result,
		       const struct gateway_reading *with, struct err *err);

/* Where the original's bytes are at the player host; owned. NULL: no player host is configured. */
char *gateway_media_url(const char *player_url, const char *stream_id, const char *sd_hash);
/* Where the list of its other qualities would be; owned, NULL as above. */
char *gateway_master_url(const char *player_url, const char *stream_id, const char *sd_hash);

/* Player host requests need these header lines; borrowed, lives for ever. */
const struct strs *gateway_player_headers(void);

#endif
