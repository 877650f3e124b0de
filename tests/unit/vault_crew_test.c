/* Work that several threads share. */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "vault/crew.h"

#define CALLERS 4
#define PIECES  9

struct work {
	atomic_int done[PIECES];
	atomic_int running;
};

static void do_piece(void *arg, size_t i)
{
	struct work *w = arg;
	atomic_fetch_add(&w->running, 1);
	atomic_fetch_add(&w->done[i], 1);
	atomic_fetch_sub(&w->running, 1);
}

/* Each piece once, and all of them over when the call returns. */
static void share_and_look(struct crew *crew, size_t n)
{
	struct work w = { 0 };
	crew_share(crew, do_piece, &w, n);
	if (atomic_load(&w.running) != 0)
		abort();
	for (size_t i = 0; i < PIECES; i++)
		if (atomic_load(&w.done[i]) != (i < n))
			abort();
}

static void test_each_piece_once(void **state)
{
	struct crew *crew = crew_new();
	for (size_t n = 0; n <= PIECES; n++)
		share_and_look(crew, n);
	crew_unref(crew);
	crew_unref(NULL);
}

static void *share_often(void *arg)
{
	struct crew *crew = arg;
	for (size_t i = 0; i < 2000; i++)
		share_and_look(crew, i % (PIECES + 1));
	crew_unref(crew);
	return NULL;
}

/* The last of them ends it, while the others' threads may just be done. */
static void test_many_callers(void **state)
{
	struct crew *crew = crew_new();
	pthread_t threads[CALLERS];
	for (size_t i = 0; i < CALLERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, share_often, crew_ref(crew)), 0);
	crew_unref(crew);
	for (size_t i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
}

static void meet(void *arg, size_t i)
{
	pthread_barrier_wait(arg);
}

/* Neither piece ends before the other has begun. */
static void test_really_at_once(void **state)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip();
	struct crew *crew = crew_new();
	pthread_barrier_t both;
	pthread_barrier_init(&both, NULL, 2);
	for (int i = 0; i < 50; i++)
		crew_share(crew, meet, &both, 2);
	pthread_barrier_destroy(&both);
	crew_unref(crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_piece_once),
		cmocka_unit_test(test_many_callers),
		cmocka_unit_test(test_really_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
