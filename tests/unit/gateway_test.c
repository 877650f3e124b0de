/* Gateway calls: failover, rests, refusals, and what is asked on the wire. Time is turned by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../support/acts_server.h"
#include "../support/data.h"
#include "../support/fake_clock.h"
#include "kiyya/gateway.h"
#include "kiyya/http.h"
#include "kiyya/text.h"
#include "kiyya/timer.h"

#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))
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

static void on_attempt(void *arg, const struct gateway_attempt *a)
{
	struct world *w = arg;

	w->attempts++;
	str_copy(w->last_error, sizeof(w->last_error), a->error != NULL ? a->error : "");
	fake_clock_add(&w->clock, w->jump);
}

static void world_open(struct world *w, const char *search_path)
{
	struct strs urls = { .n = 0 }, endpoints = { .n = 0 };
	struct err err;

	memset(w, 0, sizeof(*w));
	fake_clock_init(&w->clock, 1700000000);
	for (size_t i = 0; i < 3; i++) {
		w->acts[i] = acts_start();
		strs_add(&urls, acts_url(w->acts[i], PATH));
	}
	strs_copy(&endpoints, &urls);
	w->http = http_new(&(struct http_config){ .endpoints = &endpoints }, &err);
	assert_non_null(w->http);
	w->timers = timers_new(&w->clock.clock);
	w->gateway = gateway_new(
	    &(struct gateway_config){
		.urls = &urls,
		.timeout_ms = 200,
		.search_url = search_path != NULL ? acts_url(w->acts[2], search_path) : NULL,
		.player_url = "https://player.odycdn.com",
		.clock = &w->clock.clock,
		.on_attempt = on_attempt,
		.arg = w,
	    },
	    w->http, w->timers, &err);
	assert_non_null(w->gateway);
	strs_release(&urls);
	strs_release(&endpoints);
}

static void world_close(struct world *w)
{
	gateway_free(w->gateway);
	timers_free(w->timers);
	assert_int_equal(http_open_calls(w->http), 0);
	http_free(w->http);
	for (size_t i = 0; i < 3; i++)
		acts_stop(w->acts[i]);
	page_free(w->page);
}

static void add(struct world *w, size_t i, struct act act)
{
	acts_add(w->acts[i], act);
}

static void say(struct world *w, size_t i, const char *body)
{
	add(w, i, (struct act){ .kind = ACT_OK, .body = body });
}

/* One turn; when only timers are left, the clock jumps to the next. */
static void turn(struct world *w)
{
	if (http_open_calls(w->http) > 0) {
		http_poll(w->http, 50, NULL, 0);
	} else {
		int wait = timers_wait_ms(w->timers, 60000);

		w->slept += wait;
		fake_clock_add(&w->clock, wait);
	}
	timers_run(w->timers);
}

static void run(struct world *w)
{
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	assert_false(w->done); /* never from inside the starting call */
	while (!w->done && clock_mono_ms(clock_real()) < until)
		turn(w);
	assert_true(w->done);
}

static void on_page(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct world *w = arg;

	assert_false(w->done);
	assert_true((page == NULL) == (err != NULL));
	w->done = true;
	page_free(w->page);
	w->page = page;
	w->last_page = last_page;
	w->err = err != NULL ? *err : (struct err){ .kind = ERR_NONE };
	if (err != NULL)
		print_message("  %s\n", err->text);
}

static void on_url(void *arg, const char *url, const struct err *err)
{
	struct world *w = arg;

	w->done = true;
	str_copy(w->url, sizeof(w->url), url != NULL ? url : "");
	w->err = err != NULL ? *err : (struct err){ .kind = ERR_NONE };
	if (err != NULL)
		print_message("  %s\n", err->text);
}

static void search(struct world *w)
{
	struct claim_query q = { .channel_id = ID_A, .released_before = TIME_UNKNOWN };

	w->done = false;
	gateway_search(w->gateway, &q, on_page, w);
	run(w);
}

static void query(struct world *w, const struct claim_query *q)
{
	w->done = false;
	gateway_search(w->gateway, q, on_page, w);
	run(w);
}

