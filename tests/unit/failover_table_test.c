/* Every way a gateway can fail, one row each: who is asked, after how long, and what comes of it. Time is turned by hand:
 * the waits are exact, and nothing sleeps. */
#include "unit.h"

#include <time.h>
#include "gateway_world.h"
#include "kiyya/str.h"

#define OK                                         \
	{                                          \
		.kind = ACT_OK, .body = EMPTY_PAGE \
	}
#define CODE(n)                                                              \
	{                                                                    \
		.kind = ACT_STATUS, .status = (n), .body = "<html>no</html>" \
	}
#define BODY(s)                             \
	{                                   \
		.kind = ACT_OK, .body = (s) \
	}
#define PAGE "<html><body>502 Bad Gateway</body></html>"
#define RPC_ERROR                                                                    \
	"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32500,\"message\":\"query timed " \
	"out\"},\"id\":0}"
#define SDK_ERROR "{\"jsonrpc\":\"2.0\",\"result\":{\"error\":\"the SDK says no\"},\"id\":0}"
#define EVIL      "https://evil.example/"

// clang-format off
static const struct {
	const char *what;
	struct act acts[3]; /* one a gateway */
	enum err_kind kind; /* what comes of the call */
	size_t asked[3];
	int64_t least, most; /* milliseconds waited between attempts */
	const char *says;    /* in the error, or in what is known of the first gateway */
} rows[] = {
	{ "all is well", { OK, OK, OK }, ERR_NONE, { 1, 0, 0 }, 0, 0, "" },
	/* the next one after 300 ms */
	{ "500", { CODE(500), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "HTTP 500" },
	{ "502 and a page", { { .kind = ACT_STATUS, .status = 502, .body = PAGE }, OK, OK }, ERR_NONE, { 1, 1, 0 },
	  300, 399, "HTTP 502" },
	{ "524", { CODE(524), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "HTTP 524" },
	{ "hangs", { { .kind = ACT_HANG }, OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "no answer" },
	{ "stalls", { { .kind = ACT_STALL, .body = EMPTY_PAGE }, OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "stalled" },
	{ "cut off", { { .kind = ACT_CUT, .body = EMPTY_PAGE }, OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399,
	  "before the end" },
	{ "closed", { { .kind = ACT_CLOSE }, OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "without an answer" },
	{ "a page", { BODY(PAGE), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "JSON" },
	{ "not UTF-8", { BODY("{\"result\":{\"items\":[\"\xff\"]}}"), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "UTF-8" },
	{ "over the cap", { { .kind = ACT_ENDLESS }, OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "over 16777216" },
	{ "wrong shape", { BODY("{\"result\":{\"items\":7}}"), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "members" },
	{ "an error that is none", { BODY("{\"error\":7}"), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "none" },
	{ "408", { CODE(408), OK, OK }, ERR_NONE, { 1, 1, 0 }, 300, 399, "408" },
	{ "redirect to a stranger", { { .kind = ACT_STATUS, .status = 307, .location = EVIL }, OK, OK }, ERR_NONE,
	  { 1, 1, 0 }, 300, 399, "approved" },
	/* at once */
	{ "429", { CODE(429), OK, OK }, ERR_NONE, { 1, 1, 0 }, 0, 0, "HTTP 429" },
	{ "429 twice", { CODE(429), CODE(429), OK }, ERR_NONE, { 1, 1, 1 }, 0, 0, "HTTP 429" },
	/* the third after 1 s more */
	{ "two fail", { CODE(500), CODE(503), OK }, ERR_NONE, { 1, 1, 1 }, 1300, 1498, "HTTP 500" },
	{ "500, then a page", { CODE(500), BODY(PAGE), OK }, ERR_NONE, { 1, 1, 1 }, 1300, 1498, "HTTP 500" },
	{ "429, then 500", { CODE(429), CODE(500), OK }, ERR_NONE, { 1, 1, 1 }, 1000, 1099, "HTTP 429" },
	/* a refusal of the first is believed, of a later one it is a failure of its own */
	{ "404 first", { CODE(404), OK, OK }, ERR_REFUSED, { 1, 0, 0 }, 0, 0, "HTTP 404" },
	{ "405 first", { CODE(405), OK, OK }, ERR_REFUSED, { 1, 0, 0 }, 0, 0, "HTTP 405" },
	{ "404 later", { CODE(500), CODE(404), OK }, ERR_NONE, { 1, 1, 1 }, 1300, 1498, "HTTP 500" },
	{ "405 later", { { .kind = ACT_CLOSE }, CODE(405), OK }, ERR_NONE, { 1, 1, 1 }, 1300, 1498, "without an answer" },
	{ "404 last", { CODE(500), CODE(500), CODE(404) }, ERR_NET, { 1, 1, 1 }, 1300, 1498, "HTTP 404" },
	/* answers that say no */
	{ "a JSON-RPC error", { BODY(RPC_ERROR), OK, OK }, ERR_REFUSED, { 1, 0, 0 }, 0, 0, "query timed out" },
	{ "a JSON-RPC error later", { CODE(500), BODY(RPC_ERROR), OK }, ERR_REFUSED, { 1, 1, 0 }, 300, 399,
	  "query timed out" },
	{ "result.error", { BODY(SDK_ERROR), OK, OK }, ERR_REFUSED, { 1, 0, 0 }, 0, 0, "the SDK says no" },
	/* nobody */
	{ "all fail", { CODE(500), { .kind = ACT_CLOSE }, BODY(PAGE) }, ERR_NET, { 1, 1, 1 }, 1300, 1498, "no gateway" },
	{ "all say 429", { CODE(429), CODE(429), CODE(429) }, ERR_NET, { 1, 1, 1 }, 0, 0, "no gateway" },
};
// clang-format on

static void every_failure_has_its_row(void **state)
{
	EACH_ROW (row, rows) {
		struct world w;
		print_message("%s\n", row->what);
		world_open(&w, NULL);
		for (size_t i = 0; i < 3; i++)
			add(&w, i, row->acts[i]);
		search(&w);
		assert_int_equal(w.err.kind, row->kind);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(acts_count(w.acts[i]), row->asked[i]);
		assert_in_range(w.slept, row->least, row->most);
		const char *said =
		    row->kind == ERR_NONE ? gateway_health_of(w.gateway, 0)->error : w.err.text;
		if (!strstr(said, row->says))
			fail_msg("\"%s\" does not say \"%s\"", said, row->says);
		world_close(&w);
	}
}

/* The question arrives as it was, method and body, where the first gateway sends it. */
static void a_redirect_within_the_host_keeps_the_question(void **state)
{
	static const int statuses[] = { 301, 302, 307, 308 };
	for (size_t i = 0; i < N_ROWS(statuses); i++) {
		struct world w;
		world_open(&w, NULL);
		add(&w, 0,
		    (struct act){ .kind = ACT_STATUS,
				  .status = statuses[i],
				  .location = "/elsewhere?m=claim_search" });
		say(&w, 0, EMPTY_PAGE);
		search(&w);
		assert_int_equal(w.err.kind, ERR_NONE);
		assert_int_equal(acts_count(w.acts[0]), 2);
		const struct acts_request *first = acts_asked(w.acts[0], 0),
					  *second = acts_asked(w.acts[0], 1);
		assert_string_equal(second->method, "POST");
		assert_string_equal(second->target, "/elsewhere?m=claim_search");
		assert_string_equal(second->body, first->body);
		assert_int_equal(acts_count(w.acts[1]), 0);
		assert_int_equal(w.slept, 0);
		world_close(&w);
	}
}

/* How long a gateway that said 429 is left alone. */
static void a_429_is_obeyed_in_every_form(void **state)
{
	char date[64];
	time_t at = time(NULL) + 100;
	struct tm tm;
	strftime(date, sizeof(date), "Retry-After: %a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
	const struct {
		const char *header; /* NULL: none */
		int64_t rests_s;    /* still at this, not any more 4 s later */
	} forms[] = {
		{ "Retry-After: 7", 6 },
		{ date, 97 },
		{ NULL, 59 },
		{ "Retry-After: soon", 59 },
	};
	EACH_ROW (form, forms) {
		struct world w;
		print_message("%s\n", form->header ? form->header : "no Retry-After");
		world_open(&w, NULL);
		add(&w, 0,
		    (struct act){ .kind = ACT_STATUS, .status = 429, .header = { form->header } });
		say(&w, 0, EMPTY_PAGE);
		say(&w, 1, EMPTY_PAGE);
		search(&w);
		fake_clock_add(&w.clock, form->rests_s * 1000);
		search(&w);
		assert_int_equal(acts_count(w.acts[0]), 1);
		assert_int_equal(acts_count(w.acts[1]), 2);
		fake_clock_add(&w.clock, 4000);
		search(&w);
		assert_int_equal(acts_count(w.acts[0]), 2);
		world_close(&w);
	}
}

/* Turns the world until the condition holds. */
#define TURN_UNTIL(w, condition)                                             \
	do {                                                                 \
		int64_t until_ = clock_mono_ms(clock_real()) + DEADLINE_MS;  \
		while (!(condition) && clock_mono_ms(clock_real()) < until_) \
			turn(w);                                             \
		assert_true(condition);                                      \
	} while (0)

static void a_call_can_be_cancelled_at_each_stage(void **state)
{
	enum { BEFORE, ASKING, READING, WAITING, ASKING_THE_NEXT, STAGES };
	for (int stage = BEFORE; stage < STAGES; stage++) {
		struct world w;
		struct claim_query q = { .channel_id = ID_A, .released_before = TIME_UNKNOWN };
		print_message("stage %d\n", stage);
		world_open(&w, NULL);
		if (stage == ASKING)
			add(&w, 0, (struct act){ .kind = ACT_HANG });
		else if (stage == READING)
			add(&w, 0, (struct act){ .kind = ACT_ENDLESS });
		else
			add(&w, 0, (struct act){ .kind = ACT_STATUS, .status = 500 });
		add(&w, 1, (struct act){ .kind = ACT_HANG });
		uint64_t id = gateway_search(w.gateway, &q, on_page, &w);
		if (stage == ASKING || stage == READING)
			TURN_UNTIL(&w, acts_count(w.acts[0]) == 1);
		if (stage == WAITING)
			TURN_UNTIL(&w, w.attempts == 1);
		if (stage == ASKING_THE_NEXT)
			TURN_UNTIL(&w, acts_count(w.acts[1]) == 1);
		size_t asked = acts_count(w.acts[0]) + acts_count(w.acts[1]);
		gateway_cancel(w.gateway, id);
		assert_int_equal(http_open_calls(w.http), 0);
		fake_clock_add(&w.clock, 60000);
		timers_run(w.timers);
		assert_int_equal(http_open_calls(w.http), 0);
		assert_int_equal(acts_count(w.acts[0]) + acts_count(w.acts[1]), asked);
		assert_false(w.done);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failure_has_its_row),
		cmocka_unit_test(a_redirect_within_the_host_keeps_the_question),
		cmocka_unit_test(a_429_is_obeyed_in_every_form),
		cmocka_unit_test(a_call_can_be_cancelled_at_each_stage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
