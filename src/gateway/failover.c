/* One call over the gateways: who is asked next, after how long, and when to stop. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/retry.h"
#include "parts.h"

#define WHOLE_WAIT_MS 40000 /* to a first byte, all gateways together */
#define REST_UNSAID_S 60    /* a 429 without Retry-After */
#define REASONS_MOST  480

enum verdict { ANSWERED, REFUSED, FAILED, FAILED_LIMITED };

static void attempt(void *arg);

struct ask *ask_new(struct gateway *g, const struct ask_kind *kind, void *op)
{
	struct ask *a = NEW(struct ask);

	a->g = g;
	a->kind = kind;
	a->op = op;
	a->id = ++g->last_id;
	a->asked = mem_array(g->n > 0 ? g->n : 1, sizeof(bool));
	buf_init(&a->reasons, REASONS_MOST);
	a->next = g->asks;
	g->asks = a;
	return a;
}

static void unlink_ask(struct ask *a)
{
	struct ask **at = &a->g->asks;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
}

static void ask_free(struct ask *a)
{
	a->kind->drop(a->op);
	free(a->params);
	free(a->asked);
	buf_release(&a->reasons);
	free(a);
}

void ask_cancel(struct ask *a)
{
	http_cancel(a->g->http, a->http_id);
	timer_drop(a->g->timers, a->timer_id);
	unlink_ask(a);
	ask_free(a);
}

void ask_get(struct ask *a, const char *url, size_t most, ask_got_fn *got, struct err *err)
{
	struct gateway *g = a->g;
	a->attempt_begun = gateway_now(g);
	a->http_id = http_start(g->http,
				&(struct http_call){
				    .method = HTTP_GET,
				    .url = url,
				    .range_first = -1,
				    .range_last = -1,
				    .first_byte_ms = (int)g->timeout_ms,
				    .stall_ms = (int)g->timeout_ms,
				    .max_body = most,
				    .arg = a,
				    .on_done = got,
				},
				err);
}

void ask_end(struct ask *a, const struct json *result, const struct err *err)
{
	unlink_ask(a);
	a->kind->done(a->op, result, err);
	ask_free(a);
}

static void end_empty(void *arg)
{
	struct ask *a = arg;

	a->timer_id = 0;
	ask_end(a, NULL, NULL);
}

void ask_end_soon(struct ask *a)
{
	a->timer_id = timer_add(a->g->timers, 0, end_empty, a);
}

void ask_go(struct ask *a, char *params)
{
	a->params = params;
	a->begun = gateway_now(a->g);
	a->timer_id =
	    timer_add(a->g->timers, 0, attempt, a); /* no callback inside the starting call */
}

/* The first not asked yet that is not resting; else one that rests only because it failed before.
 */
static bool pick(struct ask *a, size_t *ret)
{
	const struct gateway *g = a->g;

	for (int resting = 0; resting < 2; resting++) {
		for (size_t i = 0; i < g->n; i++) {
			const struct endpoint *e = &g->endpoints[i];
			bool rests = endpoint_rests(e, gateway_now(g));

			if (a->asked[i] || (rests && (resting == 0 || e->told_to_rest)))
				continue;
			*ret = i;
			return true;
		}
	}
	return false;
}

/* Each gateway gets its share of the sentence, so that none is left out of it. */
static void add_reason(struct ask *a, const struct endpoint *e, const char *why)
{
	int share = (int)(REASONS_MOST / (a->g->n > 0 ? a->g->n : 1)) - 4;
	bool named = str_starts(why, e->shown);

	(void)buf_addf(&a->reasons, "%s%.*s", a->reasons.len > 0 ? "; " : "", share,
		       named ? why : "");
	if (!named)
		(void)buf_addf(&a->reasons, "%s: %.*s", e->shown, share, why);
}

static void all_failed(struct ask *a)
{
	struct gateway *g = a->g;
	int64_t now = gateway_now(g);
	struct err err;

	for (size_t i = 0; i < g->n; i++) {
		const struct endpoint *e = &g->endpoints[i];

		if (!a->asked[i])
			add_reason(a, e,
				   e->told_to_rest && endpoint_rests(e, now)
				       ? "asked to be left alone for a while"
				       : "not asked: no time left");
	}
	(void)err_set(&err, ERR_NET, 0, "no gateway answered: %s",
		      g->n > 0 ? a->reasons.data : "none is configured");
	ask_end(a, NULL, &err);
}

static void fail(struct ask *a, enum verdict verdict, const struct err *why)
{
	struct gateway *g = a->g;
	unsigned random;

	add_reason(a, &g->endpoints[a->at], why->text);
	log_debug("gateway", NULL, "%s: %s", a->kind->method, why->text);
	a->failures++;
	random_bytes(&random, sizeof(random));
	int64_t wait = verdict == FAILED_LIMITED
			   ? 0
			   : retry_wait_ms(&retry_gateway, (unsigned)a->failures, random);
	size_t next;

	if (!pick(a, &next))
		wait = 0; /* nobody left: say so now */
	a->timer_id = timer_add(g->timers, wait, attempt, a);
}