static void resolve(struct world *w, const char *what)
{
	w->done = false;
	gateway_resolve(w->gateway, what, on_page, w);
	run(w);
}

static bool asked(struct world *w, size_t i, const char *part)
{
	const struct acts_request *r = acts_asked(w->acts[i], acts_count(w->acts[i]) - 1);

	return strstr(r->body, part) != NULL || strstr(r->target, part) != NULL ||
	       strstr(r->headers, part) != NULL;
}

static void the_wire_form_is_right(void **state)
{
	struct world w;
	char *tags[] = { (char *)"movie", (char *)"comedy" };
	struct strs all = { .v = tags, .n = 2 };

	world_open(&w, NULL);
	say(&w, 0, EMPTY_PAGE);
	query(&w, &(struct claim_query){ .channel_id = ID_A,
					 .tags = &all,
					 .order = "oldest",
					 .released_before = 1712000000,
					 .page = 3,
					 .page_size = 500 });
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_true(w.last_page);
	assert_int_equal(w.slept, 0);
	assert_int_equal(acts_count(w.acts[1]), 0);
	const struct acts_request *r = acts_asked(w.acts[0], 0);

	assert_string_equal(r->method, "POST");
	assert_string_equal(r->target, PATH "?m=claim_search");
	assert_non_null(strstr(r->headers, "content-type: application/json-rpc\n"));
	struct json *doc = json_parse(r->body, strlen(r->body), JSON_MAX_BYTES, NULL);
	int64_t n;

	assert_string_equal(json_str(json_get(doc, "jsonrpc")), "2.0");
	assert_string_equal(json_str(json_get(doc, "method")), "claim_search");
	assert_false(json_is_string(json_get(doc, "id"))); /* the gateway wants an integer */
	assert_true(json_i64(json_get(doc, "id"), &n));
	const struct json *p = json_get(doc, "params");

	assert_string_equal(json_str(json_at(json_get(p, "channel_ids"), 0)), ID_A);
	assert_string_equal(json_str(json_at(json_get(p, "all_tags"), 1)), "comedy");
	assert_string_equal(json_str(json_at(json_get(p, "order_by"), 0)), "^release_time");
	assert_string_equal(json_str(json_get(p, "release_time")), "<1712000000");
	assert_true(json_bool(json_get(p, "no_totals"), false));
	assert_true(json_i64(json_get(p, "page"), &n) && n == 3);
	assert_true(json_i64(json_get(p, "page_size"), &n) && n == 50);
	json_free(doc);
	world_close(&w);
}

