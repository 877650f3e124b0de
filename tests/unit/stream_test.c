/* The local server: who is let in, and what he gets. */
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "http_wire.h"
#include "kiyya/str.h"
#include "stream_house.h"

static void test_tokens(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	assert_true(str_starts(h->url, "http://127.0.0.1:"));
	assert_int_equal(strlen(h->path), strlen("/movies/") + 32);
	assert_int_equal(status_of(h, h->path), 200);

	char path[128];
	for (size_t i = strlen("/movies/"); i < strlen(h->path); i++) {
		str_copy(path, sizeof(path), h->path);
		path[i] = path[i] == 'a' ? 'b' : 'a';
		assert_int_equal(status_of(h, path), 404);
	}
	static const char *const wrong[] = {
		"/",
		"/movies",
		"/movies/",
		"/movies/../movies/",
		"//",
		"/../../etc/passwd",
		"/movies/%2e%2e/%2e%2e/etc/passwd",
		"/movies/..%2f..%2fetc%2fpasswd",
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(status_of(h, wrong[i]), 404);
	static const char *const detours[] = { "/movies/../movies/", "/./movies/", "//movies/",
					       "/movies//",          "/MOVIES/",   "/" };
	for (size_t i = 0; i < sizeof(detours) / sizeof(*detours); i++) {
		snprintf(path, sizeof(path), "%s%s", detours[i], strrchr(h->path, '/') + 1);
		assert_int_equal(status_of(h, path), 404);
	}
	snprintf(path, sizeof(path), "%s0", h->path);
	assert_int_equal(status_of(h, path), 404);
	snprintf(path, sizeof(path), "%s/", h->path);
	assert_int_equal(status_of(h, path), 404);
	snprintf(path, sizeof(path), "%s?a=b", h->path);
	assert_int_equal(status_of(h, path), 200);

	stream_withdraw(h->stream, h->url);
	stream_withdraw(h->stream, h->url);
	stream_withdraw(h->stream, "nothing");
	assert_int_equal(status_of(h, h->path), 404);
	wait_for(clones, h, 1);
}

static void test_expiry(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 60);
	atomic_fetch_add(&h->clock.ms, 59999);
	assert_int_equal(status_of(h, h->path), 200);
	atomic_fetch_add(&h->clock.ms, 1);
	assert_int_equal(status_of(h, h->path), 404);
	/* The next grant throws it away. */
	struct stream_item item = { .source = source_bytes_new("x", 1),
				    .last_modified = TIME_UNKNOWN };
	char *url = stream_grant(h->stream, &item, NULL);
	wait_for(clones, h, 1);
	free(url);
}