/* Anything but a 2xx. 4xx of the first one asked is about what we ask; of a later one it is about
 * itself. */
static enum verdict judge_status(struct ask *a, const struct http_head *head, const char *body,
				 size_t len, struct err *why)
{
	struct endpoint *e = &a->g->endpoints[a->at];
	int status = head->status;

	if (status == 408) {
		(void)err_set(why, ERR_TIMEOUT, status, "%s: HTTP 408, a timeout", e->shown);
		return FAILED;
	}
	(void)err_set(why, ERR_NET, status, "%s: HTTP %d", e->shown, status);
	if (status == 429)
		return FAILED_LIMITED;
	if (status < 400 || status > 499 || a->failures > 0)
		return FAILED;
	struct json *doc = NULL;
	const struct json *result;
	struct err said;
	bool says = rpc_read(body, len, &doc, &result, &said) == RPC_REFUSED;

	json_free(doc);
	(void)err_set(why, ERR_REFUSED, status, "%s refused %s: HTTP %d%s%s", e->shown,
		      a->kind->method, status, says ? ": " : "", says ? said.text : "");
	return REFUSED;
}

static enum verdict judge(struct ask *a, const struct http_head *head, const char *body, size_t len,
			  const struct err *err, struct json **ret_doc,
			  const struct json **ret_result, struct err *why)
{
	struct endpoint *e = &a->g->endpoints[a->at];

	if (err != NULL) {
		*why = *err;
		return FAILED;
	}
	if (head->status < 200 || head->status > 299)
		return judge_status(a, head, body, len, why);
	switch (rpc_read(body, len, ret_doc, ret_result, why)) {
	case RPC_RESULT:
		if (a->kind->fits(*ret_result))
			return ANSWERED;
		(void)err_set(why, ERR_PARSE, 0, "%s: a reply without the members of %s", e->shown,
			      a->kind->method);
		return FAILED;
	case RPC_REFUSED:
		return ANSWERED;
	case RPC_UNUSABLE:
		(void)err_wrap(why, "%s", e->shown);
		return FAILED;
	}
	return FAILED;
}

static void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
		    const struct err *err)
{
	struct ask *a = arg;
	struct gateway *g = a->g;
	struct json *doc = NULL;
	const struct json *result = NULL;
	struct err why = { .kind = ERR_NONE };
	enum verdict verdict = judge(a, head, body, len, err, &doc, &result, &why);
	int64_t now = gateway_now(g);

	a->http_id = 0;
	gateway_note(g, a->at, a->kind->method, now - a->attempt_begun, head->status,
		     verdict == ANSWERED ? NULL : why.text);
	switch (verdict) {
	case ANSWERED:
		ask_end(a, why.kind == ERR_NONE ? result : NULL,
			why.kind == ERR_NONE ? NULL : &why);
		break;
	case REFUSED:
		ask_end(a, NULL, &why);
		break;
	case FAILED_LIMITED:
		endpoint_rest(&g->endpoints[a->at], now,
			      head->retry_after_s >= 0 ? head->retry_after_s : REST_UNSAID_S);
		fail(a, verdict, &why);
		break;
	case FAILED:
		fail(a, verdict, &why);
		break;
	}
	json_free(doc);
}

static void attempt(void *arg)
{
	struct ask *a = arg;
	struct gateway *g = a->g;
	int64_t now = gateway_now(g), left = WHOLE_WAIT_MS - (now - a->begun);

	a->timer_id = 0;
	if (left <= 0 || !pick(a, &a->at)) {
		all_failed(a);
		return;
	}
	struct endpoint *e = &g->endpoints[a->at];
	char *url = rpc_url(e->health.url, a->kind->method);
	char *body = rpc_body(a->kind->method, a->params, ++g->rpc_id);
	struct err err = { .kind = ERR_NONE };

	a->asked[a->at] = true;
	a->attempt_begun = now;
	a->http_id =
	    http_start(g->http,
		       &(struct http_call){
			   .method = HTTP_POST,
			   .url = url,
			   .headers = &rpc_headers,
			   .body = body,
			   .body_len = strlen(body),
			   .range_first = -1,
			   .range_last = -1,
			   .first_byte_ms = (int)(g->timeout_ms < left ? g->timeout_ms : left),
			   .stall_ms = (int)g->timeout_ms,
			   .max_body = JSON_MAX_BYTES,
			   .arg = a,
			   .on_done = on_done,
		       },
		       &err);
	free(url);
	free(body);
	if (a->http_id == 0) {
		gateway_note(g, a->at, a->kind->method, 0, 0, err.text);
		fail(a, FAILED, &err);
	}
}
