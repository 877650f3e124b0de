/* Readers of a file that is still being fetched: what they wait for, and everything that ends a wait. */
#include "vault_support.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "backend/audience.h"
#include "fake_clock.h"

#define SEED   4u
#define CHUNKS 20u
#define SIZE   (CHUNKS * VAULT_CHUNK - 77)

/* A file of which two chunks are there, and a reader on a thread of its own. */
struct scene {
	struct box *box;
	struct fake_clock clock;
	struct core core;
	struct vault_writer *writer;
	struct audience *audience;
	struct source *source;
	pthread_t thread;
	uint64_t off;
	ssize_t got;
	unsigned char bytes[1000];
	struct err why;
};

static void scene_begin(struct scene *s, struct box *b)
{
	*s = (struct scene){ .box = b };
	struct vault_meta meta = { .title = "film" };
	fake_clock_init(&s->clock, 0);
	s->core.clock = &s->clock.clock;
	s->core.timers = timers_new(s->core.clock);
	s->core.vault = b->v;
	wake_init(&s->core.readers_wake);
	check_ok(s->writer = vault_create(b->v, "film.part", &meta, SIZE, err));
	check_ok(plain_write(s->writer, SEED, 0, err));
	check_ok(plain_write(s->writer, SEED, 7, err));
	s->audience = audience_new(&s->core);
	check_ok(s->source = audience_open(s->audience, "film.part", true, err));
}

static void scene_end(struct scene *s)
{
	source_free(s->source);
	audience_free(s->audience, NULL);
	vault_writer_free(s->writer);
	wake_release(&s->core.readers_wake);
	timers_free(s->core.timers);
}

static void *read_on(void *arg)
{
	struct scene *s = arg;
	s->got = source_read_at(s->source, s->off, s->bytes, sizeof(s->bytes), &s->why);
	return NULL;
}

/* Begins a read that has to wait, and waits until it does. */
static void reader_waits(struct scene *s, uint64_t off)
{
	s->off = off;
	s->why = (struct err){ 0 };
	assert_int_equal(pthread_create(&s->thread, NULL, read_on, s), 0);
	struct pollfd p = { .fd = s->core.readers_wake.read_fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1);
	wake_clear(&s->core.readers_wake);
	audience_heed(s->audience, NULL);
}

static void reader_fails(struct scene *s, enum err_kind kind)
{
	pthread_join(s->thread, NULL);
	assert_int_equal(s->got, -1);
	assert_int_equal(s->why.kind, kind);
	assert_true(s->why.text[0] != '\0');
}

static void test_waits_for_its_chunk(void **state)
{
	struct scene s;
	struct err bad;
	unsigned char want[1000];
	scene_begin(&s, *state);
	/* What is there needs no waiting. */
	assert_int_equal(source_read_at(s.source, 7 * VAULT_CHUNK + 5, s.bytes, 10, &bad), 10);
	/* Up to the border it is given at once. */
	assert_int_equal(source_read_at(s.source, VAULT_CHUNK - 10, s.bytes, 100, &bad), 10);
	reader_waits(&s, 3 * VAULT_CHUNK + 100);
	check_ok(plain_write(s.writer, SEED, 9, err)); /* not this one */
	audience_came(s.audience, "film.part");
	struct pollfd p = { .fd = s.core.readers_wake.read_fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1); /* it has looked, and wishes again */
	check_ok(plain_write(s.writer, SEED, 3, err));
	audience_came(s.audience, "film.part");
	pthread_join(s.thread, NULL);
	assert_int_equal(s.got, sizeof(want));
	plain_fill(SEED, s.off, want, sizeof(want));
	assert_memory_equal(s.bytes, want, sizeof(want));
	scene_end(&s);
}

