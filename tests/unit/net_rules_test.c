/* The pure parts of net: headers, hosts, pace, waits, proxies. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include "../../src/net/header.h"
#include "../../src/net/hosts.h"
#include "../../src/net/pace.h"
#include "../../src/net/proxy.h"
#include "kiyya/clock.h"
#include "kiyya/retry.h"

static void content_range_is_read(void **state)
{
	static const struct {
		const char *value;
		bool ok;
		int64_t first, last, total;
	} rows[] = {
		{ "bytes 0-9/100", true, 0, 9, 100 },
		{ "BYTES 5-5/6", true, 5, 5, 6 },
		{ "bytes 0-9/*", true, 0, 9, -1 },
		{ "bytes */100", true, -1, -1, 100 },
		{ "bytes 90-99/100", true, 90, 99, 100 },
		{ "bytes 90-100/100", false, 0, 0, 0 },
		{ "bytes 9-0/100", false, 0, 0, 0 },
		{ "bytes */*", false, 0, 0, 0 },
		{ "bytes 0-9", false, 0, 0, 0 },
		{ "bytes -9/100", false, 0, 0, 0 },
		{ "bytes 0-9/100x", false, 0, 0, 0 },
		{ "items 0-9/100", false, 0, 0, 0 },
		{ "bytes 0-99999999999999999999/100", false, 0, 0, 0 },
		{ "", false, 0, 0, 0 },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		int64_t first = -7, last = -7, total = -7;

		print_message("row %zu: %s\n", i, rows[i].value);
		assert_int_equal(header_content_range(rows[i].value, &first, &last, &total),
				 rows[i].ok);
		assert_int_equal(first, rows[i].ok ? rows[i].first : -7);
		assert_int_equal(last, rows[i].ok ? rows[i].last : -7);
		assert_int_equal(total, rows[i].ok ? rows[i].total : -7);
	}
}

static void retry_after_has_two_forms(void **state)
{
	static const struct {
		const char *value;
		int64_t wall, wants;
	} rows[] = {
		{ "120", 0, 120 },
		{ "0", 0, 0 },
		{ "-1", 0, -1 },
		{ "999999999", 0, 86400 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 30, 30 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 30, 0 },
		{ "soon", 0, -1 },
		{ "", 0, -1 },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++)
		assert_int_equal(header_retry_after(rows[i].value, rows[i].wall), rows[i].wants);
}

static bool feed(struct header *h, const char *line)
{
	return header_add_line(h, line, strlen(line), 0);
}

