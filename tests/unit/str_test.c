/* Strings: numbers at their edges, hexadecimal, lists, sizes and durations. */
#include "unit.h"

#include "kiyya/str.h"

static void test_copying_always_ends(void **state)
{
	char dst[4] = "zzz";
	assert_true(str_copy(dst, sizeof(dst), "abc"));
	assert_string_equal(dst, "abc");
	assert_false(str_copy(dst, sizeof(dst), "wxyz"));
	assert_string_equal(dst, "wxy");
	assert_false(str_copy(dst, 1, "a"));
	assert_string_equal(dst, "");
	assert_null(str_dup(NULL));
	char *s = str_dupn("abcdef", 3);
	assert_string_equal(s, "abc");
	str_set(&s, s); /* its own value */
	assert_string_equal(s, "abc");
	str_set(&s, NULL);
	assert_null(s);
}

static void test_comparing_takes_null(void **state)
{
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_true(str_empty(NULL));
	assert_true(str_empty(""));
	assert_false(str_empty(" "));
	assert_true(str_ieq("AbC", "aBc"));
	assert_false(str_ieq("a", NULL));
	assert_true(str_starts("lbry://x", "lbry://"));
	assert_false(str_starts("lb", "lbry"));
	assert_false(str_starts(NULL, "a"));
	assert_true(str_ends("x.mp4", ".mp4"));
	assert_false(str_ends("4", ".mp4"));
	assert_false(str_ends(NULL, "a"));
}

static void test_unsigned_numbers(void **state)
{
	static const struct {
		const char *s;
		bool ok;
		uint64_t v;
	} rows[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ NULL, false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1x", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
		{ "\xd9\xa1", false, 0 }, /* an Arabic digit */
	};
	EACH_ROW (row, rows) {
		uint64_t v = 77;
		assert_int_equal(str_to_u64(row->s, &v), row->ok);
		assert_true(v == (row->ok ? row->v : 77));
	}
}

static void test_signed_numbers(void **state)
{
	static const struct {
		const char *s;
		bool ok;
		int64_t v;
	} rows[] = {
		{ "-0", true, 0 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 },
		{ "-", false, 0 },
		{ "--1", false, 0 },
		{ "- 1", false, 0 },
		{ "", false, 0 },
		{ NULL, false, 0 },
	};
	EACH_ROW (row, rows) {
		int64_t v = 77;
		assert_int_equal(str_to_i64(row->s, &v), row->ok);
		assert_true(v == (row->ok ? row->v : 77));
	}
}

static void test_hexadecimal_both_ways(void **state)
{
	unsigned char bytes[3] = { 1, 2, 3 };
	char text[7];
	hex_encode(text, "\x00\xab\xff", 3);
	assert_string_equal(text, "00abff");
	assert_true(str_is_hex(text, 6));
	assert_false(str_is_hex(text, 5)); /* there is more */
	assert_false(str_is_hex("00ab", 6));
	assert_false(str_is_hex("00ABFF", 6));
	assert_false(str_is_hex("", 1));
	assert_false(str_is_hex(NULL, 0));
	assert_true(hex_decode(bytes, 3, "00aBFf"));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_false(hex_decode(bytes, 3, "0102"));
	assert_false(hex_decode(bytes, 3, "01020g"));
	assert_false(hex_decode(bytes, 3, NULL));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
}

static void test_lists(void **state)
{
	struct strs l = { 0 }, copy;
	strs_split(&l, " a , b c,,\t ,d,");
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[1], "b c");
	assert_true(strs_has(&l, "d"));
	assert_false(strs_has(&l, ""));
	strs_copy(&copy, &l);
	strs_release(&l);
	assert_int_equal(l.n, 0);
	assert_string_equal(copy.v[2], "d");
	strs_release(&copy);
	strs_split(&l, "");
	assert_int_equal(l.n, 0);
	strs_release(&l);
}

static void test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },         { 999, "999 B" },         { 1000, "1.0 kB" },
		{ 9949, "9.9 kB" },   { 9960, "10 kB" },        { 999499, "999 kB" },
		{ 999500, "1.0 MB" }, { 1200000000, "1.2 GB" }, { UINT64_MAX, "18 EB" },
	};
	EACH_ROW (row, rows) {
		char text[12];
		str_size(text, sizeof(text), row->bytes);
		assert_string_equal(text, row->text);
	}
}

static void test_durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ -1, "" },          { 0, "0:00" },           { 7, "0:07" },
		{ 2530, "42:10" },   { 3599, "59:59" },       { 3600, "1:00:00" },
		{ 6130, "1:42:10" }, { 360000, "100:00:00" },
	};
	EACH_ROW (row, rows) {
		char text[32];
		str_duration(text, sizeof(text), row->seconds);
		assert_string_equal(text, row->text);
		int64_t back;
		if (row->seconds >= 0) {
			assert_true(str_to_seconds(text, &back));
			assert_int_equal(back, row->seconds);
		}
	}
}

static void test_seconds_as_people_write_them(void **state)
{
	static const struct {
		const char *s;
		bool ok;
		int64_t v;
	} rows[] = {
		{ "90", true, 90 },         { "1:30", true, 90 }, { "0:0:1", true, 1 },
		{ "1:2:3", true, 3723 },    { "1:60", false, 0 }, { "1:2:3:4", false, 0 },
		{ "", false, 0 },           { NULL, false, 0 },   { ":", false, 0 },
		{ "1:", false, 0 },         { "-5", false, 0 },   { "1.5", false, 0 },
		{ "1234567890", false, 0 },
	};
	EACH_ROW (row, rows) {
		int64_t v = 77;
		assert_int_equal(str_to_seconds(row->s, &v), row->ok);
		assert_int_equal(v, row->ok ? row->v : 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copying_always_ends),
		cmocka_unit_test(test_comparing_takes_null),
		cmocka_unit_test(test_unsigned_numbers),
		cmocka_unit_test(test_signed_numbers),
		cmocka_unit_test(test_hexadecimal_both_ways),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_seconds_as_people_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
