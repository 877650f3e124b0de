/* The stand-in gateway from inside: one request, how it is answered, what is remembered of it.
 *
 * A thread for each connection; the catalogue is read-only, everything else that threads share has
 * its own lock in acts.c, record.c or pace.c, or is atomic. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "catalog.h"
#include "kiyya/buf.h"
#include "kiyya/json.h"

#define ENDPOINTS_MAX 8

/* Which of the services a request is for. X(name, word in acts and log) */
#define WHERES(X)             \
	X(GATEWAY, "gateway") \
	X(PLAYER, "player")   \
	X(SEARCH, "search")   \
	X(LIVE, "live")       \
	X(OTHER, "other")     \
	X(CONTROL, "control")

enum where {
#define X(name, word) WHERE_##name,
	WHERES(X)
#undef X
	    WHERE_ANY
};
const char *where_word(enum where where);

/* -- pace.c: how fast bytes may go ------------------------------------------------------------ */

struct pace;
struct pace *pace_new(int64_t bytes_per_second); /* 0: no limit */
void pace_free(struct pace *p);
void pace_set(struct pace *p, int64_t bytes_per_second);
/* How many of n bytes should go in one go. */
size_t pace_quantum(struct pace *p, size_t n);
/* The moment (µs, monotonic) at which n more bytes are due. */
int64_t pace_due(struct pace *p, size_t n);
int64_t now_us(void);

/* -- acts.c: how to misbehave ----------------------------------------------------------------- */

/* X(name, word). OK takes a turn and does nothing. */
#define ACT_KINDS(X)                                                                              \
	X(OK, "ok")                                                                               \
	X(STATUS, "status")           /* "status": an error page with this code */                \
	X(HANG, "hang")               /* reads the request, never answers */                      \
	X(CUT, "cut")                 /* after "after" bytes of the body the connection closes */ \
	X(STALL, "stall")             /* after "after" bytes nothing more comes */                \
	X(CLOSE, "close")             /* closes without an answer */                              \
	X(GARBAGE, "garbage")         /* 200 with a page of HTML */                               \
	X(WRONG_TYPES, "wrong_types") /* JSON-RPC in which everything is something else */        \
	X(ENDLESS, "endless")         /* a reply that never ends */                               \
	X(SLOW, "slow")               /* "rate": bytes a second */                                \
	X(REDIRECT, "redirect")       /* "url", and "status" (302) */                             \
	X(RETRY_AFTER, "retry_after") /* "value" of Retry-After, and "status" (429) */            \
	X(EMPTY, "empty")             /* 200 without a body */                                    \
	X(RPC_ERROR, "rpc_error")     /* a JSON-RPC error: "code", "message" */

enum act_kind {
#define X(name, word) ACT_##name,
	ACT_KINDS(X)
#undef X
};

struct act {
	enum act_kind kind;
	enum where where;
	int endpoint; /* -1: any */
	int times;    /* still to come; 0: for ever */
	int status, code;
	int64_t after, rate;
	char match[64]; /* must occur in "METHOD /path?query"; "" matches all */
	char text[512]; /* url, value or message */
};

struct acts;
struct acts *acts_new(void);
void acts_free(struct acts *a);
bool acts_add(struct acts *a, const struct json *description, struct err *err) MUST_USE;
void acts_clear(struct acts *a);
/* Takes the first act that fits; false: behave. */
bool acts_take(struct acts *a, enum where where, int endpoint, const char *request,
	       struct act *ret);
const char *act_word(enum act_kind kind);

/* -- record.c: what was asked ----------------------------------------------------------------- */

struct record;
struct line;
struct record *record_new(void);
void record_free(struct record *r);
/* One more request; the line belongs to both and is let go with record_end(). */
struct line *record_begin(struct record *r, int endpoint, enum where where, const char *method,
			  const char *target);
void record_connection(struct record *r, struct line *l, int number);
void record_range(struct record *r, struct line *l, const char *range);
void record_from(struct record *r, struct line *l, const char *referer, const char *origin);
void record_rpc(struct record *r, struct line *l, const char *method, const struct json *params);
void record_act(struct record *r, struct line *l, const char *act);
void record_status(struct record *r, struct line *l, unsigned status);
void record_sent(struct record *r, struct line *l, size_t bytes);
void record_end(struct record *r, struct line *l);
void record_print(struct record *r, struct buf *out); /* JSON Lines, oldest first */
void record_clear(struct record *r);

/* -- the whole -------------------------------------------------------------------------------- */

struct fixture;

struct endpoint {
	struct fixture *fixture;
	int index;
	uint16_t port;
	int fd; /* listening; -1 once the daemon has it */
	struct MHD_Daemon *daemon;
};

struct visits; /* player_host.c: which claims were asked for lately */