static void test_hosts(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	static const struct {
		const char *target, *version, *headers; /* %p: our port */
		int status;
	} rows[] = {
		{ "", "1.1", "Host: 127.0.0.1\r\n", 200 },
		{ "", "1.1", "Host: 127.0.0.1:%p\r\n", 200 },
		{ "", "1.1", "Host: localhost\r\n", 200 },
		{ "", "1.1", "Host: LocalHost:%p\r\n", 200 },
		{ "", "1.1", "Host: [::1]:%p\r\n", 200 },
		{ "", "1.1", "Host: 127.0.0.1:1\r\n", 403 },
		{ "", "1.1", "Host: 127.0.0.1:\r\n", 403 },
		{ "", "1.1", "Host: evil.example\r\n", 403 },
		{ "", "1.1", "Host: evil.example:%p\r\n", 403 },
		{ "", "1.1", "Host: localhost.evil.example\r\n", 403 },
		{ "", "1.1", "Host: 127.0.0.1.evil.example:%p\r\n", 403 },
		{ "", "1.1", "Host: 127.0.0.10\r\n", 403 },
		{ "", "1.1", "Host: user@127.0.0.1\r\n", 403 },
		{ "", "1.1", "Host: 127.0.0.1\r\nHost: evil.example\r\n", 400 },
		{ "", "1.0", "", 200 },
		{ "", "1.0", "Host: evil.example\r\n", 403 },
		{ "http://127.0.0.1:%p", "1.1", "Host: 127.0.0.1\r\n", 200 },
		{ "http://evil.example", "1.1", "Host: 127.0.0.1\r\n", 403 },
		{ "http://127.0.0.1@evil.example", "1.1", "Host: 127.0.0.1\r\n", 403 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char port[8], request[512];
		snprintf(port, sizeof(port), "%d", stream_port(h->stream));
		snprintf(request, sizeof(request), "GET %s%s HTTP/%s\r\n%s\r\n", rows[i].target,
			 h->path, rows[i].version, rows[i].headers);
		int fd = wire_connect(stream_port(h->stream));
		for (const char *at = request; *at;) {
			bool is_port = str_starts(at, "%p");
			if (is_port)
				wire_send(fd, port, strlen(port));
			else
				wire_send(fd, at, 1);
			at += is_port ? 2 : 1;
		}
		struct wire_reply r;
		wire_receive(fd, false, &r);
		if (r.status != rows[i].status)
			fail_msg("%s: %d, not %d", request, r.status, rows[i].status);
		wire_reply_release(&r);
		close(fd);
	}
	/* No Host at all is no HTTP/1.1. */
	int fd = wire_connect(stream_port(h->stream));
	wire_sendf(fd, "GET %s HTTP/1.1\r\n\r\n", h->path);
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_in_range(r.status, 400, 403);
	wire_reply_release(&r);
	close(fd);
}

static void test_headers(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	int fd = ask(h, h->path, "Origin: https://evil.example\r\n");
	struct wire_reply r;
	char value[128];
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_false(wire_header(&r, "Access-Control-Allow-Origin", value, sizeof(value)));
	assert_false(wire_header(&r, "ETag", value, sizeof(value)));
	assert_false(wire_header(&r, "Last-Modified", value, sizeof(value)));
	assert_true(wire_header(&r, "Accept-Ranges", value, sizeof(value)));
	assert_string_equal(value, "bytes");
	assert_true(wire_header(&r, "Content-Type", value, sizeof(value)));
	assert_string_equal(value, "video/mp4");
	assert_true(wire_header(&r, "Cache-Control", value, sizeof(value)));
	assert_string_equal(value, "no-store");
	wire_reply_release(&r);
	close(fd);
}

/* Whatever else a client may want to do to an item, with a body or without. */
static void test_methods(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	static const char *const methods[] = { "DELETE",  "PUT",      "POST", "PATCH",
					       "OPTIONS", "PROPFIND", "BREW" };
	for (size_t i = 0; i < 2 * sizeof(methods) / sizeof(*methods); i++) {
		int fd = wire_connect(stream_port(h->stream));
		const char *body = i % 2 ? "Content-Length: 4\r\n\r\nevil" : "\r\n";
		wire_sendf(fd, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", methods[i / 2], h->path,
			   body);
		struct wire_reply r;
		char value[64];
		wire_receive(fd, false, &r);
		assert_int_equal(r.status, 405);
		assert_true(wire_header(&r, "Allow", value, sizeof(value)));
		assert_string_equal(value, "GET, HEAD");
		wire_reply_release(&r);
		close(fd);
	}
	assert_int_equal(odd_source_reads(h->watch), 0);
	assert_int_equal(status_of(h, h->path), 200);
}

/* One line of the kernel's table: a listening socket of this inode. */
static bool is_listening(const char *line, unsigned long inode, char ret_address[64],
			 unsigned *ret_port)
{
	unsigned state;
	unsigned long its;
	return sscanf(line, " %*d: %63[0-9A-F]:%x %*s %x %*s %*s %*s %*u %*d %lu", ret_address,
		      ret_port, &state, &its) == 4 &&
	       state == 0x0a && its == inode;
}

static unsigned long inode_of(int fd)
{
	char path[64], to[64] = "";
	unsigned long inode = 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, to, sizeof(to) - 1) < 0 || sscanf(to, "socket:[%lu]", &inode) != 1)
		return 0;
	return inode;
}

/* What of ours listens, as the kernel knows it. */
static size_t count_listening(const char *table, int port)
{
	size_t n = 0;
	char line[512], address[64];
	FILE *f = fopen(table, "re");
	while (f && fgets(line, sizeof(line), f)) {
		for (int fd = 0; fd < 256; fd++) {
			unsigned long inode = inode_of(fd);
			unsigned its_port;
			if (!inode || !is_listening(line, inode, address, &its_port))
				continue;
			assert_string_equal(address, "0100007F"); /* 127.0.0.1 */
			assert_int_equal(its_port, port);
			n++;
		}
	}
	if (f)
		fclose(f);
	return n;
}

