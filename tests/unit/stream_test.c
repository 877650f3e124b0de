/* The local server: who is let in, what ends a request, what does not, and how it stops. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "http_wire.h"
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/stream.h"
#include "odd_source.h"

#define MiB          (UINT64_C(1) << 20)
#define READING_MOST 64

/* A clock that stands still until it is turned; read by the server's threads. */
struct turned {
	struct clock base;
	atomic_llong ms;
};
static int64_t turned_ms(const struct clock *c)
{
	return atomic_load(&((struct turned *)(uintptr_t)c)->ms);
}
static int64_t turned_wall(const struct clock *c)
{
	return 1700000000 + turned_ms(c) / 1000;
}

struct house {
	struct turned clock;
	struct stream *stream;
	struct source *watch; /* a clone of the item's source, to look at its counters */
	char *url;
	const char *path; /* in url */
};

static int64_t now_ms(void)
{
	return clock_mono_ms(clock_real());
}

static int start(void **state)
{
	struct house *h = NEW(struct house);
	h->clock.base = (struct clock){ .mono_ms = turned_ms, .wall = turned_wall };
	atomic_init(&h->clock.ms, 1000000);
	struct err err = { 0 };
	h->stream = stream_start(0, &h->clock.base, &err);
	assert_non_null(h->stream);
	*state = h;
	return 0;
}

static int stop(void **state)
{
	struct house *h = *state;
	stream_stop(h->stream);
	source_free(h->watch);
	free(h->url);
	free(h);
	return 0;
}

static void grant(struct house *h, struct odd_rules rules, int64_t expires_in_s)
{
	struct err err = { 0 };
	struct stream_item item = {
		.source = odd_source_new(&rules),
		.media_type = "video/mp4",
		.last_modified = TIME_UNKNOWN,
		.expires_in_s = expires_in_s,
	};
	h->watch = source_clone(item.source, &err);
	h->url = stream_grant(h->stream, &item, &err);
	assert_non_null(h->url);
	assert_null(item.source);
	h->path = strstr(h->url, "/movies/");
}

static int ask(const struct house *h, const char *path, const char *headers)
{
	int fd = wire_connect(stream_port(h->stream));
	wire_sendf(fd, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", path, headers);
	return fd;
}

static int status_of(const struct house *h, const char *path)
{
	int fd = ask(h, path, "Connection: close\r\n");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	int status = r.status;
	wire_reply_release(&r);
	close(fd);
	return status;
}

/* Waits until what() is n. */
static void wait_for(size_t (*what)(struct house *h), struct house *h, size_t n)
{
	int64_t deadline = now_ms() + 10000;
	while (what(h) != n) {
		if (now_ms() > deadline)
			fail_msg("%zu, waiting for %zu", what(h), n);
		poll(NULL, 0, 2);
	}
}

static size_t open_requests(struct house *h)
{
	return stream_open_requests(h->stream);
}

static size_t waiting_readers(struct house *h)
{
	return odd_source_waiting(h->watch);
}

static size_t clones(struct house *h)
{
	return odd_source_alive(h->watch);
}

static void expect_bytes(int fd, uint64_t from, uint64_t to)
{
	char block[65536];
	while (from < to) {
		size_t n = to - from < sizeof(block) ? (size_t)(to - from) : sizeof(block);
		assert_int_equal(wire_read(fd, block, n), n);
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)block[i] != odd_byte(from + i))
				fail_msg("byte %" PRIu64, from + i);
		from += n;
	}
}

/* Sends a request and reads the head of its answer byte by byte, leaving the body where it is. */
static int begin(const struct house *h, const char *headers)
{
	int fd = ask(h, h->path, headers);
	char last[4] = "";
	while (memcmp(last, "\r\n\r\n", 4) != 0) {
		memmove(last, last + 1, 3);
		assert_int_equal(wire_read(fd, last + 3, 1), 1);
	}
	return fd;
}

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
	static const char *const wrong[] = { "/", "/movies", "/movies/", "/movies/../movies/",
					     "//" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(status_of(h, wrong[i]), 404);
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
	/* On the same connection. */
	wire_sendf(fd, "DELETE %s HTTP/1.1\r\nHost: localhost\r\n\r\n", h->path);
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 405);
	assert_true(wire_header(&r, "Allow", value, sizeof(value)));
	assert_string_equal(value, "GET, HEAD");
	wire_reply_release(&r);
	close(fd);
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