/* What the livestream service says of every channel. X(name, word of the control "live") */
#define LIVE_STATES(X)                                                           \
	X(OFF, "off")         /* nothing; what was announced comes or is over */ \
	X(ON, "on")           /* live */                                         \
	X(ERROR, "error")     /* it says that it cannot say */                   \
	X(GARBAGE, "garbage") /* every member is something else */               \
	X(STRANGE, "strange") /* live at a host nobody knows */                  \
	X(PRIVATE, "private") /* live at a private address */

enum live_state {
#define X(name, word) LIVE_##name,
	LIVE_STATES(X)
#undef X
};

struct fixture {
	struct endpoint endpoints[ENDPOINTS_MAX];
	size_t n_endpoints;
	char player_url[64];
	struct catalog *catalog;
	struct acts *acts;
	struct record *record;
	struct pace *throttle; /* all player connections together */
	atomic_llong each;     /* bytes a second of each player connection; 0: no limit */
	atomic_int accepted;   /* connections so far */
	struct visits *visits; /* NULL: no rate limit */
	atomic_bool change_content, republish, ignore_range, wrong_range, wrong_length;
	atomic_bool missing_documents; /* pages lack some claims of theirs */
	atomic_int arriving; /* newest claims that are not there yet: one comes with each search */
	atomic_int live;     /* enum live_state */
	atomic_llong live_from, live_until; /* µs, monotonic; 0 never */
	int stop_fd;                        /* readable from the moment we stop */
};
void fixture_stop(struct fixture *f);

/* One TCP connection; its own thread's. */
struct conn {
	int number; /* from 1 */
	int64_t rate;
	struct pace *pace; /* of that rate; NULL: not needed yet */
};

struct request {
	struct endpoint *at;
	struct conn *conn;
	struct MHD_Connection *connection;
	const char *method, *path; /* borrowed from the library */
	char *target;              /* path and query as they came */
	struct buf body;
	struct line *line; /* NULL for control requests */
	struct act act;    /* ACT_OK: none */
	enum where where;
	bool started;
	bool last; /* when it is answered, stop */
};

const char *request_header(const struct request *rq, const char *name); /* NULL: absent */
const char *request_argument(const struct request *rq, const char *name);

/* -- reply.c: answering. Each ends the request; headers are set before ------------------------ */

#define TEXT_PLAIN       "text/plain; charset=utf-8"
#define APPLICATION_JSON "application/json; charset=utf-8"

struct headers {
	struct {
		char name[32], value[640];
	} v[10];
	size_t n;
};
void headers_add(struct headers *h, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

enum MHD_Result reply_text(struct request *rq, unsigned status, const char *type, const char *text,
			   const struct headers *headers);
enum MHD_Result reply_buf(struct request *rq, unsigned status, const char *type,
			  const struct buf *text);
/* len bytes of fd from off, each inverted if asked; announces `announced` bytes. */
struct reply_bytes {
	int fd;
	uint64_t off, len, announced;
	bool inverted;
	bool close_fd; /* the reply owns the descriptor */
};
enum MHD_Result reply_file(struct request *rq, unsigned status, const char *type,
			   const struct reply_bytes *bytes, const struct headers *headers);
/* Repeats text until the other side has had enough. */
enum MHD_Result reply_endless(struct request *rq, const char *type, const char *first,
			      const char *again);
/* Waits until the other side goes away or we stop, then closes. */
enum MHD_Result reply_never(struct request *rq);

/* -- the services ----------------------------------------------------------------------------- */

enum MHD_Result serve_gateway(struct request *rq);
enum MHD_Result serve_search(struct request *rq);
enum MHD_Result serve_player(struct request *rq);
enum MHD_Result serve_live(struct request *rq);
bool live_set(struct fixture *f, const char *word); /* false: no such state */
enum MHD_Result serve_control(struct request *rq);
enum MHD_Result serve_act(struct request *rq); /* rq->act is one that answers by itself */
bool act_answers(enum act_kind kind);

struct visits *visits_new(void);
void visits_free(struct visits *v);

/* -- JSON
 * -----------------------------------------------------------------------------------------------
 */

void claim_write(struct json_out *o, const char *key, const struct fixture *f,
		 const struct entry *e);
/* Compact JSON laid out as the gateway does: two spaces, \u003c \u003e \u0026. */
void pretty_print(struct buf *out, const char *compact);

struct rpc_error {
	int code;
	char message[512];
	const char *data; /* raw JSON or NULL; static */
};
/* The methods: each writes "result" into o, or fills *error and returns false. */
bool rpc_claim_search(const struct fixture *f, const struct json *params, struct json_out *o,
		      struct rpc_error *error);
bool rpc_resolve(const struct fixture *f, const struct json *params, struct json_out *o,
		 struct rpc_error *error);
bool rpc_get(const struct fixture *f, const struct json *params, struct json_out *o,
	     struct rpc_error *error);
bool rpc_fail(struct rpc_error *error, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A value that is a string or a list of strings: whether it holds s. */
bool value_has(const struct json *value, const char *s);
int64_t round_up(int64_t n, int64_t step);

#endif