static void test_listens_here_only(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	int port = stream_port(h->stream);
	assert_int_equal(count_listening("/proc/net/tcp", port), 1);
	assert_int_equal(count_listening("/proc/net/tcp6", port), 0);
}

static void test_media_types(void **state)
{
	struct house *h = *state;
	static const struct {
		const char *given, *sent;
	} rows[] = {
		{ "video/webm", "video/webm" },
		{ "audio/x-ms-wma", "audio/x-ms-wma" },
		{ NULL, "application/octet-stream" },
		{ "", "application/octet-stream" },
		{ "text/html", "application/octet-stream" },
		{ "image/svg+xml", "application/octet-stream" },
		{ "video/", "application/octet-stream" },
		{ "video/mp4\r\nX: y", "application/octet-stream" },
		{ "video/mp4; charset=x", "application/octet-stream" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct stream_item item = { .source = source_bytes_new("film", 4),
					    .media_type = rows[i].given,
					    .last_modified = TIME_UNKNOWN };
		char *url = stream_grant(h->stream, &item, NULL);
		int fd = ask(h, strstr(url, "/movies/"), "");
		struct wire_reply r;
		char value[128];
		wire_receive(fd, false, &r);
		assert_true(wire_header(&r, "Content-Type", value, sizeof(value)));
		assert_string_equal(value, rows[i].sent);
		assert_string_equal(r.body, "film");
		wire_reply_release(&r);
		close(fd);
		free(url);
	}
}

static void expect_part(const struct house *h, int fd, uint64_t first, uint64_t last)
{
	wire_sendf(fd,
		   "GET %s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%" PRIu64 "-%" PRIu64
		   "\r\n\r\n",
		   h->path, first, last);
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_int_equal(r.body_len, last - first + 1);
	for (size_t i = 0; i < r.body_len; i++)
		if ((unsigned char)r.body[i] != odd_byte(first + i))
			fail_msg("byte %zu of %" PRIu64 "-%" PRIu64 " is wrong", i, first, last);
	wire_reply_release(&r);
}

/* Each byte once, but the first of a long response; a read of it that is not the last ends with a chunk. It begins with 128
 * KiB and takes more at a time by a quarter of what it has had, at most 1 MiB. What is short is read at once. */
static void test_reads(void **state)
{
	struct house *h = *state;
	size_t reads = 0;
	grant(h, (struct odd_rules){ .size = 8 * MiB + 5 }, 0);
	int fd = begin(h, "");
	expect_bytes(fd, 0, 8 * MiB + 5);
	/* to 128, 256, 448, 640, 896, 1216, 1600, 2112, 2752, 3520, 4480 KiB; four more of 1 MiB */
	assert_int_equal(odd_source_reads(h->watch), reads += 1 + 11 + 4);
	expect_part(h, fd, 65530, 65540);
	assert_int_equal(odd_source_reads(h->watch), reads += 1);
	expect_part(h, fd, 100, 100 + 131071);
	assert_int_equal(odd_source_reads(h->watch), reads += 1);
	expect_part(h, fd, 100, 800000); /* to 128, 256, 384, 576 KiB, and the rest */
	assert_int_equal(odd_source_reads(h->watch), reads += 1 + 5);
	expect_part(h, fd, 65535, 65535 + 1200000); /* 832 and 1152 as well */
	assert_int_equal(odd_source_reads(h->watch), reads += 1 + 7);
	close(fd);
}

static void test_unknown_size(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 200000, .size_unknown = true }, 0);
	char value[64];
	for (int minor = 0; minor <= 1; minor++) {
		int fd = wire_connect(stream_port(h->stream));
		wire_sendf(fd, "GET %s HTTP/1.%d\r\nHost: localhost\r\nRange: bytes=5-9\r\n\r\n",
			   h->path, minor);
		struct wire_reply r;
		wire_receive(fd, false, &r);
		assert_int_equal(r.status, 200);
		assert_true(r.whole);
		assert_int_equal(r.body_len, 200000);
		for (size_t i = 0; i < r.body_len; i++)
			assert_int_equal((unsigned char)r.body[i], odd_byte(i));
		assert_false(wire_header(&r, "Accept-Ranges", value, sizeof(value)));
		assert_false(wire_header(&r, "Content-Length", value, sizeof(value)));
		wire_reply_release(&r);
		close(fd);
	}
}