static void failures_go_to_the_next(void **state)
{
	static const struct {
		struct act act;
		int64_t least, most;
		const char *says;
	} rows[] = {
		{ { .kind = ACT_STATUS, .status = 500 }, 300, 399, "HTTP 500" },
		{ { .kind = ACT_STATUS, .status = 503, .body = EMPTY_PAGE }, 300, 399, "HTTP 503" },
		{ { .kind = ACT_STATUS, .status = 408 }, 300, 399, "HTTP 408" },
		{ { .kind = ACT_STATUS, .status = 304 }, 300, 399, "HTTP 304" },
		{ { .kind = ACT_STATUS, .status = 429 }, 0, 0, "HTTP 429" },
		{ { .kind = ACT_HANG }, 300, 399, "no answer within 0.2 s" },
		{ { .kind = ACT_STALL, .body = EMPTY_PAGE }, 300, 399, "stalled" },
		{ { .kind = ACT_CUT, .body = EMPTY_PAGE }, 300, 399, "before the end" },
		{ { .kind = ACT_CLOSE }, 300, 399, "without an answer" },
		{ { .kind = ACT_ENDLESS }, 300, 399, "over 16777216 bytes" },
		{ { .kind = ACT_OK, .body = "<html>hello</html>" }, 300, 399, "JSON" },
		{ { .kind = ACT_OK, .body = "" }, 300, 399, "JSON" },
		{ { .kind = ACT_OK, .body = "[1]" }, 300, 399, "not a JSON-RPC reply" },
		{ { .kind = ACT_OK, .body = "{\"jsonrpc\":\"2.0\",\"id\":0}" },
		  300,
		  399,
		  "neither \"result\" nor \"error\"" },
		{ { .kind = ACT_OK, .body = "{\"result\":{\"things\":[]}}" }, 300, 399, "members" },
		{ { .kind = ACT_OK, .body = "{\"result\":{\"items\":\"x\"}}" },
		  300,
		  399,
		  "members" },
		{ { .kind = ACT_OK, .body = "{\"result\":{\"items\":[\"\xff\"]}}" },
		  300,
		  399,
		  "UTF-8" },
		{ { .kind = ACT_STATUS, .status = 302, .location = "https://evil.example/" },
		  300,
		  399,
		  "approved" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;

		print_message("row %zu: %s\n", i, rows[i].says);
		world_open(&w, NULL);
		add(&w, 0, rows[i].act);
		say(&w, 1, EMPTY_PAGE);
		search(&w);
		assert_int_equal(w.err.kind, ERR_NONE);
		assert_in_range(w.slept, rows[i].least, rows[i].most);
		assert_int_equal(acts_count(w.acts[1]), 1);
		assert_int_equal(acts_count(w.acts[2]), 0);
		assert_int_equal(w.attempts, 2);
		const struct gateway_health *h = gateway_health_of(w.gateway, 0);

		assert_non_null(strstr(h->error, rows[i].says));
		assert_string_equal(h->status, "degraded");
		assert_string_equal(gateway_health_of(w.gateway, 1)->status, "healthy");
		assert_string_equal(gateway_health_of(w.gateway, 2)->status, "unknown");
		world_close(&w);
	}
}

static void the_third_waits_longer(void **state)
{
	struct world w;

	world_open(&w, NULL);
	add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = 500 });
	add(&w, 1, (struct act){ .kind = ACT_STATUS, .status = 405 }); /* a later 4xx: it failed */
	say(&w, 2, EMPTY_PAGE);
	search(&w);
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_in_range(w.slept, 1300, 1498);
	world_close(&w);
}

static void a_4xx_of_the_first_ends(void **state)
{
	static const int statuses[] = { 400, 401, 403, 404, 405, 410, 422, 451 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		struct world w;

		world_open(&w, NULL);
		add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = statuses[i] });
		search(&w);
		assert_int_equal(w.err.kind, ERR_REFUSED);
		assert_int_equal(w.err.num, statuses[i]);
		assert_int_equal(acts_count(w.acts[1]), 0);
		world_close(&w);
	}
	struct world w;

	world_open(&w, NULL);
	size_t len;
	char *body = data_read("composed/gateway-errors/empty_body_http400.json", &len);

	add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = 400, .body = body });
	search(&w);
	assert_non_null(strstr(w.err.text, "empty request body"));
	world_close(&w);
	free(body);
}

static void a_429_is_left_alone(void **state)
{
	struct world w;

	world_open(&w, NULL);
	add(&w, 0,
	    (struct act){ .kind = ACT_STATUS, .status = 429, .header = { "Retry-After: 7" } });
	say(&w, 0, EMPTY_PAGE);
	say(&w, 1, EMPTY_PAGE);
	search(&w);
	fake_clock_add(&w.clock, 6900);
	search(&w);
	assert_int_equal(acts_count(w.acts[0]), 1);
	assert_int_equal(acts_count(w.acts[1]), 2);
	fake_clock_add(&w.clock, 200);
	search(&w);
	assert_int_equal(acts_count(w.acts[0]), 2);
	assert_string_equal(gateway_health_of(w.gateway, 0)->status, "healthy");
	world_close(&w);
}

static void all_that_said_429_are_not_asked(void **state)
{
	struct world w;

	world_open(&w, NULL);
	for (size_t i = 0; i < 3; i++)
		add(&w, i, (struct act){ .kind = ACT_STATUS, .status = 429 }); /* rests 60 s */
	search(&w);
	assert_int_equal(w.err.kind, ERR_NET);
	fake_clock_add(&w.clock, 59000);
	search(&w);
	assert_int_equal(w.err.kind, ERR_NET);
	assert_non_null(strstr(w.err.text, "left alone"));
	assert_int_equal(w.attempts, 3);
	world_close(&w);
}

