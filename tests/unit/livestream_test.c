/* The livestream service: what it says is read as it is meant, or not at all; and how it is asked. */
#include "unit.h"

#include "../support/data.h"
#include "gateway_world.h"
#include "kiyya/buf.h"
#include "kiyya/mem.h"

#define URL_A       "https://cloud.odysee.live/content/" ID_A "/master.m3u8"
#define DATA(inner) "{\"success\":true,\"error\":null,\"data\":{" inner "}}"

/* What came of a call. */
struct answer {
	struct world *world;
	struct livestream said;
};

static bool take(struct livestream *l, const char *text, struct err *err)
{
	struct json *doc = json_parse(text, strlen(text), JSON_MAX_BYTES, err);

	if (doc == NULL)
		return false;
	bool ok = gateway_read_livestream(l, doc, err);
	json_free(doc);
	return ok;
}

static void it_is_live_only_when_it_says_so(void **state)
{
	static const struct {
		const char *text;
		bool live;
		const char *url;
	} rows[] = {
		{ DATA("\"Live\":true,\"VideoURL\":\"" URL_A "\""), true, URL_A },
		{ DATA("\"Live\":false,\"VideoURL\":\"" URL_A "\""), false, "" },
		{ DATA("\"Live\":true,\"VideoURL\":\"" URL_A
		       "\",\"VideoURLLLHLS\":\"https://x/ll\""),
		  true, URL_A },
		{ DATA("\"Live\":true,\"VideoURL\":null,\"VideoURLLLHLS\":\"https://x/ll\""), true,
		  "https://x/ll" },
		{ "{\"data\":{\"Live\":false}}", false, "" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct livestream l;
		struct err err = { .kind = ERR_NONE };

		print_message("%s\n", rows[i].text);
		assert_true(take(&l, rows[i].text, &err));
		assert_int_equal(l.live, rows[i].live);
		assert_string_equal(l.url, rows[i].url);
		assert_string_equal(l.now.id, "");
		assert_int_equal(l.n_announced, 0);
	}
}

static void what_is_not_that_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum err_kind kind;
	} rows[] = {
		{ "null", ERR_PARSE },
		{ "[]", ERR_PARSE },
		{ "{}", ERR_PARSE },
		{ "{\"data\":[true]}", ERR_PARSE },
		{ DATA(""), ERR_PARSE },
		{ DATA("\"Live\":1"), ERR_PARSE },
		{ DATA("\"Live\":\"true\""), ERR_PARSE },
		{ DATA("\"Live\":null"), ERR_PARSE },
		{ DATA("\"Live\":true"), ERR_PARSE },
		{ DATA("\"Live\":true,\"VideoURL\":17"), ERR_PARSE },
		{ DATA("\"Live\":true,\"VideoURL\":\"rtmp://x/y\""), ERR_PARSE },
		{ DATA("\"Live\":true,\"VideoURL\":\"/etc/passwd\""), ERR_PARSE },
		{ DATA("\"Live\":true,\"VideoURL\":\"https://x/ --script=y\""), ERR_PARSE },
		{ DATA("\"Live\":true,\"VideoURL\":\"https://x/\\r\\nHost: y\""), ERR_PARSE },
		{ "{\"success\":false,\"error\":\"no\",\"data\":null}", ERR_REFUSED },
		{ "{\"success\":false}", ERR_REFUSED },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct livestream l;
		struct err err = { .kind = ERR_NONE };

		print_message("%s\n", rows[i].text);
		assert_false(take(&l, rows[i].text, &err));
		assert_int_equal(err.kind, rows[i].kind);
	}
}

static void long_addresses_are_refused(void **state)
{
	struct livestream l;
	struct err err;

	for (size_t n = URL_MAX - 1; n <= URL_MAX + 1; n++) {
		char *path = mem_new(n + 1);
		memset(path, 'a', n);
		memcpy(path, "https://x/", 10);
		char *text = str_fmt(DATA("\"Live\":true,\"VideoURL\":\"%s\""), path);
		assert_int_equal(take(&l, text, &err), n <= URL_MAX);
		free(text);
		free(path);
	}
}

