/* What the keys lean on: a command run without a shell, and the file that processes with keys hold. */
#include "unit.h"
#include "../../src/backend/command.h"
#include "../../src/backend/held.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kiyya/wake.h"

static void test_words(void **state)
{
	static const struct {
		const char *line, *words; /* with | between; NULL: refused */
	} rows[] = {
		{ "pass show kiyya", "pass|show|kiyya" },
		{ "  a \t b  ", "a|b" },
		{ "'a b' \"c d\"", "a b|c d" },
		{ "a'b'\"c\"", "abc" },
		{ "a\\ b \\'", "a b|'" },
		{ "'a\\b' \"a\\\"b\"", "a\\b|a\"b" },
		{ "a '' b", "a||b" },
		{ "a $HOME `x` ; | *", "a|$HOME|`x`|;|||*" },
		{ "a\\", "a\\" },
		{ "'a", NULL },
		{ "a \"b", NULL },
		{ "", NULL },
		{ "  ", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strs words;
		struct err err;
		bool ok = command_words(rows[i].line, &words, &err);
		if (ok != (rows[i].words != NULL))
			fail_msg("%s", rows[i].line);
		if (!ok) {
			assert_int_equal(err.kind, ERR_CONFIG);
			continue;
		}
		char *all = str_dup(words.v[0]);
		for (size_t k = 1; k < words.n; k++) {
			char *longer = str_fmt("%s|%s", all, words.v[k]);
			free(all);
			all = longer;
		}
		assert_string_equal(all, rows[i].words);
		free(all);
		strs_release(&words);
	}
}

static bool ask(const char *line, int stop_fd, char **ret, struct err *err)
{
	return command_first_line(line, 20, stop_fd < 0 ? 10000 : 60000, stop_fd, ret, err);
}

static void test_first_line(void **state)
{
	static const struct {
		const char *command, *line, *why; /* line NULL: refused, and why says this */
	} rows[] = {
		{ "printf 'one\\ntwo\\n'", "one", NULL },
		{ "printf 'one\\r\\n'", "one", NULL },
		{ "printf one", "one", NULL },
		{ "printf 12345678901234567890", "12345678901234567890", NULL },
		{ "printf 123456789012345678901", NULL, "longer than 20" },
		{ "true", NULL, "no passphrase" },
		{ "printf '\\n\\n'", NULL, "no passphrase" },
		{ "printf 'a\\0b\\n'", NULL, "no passphrase" },
		{ "sh -c 'echo one; exit 7'", NULL, "ended with 7" },
		{ "sh -c 'echo one; kill -9 $$'", NULL, "ended with 137" },
		{ "/nowhere/at/all", NULL, "does not start" },
		{ "sh -c 'echo one; head -c 200000 /dev/zero'", "one", NULL },
		{ "head -c 1000000 /dev/zero", NULL, "longer" },
		{ "cat", NULL, "no passphrase" }, /* nothing to read */
		{ "sh -c 'echo x$KIYYA_PASSPHRASE_FILE'", "x", NULL },
	};
	setenv("KIYYA_PASSPHRASE_FILE", "/secret", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *line = NULL;
		struct err err = { 0 };
		bool ok = ask(rows[i].command, -1, &line, &err);
		if (ok != (rows[i].line != NULL))
			fail_msg("%s: %s", rows[i].command, err.text);
		if (ok) {
			assert_string_equal(line, rows[i].line);
		} else {
			assert_int_equal(err.kind, ERR_LOCKED);
			if (!strstr(err.text, rows[i].why))
				fail_msg("%s: %s", rows[i].command, err.text);
		}
		str_burn(line);
	}
	unsetenv("KIYYA_PASSPHRASE_FILE");
}

/* One that hangs is ended, with its children, when the program is. */
static void test_stopped(void **state)
{
	struct wake stop;
	char *line = NULL;
	struct err err;
	wake_init(&stop);
	wake_up(&stop);
	assert_false(ask("sh -c 'sleep 1000 & sleep 1000'", stop.read_fd, &line, &err));
	assert_non_null(strstr(err.text, "stopped"));
	assert_false(command_first_line("sleep 1000", 20, 1, -1, &line, &err));
	assert_non_null(strstr(err.text, "too long"));
	wake_release(&stop);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

static void test_held(void **state)
{
	char dir[256];
	temp_dir_make(dir);
	struct held *a = held_new(dir), *b = held_new(dir), *looker = held_new(dir);
	struct err err;
	assert_int_equal(held_others(looker), 0);
	assert_true(held_begin(a, &err));
	held_wait(a);
	assert_true(held_begin(b, &err));
	held_wait(b);
	assert_true(held_begin(b, &err)); /* once more is nothing */
	int pid = held_others(looker);
	assert_true(pid == getpid() || pid == -1);
	assert_false(held_was_touched(a));
	held_tell(looker);
	struct pollfd p = { .fd = held_fd(a), .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_true(held_was_touched(a));
	assert_false(held_was_touched(a));
	held_end(a);
	assert_int_equal(held_fd(a), -1);
	assert_int_not_equal(held_others(looker), 0);
	held_free(b); /* lets go */
	assert_int_equal(held_others(looker), 0);
	held_tell(looker);
	assert_false(held_was_touched(a));
	held_free(a);
	held_free(looker);
	temp_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_held),
	};
	return cmocka_run_group_tests_name("backend keys", tests, NULL, NULL);
}