static void all_failed_names_each(void **state)
{
	struct world w;

	world_open(&w, NULL);
	add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = 502 });
	add(&w, 1, (struct act){ .kind = ACT_HANG });
	add(&w, 2, (struct act){ .kind = ACT_OK, .body = "nonsense" });
	search(&w);
	assert_int_equal(w.err.kind, ERR_NET);
	assert_int_equal(err_exit_code(w.err.kind), 4);
	for (size_t i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "127.0.0.1:%d", acts_port(w.acts[i]));
		assert_non_null(strstr(w.err.text, name));
	}
	assert_non_null(strstr(w.err.text, "HTTP 502"));
	assert_non_null(strstr(w.err.text, "no answer"));
	assert_non_null(strstr(w.err.text, "JSON"));
	world_close(&w);
}

static void forty_seconds_are_enough(void **state)
{
	struct world w;

	world_open(&w, NULL);
	for (size_t i = 0; i < 3; i++)
		add(&w, i, (struct act){ .kind = ACT_STATUS, .status = 500 });
	w.jump = 39900;
	search(&w);
	assert_int_equal(w.attempts, 1);
	assert_non_null(strstr(w.err.text, "no time left"));
	world_close(&w);
}

static void an_rpc_error_is_an_answer(void **state)
{
	static const struct {
		const char *file;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ "auth_missing", ERR_REFUSED, "authentication token missing" },
		{ "forbidden_param", ERR_REFUSED, "new_sdk_server" },
		{ "get_not_found", ERR_NOT_FOUND, "couldn't find claim" },
		{ "no_method", ERR_REFUSED, "token missing" },
		{ "parse_error", ERR_REFUSED, "invalid character" },
		{ "string_id", ERR_REFUSED, "RPCRequest.id" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		char name[128];
		size_t len;

		snprintf(name, sizeof(name), "composed/gateway-errors/%s.json", rows[i].file);
		char *body = data_read(name, &len);

		world_open(&w, NULL);
		say(&w, 0, body);
		search(&w);
		assert_int_equal(w.err.kind, rows[i].kind);
		assert_non_null(strstr(w.err.text, rows[i].says));
		assert_int_equal(w.attempts, 1);
		assert_string_equal(w.last_error, ""); /* it did answer */
		assert_string_equal(gateway_health_of(w.gateway, 0)->status, "healthy");
		world_close(&w);
		free(body);
	}
}

static void odd_rpc_errors_are_answers_too(void **state)
{
	static const struct {
		const char *body, *says;
	} rows[] = {
		{ "{\"result\":{\"error\":\"the SDK says no\"}}", "the SDK says no" },
		{ "{\"error\":{\"code\":-32500,\"message\":\"a\\u001b[2J\\u202eb\"},\"id\":0}",
		  "the gateway says: a" },
		{ "{\"error\":{\"code\":-32000}}", "no reason given" },
		{ "{\"error\":{\"message\":\"x\",\"data\":[\"a\",\"b\"]},\"result\":null}", "x" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;

		world_open(&w, NULL);
		say(&w, 0, rows[i].body);
		search(&w);
		assert_int_equal(w.err.kind, ERR_REFUSED);
		assert_non_null(strstr(w.err.text, rows[i].says));
		assert_true(text_is_clean(w.err.text, strlen(w.err.text), false));
		assert_int_equal(w.attempts, 1);
		world_close(&w);
	}
}

static void one_that_keeps_failing_rests(void **state)
{
	struct world w;

	world_open(&w, NULL);
	add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = 500 });
	say(&w, 1, EMPTY_PAGE);
	for (int i = 0; i < 3; i++)
		search(&w);
	assert_string_equal(gateway_health_of(w.gateway, 0)->status, "down");
	assert_int_equal(gateway_health_of(w.gateway, 0)->failures, 3);
	search(&w);
	assert_int_equal(acts_count(w.acts[0]), 3); /* skipped */
	fake_clock_add(&w.clock, 15000);
	search(&w);
	assert_int_equal(acts_count(w.acts[0]), 4);
	fake_clock_add(&w.clock, 15000); /* the rest has grown */
	search(&w);
	assert_int_equal(acts_count(w.acts[0]), 4);
	world_close(&w);
}