static void what_was_announced_is_kept_with_its_time(void **state)
{
	static const struct {
		const char *moment;
		int64_t is;
	} rows[] = {
		{ "2022-04-08T11:38:47Z", 1649417927 },
		{ "2022-04-08T11:38:47.5Z", 1649417927 },
		{ "2022-04-08T11:38:47+02:00", TIME_UNKNOWN },
		{ "0001-01-01T00:00:00Z", TIME_UNKNOWN },
		{ "2022-02-30T11:38:47Z", TIME_UNKNOWN },
		{ "2022-04-08", TIME_UNKNOWN },
		{ "", TIME_UNKNOWN },
	};
	struct livestream l;
	struct err err;

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		char *text = str_fmt(DATA("\"Live\":false,\"FutureClaims\":[{\"ClaimID\":\"bad\"},"
					  "{\"ClaimID\":\"" ID_A "\",\"ReleaseTime\":\"%s\"}]"),
				     rows[i].moment);

		print_message("%s\n", rows[i].moment);
		assert_true(take(&l, text, &err));
		assert_int_equal(l.n_announced, 1);
		assert_string_equal(l.announced[0].id, ID_A);
		assert_true(l.announced[0].release_time == rows[i].is);
		free(text);
	}
	struct buf many;
	buf_init(&many, 1u << 20);
	buf_add_str(&many, "{\"data\":{\"Live\":false,\"FutureClaims\":[");
	for (int i = 0; i < 500; i++)
		buf_addf(&many, "%s{\"ClaimID\":\"" ID_B "\"}", i > 0 ? "," : "");
	buf_add_str(&many, "]}}");
	assert_true(take(&l, many.data, &err));
	assert_int_equal(l.n_announced, LIVESTREAM_ANNOUNCED_MOST);
	buf_release(&many);
}

/* -- asking -------------------------------------------------------------------------------------- */

static void on_said(void *arg, const struct livestream *l, const struct err *err)
{
	struct answer *a = arg;

	assert_false(a->world->done);
	assert_true((l == NULL) == (err != NULL));
	a->world->done = true;
	a->world->err = err != NULL ? *err : (struct err){ .kind = ERR_NONE };
	if (l != NULL)
		a->said = *l;
	if (err != NULL)
		print_message("  %s\n", err->text);
}

static void ask(struct answer *a, struct world *w, const char *channel_id)
{
	*a = (struct answer){ .world = w };
	w->done = false;
	gateway_livestream(w->gateway, channel_id, on_said, a);
	run(w);
}

static void the_channel_is_asked_for_once(void **state)
{
	struct world w;
	struct answer a;

	world_open(&w, NULL);
	say(&w, 2,
	    DATA("\"Live\":true,\"VideoURL\":\"" URL_A "\",\"ActiveClaim\":{\"ClaimID\":\"" ID_B
		 "\",\"ReleaseTime\":\"2022-04-08T11:38:47Z\"}"));
	ask(&a, &w, ID_A);
	assert_int_equal(w.err.kind, ERR_NONE);
	assert_true(a.said.live);
	assert_string_equal(a.said.url, URL_A);
	assert_string_equal(a.said.now.id, ID_B);
	assert_int_equal(acts_count(w.acts[2]), 1);
	assert_string_equal(acts_asked(w.acts[2], 0)->target, "/is_live?channel_claim_id=" ID_A);
	assert_string_equal(acts_asked(w.acts[2], 0)->method, "GET");
	assert_int_equal(acts_count(w.acts[0]), 0); /* no gateway was asked */
	assert_int_equal(w.attempts, 1);
	assert_string_equal(w.last_error, "");
	world_close(&w);
}

