/* Files on a disk that fails: every write, sync and rename once, and every write short once. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "kiyya/file.h"
#include "kiyya/str.h"

/* The disk that fails. struct io has no room for state: one test at a time turns these. */
static struct {
	int calls;   /* so far */
	int fail_at; /* 0: never */
	int num;     /* errno of the failure; 0: the write is short instead */
} disk;

static bool fails_now(void)
{
	return ++disk.calls == disk.fail_at;
}

static ssize_t faulty_write_at(int fd, const void *data, size_t n, off_t off)
{
	if (!fails_now())
		return pwrite(fd, data, n, off);
	if (disk.num == 0)
		return pwrite(fd, data, n > 1 ? n / 2 : n, off);
	errno = disk.num;
	return -1;
}

static int fail_or(int result)
{
	errno = disk.num;
	return result;
}

static int faulty_sync(int fd, bool data_only)
{
	if (fails_now() && disk.num)
		return fail_or(-1);
	return io_real()->sync(fd, data_only);
}

static int faulty_truncate(int fd, off_t len)
{
	if (fails_now() && disk.num)
		return fail_or(-1);
	return ftruncate(fd, len);
}

static int faulty_rename(const char *from, const char *to)
{
	if (fails_now() && disk.num)
		return fail_or(-1);
	return rename(from, to);
}

static int faulty_create(const char *path, unsigned mode)
{
	if (fails_now() && disk.num)
		return fail_or(-1);
	return io_real()->create(path, mode);
}

static int faulty_remove(const char *path)
{
	if (fails_now() && disk.num)
		return fail_or(-1);
	return io_real()->remove(path);
}

static const struct io faulty = {
	.write_at = faulty_write_at,
	.sync = faulty_sync,
	.truncate = faulty_truncate,
	.rename = faulty_rename,
	.create = faulty_create,
	.remove = faulty_remove,
};

static void set_disk(int fail_at, int num)
{
	disk.calls = 0;
	disk.fail_at = fail_at;
	disk.num = num;
}

static int count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* without . and .. */
}

static void expect_content(const char *path, const char *want)
{
	struct buf b;
	struct err err;
	assert_true(file_read_all(path, 1000, &b, &err));
	assert_string_equal(b.data, want);
	buf_release(&b);
}

struct place {
	char dir[256], file[300];
};

static struct place place_make(void)
{
	struct place p;
	temp_dir_make(p.dir);
	snprintf(p.file, sizeof(p.file), "%s/f", p.dir);
	return p;
}