static void the_resting_are_asked_when_nobody_else_is_left(void **state)
{
	struct world w;

	world_open(&w, NULL);
	for (size_t i = 0; i < 3; i++) {
		for (int k = 0; k < 3; k++)
			add(&w, i, (struct act){ .kind = ACT_STATUS, .status = 500 });
		say(&w, i, EMPTY_PAGE);
	}
	for (int i = 0; i < 3; i++)
		search(&w);
	assert_int_equal(w.err.kind, ERR_NET);
	search(&w);
	assert_int_equal(w.err.kind, ERR_NONE);
	world_close(&w);
}

static void cancelled_calls_are_silent(void **state)
{
	struct world w;
	struct claim_query q = { .channel_id = ID_A, .released_before = TIME_UNKNOWN };

	world_open(&w, NULL);
	add(&w, 0, (struct act){ .kind = ACT_HANG });
	uint64_t id = gateway_search(w.gateway, &q, on_page, &w);

	gateway_cancel(w.gateway, id); /* before it began */
	id = gateway_search(w.gateway, &q, on_page, &w);
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (acts_count(w.acts[0]) == 0 && clock_mono_ms(clock_real()) < until)
		turn(&w);
	gateway_cancel(w.gateway, id); /* while it is asking */
	gateway_cancel(w.gateway, id);
	gateway_cancel(w.gateway, 999);
	assert_int_equal(http_open_calls(w.http), 0);
	id = gateway_search(w.gateway, &q, on_page, &w); /* left to gateway_free */
	assert_int_not_equal(id, 0);
	assert_false(w.done);
	world_close(&w);
}

static void addresses_resolve_or_say_why_not(void **state)
{
	static const struct {
		const char *what;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ "lbry://@TestChannel#8/first-video#f", ERR_NONE, "" },
		{ "lbry://@nobody#a/nothing#b", ERR_NOT_FOUND, "no such claim" },
		{ "lbry://@chan#1/badly-signed#2", ERR_REFUSED, "did not sign" },
		{ "lbry://blocked#b", ERR_REFUSED, "blocked by @BlockList" },
		{ "not a url", ERR_NOT_FOUND, "not a valid url" },
		{ "lbry://not-in-the-reply", ERR_NOT_FOUND, "no such claim" },
	};
	size_t len;
	char *body = data_read("composed/resolve_mixed_ok_and_errors.json", &len);
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, body);
	for (size_t i = 0; i < COUNT(rows); i++) {
		resolve(&w, rows[i].what);
		assert_int_equal(w.err.kind, rows[i].kind);
		if (rows[i].kind == ERR_NONE) {
			assert_int_equal(w.page->n, 1);
			assert_string_equal(w.page->items[0].id, ID_A);
		} else {
			assert_non_null(strstr(w.err.text, rows[i].says));
		}
		assert_true(asked(&w, 0, "m=resolve"));
		assert_true(asked(&w, 0, "\"urls\":[\""));
	}
	world_close(&w);
	free(body);
}

static void an_id_resolves_by_claim_search(void **state)
{
	size_t len;
	char *body = data_read("composed/claim_search_mixed_kinds.json", &len);
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, body);
	resolve(&w, "8bdd17135686208e31a0b7a6503203b052cab617");
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_int_equal(w.page->n, 1);
	assert_string_equal(w.page->items[0].title, "LIVE: nightly show");
	assert_true(asked(&w, 0, "m=claim_search"));
	assert_true(asked(&w, 0, "\"claim_ids\":[\"8bdd17135686208e31a0b7a6503203b052cab617\"]"));
	resolve(&w, "0000000000000000000000000000000000000000");
	assert_int_equal(w.err.kind, ERR_NOT_FOUND);
	world_close(&w);
	free(body);
}

