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

static bool is_right(const struct shelf_chunk *c, uint64_t i)
{
	unsigned char want[VAULT_CHUNK];
	size_t n = i + 1 < CHUNKS ? VAULT_CHUNK : SIZE - (CHUNKS - 1) * VAULT_CHUNK;
	plain_fill(3, i * VAULT_CHUNK, want, n);
	return c && memcmp(shelf_bytes(c), want, n) == 0;
}

static void *read_together(void *arg)
{
	struct stand *s = arg;
	for (uint64_t n = 0; n < ROUNDS * CHUNKS; n++) {
		uint64_t i = n % CHUNKS;
		pthread_barrier_wait(&s->together);
		struct err err = { 0 };
		struct shelf_chunk *c = hold(s, i, &err);
		if (!is_right(c, i))
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
	assert_true(is_right(held, 0));
	shelf_let_go(s.shelf, hold(&s, 1, &err));
	assert_int_equal(shelf_opened(s.shelf), opened + 1);
	shelf_let_go(s.shelf, held);
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
	assert_true(is_right(c, 5));
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
		cmocka_unit_test_setup_teardown(test_damaged, box_setup, box_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