static void test_patience(void **state)
{
	struct scene s;
	scene_begin(&s, *state);
	reader_waits(&s, 3 * VAULT_CHUNK);
	fake_clock_add(&s.clock, AUDIENCE_PATIENCE_MS - 1);
	timers_run(s.core.timers);
	audience_came(s.audience, "film.part"); /* something: it begins anew */
	struct pollfd p = { .fd = s.core.readers_wake.read_fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1);
	wake_clear(&s.core.readers_wake);
	audience_heed(s.audience, NULL);
	fake_clock_add(&s.clock, AUDIENCE_PATIENCE_MS - 1);
	timers_run(s.core.timers);
	assert_true(timers_wait_ms(s.core.timers, -1) == 1);
	fake_clock_add(&s.clock, 1);
	timers_run(s.core.timers);
	reader_fails(&s, ERR_TIMEOUT);
	reader_waits(&s, 3 * VAULT_CHUNK); /* who comes later may wait again */
	audience_free(s.audience, NULL);
	s.audience = NULL;
	reader_fails(&s, ERR_UNFINISHED);
	scene_end(&s);
}

static void test_download_fails(void **state)
{
	struct scene s;
	struct err why, bad;
	scene_begin(&s, *state);
	reader_waits(&s, 3 * VAULT_CHUNK);
	err_set(&why, ERR_SPACE, 0, "the disk is full");
	audience_free(s.audience, &why);
	s.audience = NULL;
	reader_fails(&s, ERR_SPACE);
	/* Nobody fetches it any more: no waiting. What is there can be read. */
	assert_int_equal(source_read_at(s.source, 4 * VAULT_CHUNK, s.bytes, 10, &bad), -1);
	assert_int_equal(bad.kind, ERR_SPACE);
	assert_int_equal(source_read_at(s.source, 0, s.bytes, 10, &bad), 10);
	scene_end(&s);
}

static void test_begun_anew(void **state)
{
	struct scene s;
	scene_begin(&s, *state);
	reader_waits(&s, 3 * VAULT_CHUNK);
	audience_came(s.audience, "other.part");
	reader_fails(&s, ERR_DAMAGED);
	scene_end(&s);
}

static void test_cancelled(void **state)
{
	struct scene s;
	struct err bad;
	scene_begin(&s, *state);
	struct source *clone;
	check_ok(clone = source_clone(s.source, err));
	reader_waits(&s, 3 * VAULT_CHUNK);
	source_cancel(clone);
	reader_fails(&s, ERR_CANCELLED);
	assert_int_equal(source_read_at(s.source, 0, s.bytes, 10, &bad), -1);
	assert_int_equal(bad.kind, ERR_CANCELLED);
	source_free(clone);
	scene_end(&s);
}

/* Once the keys are gone, the next look ends it. */
static void test_locked(void **state)
{
	struct scene s;
	scene_begin(&s, *state);
	reader_waits(&s, 3 * VAULT_CHUNK);
	vault_lock(s.box->v);
	audience_came(s.audience, "film.part");
	reader_fails(&s, ERR_LOCKED);
	scene_end(&s);
}

/* The last chunks come, the file gets its name, and the reader goes on in it. */
static void test_finished(void **state)
{
	struct scene s;
	struct err bad;
	scene_begin(&s, *state);
	reader_waits(&s, (CHUNKS - 1) * VAULT_CHUNK);
	for (uint64_t i = 0; i < CHUNKS; i++)
		check_ok(plain_write(s.writer, SEED, i, err));
	check_ok(vault_finish(s.writer, "film.kyv", NULL, err));
	audience_free(s.audience, NULL);
	s.audience = NULL;
	pthread_join(s.thread, NULL);
	assert_int_equal(s.got, sizeof(s.bytes));
	assert_int_equal(source_read_at(s.source, 11 * VAULT_CHUNK, s.bytes, 10, &bad), 10);
	scene_end(&s);
}

#define T(name) cmocka_unit_test_setup_teardown(name, box_setup, box_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_waits_for_its_chunk),
		T(test_patience),
		T(test_download_fails),
		T(test_begun_anew),
		T(test_cancelled),
		T(test_locked),
		T(test_finished),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
