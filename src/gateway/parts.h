/* Inside of the gateway: endpoints, calls under way, reading replies. */
#ifndef KIYYA_GATEWAY_PARTS_H
#define KIYYA_GATEWAY_PARTS_H

#include <stddef.h>
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/gateway.h"
#include "kiyya/http.h"
#include "kiyya/json.h"
#include "kiyya/timer.h"

/* -- endpoint.c: one gateway and how it has been ---------------------------------------------- */
struct endpoint {
	struct gateway_health health; /* url is owned */
	char shown[128];              /* host, or host:port */
	int64_t rest_until;           /* monotonic milliseconds; 0 not resting */
	bool told_to_rest;            /* by a 429: then it is not asked at all */
};
/* "https://host:port/path" to "host:port". */
void endpoint_show_host(char *dst, size_t size, const char *url);
void endpoint_init(struct endpoint *e, const char *url);
void endpoint_release(struct endpoint *e);
bool endpoint_rests(const struct endpoint *e, int64_t now);
/* One attempt is over. why: NULL if it answered. */
void endpoint_note(struct endpoint *e, const struct clock *clock, int64_t ms, int status,
		   const char *why);
void endpoint_rest(struct endpoint *e, int64_t now, int64_t seconds);

/* -- rpc.c: JSON-RPC on the wire -------------------------------------------------------------- */
enum rpc_verdict {
	RPC_RESULT,   /* *ret_result lies inside *ret_doc */
	RPC_REFUSED,  /* an answer that says no: *err, never retried */
	RPC_UNUSABLE, /* no answer: *err says what is wrong with it; the next gateway may do better
		       */
};
char *rpc_body(const char *method, const char *params, int64_t id); /* owned */
char *rpc_url(const char *endpoint, const char *method);            /* owned */
extern const struct strs rpc_headers;
enum rpc_verdict rpc_read(const char *body, size_t len, struct json **ret_doc,
			  const struct json **ret_result, struct err *err);

/* -- failover.c: one call over the gateways --------------------------------------------------- */
/* What a kind of call is. */
struct ask_kind {
	const char *method;
	/* Whether a result has the members it must have; else the next gateway is asked. */
	bool (*fits)(const struct json *result);
	/* The end, with one of the two. op is freed by drop afterwards. */
	void (*done)(void *op, const struct json *result, const struct err *err);
	void (*drop)(void *op);
};
struct ask {
	struct ask *next;
	struct gateway *g;
	uint64_t id;
	const struct ask_kind *kind;
	void *op;                   /* owned, through kind->drop */
	char *params;               /* owned */
	uint64_t http_id, timer_id; /* at most one is not 0 */
	bool *asked;                /* by endpoint; owned */
	size_t at, failures;
	int64_t begun, attempt_begun; /* monotonic; begun 0: not yet */
	struct buf reasons;
};
/* op moves. The first attempt is made by ask_go. */
struct ask *ask_new(struct gateway *g, const struct ask_kind *kind, void *op);
void ask_go(struct ask *a, char *params /* moved */);
/* Nobody needs to be asked: done gets neither result nor error, soon but not at once. */
void ask_end_soon(struct ask *a);
/* One GET to a service beside the gateways, which is asked once; its http_id is 0 when it could not begin. */
typedef void ask_got_fn(void *arg, const struct http_head *head, const char *body, size_t len,
			const struct err *err);
void ask_get(struct ask *a, const char *url, size_t most, ask_got_fn *got, struct err *err);
void ask_end(struct ask *a, const struct json *result, const struct err *err);
void ask_cancel(struct ask *a);

/* -- gateway.c -------------------------------------------------------------------------------- */
struct ping;
struct gateway {
	struct http *http;     /* borrowed */
	struct timers *timers; /* borrowed */
	const struct clock *clock;
	int64_t timeout_ms;
	char *search_url, *live_url, *player_url; /* owned */
	void (*on_attempt)(void *arg, const struct gateway_attempt *a);
	void *arg;
	struct endpoint *endpoints; /* owned */
	size_t n;
	struct ask *asks;
	struct ping *pings;
	uint64_t last_id;
	int64_t rpc_id;
};
/* What the claims of a reply that has come just now are read with. */
struct gateway_reading gateway_reading(const struct gateway *g);
void gateway_tell(struct gateway *g, const char *url, const char *method, int64_t ms, int status,
		  const char *why);
/* Health and log of one attempt at endpoint i. */
void gateway_note(struct gateway *g, size_t i, const char *method, int64_t ms, int status,
		  const char *why);
static inline int64_t gateway_now(const struct gateway *g)
{
	return clock_mono_ms(g->clock);
}

/* -- ping.c ----------------------------------------------------------------------------------- */
void ping_cancel(struct ping *p);
bool ping_cancel_id(struct gateway *g, uint64_t id);

/* -- service.c: the search service ------------------------------------------------------------ */
struct search;
/* Asks for ids; false: it cannot help with this query, ask the gateways for the text. */
bool service_start(struct ask *a, const struct claim_query *q, const char *text);
/* Called by it when ids are there (n > 0), or it failed (NULL). */
void search_ids(struct ask *a, const struct strs *ids, bool last_page);

/* -- search.c, resolve.c share ---------------------------------------------------------------- */
bool result_has_items(const struct json *result);
char *params_for_ids(const struct strs *ids, int page, int page_size); /* owned */

/* -- read_*.c --------------------------------------------------------------------------------- */
/* Cleaned, trimmed, into the arena; NULL when nothing is left. */
char *read_text(const struct json *v, size_t max, bool newlines, struct arena *a);
char *read_message(const char *raw, size_t max); /* for an error; owned, never NULL */
bool read_id(const struct json *v, char id[CLAIM_ID_SIZE]);
bool read_hash(const struct json *v, char hash[SD_HASH_SIZE]);
char *read_link(const struct json *v, struct arena *a); /* http or https, as https */
char *read_lbry(const struct json *item, struct arena *a);
void read_tags(struct claim *c, const struct json *value, struct arena *a);
int64_t read_release(const struct json *item);
int64_t read_duration(const struct json *value);
int64_t read_size(const struct json *source);
/* The id a repost points at, whichever form it has. */
bool read_reposted_id(const struct json *value, char id[CLAIM_ID_SIZE]);

/* Why it cannot be played here, into the arena; NULL: it can. *ret_bytes: whether its bytes may be
 * fetched. */
char *access_reason(const struct claim *c, enum claim_kind stream_kind, const struct json *value,
		    int64_t now, bool *ret_bytes, struct arena *a);
/* Where to log in, buy, or see it: the web address of url; owned. */
char *access_web(const char *lbry);

#endif
