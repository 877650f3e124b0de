/* The lock: one holder, seen from elsewhere, gone with its process however that ends. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/file.h"

/* A child that takes the lock, says so by one byte, and stays until it is killed. */
static pid_t start_holder(const char *path)
{
	int pipe_fds[2];
	char byte = 0;
	assert_int_equal(pipe(pipe_fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(60); /* whatever becomes of the test */
		struct lock *l = lock_take(path, NULL);
		byte = l ? 'y' : 'n';
		if (write(pipe_fds[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
	close(pipe_fds[0]);
	assert_int_equal(byte, 'y');
	return pid;
}

static void test_two_processes(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char *path = kit_path(k, "lock");
	assert_int_equal(lock_holder(path), 0); /* no file yet */
	pid_t pid = start_holder(path);
	assert_null(lock_take(path, &err));
	assert_int_equal(err.kind, ERR_BUSY);
	assert_int_equal(err.num, pid);
	char *number = str_fmt("%d", (int)pid);
	assert_non_null(strstr(err.text, number));
	free(number);
	assert_int_equal(lock_holder(path), pid);
	assert_int_equal(lock_holder(path), pid); /* asking did not take it */
	assert_int_equal(kill(pid, SIGKILL), 0);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(lock_holder(path), 0);
	struct lock *l = lock_take(path, &err);
	assert_non_null(l);
	assert_int_equal(lock_holder(path), getpid());
	lock_release(l);
	assert_int_equal(lock_holder(path), 0);
	free(path);
}

static void test_same_process_twice(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char *path = kit_path(k, "lock");
	struct lock *l = lock_take(path, &err);
	assert_non_null(l);
	assert_null(lock_take(path, &err));
	assert_int_equal(err.num, getpid());
	lock_release(l);
	l = lock_take(path, &err);
	assert_non_null(l);
	lock_release(l);
	lock_release(NULL);
	free(path);
}

static void test_the_file_proves_nothing(void **state)
{
	struct kit *k = *state;
	char *path = kit_path(k, "lock");
	static const char *const lies[] = { "1\n", "", "not a number", "99999999999999999999",
					    "-4" };
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		assert_true(file_write_atomic(NULL, path, lies[i], strlen(lies[i]), 0600, NULL));
		assert_int_equal(lock_holder(path), 0);
		struct lock *l = lock_take(path, NULL);
		assert_non_null(l);
		lock_release(l);
	}
	/* Held by somebody whose number cannot be read. */
	int fd = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	struct err err = { 0 };
	assert_null(lock_take(path, &err));
	assert_int_equal(err.kind, ERR_BUSY);
	assert_int_equal(err.num, 0);
	close(fd);
	free(path);
}

static void test_a_forked_child_does_not_keep_it(void **state)
{
	struct kit *k = *state;
	char *path = kit_path(k, "lock");
	struct lock *l = lock_take(path, NULL);
	assert_non_null(l);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(60);
		pause();
		_exit(0);
	}
	lock_release(l);
	l = lock_take(path, NULL);
	bool taken = l != NULL;
	lock_release(l);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(taken);
	free(path);
}

static void test_bad_places(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char *link = kit_path(k, "link");
	assert_null(lock_take("/nonexistent-folder/lock", &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(symlink(k->db, link), 0);
	assert_null(lock_take(link, &err)); /* would have emptied the database */
	free(link);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_two_processes),
		TEST(test_same_process_twice),
		TEST(test_the_file_proves_nothing),
		TEST(test_a_forked_child_does_not_keep_it),
		TEST(test_bad_places),
	};
	return cmocka_run_group_tests_name("store_lock", tests, NULL, NULL);
}
