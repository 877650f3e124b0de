/* A local server with one item, a clock that can be turned, and what its tests do to it. */
#ifndef TESTS_STREAM_HOUSE_H
#define TESTS_STREAM_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "kiyya/clock.h"
#include "kiyya/stream.h"
#include "odd_source.h"

#define MiB (UINT64_C(1) << 20)

/* A clock that stands still until it is turned; read by the server's threads. */
struct turned {
	struct clock base;
	atomic_llong ms;
};
struct house {
	struct turned clock;
	struct stream *stream;
	struct source *watch; /* a clone of the item's source, to look at its counters */
	char *url;
	const char *path; /* in url */
};

/* For cmocka. */
int stream_house_start(void **state);
int stream_house_stop(void **state);
#define HOUSE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, stream_house_start, stream_house_stop)

int64_t now_ms(void);
void grant(struct house *h, struct odd_rules rules, int64_t expires_in_s);
int ask(const struct house *h, const char *path, const char *headers); /* a socket */
int status_of(const struct house *h, const char *path);
/* Sends a request and reads the head of its answer byte by byte, leaving the body where it is. */
int begin(const struct house *h, const char *headers);
void expect_bytes(int fd, uint64_t from, uint64_t to);
/* Waits until what() is n. */
void wait_for(size_t (*what)(struct house *h), struct house *h, size_t n);
size_t open_requests(struct house *h);
size_t waiting_readers(struct house *h);
size_t clones(struct house *h);

#endif
