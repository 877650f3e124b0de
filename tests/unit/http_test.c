/* HTTP calls against a server that misbehaves on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../support/acts_server.h"
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/http.h"
#include "kiyya/thread.h"
#include "kiyya/wake.h"

#define DEADLINE_MS 20000
#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))

struct fixture {
	struct acts *acts;
	struct http *http;
};

/* What came of one call. */
struct result {
	struct http *http;
	uint64_t id;
	bool done, failed, headed;
	int status;
	int64_t length, range_first, range_last, range_total, retry_after_s;
	char final_url[256], etag[64], location[256], type[64];
	struct err err;
	struct buf body; /* of on_data or on_done */
	/* what on_data does */
	size_t pause_at, cancel_at, fail_at;
	bool paused;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct strs endpoints = { .n = 0 };
	struct err err;

	f->acts = acts_start();
	strs_add(&endpoints, acts_url(f->acts, "/"));
	f->http = http_new(&(struct http_config){ .endpoints = &endpoints }, &err);
	strs_release(&endpoints);
	*state = f;
	return f->http != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	http_free(f->http);
	acts_stop(f->acts);
	free(f);
	return 0;
}

static void keep_head(struct result *r, const struct http_head *head)
{
	r->status = head->status;
	r->length = head->length;
	r->range_first = head->range_first;
	r->range_last = head->range_last;
	r->range_total = head->range_total;
	r->retry_after_s = head->retry_after_s;
	str_copy(r->final_url, sizeof(r->final_url), head->final_url);
	str_copy(r->etag, sizeof(r->etag), head->etag);
	str_copy(r->location, sizeof(r->location), head->location);
	str_copy(r->type, sizeof(r->type), head->content_type);
}

static bool on_head(void *arg, const struct http_head *head, struct err *err)
{
	struct result *r = arg;

	assert_false(r->headed);
	assert_false(r->done);
	r->headed = true;
	return true;
}

static bool on_data(void *arg, const void *data, size_t n, struct err *err)
{
	struct result *r = arg;

	assert_false(r->paused); /* back pressure: nothing after http_pause */
	assert_true(buf_add(&r->body, data, n));
	if (r->fail_at > 0 && r->body.len >= r->fail_at)
		return err_set(err, ERR_SPACE, 28, "no space for it");
	if (r->cancel_at > 0 && r->body.len >= r->cancel_at)
		http_cancel(r->http, r->id);
	if (r->pause_at > 0 && r->body.len >= r->pause_at) {
		http_pause(r->http, r->id, true);
		r->paused = true;
		r->pause_at = 0;
	}
	return true;
}

static void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
		    const struct err *err)
{
	struct result *r = arg;

	assert_false(r->done); /* exactly once */
	r->done = true;
	r->failed = err != NULL;
	if (err != NULL)
		r->err = *err;
	keep_head(r, head);
	assert_true(buf_add(&r->body, body, len));
}

static void result_init(struct result *r, struct fixture *f)
{
	*r = (struct result){ .http = f->http };
	buf_init(&r->body, 64u << 20);
}

static struct http_call get(struct result *r, const char *url)
{
	return (struct http_call){
		.method = HTTP_GET,
		.url = url,
		.range_first = -1,
		.range_last = -1,
		.arg = r,
		.on_head = on_head,
		.on_done = on_done,
	};
}

static void start(struct result *r, const struct http_call *call)
{
	struct err err = { .text = "" };

	r->id = http_start(r->http, call, &err);
	if (r->id == 0)
		fail_msg("%s", err.text);
	assert_false(r->done);
}

static void run(struct result *r)
{
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (!r->done && clock_mono_ms(clock_real()) < until)
		http_poll(r->http, 100, NULL, 0);
	assert_true(r->done);
	assert_int_equal(http_open_calls(r->http), 0);
}

/* One GET of /x with the acts already set. */
static void fetch(struct result *r, struct fixture *f)
{
	struct http_call call = get(r, acts_url(f->acts, "/x"));

	start(r, &call);
	run(r);
}

