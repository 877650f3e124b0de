/* Memory we chose the size of, and arenas. */
#include "unit.h"

#include <signal.h>
#include <stdalign.h>
#include <sys/wait.h>

#include "kiyya/mem.h"

static void test_memory_is_zeroed_and_nothing_is_something(void **state)
{
	unsigned char *p = mem_array(3, 5);
	for (int i = 0; i < 15; i++)
		assert_int_equal(p[i], 0);
	free(p);
	void *none = mem_array(0, 8);
	assert_non_null(none);
	free(none);
	char *copy = mem_dup("abc", 4);
	assert_string_equal(copy, "abc");
	copy = mem_grow(copy, 100, 2);
	assert_string_equal(copy, "abc");
	free(copy);
}

static void test_arena_keeps_small_and_big_apart(void **state)
{
	struct arena *a = arena_new();
	char *small = arena_str(a, "small");
	char *big = arena_take(a, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(big[i], 0);
	memset(big, 'b', 100000);
	char *after = arena_strn(a, "afterwards", 5);
	assert_string_equal(small, "small");
	assert_string_equal(after, "after");
	assert_null(arena_str(a, NULL));
	assert_in_range(arena_size(a), 100000 + 12, 100000 + 64);
	arena_free(a);
	arena_free(NULL);
}

static void test_arena_is_aligned_for_anything(void **state)
{
	struct arena *a = arena_new();
	for (size_t n = 1; n < 3000; n++)
		assert_int_equal((uintptr_t)arena_take(a, n) % alignof(max_align_t), 0);
	arena_free(a);
}

static void say_goodbye(void)
{
	(void)!write(STDERR_FILENO, "hook ", 5);
}

/* A child dies for us: the hook speaks first, then the reason, then SIGABRT. */
static void expect_death(void (*cause)(void))
{
	int fds[2];
	char said[256] = { 0 };
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL); /* not cmocka's */
		mem_on_die(say_goodbye);
		cause();
		_exit(0);
	}
	close(fds[1]);
	size_t n = 0;
	for (ssize_t got; (got = read(fds[0], said + n, sizeof(said) - 1 - n)) > 0;)
		n += (size_t)got;
	close(fds[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "hook kiyya: cannot go on: out of memory\n"));
}

static void grow_past_everything(void)
{
	free(mem_grow(NULL, SIZE_MAX / 2, 4));
}

static void take_past_everything(void)
{
	arena_take(arena_new(), SIZE_MAX - 3);
}

static void test_impossible_sizes_die_politely(void **state)
{
	expect_death(grow_past_everything);
	expect_death(take_past_everything);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_nothing_is_something),
		cmocka_unit_test(test_arena_keeps_small_and_big_apart),
		cmocka_unit_test(test_arena_is_aligned_for_anything),
		cmocka_unit_test(test_impossible_sizes_die_politely),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
