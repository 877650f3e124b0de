/* The local server: what ends a request, what does not, and how it stops. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "http_wire.h"
#include "kiyya/str.h"
#include "stream_house.h"

#define READING_MOST 64

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
	wait_for(open_requests, h, 0); /* from here on it is idle for the server, too */
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

/* As many who never finish a request as there may be readers: who was there before goes on, who comes
 * later is served, and when their time is up they are gone. A letter now and then buys none. */
static void test_slow_crowd(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 24 * MiB }, 0);
	int reader = begin(h, "");
	expect_bytes(reader, 0, MiB);
	int slow[READING_MOST];
	for (size_t i = 0; i < READING_MOST; i++) {
		slow[i] = wire_connect(stream_port(h->stream));
		wire_sendf(slow[i], "GET %s HTTP/1.1\r\nHost: loc", h->path);
	}
	assert_int_equal(status_of(h, h->path), 200);
	expect_bytes(reader, MiB, 12 * MiB);
	atomic_fetch_add(&h->clock.ms, 9000);
	for (size_t i = 0; i < READING_MOST; i++)
		wire_sendf(slow[i], "a");
	atomic_fetch_add(&h->clock.ms, 1000);
	assert_int_equal(status_of(h, h->path), 200); /* makes the watcher look */
	for (size_t i = 0; i < READING_MOST; i++) {
		assert_true(wire_is_ended(slow[i]));
		close(slow[i]);
	}
	expect_bytes(reader, 12 * MiB, 24 * MiB);
	close(reader);
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

static int64_t hasty_wall(const struct clock *c)
{
	return clock_wall(clock_real());
}

/* Nothing else happens: the watcher wakes by itself. */
static void test_silent_by_itself(void **state)
{
	struct hasty clock = { .base = { .mono_ms = hasty_ms, .wall = hasty_wall } };
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
	/* A short one, which is read before it is begun, has as much. */
	size_t reads = odd_source_reads(h->watch);
	fd = ask(h, h->path, "Range: bytes=199990-200009\r\n");
	wire_receive(fd, false, &r);
	assert_int_equal(odd_source_reads(h->watch),
			 reads + 2); /* what failed is not tried twice */
	assert_int_equal(r.status, 206);
	assert_false(r.whole);
	assert_int_equal(r.body_len, 10);
	wire_reply_release(&r);
	close(fd);
	/* Before the first byte the status can say it. */
	fd = ask(h, h->path, "Range: bytes=200000-200009\r\n");
	wire_receive(fd, false, &r);
	assert_int_equal(r.status, 500);
	wire_reply_release(&r);
	close(fd);
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
	int waiting = ask(h, h->path, "Range: bytes=33554432-\r\nConnection: close\r\n");
	wait_for(waiting_readers, h, 1);
	int64_t began = now_ms();
	stream_withdraw(h->stream, h->url);
	assert_true(wire_is_ended(waiting));
	wait_for(open_requests, h, 0);
	wait_for(clones, h, 1);
	assert_in_range(now_ms() - began, 0, 5000); /* one second, on a quiet machine */
	close(paused);
	close(waiting);
}

static void test_stop_ends_readers(void **state)
{
	struct house *h = *state;
	grant(h, (struct odd_rules){ .size = 64 * MiB, .waits_at = 32 * MiB }, 5);
	int paused = begin(h, "");
	int waiting = ask(h, h->path, "Range: bytes=33554432-\r\nConnection: close\r\n");
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
	assert_in_range(now_ms() - began, 0, 5000); /* one second, on a quiet machine */
	assert_int_equal(odd_source_alive(h->watch), 1);
	assert_true(wire_is_ended(waiting));
	close(paused);
	close(waiting);
	close(silent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_limit),
		HOUSE_TEST(test_paused_player),
		HOUSE_TEST(test_silent),
		HOUSE_TEST(test_slow_crowd),
		cmocka_unit_test(test_silent_by_itself),
		HOUSE_TEST(test_damage),
		HOUSE_TEST(test_unfinished),
		HOUSE_TEST(test_chunked_damage),
		HOUSE_TEST(test_became_shorter),
		HOUSE_TEST(test_withdraw_ends_readers),
		HOUSE_TEST(test_stop_ends_readers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