static void headers_are_read(void **state)
{
	struct header h;

	memset(&h, 0, sizeof(h));
	header_init(&h);
	assert_false(feed(&h, "HTTP/1.1 100 Continue\r\n"));
	assert_false(feed(&h, "ETag: \"early\"\r\n"));
	assert_false(feed(&h, "\r\n")); /* a 1xx is not the answer */
	assert_false(feed(&h, "HTTP/2 206 \r\n"));
	assert_false(feed(&h, "content-LENGTH:  10 \r\n"));
	assert_false(feed(&h, "Content-Range: bytes 0-9/100\r\n"));
	assert_false(feed(&h, "Content-Type: video/mp4\t\r\n"));
	assert_false(feed(&h, "ETag: \"abc\"\r\n"));
	assert_false(feed(&h, "Location: /x\x01y\r\n")); /* counts as absent */
	assert_false(feed(&h, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_true(feed(&h, "\r\n"));
	assert_false(feed(&h, "ETag: \"trailer\"\r\n")); /* trailers change nothing */
	assert_int_equal(h.status, 206);
	assert_int_equal(h.length, 10);
	assert_int_equal(h.range_last, 9);
	assert_int_equal(h.range_total, 100);
	assert_int_equal(h.last_modified, 784111777);
	assert_string_equal(h.content_type, "video/mp4");
	assert_string_equal(h.etag, "\"abc\"");
	assert_string_equal(h.location, "");
	assert_false(h.encoded);
}

static void a_range_of_a_200_is_ignored(void **state)
{
	struct header h;

	memset(&h, 0, sizeof(h));
	header_init(&h);
	feed(&h, "HTTP/1.1 200 OK\r\n");
	feed(&h, "Content-Range: bytes 0-9/100\r\n");
	feed(&h, "Content-Encoding: gzip\r\n");
	assert_int_equal(h.range_total, -1);
	assert_true(h.encoded);
}

static void addresses_are_judged(void **state)
{
	static const struct {
		const char *address;
		bool private;
	} rows[] = {
		{ "8.8.8.8", false },
		{ "1.1.1.1", false },
		{ "10.0.0.1", true },
		{ "127.0.0.1", true },
		{ "127.255.255.254", true },
		{ "0.0.0.0", true },
		{ "169.254.169.254", true },
		{ "172.15.255.255", false },
		{ "172.16.0.1", true },
		{ "172.31.255.255", true },
		{ "172.32.0.1", false },
		{ "192.168.1.1", true },
		{ "192.169.0.1", false },
		{ "100.64.0.1", true },
		{ "100.128.0.1", false },
		{ "198.18.0.1", true },
		{ "198.20.0.1", false },
		{ "224.0.0.1", true },
		{ "223.255.255.255", false },
		{ "255.255.255.255", true },
		{ "::1", true },
		{ "::", true },
		{ "fe80::1", true },
		{ "fd00::1", true },
		{ "fc00::1", true },
		{ "fe00::1", false },
		{ "ff02::1", true },
		{ "2606:4700::1111", false },
		{ "::ffff:10.0.0.1", true },
		{ "::ffff:8.8.8.8", false },
		{ "64:ff9b::a00:1", true },
		{ "64:ff9b::808:808", false },
		{ "2002:7f00:1::", true },
		{ "2002:808:808::", false },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct sockaddr_storage s = { .ss_family = AF_INET };

		if (strchr(rows[i].address, ':') != NULL) {
			s.ss_family = AF_INET6;
			inet_pton(AF_INET6, rows[i].address,
				  &((struct sockaddr_in6 *)&s)->sin6_addr);
		} else {
			inet_pton(AF_INET, rows[i].address, &((struct sockaddr_in *)&s)->sin_addr);
		}
		print_message("%s\n", rows[i].address);
		assert_int_equal(address_is_private((struct sockaddr *)&s), rows[i].private);
	}
	assert_true(address_is_private(&(struct sockaddr){ .sa_family = AF_UNIX }));
}

static void hosts_follow_the_rules(void **state)
{
	static const struct {
		const char *url;
		bool ask, fetch;
	} rows[] = {
		{ "https://player.odycdn.com/v6/x", true, true },
		{ "https://ODYSEE.com/", true, true },
		{ "https://odysee.com./", true, true },
		{ "https://cloud.odysee.live/x", true, true },
		{ "https://api.lbry.tv/api", true, true },
		{ "https://notodysee.com/", true, false },
		{ "https://odysee.com.evil.example/", true, false },
		{ "https://other.example/", true, true }, /* gateway.allow_hosts */
		{ "https://sub.other.example/", true, false },
		{ "https://gw.example:444/", true, true }, /* an endpoint, whatever the port */
		{ "https://elsewhere.example/", true, false },
		{ "http://odysee.com/", false, false }, /* plain http */
		{ "http://127.0.0.1:1/", true, true },  /* an endpoint on loopback */
		{ "http://127.0.0.2:1/", false, false },
		{ "http://127.1:1/", true, true },      /* 127.0.0.1 in another spelling */
		{ "http://2130706434/", false, false }, /* 127.0.0.2 as one number */
		{ "http://localhost/", false, false },
		{ "https://localhost/", false, false },
		{ "http://[::1]/", false, false },
		{ "https://10.0.0.1/", false, false },
		{ "https://[fe80::1]/", false, false },
		{ "https://192.168.0.9/", true, true },  /* an endpoint in the house */
		{ "http://192.168.0.9/", false, false }, /* but not in the clear */
		{ "https://user@odysee.com/", false, false },
		{ "ftp://odysee.com/", false, false },
		{ "file:///etc/passwd", false, false },
		{ "odysee.com", false, false },
		{ "", false, false },
	};
	char *endpoints[] = { (char *)"http://127.0.0.1:5279/api", (char *)"https://gw.example/rpc",
			      (char *)"https://192.168.0.9/", (char *)"" };
	char *allowed[] = { (char *)"Other.example" };
	struct hosts h;
	struct err err;

	assert_true(hosts_init(&h, &(struct strs){ .v = endpoints, .n = 4 },
			       &(struct strs){ .v = allowed, .n = 1 }, &err));
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct place p;
		bool known = place_of(&p, rows[i].url, &err);

		print_message("%s\n", rows[i].url);
		assert_int_equal(known && hosts_may_ask(&h, &p, &err), rows[i].ask);
		assert_int_equal(known && hosts_may_fetch(&h, &p, &err), rows[i].fetch);
		if (!rows[i].ask)
			assert_int_equal(err.kind, ERR_REFUSED);
	}
	hosts_release(&h);

	char *bad[] = { (char *)"gopher://x/" };

	assert_false(hosts_init(&h, &(struct strs){ .v = bad, .n = 1 }, NULL, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	hosts_release(&h);
}

static void places_are_shown_with_their_port(void **state)
{
	static const char *const rows[][2] = {
		{ "https://odysee.com/x?y", "odysee.com" },
		{ "https://odysee.com:443/x", "odysee.com" },
		{ "http://127.0.0.1:8080/", "127.0.0.1:8080" },
		{ "https://[2606:4700::1111]:9/", "[2606:4700::1111]:9" },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct place p;

		assert_true(place_of(&p, rows[i][0], NULL));
		assert_string_equal(p.shown, rows[i][1]);
	}
}

static void redirect_targets_are_resolved(void **state)
{
	static const char *const rows[][3] = {
		{ "https://a.example/x/y?q", "/z", "https://a.example/z" },
		{ "https://a.example/x/y?q", "z", "https://a.example/x/z" },
		{ "https://a.example/x", "https://b.example/y#f", "https://b.example/y" },
		{ "https://a.example/x", "//b.example/y", "https://b.example/y" },
		{ "https://a.example/x", "http://[", NULL },
	};

	for (size_t i = 0; i < N_ROWS(rows); i++) {
		char *to = place_resolve(rows[i][0], rows[i][1]);

		if (rows[i][2] == NULL)
			assert_null(to);
		else
			assert_string_equal(to, rows[i][2]);
		free(to);
	}
}

static void pace_tells_slow_from_dead(void **state)
{
	struct pace p = { .first_byte_ms = 100, .stall_ms = 1000 };

	pace_start(&p, 5000);
	assert_int_equal(pace_check(&p, 5099), PACE_ALIVE);
	assert_int_equal(pace_wait_ms(&p, 5099), 1);
	assert_int_equal(pace_check(&p, 5100), PACE_SILENT);
	pace_bytes(&p, 5099, 1024);
	assert_int_equal(pace_check(&p, 6098), PACE_ALIVE);
	assert_int_equal(pace_check(&p, 6099), PACE_ALIVE); /* 1 KiB/s exactly: slow, not dead */
	assert_int_equal(pace_check(&p, 7098), PACE_ALIVE);
	pace_bytes(&p, 7098, 1023);
	assert_int_equal(pace_check(&p, 7099), PACE_STALLED);
	pace_restart(&p, 8000);
	assert_int_equal(pace_check(&p, 8500), PACE_ALIVE);
}

static void pace_keeps_to_a_rate(void **state)
{
	struct pace p = { .limit = 1000 };

	pace_spend(&p, 5000, 500);
	assert_int_equal(p.free_at, 5500);
	pace_spend(&p, 5500, 100);
	assert_int_equal(p.free_at, 5600);
	pace_spend(&p, 9000, 100); /* what was not used is not saved up */
	assert_int_equal(p.free_at, 9100);
	p.limit = 0;
	pace_spend(&p, 9100, 100);
	assert_int_equal(p.free_at, 9100);
}

static void waits_grow_to_their_last_step(void **state)
{
	assert_int_equal(retry_wait_ms(&retry_gateway, 1, 0), 300);
	assert_int_equal(retry_wait_ms(&retry_gateway, 1, 99), 399);
	assert_int_equal(retry_wait_ms(&retry_gateway, 1, 100), 300);
	assert_int_equal(retry_wait_ms(&retry_gateway, 2, 0), 1000);
	assert_int_equal(retry_wait_ms(&retry_gateway, 50, 7), 1007);
	assert_int_equal(retry_wait_ms(&retry_download, 1, 0), 2000);
	assert_int_equal(retry_wait_ms(&retry_download, 9, 0), 300000);
	assert_int_equal(retry_wait_ms(&retry_download, 10, 0), 300000);
	assert_int_equal(retry_wait_ms(&retry_rest, 0, 0), 15000);
}

static void proxies_are_chosen(void **state)
{
	static const struct {
		const char *url, *wants;
	} rows[] = {
		{ "https://odysee.com/", "http://secure:1" },
		{ "http://odysee.com/", "http://plain:1" },
		{ "http://127.0.0.1/", NULL },
		{ "https://localhost/", NULL },
		{ "https://[::1]/", NULL },
		{ "https://inside.example/", NULL },
		{ "https://x.inside.example/", NULL },
		{ "https://notinside.example/", "http://secure:1" },
	};
	struct proxies p;

	setenv("http_proxy", "http://plain:1", 1);
	setenv("https_proxy", "http://secure:1", 1);
	setenv("no_proxy", ".inside.example", 1);
	proxies_init(&p, NULL);
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		struct place place;
		const char *got;

		assert_true(place_of(&place, rows[i].url, NULL));
		got = proxies_pick(&p, &place);
		print_message("%s\n", rows[i].url);
		assert_true(str_eq(got, rows[i].wants));
	}
	proxies_release(&p);
	proxies_init(&p, "socks5h://mine:9");
	struct place place;

	assert_true(place_of(&place, "https://odysee.com/", NULL));
	assert_string_equal(proxies_pick(&p, &place), "socks5h://mine:9");
	proxies_release(&p);
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("no_proxy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_range_is_read),
		cmocka_unit_test(retry_after_has_two_forms),
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(a_range_of_a_200_is_ignored),
		cmocka_unit_test(addresses_are_judged),
		cmocka_unit_test(hosts_follow_the_rules),
		cmocka_unit_test(places_are_shown_with_their_port),
		cmocka_unit_test(redirect_targets_are_resolved),
		cmocka_unit_test(pace_tells_slow_from_dead),
		cmocka_unit_test(pace_keeps_to_a_rate),
		cmocka_unit_test(waits_grow_to_their_last_step),
		cmocka_unit_test(proxies_are_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
