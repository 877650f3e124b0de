/* The chunks that readers of a file share. */
#include "vault_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/path.h"
#include "vault/header.h"
#include "vault/shelf.h"

#define READERS 8
#define CHUNKS  24u /* more than are kept: each round opens all of them */
#define ROUNDS  30u
#define SIZE    (CHUNKS * VAULT_CHUNK - 100)

struct stand {
	struct header header;
	struct shelf *shelf;
	int fd;
	pthread_barrier_t together;
};

static void stand_open(struct stand *s, struct box *b)
{
	*s = (struct stand){ 0 };
	plain_seal(b, "a.kyv", 3, SIZE);
	check_ok((s->fd = path_open_in(b->vault, "a.kyv", O_RDONLY, 0, err)) >= 0);
	check_ok(header_load(b->v, s->fd, &s->header, err));
	s->shelf = shelf_new();
}

static void stand_close(struct stand *s)
{
	shelf_free(s->shelf);
	header_release(&s->header);
	close(s->fd);
}

static struct shelf_chunk *hold(struct stand *s, uint64_t i, struct err *err)
{
	struct shelf_chunk *c = NULL;
	struct record_place place = record_place_of(s->header.slot.file_id, s->header.slot.size, i);
	if (!shelf_hold(s->shelf, s->fd, s->header.keys, &place, &c, err))
		return NULL;
	if (c && !shelf_is_at(c, &place))
		abort();
	return c;
}

static size_t length_of(uint64_t i)
{
	return i + 1 < CHUNKS ? VAULT_CHUNK : SIZE - (CHUNKS - 1) * VAULT_CHUNK;
}

static bool part_is_right(struct stand *s, struct shelf_chunk *c, uint64_t i, size_t at, size_t n)
{
	unsigned char want[VAULT_CHUNK];
	const unsigned char *got = c ? shelf_bytes(c, s->header.keys, at, n, NULL) : NULL;
	plain_fill(3, i * VAULT_CHUNK + at, want, n);
	return got && memcmp(got, want, n) == 0;
}

static bool is_right(struct stand *s, struct shelf_chunk *c, uint64_t i)
{
	return part_is_right(s, c, i, 0, length_of(i));
}

static void *read_together(void *arg)
{
	struct stand *s = arg;
	for (uint64_t n = 0; n < ROUNDS * CHUNKS; n++) {
		uint64_t i = n % CHUNKS;
		pthread_barrier_wait(&s->together);
		struct err err = { 0 };
		struct shelf_chunk *c = hold(s, i, &err);
		if (!is_right(s, c, i))
			abort();
		shelf_let_go(s->shelf, c);
	}
	return NULL;
}

/* However many come to a chunk at once, one of them opens it. */
static void test_opened_once(void **state)
{
	struct stand s;
	pthread_t threads[READERS];
	stand_open(&s, *state);
	pthread_barrier_init(&s.together, NULL, READERS);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_together, &s), 0);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(shelf_opened(s.shelf), ROUNDS * CHUNKS);
	pthread_barrier_destroy(&s.together);
	stand_close(&s);
}

/* Those that were let go of last are still there, those before are not; what is held stays. */
static void test_keeps_a_few(void **state)
{
	struct stand s;
	struct err err = { 0 };
	stand_open(&s, *state);
	struct shelf_chunk *held = hold(&s, 0, &err);
	for (uint64_t i = 1; i <= SHELF_KEEPS + 1; i++)
		shelf_let_go(s.shelf, hold(&s, i, &err));
	size_t opened = shelf_opened(s.shelf);
	assert_int_equal(opened, SHELF_KEEPS + 2);
	shelf_let_go(s.shelf, hold(&s, 0, &err));
	for (uint64_t i = SHELF_KEEPS + 1; i >= 2; i--)
		shelf_let_go(s.shelf, hold(&s, i, &err));
	assert_int_equal(shelf_opened(s.shelf), opened);
	assert_true(is_right(&s, held, 0));
	shelf_let_go(s.shelf, hold(&s, 1, &err));
	assert_int_equal(shelf_opened(s.shelf), opened + 1);
	shelf_let_go(s.shelf, held);
	stand_close(&s);
}

