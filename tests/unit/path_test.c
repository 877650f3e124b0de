/* Directories from the environment, who may write there, and names that stay inside. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "kiyya/buf.h"
#include "kiyya/path.h"
#include "kiyya/str.h"

static void clear_environment(void)
{
	static const char *const names[] = { "KIYYA_HOME",      "KIYYA_CONFIG",
					     "XDG_CONFIG_HOME", "XDG_DATA_HOME",
					     "XDG_STATE_HOME",  "XDG_CACHE_HOME",
					     "XDG_RUNTIME_DIR", "HOME" };
	EACH_ROW (name, names)
		unsetenv(*name);
	setenv("HOME", "/home/selam", 1);
}

static void test_one_directory_for_all(void **state)
{
	struct paths p;
	struct err err;
	clear_environment();
	setenv("XDG_DATA_HOME", "/elsewhere", 1);
	setenv("XDG_RUNTIME_DIR", "/tmp", 1);
	assert_true(paths_init(&p, "/k", NULL, &err));
	assert_string_equal(p.config_file, "/k/config/kiyya.conf");
	assert_string_equal(p.db, "/k/data/kiyya.db");
	assert_string_equal(p.vault_dir, "/k/data/vault");
	assert_string_equal(p.keyring, "/k/data/keyring");
	assert_string_equal(p.keyring_dir, "/k/data/keyring.d");
	assert_string_equal(p.key_file, "/k/data/key");
	assert_string_equal(p.lock, "/k/data/lock");
	assert_string_equal(p.log_file, "/k/state/kiyya.log");
	assert_string_equal(p.crash_dir, "/k/state/crash");
	assert_string_equal(p.cache_dir, "/k/cache");
	assert_string_equal(p.control_socket, "/k/data/ctl");
	paths_release(&p);
	paths_release(&p);

	setenv("KIYYA_HOME", "/from/env", 1);
	setenv("KIYYA_CONFIG", "/etc/k.conf", 1);
	assert_true(paths_init(&p, NULL, NULL, &err));
	assert_string_equal(p.data_dir, "/from/env/data");
	assert_string_equal(p.config_file, "/etc/k.conf");
	paths_release(&p);
	assert_true(paths_init(&p, "/option", "/my.conf", &err)); /* options win */
	assert_string_equal(p.data_dir, "/option/data");
	assert_string_equal(p.config_file, "/my.conf");
	paths_release(&p);
}

static void test_relative_becomes_absolute(void **state)
{
	struct paths p;
	struct err err;
	clear_environment();
	assert_int_equal(chdir("/"), 0);
	assert_true(paths_init(&p, "here", "c.conf", &err));
	assert_string_equal(p.data_dir, "/here/data");
	assert_string_equal(p.config_file, "/c.conf");
	paths_release(&p);
}

static void test_the_places_of_xdg(void **state)
{
	struct paths p;
	struct err err;
	clear_environment();
	assert_true(paths_init(&p, NULL, NULL, &err));
	assert_string_equal(p.config_dir, "/home/selam/.config/kiyya");
	assert_string_equal(p.data_dir, "/home/selam/.local/share/kiyya");
	assert_string_equal(p.state_dir, "/home/selam/.local/state/kiyya");
	assert_string_equal(p.cache_dir, "/home/selam/.cache/kiyya");
	assert_string_equal(p.control_socket, "/home/selam/.local/share/kiyya/ctl");
	paths_release(&p);

	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_CONFIG_HOME", "relative", 1); /* ignored, says the specification */
	setenv("XDG_RUNTIME_DIR", "/tmp", 1);
	assert_true(paths_init(&p, NULL, NULL, &err));
	assert_string_equal(p.config_dir, "/home/selam/.config/kiyya");
	assert_string_equal(p.db, "/d/kiyya/kiyya.db");
	assert_string_equal(p.control_socket, "/tmp/kiyya/ctl");
	paths_release(&p);

	setenv("XDG_RUNTIME_DIR", "/tmp/no/such/place", 1);
	assert_true(paths_init(&p, NULL, NULL, &err));
	assert_string_equal(p.control_socket, "/d/kiyya/ctl");
	paths_release(&p);
}

