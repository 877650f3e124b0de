/* Readers on threads of their own, and a lock in the middle of it all. Worth running under TSan. */
#include "vault_support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include "vault/format.h"

#define READERS 4
#define SIZE    (20u * VAULT_CHUNK + 33)

struct job {
	struct source *s;
	struct vault *v;
	atomic_int *begun;
	enum err_kind end; /* why it stopped */
	unsigned rounds;
};

/* Less than a chunk, and several, which are opened on several threads. */
#define READ_MOST 400000u
static size_t read_size(unsigned round)
{
	return 1000 + round * 131071u % (READ_MOST - 1000);
}

/* Reads the file from end to end until that fails, at most `rounds` times. */
static void *read_on(void *arg)
{
	struct job *j = arg;
	unsigned char *got = malloc(READ_MOST), *want = malloc(READ_MOST);
	struct err why = { 0 };
	for (unsigned round = 0; round < j->rounds && why.kind == ERR_NONE; round++) {
		uint64_t off = 0;
		ssize_t n;
		while ((n = source_read_at(j->s, off, got, read_size(round), &why)) > 0) {
			plain_fill(8, off, want, (size_t)n);
			if (memcmp(got, want, (size_t)n) != 0)
				abort();
			off += (uint64_t)n;
			atomic_fetch_add(j->begun, 1);
		}
	}
	j->end = why.kind;
	source_free(j->s);
	free(got);
	free(want);
	return NULL;
}

static void wait_for(atomic_int *counter, int n)
{
	while (atomic_load(counter) < n)
		sched_yield();
}

static void start_readers(struct box *b, struct job jobs[READERS], pthread_t threads[READERS],
			  atomic_int *begun, unsigned rounds, struct source **ret_first)
{
	struct source *first;
	check_ok(first = vault_open(b->v, "a.kyv", err));
	for (int i = 0; i < READERS; i++) {
		jobs[i] = (struct job){ .begun = begun, .rounds = rounds };
		check_ok(jobs[i].s = source_clone(first, err));
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &jobs[i]), 0);
	}
	*ret_first = first;
}

static void parallel_readers(void **state)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 8, SIZE);
	struct job jobs[READERS];
	pthread_t threads[READERS];
	atomic_int begun = 0;
	struct source *first;
	start_readers(b, jobs, threads, &begun, 3, &first);
	source_free(first); /* the clones do not need it */
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(jobs[i].end, ERR_NONE);
	}
}

/* One of the chunks of a long read is bad: what lies before it is given, and what lies behind can be had. */
static void long_read_over_damage(void **state)
{
	struct box *b = *state;
	struct source *s;
	struct err why = { 0 };
	unsigned char *got = malloc(SIZE), *want = malloc(SIZE), byte = 0;
	plain_seal(b, "a.kyv", 8, SIZE);
	plain_fill(8, 0, want, SIZE);
	bytes_patch(b, "a.kyv", kyv_record_at(11) + 30, &byte, 1);
	bytes_patch(b, "a.kyv", kyv_record_at(11) + 31, &byte, 1);
	check_ok(s = vault_open(b->v, "a.kyv", err));
	for (uint64_t off = 0; off < 11 * VAULT_CHUNK; off += 50001) {
		assert_int_equal(source_read_at(s, off, got, SIZE, &why), 11 * VAULT_CHUNK - off);
		assert_memory_equal(got, want + off, 11 * VAULT_CHUNK - off);
	}
	assert_int_equal(source_read_at(s, 11 * VAULT_CHUNK, got, SIZE, &why), -1);
	assert_int_equal(why.kind, ERR_DAMAGED);
	for (uint64_t off = 12 * VAULT_CHUNK; off < SIZE; off += 50001) {
		assert_int_equal(source_read_at(s, off, got, SIZE, &why), SIZE - off);
		assert_memory_equal(got, want + off, SIZE - off);
	}
	source_free(s);
	free(got);
	free(want);
}

static void stopped(void **state, void (*stop)(struct box *b, struct source *first),
		    enum err_kind kind)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 8, SIZE);
	struct job jobs[READERS];
	pthread_t threads[READERS];
	atomic_int begun = 0;
	struct source *first;
	start_readers(b, jobs, threads, &begun, 1000000, &first);
	wait_for(&begun, 3 * READERS);
	stop(b, first);
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(jobs[i].end, kind);
	}
	source_free(first);
}

