/* Plain sources: files and bytes, clones, cancelling, a file that shrinks. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "kiyya/source.h"
#include "kiyya/thread.h"

static struct source *from_file(const char *data, size_t n, int *ret_fd)
{
	char path[256], file[300];
	struct err err;
	temp_dir_make(path);
	snprintf(file, sizeof(file), "%s/f", path);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), (ssize_t)n);
	temp_dir_remove(path);
	*ret_fd = fd;
	return source_file_new(fd, &err);
}

static void read_everywhere(struct source *s)
{
	struct err err;
	char got[16] = { 0 };
	assert_int_equal(source_size(s), 10);
	assert_int_equal(source_read_at(s, 3, got, 4, &err), 4);
	assert_string_equal(got, "3456");
	assert_int_equal(source_read_at(s, 8, got, 16, &err), 2);
	assert_memory_equal(got, "89", 2);
	assert_int_equal(source_read_at(s, 10, got, 1, &err), 0);
	assert_int_equal(source_read_at(s, UINT64_MAX, got, 1, &err), 0);
	assert_int_equal(source_read_at(s, 2, got, 0, &err), 0);
}

static void test_bytes_and_files_read_alike(void **state)
{
	int fd;
	struct source *bytes = source_bytes_new("0123456789", 10);
	struct source *file = from_file("0123456789", 10, &fd);
	read_everywhere(bytes);
	read_everywhere(file);
	source_free(bytes);
	source_free(file);
	source_free(NULL);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* the descriptor was moved in */
}

static void test_a_clone_outlives_its_origin(void **state)
{
	int fd;
	struct err err;
	struct source *file = from_file("0123456789", 10, &fd);
	struct source *clone = source_clone(file, &err);
	source_free(file);
	read_everywhere(clone);
	source_free(clone);
}

static void test_cancel_reaches_all_clones(void **state)
{
	struct err err;
	char c;
	struct source *s = source_bytes_new("x", 1);
	struct source *clone = source_clone(s, &err);
	source_cancel(clone);
	struct source *late = source_clone(s, &err);
	assert_int_equal(source_read_at(s, 0, &c, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELLED);
	assert_int_equal(source_read_at(late, 0, &c, 1, &err), -1);
	source_free(s);
	source_free(clone);
	source_free(late);
}

static void test_a_file_that_shrank_is_damage_not_the_end(void **state)
{
	int fd;
	struct err err;
	char c;
	struct source *s = from_file("0123456789", 10, &fd);
	assert_int_equal(ftruncate(fd, 5), 0);
	assert_int_equal(source_read_at(s, 7, &c, 1, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	source_free(s);
}

static void *read_until_cancelled(void *arg)
{
	struct source *s = arg;
	struct err err = { 0 };
	char c;
	while (source_read_at(s, 0, &c, 1, &err) == 1)
		;
	source_free(s);
	return (void *)(uintptr_t)err.kind;
}

static void test_cancel_from_another_thread(void **state)
{
	struct err err;
	pthread_t threads[3];
	struct source *s = source_bytes_new("x", 1);
	for (int i = 0; i < 3; i++)
		assert_true(thread_start(&threads[i], "reader", read_until_cancelled,
					 source_clone(s, &err), &err));
	source_cancel(s);
	for (int i = 0; i < 3; i++) {
		void *kind;
		pthread_join(threads[i], &kind);
		assert_int_equal((uintptr_t)kind, ERR_CANCELLED);
	}
	source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_and_files_read_alike),
		cmocka_unit_test(test_a_clone_outlives_its_origin),
		cmocka_unit_test(test_cancel_reaches_all_clones),
		cmocka_unit_test(test_a_file_that_shrank_is_damage_not_the_end),
		cmocka_unit_test(test_cancel_from_another_thread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