static void test_directories_are_made_for_us_alone(void **state)
{
	struct paths p;
	struct err err;
	struct stat st;
	char dir[256], home[300];
	temp_dir_make(dir);
	snprintf(home, sizeof(home), "%s/a/b", dir);
	umask(0);
	assert_true(paths_init(&p, home, NULL, &err));
	assert_true(paths_create(&p, &err));
	const char *const made[] = { p.config_dir, p.data_dir,  p.vault_dir, p.keyring_dir,
				     p.state_dir,  p.crash_dir, p.cache_dir, home };
	EACH_ROW (one, made) {
		assert_int_equal(stat(*one, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
	}
	assert_true(paths_create(&p, &err)); /* again is fine */

	assert_int_equal(chmod(p.vault_dir, 0755), 0); /* others may look … */
	assert_true(paths_create(&p, &err));
	static const mode_t writable[] = { 0720, 0702, 01777 };
	EACH_ROW (mode, writable) { /* … but not write */
		assert_int_equal(chmod(p.vault_dir, *mode), 0);
		assert_false(paths_create(&p, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text, p.vault_dir));
	}
	paths_release(&p);
	temp_dir_remove(dir);
}

static void test_another_users_directory_is_refused(void **state)
{
	struct paths p;
	struct err err;
	char dir[256];
	temp_dir_make(dir);
	assert_true(paths_init(&p, dir, NULL, &err));
	assert_true(paths_create(&p, &err));
	if (geteuid() == 0)
		assert_int_equal(chown(p.cache_dir, 1, 1), 0);
	else
		str_set(&p.cache_dir, "/usr");
	assert_false(paths_create(&p, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	paths_release(&p);
	temp_dir_remove(dir);
}

static void test_a_file_in_the_way_is_named(void **state)
{
	struct paths p;
	struct err err;
	char dir[256], file[300];
	temp_dir_make(dir);
	snprintf(file, sizeof(file), "%s/config", dir);
	close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_true(paths_init(&p, dir, NULL, &err));
	assert_false(paths_create(&p, &err));
	assert_non_null(strstr(err.text, file));
	paths_release(&p);
	temp_dir_remove(dir);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} rows[] = {
		{ "a", true },
		{ "a.kv", true },
		{ "...", true },
		{ ".hidden", true },
		{ "two words", true },
		{ "\xe1\x8a\xa0", true },
		{ "", false },
		{ NULL, false },
		{ ".", false },
		{ "..", false },
		{ "a/b", false },
		{ "/", false },
		{ "../a", false },
		{ "a\nb", false },
		{ "\033[2J", false },
		{ "\xc2\x9b", false },
		{ "\xff", false },
		{ "\xe2\x80\xae"
		  "x",
		  false },
	};
	EACH_ROW (row, rows)
		assert_int_equal(path_is_name(row->name), row->ok);
	char name[257];
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	assert_true(path_is_name(name));
	name[255] = 'n';
	name[256] = '\0';
	assert_false(path_is_name(name));
}

static void test_opening_stays_inside(void **state)
{
	struct err err;
	char dir[256], link[300];
	temp_dir_make(dir);
	int fd = path_open_in(dir, "f", O_CREAT | O_EXCL | O_RDWR, 0600, &err);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_int_equal(path_open_in(dir, "../x", O_RDONLY, 0, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(path_open_in(dir, "none", O_RDONLY, 0, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("/etc/hostname", link), 0);
	assert_int_equal(path_open_in(dir, "link", O_RDONLY, 0, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(path_open_in("/no/such/dir", "f", O_RDONLY, 0, &err), -1);
	temp_dir_remove(dir);
}

static void test_joining(void **state)
{
	char *a = path_join("/x", "y"), *b = path_join("/", "y");
	assert_string_equal(a, "/x/y");
	assert_string_equal(b, "/y");
	free(a);
	free(b);
}

static void test_names_of_titles(void **state)
{
	static const struct {
		const char *title, *extension, *name;
	} rows[] = {
		{ "City at Night: A Walk", "mp4", "City at Night: A Walk.mp4" },
		{ "a/b\\c", NULL, "a-b\\c" },
		{ "../../etc/passwd", "mp4", "etc-passwd.mp4" },
		{ "-rf /", "mp4", "rf -.mp4" },
		{ " . hidden . ", "mp4", "hidden.mp4" },
		{ "bell\a esc\033[31m tab\there", "mp4", "bell esc[31m tab here.mp4" },
		{ "line\nbreak\xe2\x80\xa8", NULL, "line break" },
		{ "\xe2\x80\xaeright", NULL, "right" }, /* RIGHT-TO-LEFT OVERRIDE */
		{ "bad \xff utf-8", NULL, "bad \xef\xbf\xbd utf-8" },
		{ "", "mp4", "untitled.mp4" },
		{ "...", NULL, "untitled" },
		{ NULL, "mp4", "untitled.mp4" },
		{ "የማያልቅ መንገድ", "mp4", "የማያልቅ መንገድ.mp4" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *name = path_name_of_title(rows[i].title, rows[i].extension);
		assert_string_equal(name, rows[i].name);
		assert_true(path_is_name(name));
		free(name);
	}
	/* 255 bytes, and never half of a letter that takes three, nor of one with its marks. */
	struct buf long_title;
	buf_init(&long_title, 10000);
	for (int i = 0; i < 300; i++)
		assert_true(buf_addf(&long_title, "\xe1\x88\x80"));
	char *name = path_name_of_title(long_title.data, "mp4");
	assert_int_equal(strlen(name), 83 * 3 + 4);
	assert_true(path_is_name(name));
	free(name);
	buf_clear(&long_title);
	for (int i = 0; i < 100; i++)
		assert_true(buf_addf(&long_title, "e\xcc\x81"));
	name = path_name_of_title(long_title.data, NULL);
	assert_int_equal(strlen(name), 85 * 3);
	free(name);
	buf_release(&long_title);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_directory_for_all),
		cmocka_unit_test(test_relative_becomes_absolute),
		cmocka_unit_test(test_the_places_of_xdg),
		cmocka_unit_test(test_directories_are_made_for_us_alone),
		cmocka_unit_test(test_another_users_directory_is_refused),
		cmocka_unit_test(test_a_file_in_the_way_is_named),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_opening_stays_inside),
		cmocka_unit_test(test_joining),
		cmocka_unit_test(test_names_of_titles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