static void by_lock(struct box *b, struct source *first)
{
	vault_lock(b->v);
}

static void by_cancel(struct box *b, struct source *first)
{
	source_cancel(first);
}

static void by_the_end(struct box *b, struct source *first)
{
	vault_free(b->v);
	b->v = NULL;
}

static void lock_while_reading(void **state)
{
	stopped(state, by_lock, ERR_LOCKED);
}

static void cancel_while_reading(void **state)
{
	stopped(state, by_cancel, ERR_CANCELLED);
}

static void free_while_reading(void **state)
{
	stopped(state, by_the_end, ERR_LOCKED);
}

/* A chore that makes, writes, opens and verifies while the owner locks and unlocks. */
static void *work_on(void *arg)
{
	struct job *j = arg;
	const struct vault_meta meta = { 0 };
	for (unsigned i = 0; i < j->rounds; i++) {
		char name[32];
		snprintf(name, sizeof(name), "f%u.kyv", i);
		struct err why = { 0 };
		struct vault_writer *w = vault_create(j->v, name, &meta, 5, &why);
		if (w && vault_write_chunk(w, 0, "hello", 5, &why))
			vault_finish(w, name, NULL, &why);
		vault_writer_free(w);
		struct source *s = vault_open(j->v, "a.kyv", &why);
		unsigned char byte;
		if (s && source_read_at(s, 0, &byte, 1, &why) != 1 && why.kind != ERR_LOCKED)
			abort();
		source_free(s);
		struct vault_verdict r;
		if (vault_verify(j->v, "a.kyv", false, NULL, &r, &why)) {
			if (r.n_bad != 0 || strcmp(r.header, "ok") != 0)
				abort();
			vault_verdict_release(&r);
		}
		if (why.kind != ERR_NONE && why.kind != ERR_LOCKED)
			abort();
		atomic_fetch_add(j->begun, 1);
	}
	return NULL;
}

static void lock_and_unlock_beside_chores(void **state)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 8, VAULT_CHUNK + 1);
	atomic_int begun = 0;
	struct job job = { .v = b->v, .begun = &begun, .rounds = 60 };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, work_on, &job), 0);
	while (atomic_load(&begun) < 60) {
		vault_lock(b->v);
		check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
		int seen = atomic_load(&begun);
		if (seen < 60)
			wait_for(&begun, seen + 1);
	}
	pthread_join(thread, NULL);
}

/* Reading a file while it is written: what is there is right, what is not yet says so. */
static void read_while_written(void **state)
{
	struct box *b = *state;
	const struct vault_meta meta = { 0 };
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &meta, SIZE, err));
	struct job jobs[READERS];
	pthread_t threads[READERS];
	atomic_int begun = 0;
	struct source *first;
	start_readers(b, jobs, threads, &begun, 1, &first);
	for (uint64_t i = 0; i < 21; i++)
		check_ok(plain_write(w, 8, i, err));
	check_ok(vault_finish(w, "b.kyv", NULL, err));
	vault_writer_free(w);
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_true(jobs[i].end == ERR_NONE || jobs[i].end == ERR_UNFINISHED);
	}
	/* Opened before the end, it has the whole file now, under its new name. */
	unsigned char *got = malloc(SIZE), *want = malloc(SIZE);
	check_ok(source_read_at(first, 0, got, SIZE, err) == SIZE);
	plain_fill(8, 0, want, SIZE);
	assert_memory_equal(got, want, SIZE);
	free(got);
	free(want);
	source_free(first);
}

static int quick_setup(void **state)
{
	box_setup(state);
	struct box *b = *state;
	vault_free(b->v);
	struct vault_paths paths = box_paths(b);
	fault_arm(0, FAULT_NONE);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	return 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, quick_setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(parallel_readers),   TEST(long_read_over_damage),
		TEST(lock_while_reading), TEST(cancel_while_reading),
		TEST(free_while_reading), TEST(lock_and_unlock_beside_chores),
		TEST(read_while_written),
	};
	return cmocka_run_group_tests_name("vault_threads", tests, NULL, NULL);
}