static void a_whole_answer_comes(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_OK,
					.body = "hello",
					.header = { "ETag: \"e1\"", "Content-Type: text/plain" } });
	fetch(&r, f);
	assert_false(r.failed);
	assert_true(r.headed);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.data, "hello");
	assert_int_equal(r.length, 5);
	assert_string_equal(r.etag, "\"e1\"");
	assert_string_equal(r.type, "text/plain");
	assert_string_equal(acts_asked(f->acts, 0)->target, "/x");
	assert_non_null(strstr(acts_asked(f->acts, 0)->headers, "user-agent: kiyya/"));
	assert_non_null(strstr(acts_asked(f->acts, 0)->headers, "accept-encoding: "));
	buf_release(&r.body);
}

static void a_bad_status_is_still_an_answer(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_STATUS,
					.status = 429,
					.body = "later",
					.header = { "Retry-After: 7" } });
	fetch(&r, f);
	assert_false(r.failed);
	assert_int_equal(r.status, 429);
	assert_int_equal(r.retry_after_s, 7);
	assert_string_equal(r.body.data, "later");
	buf_release(&r.body);
}

static void failures_are_told_apart(void **state)
{
	static const struct {
		struct act act;
		enum err_kind kind;
		const char *says;
	} rows[] = {
		{ { .kind = ACT_HANG }, ERR_TIMEOUT, "no answer within 0.15 s" },
		{ { .kind = ACT_STALL, .body = "0123456789" }, ERR_TIMEOUT, "stalled for 0.15 s" },
		{ { .kind = ACT_CUT, .body = "0123456789" }, ERR_NET, "before the end" },
		{ { .kind = ACT_CLOSE }, ERR_NET, "without an answer" },
		{ { .kind = ACT_ENDLESS }, ERR_LIMIT, "over 4096 bytes" },
		{ { .kind = ACT_BYTES, .size = 5000 }, ERR_LIMIT, "5000 bytes is too much" },
		{ { .kind = ACT_OK, .header = { "Content-Encoding: gzip" }, .body = "no gzip" },
		  ERR_PARSE,
		  "compressed answer is broken" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(setup(&one), 0);
		struct fixture *f = one;

		print_message("row %zu\n", i);
		result_init(&r, f);
		acts_add(f->acts, rows[i].act);
		struct http_call call = get(&r, acts_url(f->acts, "/x?secret=1"));

		call.first_byte_ms = call.stall_ms = 150;
		call.max_body = 4096;
		start(&r, &call);
		run(&r);
		assert_true(r.failed);
		print_message("  %s\n", r.err.text);
		assert_int_equal(r.err.kind, rows[i].kind);
		assert_non_null(strstr(r.err.text, rows[i].says));
		assert_non_null(strstr(r.err.text, "127.0.0.1:"));
		assert_null(strstr(r.err.text, "secret"));
		buf_release(&r.body);
		teardown(&one);
	}
}

static void nobody_listening_is_said(void **state)
{
	struct fixture *f = *state;
	struct result r;
	char url[64];

	result_init(&r, f);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", acts_dead_port());
	struct http_call call = get(&r, url);

	start(&r, &call);
	run(&r);
	assert_int_equal(r.err.kind, ERR_NET);
	assert_non_null(strstr(r.err.text, "no connection: Connection refused"));
	assert_int_equal(r.status, 0);
	buf_release(&r.body);
}

static void a_slow_line_is_not_dead(void **state)
{
	struct fixture *f = *state;
	struct result r;
	char body[2001];

	memset(body, 'a', 2000);
	body[2000] = '\0';
	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_SLOW, .body = body });
	fetch(&r, f);
	assert_false(r.failed);
	assert_int_equal(r.body.len, 2000);
	buf_release(&r.body);
}