/* A tail that waits for the client's delayed acknowledgement would take 40 ms each time. */
static void test_no_delayed_tail(void **state)
{
	enum { ROUNDS = 60 };
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 8 * MiB }, 0);
	int fd = wire_connect(stream_port(h->stream));
	int slow = 0;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t began = now_ms();
		wire_sendf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%d-%d\r\n\r\n",
			   h->path, i * 65536, i * 65536 + 65535);
		struct wire_reply r;
		wire_receive(fd, false, &r);
		assert_int_equal(r.body_len, 65536);
		wire_reply_release(&r);
		slow += now_ms() - began >= 35;
	}
	close(fd);
	assert_in_range(slow, 0, ROUNDS / 2);
}

/* The port at one end of a connection; 0: it is none. */
static int port_of(int fd, int (*name)(int fd, struct sockaddr *at, socklen_t *len))
{
	struct sockaddr_in at = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(at);
	return name(fd, (struct sockaddr *)&at, &len) == 0 && at.sin_family == AF_INET ? at.sin_port
										       : 0;
}

/* The server's end of a connection holds nothing back. */
static void test_no_delay(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 8 * MiB }, 0);
	int fd = begin(h, ""), found = 0;
	int ours = port_of(fd, getsockname);
	for (int other = 0; other < 256; other++) {
		int on = 0;
		socklen_t len = sizeof(on);
		if (other == fd || port_of(other, getpeername) != ours)
			continue;
		assert_int_equal(getsockopt(other, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
		assert_true(on);
		found++;
	}
	assert_int_equal(found, 1);
	close(fd);
}

/* What is not HTTP, or too much of it, costs the sender his connection and nobody else anything. */
static void test_rubbish(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	static const char *const rubbish[] = { "\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02",
					       "GET / HTTP/9.9\r\n\r\n" };
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(*rubbish); i++) {
		int fd = wire_connect(stream_port(h->stream));
		wire_sendf(fd, "%s", rubbish[i]);
		close(fd);
	}
	int fd = wire_connect(stream_port(h->stream));
	char big[65536];
	memset(big, 'a', sizeof(big));
	wire_sendf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\nX: ", h->path);
	for (int i = 0; i < 16; i++)
		wire_send(fd, big, sizeof(big));
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_true(r.status == 0 || r.status >= 400);
	wire_reply_release(&r);
	close(fd);
	/* A body is read over. */
	fd = ask(h, h->path, "Content-Length: 5\r\n");
	wire_send(fd, "hello", 5);
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 200);
	wire_reply_release(&r);
	close(fd);
	assert_int_equal(status_of(h, h->path), 200);
}

static void test_ports(void **state)
{
	struct house *h = *state;
	struct err err = { 0 };
	assert_null(stream_start(stream_port(h->stream), clock_real(), &err));
	assert_non_null(strstr(err.text, "in use"));
	assert_null(stream_start(65536, clock_real(), &err));
	assert_int_equal(err.kind, ERR_USAGE);
	/* The same port again, at once, as `serve --port` does after a restart. */
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	assert_int_equal(status_of(h, h->path), 200);
	int port = stream_port(h->stream);
	stream_stop(h->stream);
	h->stream = stream_start(port, clock_real(), &err);
	assert_non_null(h->stream);
	assert_true(strlen(stream_library_version()) > 0);
}

static void test_many_tokens(void **state)
{
	struct house *h = *state;
	struct err err = { 0 };
	size_t n = 0;
	for (; n < 5000; n++) {
		struct stream_item item = { .source = source_bytes_new("x", 1),
					    .last_modified = TIME_UNKNOWN };
		char *url = stream_grant(h->stream, &item, &err);
		free(url);
		if (!url)
			break;
	}
	assert_int_equal(n, 4096);
	assert_int_equal(err.kind, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_tokens),       HOUSE_TEST(test_expiry),
		HOUSE_TEST(test_hosts),        HOUSE_TEST(test_headers),
		HOUSE_TEST(test_media_types),  HOUSE_TEST(test_reads),
		HOUSE_TEST(test_unknown_size), HOUSE_TEST(test_no_delayed_tail),
		HOUSE_TEST(test_rubbish),      HOUSE_TEST(test_ports),
		HOUSE_TEST(test_many_tokens),  HOUSE_TEST(test_methods),
		HOUSE_TEST(test_no_delay),     HOUSE_TEST(test_listens_here_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