/* Each block is read once, however the socket takes it; parts begin and end where they like. */
static void test_blocks(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 8 * MiB + 5 }, 0);
	int fd = begin(h, "");
	expect_bytes(fd, 0, 8 * MiB + 5);
	assert_int_equal(odd_source_reads(h->watch), 8 * MiB / 65536 + 1);
	wire_sendf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\nRange: bytes=65530-65540\r\n\r\n",
		   h->path);
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_int_equal(r.body_len, 11);
	assert_int_equal(odd_source_reads(h->watch), 8 * MiB / 65536 + 3);
	wire_reply_release(&r);
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
	/* Each block once here too, and the end of the source asked for once or twice. */
	assert_in_range(odd_source_reads(h->watch), 2 * 4, 2 * 6);
}

static void test_limit(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 64 * MiB }, 0);
	int fds[READING_MOST];
	for (size_t i = 0; i < READING_MOST; i++)
		fds[i] = begin(h, "");
	assert_int_equal(open_requests(h), READING_MOST);
	assert_int_equal(status_of(h, h->path), 503);
	assert_int_equal(status_of(h, "/movies/none"), 404);
	close(fds[0]);
	wait_for(open_requests, h, READING_MOST - 1);
	fds[0] = begin(h, "");
	for (size_t i = 0; i < READING_MOST; i++)
		close(fds[i]);
	wait_for(open_requests, h, 0);
	wait_for(clones, h, 2);
}

/* A player in pause reads nothing for an hour, and then goes on. */
static void test_paused_player(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 24 * MiB }, 0);
	int fd = begin(h, "");
	expect_bytes(fd, 0, MiB);
	atomic_fetch_add(&h->clock.ms, 3600 * 1000);
	assert_int_equal(status_of(h, "/movies/none"), 404);
	assert_int_equal(status_of(h, h->path), 200);
	wait_for(open_requests, h, 1);
	expect_bytes(fd, MiB, 24 * MiB);
	wire_sendf(fd, "GET /movies/none HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 404);
	wire_reply_release(&r);
	close(fd);
}

/* Those who never finish a request, and those who keep a connection for nothing. */
static void test_silent(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 10 }, 0);
	int slow = wire_connect(stream_port(h->stream));
	int idle = ask(h, h->path, "");
	struct wire_reply r;
	wire_receive(idle, false, &r);
	wire_reply_release(&r);
	for (int i = 0; i < 9; i++) {
		wire_sendf(slow, "%c", "GET /movi"[i]);
		atomic_fetch_add(&h->clock.ms, 1000);
	}
	/* A new connection makes the watcher look; nobody has been silent for ten seconds. */
	assert_int_equal(status_of(h, h->path), 200);
	char c;
	assert_int_equal(recv(slow, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(recv(idle, &c, 1, MSG_DONTWAIT), -1);
	atomic_fetch_add(&h->clock.ms, 1000);
	assert_int_equal(status_of(h, h->path), 200);
	assert_true(wire_is_ended(slow));
	assert_true(wire_is_ended(idle));
	close(slow);
	close(idle);
}

/* A real clock that jumps almost to the deadline once the connection and the watcher have asked for
 * it. */
struct hasty {
	struct clock base;
	atomic_int asked;
};
static int64_t hasty_ms(const struct clock *c)
{
	struct hasty *h = (struct hasty *)(uintptr_t)c;
	return now_ms() + (atomic_fetch_add(&h->asked, 1) >= 2 ? 9700 : 0);
}

/* Nothing else happens: the watcher wakes by itself. */
static void test_silent_by_itself(void **state)
{
	struct hasty clock = { .base = { .mono_ms = hasty_ms, .wall = turned_wall } };
	atomic_init(&clock.asked, 0);
	struct err err = { 0 };
	struct stream *s = stream_start(0, &clock.base, &err);
	assert_non_null(s);
	int fd = wire_connect(stream_port(s));
	int64_t began = now_ms();
	assert_true(wire_is_ended(fd));
	assert_in_range(now_ms() - began, 250, 12000);
	close(fd);
	stream_stop(s);
}

static void expect_trouble(struct house *h, enum err_kind kind)
{
	struct err why = { 0 };
	assert_true(stream_trouble(h->stream, h->url, &why));
	assert_int_equal(why.kind, kind);
}

static void test_damage(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = MiB, .fails_at = 200000, .failure = ERR_DAMAGED }, 0);
	assert_false(stream_trouble(h->stream, h->url, &(struct err){ 0 }));
	int fd = ask(h, h->path, "");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_false(r.whole);
	assert_int_equal(r.body_len, 200000);
	assert_int_equal((unsigned char)r.body[199999], odd_byte(199999));
	wire_reply_release(&r);
	close(fd);
	expect_trouble(h, ERR_DAMAGED);
	/* Before the first byte the status can say it. */
	fd = ask(h, h->path, "Range: bytes=300000-\r\n");
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 500);
	wire_reply_release(&r);
	close(fd);
	wait_for(open_requests, h, 0);
}