static void post_is_kept_on_redirects(void **state)
{
	static const struct {
		int status;
		const char *method;
	} rows[] = {
		{ 301, "POST" }, { 302, "POST" }, { 307, "POST" }, { 308, "POST" }, { 303, "GET" }
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(setup(&one), 0);
		struct fixture *f = one;

		result_init(&r, f);
		acts_add(f->acts, (struct act){ .kind = ACT_STATUS,
						.status = rows[i].status,
						.body = "moved",
						.location = "/there?m=x" });
		acts_add(f->acts, (struct act){ .kind = ACT_OK, .body = "arrived" });
		struct http_call call = get(&r, acts_url(f->acts, "/here"));

		call.method = HTTP_POST;
		call.body = "{\"a\":1}";
		call.body_len = 7;
		start(&r, &call);
		run(&r);
		assert_false(r.failed);
		assert_string_equal(r.body.data, "arrived");
		assert_string_equal(r.final_url, acts_url(f->acts, "/there?m=x"));
		assert_string_equal(acts_asked(f->acts, 0)->body, "{\"a\":1}");
		assert_string_equal(acts_asked(f->acts, 1)->method, rows[i].method);
		assert_string_equal(acts_asked(f->acts, 1)->target, "/there?m=x");
		assert_string_equal(acts_asked(f->acts, 1)->body,
				    rows[i].status == 303 ? "" : "{\"a\":1}");
		buf_release(&r.body);
		teardown(&one);
	}
}

static void redirects_are_refused_or_end(void **state)
{
	static const struct {
		const char *location;
		enum err_kind kind;
		const char *says;
		size_t asked;
	} rows[] = {
		{ "https://evil.example/", ERR_REFUSED, "not an approved host", 1 },
		{ "http://odysee.com/", ERR_REFUSED, "plain http", 1 },
		{ "https://169.254.169.254/", ERR_REFUSED, "private address", 1 },
		{ "file:///etc/passwd", ERR_REFUSED, "not an http", 1 },
		{ "/again", ERR_NET, "too often", 6 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(setup(&one), 0);
		struct fixture *f = one;

		result_init(&r, f);
		acts_add(f->acts, (struct act){ .kind = ACT_STATUS,
						.status = 302,
						.location = rows[i].location });
		fetch(&r, f);
		assert_true(r.failed);
		print_message("%s\n", r.err.text);
		assert_int_equal(r.err.kind, rows[i].kind);
		assert_non_null(strstr(r.err.text, rows[i].says));
		assert_int_equal(acts_count(f->acts), rows[i].asked);
		buf_release(&r.body);
		teardown(&one);
	}
}

static void a_redirect_can_be_handed_out(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_STATUS, .status = 308, .location = "/hls" });
	struct http_call call = get(&r, acts_url(f->acts, "/x"));

	call.method = HTTP_HEAD;
	call.no_redirect = true;
	start(&r, &call);
	run(&r);
	assert_false(r.failed);
	assert_int_equal(r.status, 308);
	assert_string_equal(r.location, "/hls");
	assert_string_equal(acts_asked(f->acts, 0)->method, "HEAD");
	buf_release(&r.body);
}

