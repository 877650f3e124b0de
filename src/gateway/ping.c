/* One cheap call to each gateway, all at once, resting or not. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "parts.h"

struct ping_one {
	struct ping *ping;
	size_t endpoint;
	uint64_t http_id, timer_id;
	int64_t begun;
	struct err err; /* why it could not even begin */
};
struct ping {
	struct ping *next;
	struct gateway *g;
	uint64_t id;
	void (*fn)(void *arg, const struct gateway_health *h);
	void *arg;
	struct ping_one *ones; /* owned */
	size_t open;
};

static void unlink_ping(struct ping *p)
{
	struct ping **at = &p->g->pings;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
}

static void ping_free(struct ping *p)
{
	free(p->ones);
	free(p);
}

void ping_cancel(struct ping *p)
{
	for (size_t i = 0; i < p->g->n; i++) {
		http_cancel(p->g->http, p->ones[i].http_id);
		timer_drop(p->g->timers, p->ones[i].timer_id);
	}
	unlink_ping(p);
	ping_free(p);
}

bool ping_cancel_id(struct gateway *g, uint64_t id)
{
	for (struct ping *p = g->pings; p != NULL; p = p->next) {
		if (p->id == id) {
			ping_cancel(p);
			return true;
		}
	}
	return false;
}

/* fn may cancel this very ping: nothing of it is touched after that. */
static void one_ended(struct ping_one *one, int status, const char *why)
{
	struct ping *p = one->ping;
	struct gateway *g = p->g;
	uint64_t id = p->id;

	one->http_id = one->timer_id = 0;
	gateway_note(g, one->endpoint, "status", gateway_now(g) - one->begun, status, why);
	bool last = --p->open == 0;

	p->fn(p->arg, &g->endpoints[one->endpoint].health);
	if (!last)
		return;
	for (p = g->pings; p != NULL && p->id != id; p = p->next)
		;
	if (p == NULL)
		return;
	unlink_ping(p);
	p->fn(p->arg, NULL);
	ping_free(p);
}

static void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
		    const struct err *err)
{
	struct ping_one *one = arg;
	const struct endpoint *e = &one->ping->g->endpoints[one->endpoint];
	struct json *doc = NULL;
	const struct json *result;
	struct err why = { .kind = ERR_NONE };
	bool alive = false;

	if (err != NULL)
		why = *err;
	else if (head->status < 200 || head->status > 299)
		(void)err_set(&why, ERR_NET, head->status, "%s: HTTP %d", e->shown, head->status);
	else
		alive = rpc_read(body, len, &doc, &result, &why) != RPC_UNUSABLE;
	json_free(doc);
	one_ended(one, head->status, alive ? NULL : why.text);
}

static void could_not_begin(void *arg)
{
	struct ping_one *one = arg;

	one_ended(one, 0, one->err.text);
}

static void start_one(struct ping_one *one)
{
	struct gateway *g = one->ping->g;
	char *url = rpc_url(g->endpoints[one->endpoint].health.url, "status");
	char *body = rpc_body("status", "{}", ++g->rpc_id);

	one->begun = gateway_now(g);
	one->http_id = http_start(g->http,
				  &(struct http_call){
				      .method = HTTP_POST,
				      .url = url,
				      .headers = &rpc_headers,
				      .body = body,
				      .body_len = strlen(body),
				      .range_first = -1,
				      .range_last = -1,
				      .first_byte_ms = (int)g->timeout_ms,
				      .stall_ms = (int)g->timeout_ms,
				      .max_body = 1u << 20,
				      .arg = one,
				      .on_done = on_done,
				  },
				  &one->err);
	if (one->http_id == 0)
		one->timer_id = timer_add(g->timers, 0, could_not_begin, one);
	free(url);
	free(body);
}

uint64_t gateway_ping(struct gateway *g, void (*fn)(void *arg, const struct gateway_health *h),
		      void *arg)
{
	struct ping *p = NEW(struct ping);

	*p = (struct ping){
		.next = g->pings,
		.g = g,
		.id = ++g->last_id,
		.fn = fn,
		.arg = arg,
		.ones = mem_array(g->n, sizeof(struct ping_one)),
		.open = g->n,
	};
	g->pings = p;
	for (size_t i = 0; i < g->n; i++) {
		p->ones[i].ping = p;
		p->ones[i].endpoint = i;
		start_one(&p->ones[i]);
	}
	return p->id;
}