static void get_gives_the_address_or_the_reason(void **state)
{
	static const struct {
		const char *file;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ "get_free_v6", ERR_NONE, "https://player.odycdn.com/v6/streams/19b9c2" },
		{ "get_paid_lbc_token", ERR_NONE, "/api/v3/streams/paid/" },
		{ "get_protected_signed", ERR_NONE, "https://secure.odycdn.com/" },
		{ "gateway-errors/get_members", ERR_REFUSED,
		  "log in at https://odysee.com/@c:1/v:2" },
		{ "gateway-errors/get_paid_anonymous", ERR_REFUSED,
		  "log in at https://odysee.com/" },
		{ "gateway-errors/get_rental_expired", ERR_REFUSED, "rental is over" },
		{ "gateway-errors/get_unlisted", ERR_REFUSED, "unlisted" },
		{ "gateway-errors/get_scheduled", ERR_REFUSED, "not released yet" },
		{ "gateway-errors/get_no_source", ERR_REFUSED, "live, or without a file" },
		{ "gateway-errors/get_not_found", ERR_NOT_FOUND, "couldn't find claim" },
		{ "gateway-errors/get_missing_uri", ERR_REFUSED, "missing uri parameter" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		char name[128];
		size_t len;

		snprintf(name, sizeof(name), "composed/%s.json", rows[i].file);
		char *body = data_read(name, &len);

		print_message("%s\n", rows[i].file);
		world_open(&w, NULL);
		say(&w, 0, body);
		gateway_get(w.gateway, "lbry://@c#1/v#2", on_url, &w);
		run(&w);
		assert_int_equal(w.err.kind, rows[i].kind);
		assert_non_null(
		    strstr(rows[i].kind == ERR_NONE ? w.url : w.err.text, rows[i].says));
		assert_true(asked(&w, 0, "\"uri\":\"lbry://@c#1/v#2\",\"save_file\":false"));
		world_close(&w);
		free(body);
	}
}

static void get_refuses_strange_hosts(void **state)
{
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, "{\"result\":{\"streaming_url\":\"https://evil.example/x.mp4\"}}");
	gateway_get(w.gateway, "lbry://x", on_url, &w);
	run(&w);
	assert_int_equal(w.err.kind, ERR_REFUSED);
	assert_string_equal(w.url, "");
	world_close(&w);
}

#define CLAIM(id) "{\"claim_id\":\"" id "\",\"name\":\"n\",\"value\":{\"title\":\"" id "\"}}"

static void words_go_to_the_search_service(void **state)
{
	struct world w;

	world_open(&w, "/search");
	say(&w, 2,
	    "[{\"claimId\":\"" ID_B "\",\"name\":\"b\"},{\"claimId\":\"bad\"},"
	    "{\"claimId\":\"" ID_A "\"},{\"claimId\":\"" ID_C "\"}]");
	say(&w, 0, "{\"result\":{\"items\":[" CLAIM(ID_A) "," CLAIM(ID_B) "]}}");
	query(&w, &(struct claim_query){ .channel_id = ID_C,
					 .text = "caf\xc3\xa9 & co",
					 .page = 2,
					 .page_size = 20,
					 .released_before = TIME_UNKNOWN });
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_string_equal(acts_asked(w.acts[2], 0)->method, "GET");
	assert_string_equal(acts_asked(w.acts[2], 0)->target,
			    "/search?s=caf%C3%A9%20%26%20co&size=20&from=20&claimType=file"
			    "&channel_id=" ID_C);
	assert_int_equal(w.page->n, 2);
	assert_string_equal(w.page->items[0].id, ID_B); /* its ranking is kept */
	assert_string_equal(w.page->items[1].id, ID_A);
	assert_false(w.last_page);
	world_close(&w);
}