static void hosts_are_refused_at_the_start(void **state)
{
	static const struct {
		const char *url;
		bool media;
	} rows[] = {
		{ "http://example.org/", false },   { "https://10.1.2.3/", false },
		{ "https://example.org/", true },   { "https://localhost:1/", false },
		{ "ftp://odysee.com/file", false }, { "https://a:b@odysee.com/", false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct result r;
		struct err err = { .kind = ERR_NONE };

		result_init(&r, f);
		struct http_call call = get(&r, rows[i].url);

		call.media = rows[i].media;
		assert_int_equal(http_start(f->http, &call, &err), 0);
		assert_int_equal(err.kind, ERR_REFUSED);
		buf_release(&r.body);
	}
	assert_true(http_host_allowed(f->http, "https://player.odycdn.com/x", NULL));
	assert_true(http_host_allowed(f->http, acts_url(f->acts, "/"), NULL));
	assert_false(http_host_allowed(f->http, "https://example.org/", NULL));
}

/* This machine's own name: resolves, but to an address that is not public. */
static void a_name_of_a_private_address_is_refused(void **state)
{
	struct fixture *f = *state;
	struct addrinfo *found = NULL;
	struct result r;
	char name[200], url[256];

	if (gethostname(name, sizeof(name)) != 0 || strcmp(name, "localhost") == 0 ||
	    getaddrinfo(name, NULL, NULL, &found) != 0) {
		print_message("skipped: this machine's name does not resolve\n");
		skip();
	}
	freeaddrinfo(found);
	result_init(&r, f);
	snprintf(url, sizeof(url), "https://%s:%d/", name, acts_port(f->acts));
	struct http_call call = get(&r, url);

	start(&r, &call);
	run(&r);
	print_message("%s\n", r.err.text);
	assert_int_equal(r.err.kind, ERR_REFUSED);
	assert_int_equal(acts_count(f->acts), 0);
	buf_release(&r.body);
}

static void ranges_are_asked_and_read(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = 1000 });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));
	char *lines[] = { (char *)"Referer: https://odysee.com/" };
	struct strs headers = { .v = lines, .n = 1 };

	call.range_first = 100;
	call.range_last = 199;
	call.if_range = "\"tag\"";
	call.headers = &headers;
	call.on_data = on_data;
	start(&r, &call);
	run(&r);
	assert_int_equal(r.status, 206);
	assert_int_equal(r.range_first, 100);
	assert_int_equal(r.range_last, 199);
	assert_int_equal(r.range_total, 1000);
	assert_int_equal(r.body.len, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal((unsigned char)r.body.data[i], acts_byte(100 + i));
	const char *sent = acts_asked(f->acts, 0)->headers;

	assert_non_null(strstr(sent, "range: bytes=100-199\n"));
	assert_non_null(strstr(sent, "if-range: \"tag\"\n"));
	assert_non_null(strstr(sent, "referer: https://odysee.com/\n"));
	assert_null(strstr(sent, "accept-encoding"));
	buf_release(&r.body);
}

#define STREAM_SIZE (8u << 20)

static void check_stream(const struct result *r)
{
	assert_int_equal(r->body.len, STREAM_SIZE);
	for (size_t i = 0; i < STREAM_SIZE; i++)
		if ((unsigned char)r->body.data[i] != acts_byte(i))
			fail_msg("byte %zu is wrong", i);
}

static void eight_mebibytes_stream(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.identity = true;
	call.on_data = on_data;
	start(&r, &call);
	run(&r);
	assert_false(r.failed);
	check_stream(&r);
	buf_release(&r.body);
}

static void pausing_holds_bytes_back(void **state)
{
	struct fixture *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	call.stall_ms = 50; /* a pause of ours is no stall */
	r.pause_at = 100000;
	start(&r, &call);
	while (!r.paused)
		http_poll(f->http, 100, NULL, 0);
	size_t held = r.body.len;
	int64_t until = clock_mono_ms(clock_real()) + 200;

	while (clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 20, NULL, 0);
	assert_int_equal(r.body.len, held);
	assert_false(r.done);
	r.paused = false;
	http_pause(f->http, r.id, false);
	run(&r);
	assert_false(r.failed);
	check_stream(&r);
	buf_release(&r.body);
}

