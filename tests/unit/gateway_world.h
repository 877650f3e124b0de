/* What the tests of the gateway share: three misbehaving gateways, a clock turned by hand, and a
 * record of what came of a call. */
#ifndef KIYYA_TESTS_GATEWAY_WORLD_H
#define KIYYA_TESTS_GATEWAY_WORLD_H

#include "../support/acts_server.h"
#include "../support/fake_clock.h"
#include "kiyya/gateway.h"
#include "kiyya/http.h"
#include "kiyya/timer.h"

#define DEADLINE_MS 20000
#define PATH        "/api/v1/proxy"
#define EMPTY_PAGE  "{\"jsonrpc\":\"2.0\",\"result\":{\"items\":[]},\"id\":0}"
#define ID_A        "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"
#define ID_B        "8e372e7b15790b2b117e589bc2e00ae7b8daa1be"
#define ID_C        "ab14476a340e5a966774aa36515c1d625253dbc6"

/* Three gateways, the first `servers` of them alive; the last server is the search service too. */
struct world {
	struct acts *acts[3];
	struct fake_clock clock;
	struct http *http;
	struct timers *timers;
	struct gateway *gateway;
	int64_t slept; /* fake milliseconds that calls waited between attempts */
	int64_t jump;  /* the clock moves so far during each attempt */
	size_t attempts;
	char last_error[512];
	/* what came of a call */
	bool done;
	struct page *page;
	bool last_page;
	char url[512];
	struct err err;
	size_t pings;
};

/* search_path: of the search service, on the last server; NULL none. */
void world_open(struct world *w, const char *search_path);
void world_close(struct world *w);
void add(struct world *w, size_t i, struct act act);
void say(struct world *w, size_t i, const char *body); /* 200 and that body */

void turn(struct world *w); /* when only timers are left, the clock jumps to the next */
void run(struct world *w);  /* until the call is done */

/* Callbacks that fill the world. */
void on_page(void *arg, struct page *page, bool last_page, const struct err *err);
void on_url(void *arg, const char *url, const struct err *err);

void query(struct world *w, const struct claim_query *q);
void search(struct world *w); /* the items of one channel */
void resolve(struct world *w, const char *what);
/* Whether the last request of server i holds that. */
bool asked(struct world *w, size_t i, const char *part);

#endif