static void the_gateways_search_when_the_service_cannot(void **state)
{
	static const struct {
		struct act act;
		const char *text;
		size_t service_asked;
	} rows[] = {
		{ { .kind = ACT_STATUS, .status = 502 }, "hello", 1 },
		{ { .kind = ACT_OK, .body = "{\"success\":false}" }, "hello", 1 },
		{ { .kind = ACT_HANG }, "hello", 1 },
		{ { .kind = ACT_OK, .body = "[]" }, "he", 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		char text[64];

		world_open(&w, "/search");
		add(&w, 2, rows[i].act);
		say(&w, 0, "{\"result\":{\"items\":[" CLAIM(ID_A) "]}}");
		query(&w, &(struct claim_query){ .text = rows[i].text,
						 .released_before = TIME_UNKNOWN });
		assert_int_equal(w.err.kind, ERR_NONE);
		assert_int_equal(w.page->n, 1);
		assert_int_equal(acts_count(w.acts[2]), rows[i].service_asked);
		snprintf(text, sizeof(text), "\"text\":\"%s\"", rows[i].text);
		assert_true(asked(&w, 0, text));
		world_close(&w);
	}
}

static void nothing_found_asks_nobody_further(void **state)
{
	struct strs none = { .n = 0 };
	struct world w;

	world_open(&w, "/search");
	say(&w, 2, "[]");
	query(&w, &(struct claim_query){ .text = "hello", .released_before = TIME_UNKNOWN });
	assert_int_equal(w.page->n, 0);
	assert_true(w.last_page);
	/* an empty list of ids would be no filter at all over there */
	query(&w, &(struct claim_query){ .claim_ids = &none, .released_before = TIME_UNKNOWN });
	assert_int_equal(w.page->n, 0);
	assert_int_equal(acts_count(w.acts[0]), 0);
	world_close(&w);
}

static void on_ping(void *arg, const struct gateway_health *h)
{
	struct world *w = arg;

	if (h == NULL)
		w->done = true;
	else
		w->pings++;
}

static void ping_asks_each(void **state)
{
	struct world w;

	world_open(&w, NULL);
	say(&w, 0, "{\"result\":{\"is_running\":true}}");
	add(&w, 1, (struct act){ .kind = ACT_HANG });
	say(&w, 2, "{\"error\":{\"code\":-32080,\"message\":\"authentication token missing\"}}");
	gateway_health_restore(w.gateway, acts_url(w.acts[1], PATH), 1600000000, 2);
	assert_string_equal(gateway_health_of(w.gateway, 1)->status, "degraded");
	gateway_ping(w.gateway, on_ping, &w);
	run(&w);
	assert_int_equal(w.pings, 3);
	assert_int_equal(gateway_count(w.gateway), 3);
	assert_true(asked(&w, 0, "m=status"));
	assert_string_equal(gateway_health_of(w.gateway, 0)->status, "healthy");
	assert_int_equal(gateway_health_of(w.gateway, 0)->last_success, 1700000000);
	assert_string_equal(gateway_health_of(w.gateway, 1)->status, "down");
	assert_int_equal(gateway_health_of(w.gateway, 1)->last_success, 1600000000);
	assert_string_equal(gateway_health_of(w.gateway, 2)->status, "healthy"); /* it did answer */
	gateway_ping(w.gateway, on_ping, &w); /* left to gateway_free */
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wire_form_is_right),
		cmocka_unit_test(failures_go_to_the_next),
		cmocka_unit_test(the_third_waits_longer),
		cmocka_unit_test(a_4xx_of_the_first_ends),
		cmocka_unit_test(a_429_is_left_alone),
		cmocka_unit_test(all_that_said_429_are_not_asked),
		cmocka_unit_test(all_failed_names_each),
		cmocka_unit_test(forty_seconds_are_enough),
		cmocka_unit_test(an_rpc_error_is_an_answer),
		cmocka_unit_test(odd_rpc_errors_are_answers_too),
		cmocka_unit_test(one_that_keeps_failing_rests),
		cmocka_unit_test(the_resting_are_asked_when_nobody_else_is_left),
		cmocka_unit_test(cancelled_calls_are_silent),
		cmocka_unit_test(addresses_resolve_or_say_why_not),
		cmocka_unit_test(an_id_resolves_by_claim_search),
		cmocka_unit_test(get_gives_the_address_or_the_reason),
		cmocka_unit_test(get_refuses_strange_hosts),
		cmocka_unit_test(words_go_to_the_search_service),
		cmocka_unit_test(the_gateways_search_when_the_service_cannot),
		cmocka_unit_test(nothing_found_asks_nobody_further),
		cmocka_unit_test(ping_asks_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