static void a_callback_can_stop_or_cancel(void **state)
{
	struct fixture *f = *state;
	struct result stopped, cancelled;

	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	result_init(&stopped, f);
	result_init(&cancelled, f);
	struct http_call call = get(&stopped, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	stopped.fail_at = 1000;
	start(&stopped, &call);
	call.arg = &cancelled;
	cancelled.cancel_at = 1000;
	start(&cancelled, &call);
	run(&stopped);
	assert_int_equal(stopped.err.kind, ERR_SPACE);
	assert_int_equal(stopped.err.num, 28);
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (http_open_calls(f->http) > 0 && clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 50, NULL, 0);
	assert_false(cancelled.done); /* a cancelled call has no callback any more */
	assert_true(cancelled.body.len >= 1000);
	buf_release(&stopped.body);
	buf_release(&cancelled.body);
}

static void cancelling_before_and_while(void **state)
{
	struct fixture *f = *state;
	struct result r;

	acts_add(f->acts, (struct act){ .kind = ACT_HANG });
	result_init(&r, f);
	struct http_call call = get(&r, acts_url(f->acts, "/x"));

	start(&r, &call);
	http_cancel(f->http, r.id); /* not begun */
	http_cancel(f->http, r.id); /* unknown by now */
	start(&r, &call);
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (acts_count(f->acts) == 0 && clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 10, NULL, 0);
	assert_int_equal(acts_count(f->acts), 1);
	http_cancel(f->http, r.id);
	assert_int_equal(http_open_calls(f->http), 0);
	http_poll(f->http, 0, NULL, 0);
	assert_false(r.done);
	buf_release(&r.body);
}

struct chain {
	struct fixture *f;
	struct result first, second;
};

static void start_next(void *arg, const struct http_head *head, const char *body, size_t len,
		       const struct err *err)
{
	struct chain *c = arg;
	struct http_call call = get(&c->second, acts_url(c->f->acts, "/second"));

	on_done(&c->first, head, body, len, err);
	start(&c->second, &call);
}

static void a_call_can_start_the_next(void **state)
{
	struct chain c = { .f = *state };

	acts_add(c.f->acts, (struct act){ .kind = ACT_OK, .body = "x" });
	result_init(&c.first, c.f);
	result_init(&c.second, c.f);
	struct http_call call = get(&c.first, acts_url(c.f->acts, "/first"));

	call.arg = &c;
	call.on_head = NULL;
	call.on_done = start_next;
	start(&c.first, &call);
	run(&c.second);
	assert_true(c.first.done);
	assert_string_equal(acts_asked(c.f->acts, 1)->target, "/second");
	buf_release(&c.first.body);
	buf_release(&c.second.body);
}

static void the_rate_can_be_limited(void **state)
{
	struct fixture *f = *state;
	struct result r;
	int64_t begun = clock_mono_ms(clock_real());

	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = 600000 });
	result_init(&r, f);
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	start(&r, &call);
	http_limit(f->http, r.id, 400000);
	run(&r);
	assert_int_equal(r.body.len, 600000);
	assert_true(clock_mono_ms(clock_real()) - begun >= 400);
	buf_release(&r.body);
}

static void *wake_it(void *arg)
{
	http_wake(arg);
	return NULL;
}

static void waiting_ends_by_wake_and_by_descriptor(void **state)
{
	struct fixture *f = *state;
	struct wake w;
	pthread_t t;
	struct err err;
	int64_t begun = clock_mono_ms(clock_real());

	assert_true(thread_start(&t, "waker", wake_it, f->http, &err));
	http_poll(f->http, DEADLINE_MS, NULL, 0);
	thread_join(t);
	wake_init(&w);
	wake_up(&w);
	http_poll(f->http, DEADLINE_MS, &w.read_fd, 1);
	wake_clear(&w);
	assert_true(clock_mono_ms(clock_real()) - begun < DEADLINE_MS);
	begun = clock_mono_ms(clock_real());
	http_poll(f->http, 60, &w.read_fd, 1); /* and else it does wait */
	assert_true(clock_mono_ms(clock_real()) - begun >= 50);
	wake_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_whole_answer_comes),
		TEST(a_bad_status_is_still_an_answer),
		cmocka_unit_test(failures_are_told_apart),
		TEST(nobody_listening_is_said),
		TEST(a_slow_line_is_not_dead),
		cmocka_unit_test(post_is_kept_on_redirects),
		cmocka_unit_test(redirects_are_refused_or_end),
		TEST(a_redirect_can_be_handed_out),
		TEST(hosts_are_refused_at_the_start),
		TEST(a_name_of_a_private_address_is_refused),
		TEST(ranges_are_asked_and_read),
		TEST(eight_mebibytes_stream),
		TEST(pausing_holds_bytes_back),
		TEST(a_callback_can_stop_or_cancel),
		TEST(cancelling_before_and_while),
		TEST(a_call_can_start_the_next),
		TEST(the_rate_can_be_limited),
		TEST(waiting_ends_by_wake_and_by_descriptor),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