static void what_goes_wrong_is_said(void **state)
{
	static const struct {
		struct act act;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ { .kind = ACT_STATUS, .status = 500 }, ERR_NET, "HTTP 500" },
		{ { .kind = ACT_STATUS, .status = 429 }, ERR_NET, "HTTP 429" },
		{ { .kind = ACT_STATUS, .status = 404 }, ERR_REFUSED, "HTTP 404" },
		{ { .kind = ACT_HANG }, ERR_TIMEOUT, "127.0.0.1" },
		{ { .kind = ACT_CLOSE }, ERR_NET, "127.0.0.1" },
		{ { .kind = ACT_ENDLESS }, ERR_LIMIT, "127.0.0.1" },
		{ { .kind = ACT_OK, .body = "<html>" }, ERR_PARSE, "127.0.0.1" },
		{ { .kind = ACT_OK, .body = "{}" }, ERR_PARSE, "127.0.0.1" },
		{ { .kind = ACT_OK,
		    .body = DATA("\"Live\":true,\"VideoURL\":\"https://evil.example/x.m3u8\"") },
		  ERR_REFUSED,
		  "evil.example" },
		{ { .kind = ACT_OK,
		    .body = DATA("\"Live\":true,\"VideoURL\":\"https://10.0.0.1/x.m3u8\"") },
		  ERR_REFUSED,
		  "10.0.0.1" },
		{ { .kind = ACT_OK,
		    .body = DATA("\"Live\":true,\"VideoURL\":\"http://cloud.odysee.live/x\"") },
		  ERR_REFUSED,
		  "use https" },
		{ { .kind = ACT_STATUS, .status = 302, .location = "http://10.0.0.1/is_live" },
		  ERR_REFUSED,
		  "10.0.0.1" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct world w;
		struct answer a;

		world_open(&w, NULL);
		add(&w, 2, rows[i].act);
		ask(&a, &w, ID_A);
		assert_int_equal(w.err.kind, rows[i].kind);
		assert_non_null(strstr(w.err.text, rows[i].says));
		assert_int_equal(acts_count(w.acts[2]), 1);
		world_close(&w);
	}
}

static void a_wrong_id_asks_nobody(void **state)
{
	struct world w;
	struct answer a;

	world_open(&w, NULL);
	ask(&a, &w, "../x");
	assert_int_equal(w.err.kind, ERR_REFUSED);
	assert_int_equal(acts_count(w.acts[2]), 0);
	world_close(&w);
}

static void a_cancelled_call_says_nothing(void **state)
{
	struct world w;
	struct answer a = { .world = &w };

	world_open(&w, NULL);
	say(&w, 2, DATA("\"Live\":false"));
	gateway_cancel(w.gateway, gateway_livestream(w.gateway, ID_A, on_said, &a));
	gateway_cancel(w.gateway, gateway_livestream(w.gateway, "", on_said, &a));
	turn(&w);
	assert_false(w.done);
	gateway_livestream(w.gateway, ID_A, on_said, &a); /* and one that is open at the end */
	world_close(&w);
	assert_false(w.done);
}

/* Recorded once; not part of the project. */
static void a_recorded_reply_is_read(void **state)
{
	size_t len;
	char *text = data_read_beside("other-services/livestream_is_live.json", &len);
	struct livestream l;
	struct err err;

	if (text == NULL)
		skip();
	assert_true(take(&l, text, &err));
	assert_true(l.live);
	assert_string_equal(l.now.id, "5d500bc4a741d14908507b5960280b1d0d1a0fc7");
	assert_int_equal(l.n_announced, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_live_only_when_it_says_so),
		cmocka_unit_test(what_is_not_that_is_refused),
		cmocka_unit_test(long_addresses_are_refused),
		cmocka_unit_test(what_was_announced_is_kept_with_its_time),
		cmocka_unit_test(the_channel_is_asked_for_once),
		cmocka_unit_test(what_goes_wrong_is_said),
		cmocka_unit_test(a_wrong_id_asks_nobody),
		cmocka_unit_test(a_cancelled_call_says_nothing),
		cmocka_unit_test(a_recorded_reply_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
