/* HTTP calls against a server that misbehaves on purpose: answers, failures, redirects, hosts. */
#include "unit.h"

#include <netdb.h>
#include "http_rig.h"
#include "kiyya/file.h"
#include "kiyya/path.h"

static void a_whole_answer_comes(void **state)
{
	struct rig *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_OK,
					.body = "hello",
					.header = { "ETag: \"e1\"", "Content-Type: text/plain" } });
	fetch(&r, f);
	assert_false(r.failed);
	assert_true(r.headed);
	assert_int_equal(http_open_calls(f->http), 0);
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

/* What is counted and handed out is what was packed. */
static void a_packed_answer_is_unpacked(void **state)
{
	/* printf 'hello %.0s' $(seq 20) | gzip -n */
	static const char packed[] =
	    "\037\213\010\000\000\000\000\000\002\003\313\110\315\311\311\127\310\240\073\011"
	    "\000\057\372\370\110\170\000\000\000";
	struct rig *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_OK,
					.body = packed,
					.size = sizeof(packed) - 1,
					.header = { "Content-Encoding: gzip" } });
	fetch(&r, f);
	assert_false(r.failed);
	assert_non_null(strstr(acts_asked(f->acts, 0)->headers, "gzip"));
	assert_int_equal(r.body.len, 120);
	assert_memory_equal(r.body.data, "hello hello hello ", 18);
	buf_release(&r.body);
}

static void a_bad_status_is_still_an_answer(void **state)
{
	struct rig *f = *state;
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(rig_setup(&one), 0);
		struct rig *f = one;

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
		rig_teardown(&one);
	}
}

static void nobody_listening_is_said(void **state)
{
	struct rig *f = *state;
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
	struct rig *f = *state;
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(rig_setup(&one), 0);
		struct rig *f = one;

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
		rig_teardown(&one);
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

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		void *one = NULL;
		struct result r;

		assert_int_equal(rig_setup(&one), 0);
		struct rig *f = one;

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
		rig_teardown(&one);
	}
}

static void a_redirect_can_be_handed_out(void **state)
{
	struct rig *f = *state;
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
	struct rig *f = *state;

	for (size_t i = 0; i < N_ROWS(rows); i++) {
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
	struct rig *f = *state;
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

/* A handle of its own for endpoints, certificates and proxies other than the rig's. */
static struct http *open_http(const char *endpoint, const char *ca_file, const char *proxy)
{
	struct strs endpoints = { .n = 0 };
	struct err err;

	strs_add(&endpoints, endpoint);
	struct http *h = http_new(
	    &(struct http_config){ .endpoints = &endpoints, .ca_file = ca_file, .proxy = proxy },
	    &err);
	strs_release(&endpoints);
	assert_non_null(h);
	return h;
}

static void certificates_are_checked(void **state)
{
	struct acts *secure = acts_start_tls();
	char dir[256];
	struct err err;
	char *ca = path_join(temp_dir_make(dir), "ca.pem");

	assert_true(file_write_atomic(NULL, ca, acts_certificate(), strlen(acts_certificate()),
				      0600, &err));
	acts_add(secure, (struct act){ .kind = ACT_OK, .body = "secret" });
	for (int trusted = 0; trusted < 2; trusted++) {
		struct rig f = { .acts = secure,
				 .http =
				     open_http(acts_url(secure, "/"), trusted ? ca : NULL, NULL) };
		struct result r;

		result_init(&r, &f);
		fetch(&r, &f);
		if (trusted) {
			assert_false(r.failed);
			assert_string_equal(r.body.data, "secret");
		} else {
			print_message("%s\n", r.err.text);
			assert_int_equal(r.err.kind, ERR_NET);
			assert_non_null(strstr(r.err.text, "certificate"));
			assert_int_equal(acts_count(secure), 0);
		}
		buf_release(&r.body);
		http_free(f.http);
	}
	temp_dir_remove(dir);
	free(ca);
	acts_stop(secure);
}

static void a_proxy_is_used_but_never_for_loopback(void **state)
{
	struct acts *proxy = acts_start(), *near = acts_start();
	struct rig f = { .acts = near };
	struct result r;

	acts_add(near, (struct act){ .kind = ACT_OK, .body = "near" });
	f.http = open_http(acts_url(near, "/"), NULL, acts_url(proxy, ""));
	result_init(&r, &f);
	fetch(&r, &f);
	assert_string_equal(r.body.data, "near");
	assert_int_equal(acts_count(proxy), 0);
	buf_release(&r.body);

	/* the proxy itself may be on a private address */
	result_init(&r, &f);
	struct http_call call = get(&r, "https://player.odycdn.com/x");

	start(&r, &call);
	run(&r);
	print_message("%s\n", r.err.text);
	assert_int_equal(r.err.kind, ERR_NET); /* this one refuses */
	assert_string_equal(acts_asked(proxy, 0)->method, "CONNECT");
	assert_non_null(strstr(acts_asked(proxy, 0)->headers, "host: player.odycdn.com:443"));
	assert_int_equal(acts_count(near), 1);
	buf_release(&r.body);
	http_free(f.http);
	acts_stop(proxy);
	acts_stop(near);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
		TEST(a_whole_answer_comes),
		TEST(a_packed_answer_is_unpacked),
		TEST(a_bad_status_is_still_an_answer),
		cmocka_unit_test(failures_are_told_apart),
		TEST(nobody_listening_is_said),
		TEST(a_slow_line_is_not_dead),
		cmocka_unit_test(post_is_kept_on_redirects),
		cmocka_unit_test(redirects_are_refused_or_end),
		TEST(a_redirect_can_be_handed_out),
		TEST(hosts_are_refused_at_the_start),
		cmocka_unit_test(certificates_are_checked),
		cmocka_unit_test(a_proxy_is_used_but_never_for_loopback),
		TEST(a_name_of_a_private_address_is_refused),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