/* What a range wants of a chunk, in whatever order ranges come: each byte is deciphered once. */
static void test_parts(void **state)
{
	static const size_t parts[][2] = {
		{ 0, 1 },         { 63, 1 },     { 64, 1 },    { 63, 2 },    { 5000, 1 },
		{ 4999, 130 },    { 40000, 64 }, { 30, 70 },   { 20000, 1 }, { 65436, 100 },
		{ 65435, 1 },     { 0, 65536 },  { 65535, 1 }, { 0, 64 },    { 128, 6400 },
		{ 1, 65535 - 1 }, { 65472, 1 },  { 100, 28 },
	};
	const size_t n = sizeof(parts) / sizeof(*parts);
	struct stand s;
	struct err err = { 0 };
	stand_open(&s, *state);
	for (size_t first = 0; first < n; first++) {
		uint64_t i = first % 3 ? first : CHUNKS - 1; /* the last one is short */
		struct shelf_chunk *c = hold(&s, i, &err);
		for (size_t k = 0; k < n; k++) {
			const size_t *part = parts[(first * 5 + k) % n];
			size_t len = length_of(i);
			if (part[0] >= len)
				continue;
			size_t room = len - part[0];
			assert_true(
			    part_is_right(&s, c, i, part[0], part[1] < room ? part[1] : room));
		}
		assert_true(is_right(&s, c, i));
		shelf_let_go(s.shelf, c);
	}
	stand_close(&s);
}

/* Who has a part of a chunk keeps it when the vault is locked; more of it there is not. */
static void test_locked_between(void **state)
{
	struct box *b = *state;
	struct stand s;
	struct err err = { 0 };
	stand_open(&s, b);
	struct shelf_chunk *c = hold(&s, 2, &err);
	assert_true(part_is_right(&s, c, 2, 1000, 100));
	vault_lock(b->v);
	assert_true(part_is_right(&s, c, 2, 1000, 100));
	assert_null(shelf_bytes(c, s.header.keys, 30000, 1, &err));
	assert_int_equal(err.kind, ERR_LOCKED);
	shelf_let_go(s.shelf, c);
	stand_close(&s);
}

static void *take_parts(void *arg)
{
	struct stand *s = arg;
	for (uint64_t n = 0; n < 40 * CHUNKS; n++) {
		struct err err = { 0 };
		uint64_t i = n % CHUNKS;
		struct shelf_chunk *c = hold(s, i, &err);
		size_t at = (size_t)(n * 7919 + (uintptr_t)&err % 4099 * 61) % 50000;
		if (!part_is_right(s, c, i, at, 10000))
			abort();
		shelf_let_go(s->shelf, c);
	}
	return NULL;
}

/* Several who hold one chunk, each with his own part of it. */
static void test_parts_at_once(void **state)
{
	struct stand s;
	pthread_t threads[READERS];
	stand_open(&s, *state);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_parts, &s), 0);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	stand_close(&s);
}

/* A chunk that does not open is nobody's; when it is mended, it is read. */
static void test_damaged(void **state)
{
	struct box *b = *state;
	struct stand s;
	struct err err = { 0 };
	stand_open(&s, b);
	unsigned char byte, other;
	off_t at = (off_t)kyv_record_at(5) + 1000;
	assert_int_equal(pread(s.fd, &byte, 1, at), 1);
	other = byte ^ 1;
	bytes_patch(b, "a.kyv", (uint64_t)at, &other, 1);
	assert_null(hold(&s, 5, &err));
	assert_null(hold(&s, 5, &err));
	assert_int_equal(err.kind, ERR_NONE);
	bytes_patch(b, "a.kyv", (uint64_t)at, &byte, 1);
	struct shelf_chunk *c = hold(&s, 5, &err);
	assert_true(is_right(&s, c, 5));
	shelf_let_go(s.shelf, c);
	vault_lock(b->v);
	assert_null(hold(&s, 6, &err));
	assert_int_equal(err.kind, ERR_LOCKED);
	stand_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_opened_once, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_keeps_a_few, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_parts, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_locked_between, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_parts_at_once, box_setup, box_teardown),
		cmocka_unit_test_setup_teardown(test_damaged, box_setup, box_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
