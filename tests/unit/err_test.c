/* Errors: filling, wrapping, what the kinds mean. */
#include "unit.h"

#include <errno.h>

#include "kiyya/err.h"

static void test_set_fills_all_and_returns_false(void **state)
{
	struct err err = { 0 };
	assert_false(err_set(&err, ERR_NET, 503, "asking %s", "a.example"));
	assert_int_equal(err.kind, ERR_NET);
	assert_int_equal(err.num, 503);
	assert_string_equal(err.text, "asking a.example");
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
	assert_string_equal(err.text, "");
}

static void test_nobody_need_care(void **state)
{
	assert_false(err_set(NULL, ERR_IO, 0, "x"));
	assert_false(err_sys(NULL, "x"));
	assert_false(err_wrap(NULL, "x"));
	err_clear(NULL);
}

static void test_sys_turns_errno_into_kinds(void **state)
{
	static const struct {
		int num;
		enum err_kind kind;
	} rows[] = {
		{ ENOSPC, ERR_SPACE }, { EDQUOT, ERR_SPACE }, { ENOENT, ERR_NOT_FOUND },
		{ EIO, ERR_IO },       { EACCES, ERR_IO },
	};
	EACH_ROW (row, rows) {
		struct err err;
		errno = row->num;
		assert_false(err_sys(&err, "opening %s", "f"));
		assert_int_equal(err.kind, row->kind);
		assert_int_equal(err.num, row->num);
		assert_int_equal(strncmp(err.text, "opening f: ", 11), 0);
	}
}

static void test_wrap_puts_before_and_never_overflows(void **state)
{
	struct err err;
	err_set(&err, ERR_PARSE, 7, "no items");
	assert_false(err_wrap(&err, "asking %s", "h"));
	assert_string_equal(err.text, "asking h: no items");
	assert_int_equal(err.num, 7);
	for (int i = 0; i < 300; i++)
		err_wrap(&err, "again");
	assert_true(strlen(err.text) < sizeof(err.text));
	assert_int_equal(strncmp(err.text, "again: again: ", 14), 0);
	char big[2000];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_wrap(&err, "%s", big);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void test_text_from_outside_is_made_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "a\033[31mred", "a [31mred" },
		{ "two\nlines\r\n", "two lines  " },
		{ "\x7f", " " },
		{ "c1 \xc2\x9b!", "c1   !" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
	};
	EACH_ROW (row, rows) {
		struct err err;
		err_set(&err, ERR_REFUSED, 0, "%s", row->in);
		assert_string_equal(err.text, row->out);
	}
}

static void test_a_cut_never_splits_a_character(void **state)
{
	struct err err;
	char big[800];
	for (size_t pad = 0; pad < 4; pad++) {
		memset(big, 'x', sizeof(big));
		for (size_t i = pad; i + 3 < sizeof(big); i += 3)
			memcpy(big + i, "\xe2\x82\xac", 3);
		big[sizeof(big) - 1] = '\0';
		err_set(&err, ERR_IO, 0, "%s", big);
		size_t n = strlen(err.text);
		assert_true(n >= sizeof(err.text) - 3);
		assert_int_equal((n - pad) % 3, 0);
	}
}

static void test_kinds_have_words_codes_and_a_way_back(void **state)
{
	for (int k = ERR_NONE; k <= ERR_CANCELLED; k++) {
		const char *word = err_category((enum err_kind)k);
		assert_true(word[0] != '\0');
		assert_int_equal(err_kind_of(word), k);
		assert_in_range(err_exit_code((enum err_kind)k), 0, 14);
	}
	assert_int_equal(err_exit_code(ERR_DAMAGED), 8);
	assert_true(err_can_retry(ERR_TIMEOUT));
	assert_false(err_can_retry(ERR_REFUSED));
	assert_int_equal(err_kind_of("what?"), ERR_INTERNAL);
	assert_int_equal(err_kind_of(NULL), ERR_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_fills_all_and_returns_false),
		cmocka_unit_test(test_nobody_need_care),
		cmocka_unit_test(test_sys_turns_errno_into_kinds),
		cmocka_unit_test(test_wrap_puts_before_and_never_overflows),
		cmocka_unit_test(test_text_from_outside_is_made_harmless),
		cmocka_unit_test(test_a_cut_never_splits_a_character),
		cmocka_unit_test(test_kinds_have_words_codes_and_a_way_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