static void test_unfinished(void **state)
{
	struct house *h = *state;
	grant(h,
	      (struct odd_rules){ .size = MiB, .fails_at_once = true, .failure = ERR_UNFINISHED },
	      0);
	assert_int_equal(status_of(h, h->path), 503);
	expect_trouble(h, ERR_UNFINISHED);
}

static void test_chunked_damage(void **state)
{
	struct house *h = *state;
	grant(h,
	      (struct odd_rules){
		  .size = MiB, .size_unknown = true, .fails_at = 200000, .failure = ERR_DAMAGED },
	      0);
	int fd = ask(h, h->path, "");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_false(r.whole);
	wire_reply_release(&r);
	close(fd);
}

static void test_became_shorter(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = MiB, .ends_at = 70000 }, 0);
	int fd = ask(h, h->path, "");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	assert_false(r.whole);
	assert_int_equal(r.body_len, 70000);
	wire_reply_release(&r);
	close(fd);
	expect_trouble(h, ERR_DAMAGED);
}

static void test_withdraw_ends_readers(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 64 * MiB, .waits_at = 32 * MiB }, 0);
	int paused = begin(h, "");
	int waiting = ask(h, h->path, "Range: bytes=33554432-\r\n");
	wait_for(waiting_readers, h, 1);
	int64_t began = now_ms();
	stream_withdraw(h->stream, h->url);
	assert_true(wire_is_ended(waiting));
	wait_for(open_requests, h, 0);
	wait_for(clones, h, 1);
	assert_in_range(now_ms() - began, 0, 1000);
	close(paused);
	close(waiting);
}

static void test_stop_ends_readers(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 64 * MiB, .waits_at = 32 * MiB }, 5);
	int paused = begin(h, "");
	int waiting = ask(h, h->path, "Range: bytes=33554432-\r\n");
	int silent = wire_connect(stream_port(h->stream));
	wait_for(waiting_readers, h, 1);
	/* Expired and thrown out of the table: what runs has to end all the same. */
	atomic_fetch_add(&h->clock.ms, 6000);
	struct stream_item item = { .source = source_bytes_new("x", 1),
				    .last_modified = TIME_UNKNOWN };
	free(stream_grant(h->stream, &item, NULL));
	int64_t began = now_ms();
	stream_stop(h->stream);
	h->stream = NULL;
	assert_in_range(now_ms() - began, 0, 1000);
	assert_int_equal(odd_source_alive(h->watch), 1);
	assert_true(wire_is_ended(waiting));
	close(paused);
	close(waiting);
	close(silent);
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
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(test_tokens),
		T(test_expiry),
		T(test_hosts),
		T(test_headers),
		T(test_media_types),
		T(test_blocks),
		T(test_unknown_size),
		T(test_limit),
		T(test_paused_player),
		T(test_silent),
		cmocka_unit_test(test_silent_by_itself),
		T(test_damage),
		T(test_unfinished),
		T(test_chunked_damage),
		T(test_became_shorter),
		T(test_withdraw_ends_readers),
		T(test_stop_ends_readers),
		T(test_no_delayed_tail),
		T(test_rubbish),
		T(test_ports),
		T(test_many_tokens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
