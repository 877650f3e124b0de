/* Gateway calls over several endpoints: failover, rests, refusals. Time is turned by hand. */
#include "unit.h"

#include "../support/data.h"
#include "gateway_world.h"
#include "kiyya/text.h"

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
					 .released_from = 1700000000,
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
	assert_string_equal(json_str(json_at(json_get(p, "release_time"), 0)), "<1712000000");
	assert_string_equal(json_str(json_at(json_get(p, "release_time"), 1)), ">=1699999641");
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
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

	for (size_t i = 0; i < N_ROWS(statuses); i++) {
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
