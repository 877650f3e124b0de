/* A local server with one item, and a clock that can be turned. */
#include "stream_house.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "http_wire.h"
#include "kiyya/mem.h"

static int64_t turned_ms(const struct clock *c)
{
	return atomic_load(&((struct turned *)(uintptr_t)c)->ms);
}
static int64_t turned_wall(const struct clock *c)
{
	return 1700000000 + turned_ms(c) / 1000;
}

int64_t now_ms(void)
{
	return clock_mono_ms(clock_real());
}

int stream_house_start(void **state)
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

int stream_house_stop(void **state)
{
	struct house *h = *state;
	stream_stop(h->stream);
	source_free(h->watch);
	free(h->url);
	free(h);
	return 0;
}

void grant(struct house *h, struct odd_rules rules, int64_t expires_in_s)
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

int ask(const struct house *h, const char *path, const char *headers)
{
	int fd = wire_connect(stream_port(h->stream));
	wire_sendf(fd, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", path, headers);
	return fd;
}

int status_of(const struct house *h, const char *path)
{
	int fd = ask(h, path, "Connection: close\r\n");
	struct wire_reply r;
	wire_receive(fd, false, &r);
	int status = r.status;
	wire_reply_release(&r);
	close(fd);
	return status;
}

void wait_for(size_t (*what)(struct house *h), struct house *h, size_t n)
{
	int64_t deadline = now_ms() + 10000;
	while (what(h) != n) {
		if (now_ms() > deadline)
			fail_msg("%zu, waiting for %zu", what(h), n);
		poll(NULL, 0, 2);
	}
}

size_t open_requests(struct house *h)
{
	return stream_open_requests(h->stream);
}

size_t waiting_readers(struct house *h)
{
	return odd_source_waiting(h->watch);
}

size_t clones(struct house *h)
{
	return odd_source_alive(h->watch);
}

void expect_bytes(int fd, uint64_t from, uint64_t to)
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

int begin(const struct house *h, const char *headers)
{
	int fd = ask(h, h->path, headers);
	char last[4] = "";
	while (memcmp(last, "\r\n\r\n", 4) != 0) {
		memmove(last, last + 1, 3);
		assert_int_equal(wire_read(fd, last + 3, 1), 1);
	}
	return fd;
}