static void test_write_then_read(void **state)
{
	struct place p = place_make();
	struct err err;
	struct stat st;
	umask(0);
	assert_true(file_write_atomic(NULL, p.file, "old", 3, 0600, &err));
	assert_int_equal(stat(p.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(file_write_atomic(NULL, p.file, "newer", 5, 0600, &err));
	expect_content(p.file, "newer");
	assert_true(file_write_atomic(NULL, p.file, "", 0, 0600, &err));
	expect_content(p.file, "");
	assert_int_equal(count_entries(p.dir), 1);
	temp_dir_remove(p.dir);
}

static void test_each_failing_step_leaves_old_or_new(void **state)
{
	static const int nums[] = { EIO, ENOSPC };
	EACH_ROW (num, nums) {
		bool succeeded = false;
		for (int at = 1; !succeeded; at++) {
			struct place p = place_make();
			struct err err = { 0 };
			assert_true(file_write_atomic(NULL, p.file, "old", 3, 0600, &err));
			set_disk(at, *num);
			succeeded = file_write_atomic(&faulty, p.file, "newer", 5, 0600, &err);
			if (!succeeded) {
				assert_int_equal(err.kind, *num == ENOSPC ? ERR_SPACE : ERR_IO);
				assert_non_null(strstr(err.text, p.file));
			}
			struct buf b;
			assert_true(file_read_all(p.file, 100, &b, &err));
			bool is_new = str_eq(b.data, "newer");
			assert_true(is_new || (!succeeded && str_eq(b.data, "old")));
			buf_release(&b);
			assert_int_equal(count_entries(p.dir), 1); /* no half-made file stays */
			temp_dir_remove(p.dir);
			assert_true(at < 20);
		}
		assert_int_equal(disk.calls,
				 5); /* create, write, sync, rename, sync of the directory */
	}
}

static void test_a_short_write_is_carried_on(void **state)
{
	struct place p = place_make();
	struct err err;
	for (int at = 1; at < 5; at++) {
		set_disk(at, 0);
		assert_true(file_write_atomic(&faulty, p.file, "0123456789", 10, 0600, &err));
		expect_content(p.file, "0123456789");
	}
	temp_dir_remove(p.dir);
}

static void test_made_directories_are_durable(void **state)
{
	struct place p = place_make();
	struct err err = { 0 };
	char deep[320];
	snprintf(deep, sizeof(deep), "%s/a/b/c", p.dir);
	for (int at = 1; at <= 3; at++) { /* each of the three is synced in the one above */
		set_disk(at, EIO);
		assert_false(file_make_dirs(&faulty, deep, &err));
		assert_int_equal(err.kind, ERR_IO);
		set_disk(0, 0);
		assert_true(file_make_dirs(&faulty, deep, &err));
		assert_int_equal(disk.calls, 4 - at); /* what failed is done again, no more */
		temp_dir_remove(p.dir);
		assert_true(file_make_dirs(NULL, p.dir, &err));
	}
	assert_true(file_make_dirs(&faulty, deep, &err));
	set_disk(0, 0);
	assert_true(file_make_dirs(&faulty, deep, &err));
	assert_int_equal(disk.calls, 0);
	temp_dir_remove(p.dir);
}

static ssize_t write_nothing(int fd, const void *data, size_t n, off_t off)
{
	return 0;
}

static void test_a_disk_that_takes_nothing_is_an_error_not_a_loop(void **state)
{
	struct place p = place_make();
	struct err err;
	struct io stuck = *io_real();
	stuck.write_at = write_nothing;
	assert_false(file_write_atomic(&stuck, p.file, "x", 1, 0600, &err));
	assert_int_equal(err.kind, ERR_IO);
	assert_int_equal(count_entries(p.dir), 0);
	temp_dir_remove(p.dir);
}

static void test_interrupted_calls_are_repeated(void **state)
{
	struct place p = place_make();
	struct err err;
	set_disk(1, EINTR);
	assert_true(file_write_atomic(&faulty, p.file, "abc", 3, 0600, &err));
	expect_content(p.file, "abc");
	temp_dir_remove(p.dir);
}

static void test_reading_has_a_cap_and_names_what_is_missing(void **state)
{
	struct place p = place_make();
	struct err err;
	struct buf b;
	assert_false(file_read_all(p.file, 10, &b, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_true(file_write_atomic(NULL, p.file, "0123456789", 10, 0600, &err));
	assert_true(file_read_all(p.file, 10, &b, &err));
	buf_release(&b);
	assert_false(file_read_all(p.file, 9, &b, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_release(&b);
	assert_false(file_read_all(p.dir, 9, &b, &err)); /* a directory */
	buf_release(&b);
	temp_dir_remove(p.dir);
}

static void test_reading_at_an_offset_is_exact(void **state)
{
	struct place p = place_make();
	struct err err;
	char got[8] = { 0 };
	assert_true(file_write_atomic(NULL, p.file, "0123456789", 10, 0600, &err));
	int fd = open(p.file, O_RDWR | O_CLOEXEC);
	assert_true(file_read_at(fd, got, 4, 6, &err));
	assert_string_equal(got, "6789");
	assert_false(file_read_at(fd, got, 4, 7, &err));
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_true(file_write_at(NULL, fd, "XY", 2, 20, &err));
	assert_true(file_read_at(fd, got, 3, 19, &err));
	assert_memory_equal(got, "\0XY", 3);
	assert_true(file_sync(NULL, fd, true, &err));
	close(fd);
	assert_false(file_read_at(fd, got, 1, 0, &err));
	assert_false(file_rename(NULL, "/nowhere/a", "/nowhere/b", &err));
	assert_false(file_sync_dir(NULL, "/nowhere", &err));
	temp_dir_remove(p.dir);
}

static void test_free_space_is_known(void **state)
{
	struct err err;
	uint64_t bytes = 0;
	assert_true(file_free_space("/", &bytes, &err));
	assert_false(file_free_space("/nowhere/at/all", &bytes, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_then_read),
		cmocka_unit_test(test_each_failing_step_leaves_old_or_new),
		cmocka_unit_test(test_a_short_write_is_carried_on),
		cmocka_unit_test(test_made_directories_are_durable),
		cmocka_unit_test(test_a_disk_that_takes_nothing_is_an_error_not_a_loop),
		cmocka_unit_test(test_interrupted_calls_are_repeated),
		cmocka_unit_test(test_reading_has_a_cap_and_names_what_is_missing),
		cmocka_unit_test(test_reading_at_an_offset_is_exact),
		cmocka_unit_test(test_free_space_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
