/* JSON from outside in all its ugliness, and JSON of ours read back. */
#include "unit.h"

#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/json.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static struct json *parse(const char *text)
{
	struct err err;
	return json_parse(text, strlen(text), JSON_MAX_BYTES, &err);
}

static void test_what_is_json(void **state)
{
	static const char *const rows[] = {
		"0",
		"-0",
		"1.5e-3",
		"1E+2",
		"\"\"",
		"true",
		" null ",
		"[]",
		"{}",
		"[ ]",
		"{ }",
		"[1,2]",
		"\t[\r\n]",
		"{\"a\":[{}]}",
		"\"\\u00e9\"",
		"\"\\/\\b\"",
		"\"\\ud83d\\ude00\"",
		"\"\xc3\xa9\"",
		"{\"\":0}",
		"{\"a\":1,\"a\":2}",
		"\"\x7f\"",
	};
	EACH_ROW (row, rows) {
		struct json *doc = parse(*row);
		if (!doc)
			fail_msg("refused: %s", *row);
		json_free(doc);
	}
}

static void test_what_is_not(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"nul",
		"nullx",
		"True",
		"01",
		"-",
		"+1",
		".5",
		"5.",
		"1e",
		"1e+",
		"0x10",
		"NaN",
		"Infinity",
		"-Infinity",
		"'a'",
		"\"",
		"\"a",
		"\"\\\"",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u12g4\"",
		"\"\x1f\"",
		"\"\n\"",
		"\"\t\"",
		"[",
		"]",
		"[1",
		"[1,",
		"[1,]",
		"[,1]",
		"[1 2]",
		"{",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,",
		"{\"a\":1,}",
		"{a:1}",
		"{1:1}",
		"{\"a\" 1}",
		"[1]]",
		"1 2",
		"{} {}",
		"[1}",
		"{\"a\":1]",
		"// c\n1",
		"1 /* c */",
		"\xef\xbb\xbf[]",
		"\"\\ud83d\"",
		"\"\\ude00\"",
		"\"\\ud83d\\u0041\"", /* halves of pairs */
		"\"\xc0\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xf5\x80\x80\x80\"",
		"\"\xe2\x82\"",
		"\"\xff\"",
	};
	EACH_ROW (row, rows) {
		struct err err = { 0 };
		struct json *doc = json_parse(*row, strlen(*row), JSON_MAX_BYTES, &err);
		if (doc)
			fail_msg("taken: %s", *row);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_true(err.text[0] != '\0');
		assert_true(text_is_clean(err.text, strlen(err.text), false));
	}
}

static void test_every_prefix_of_a_document_is_refused(void **state)
{
	static const char doc[] =
	    "{\"a\":[1,-2.5e3,\"x\\u00e9\\n\",true,null,12345678901234567890]}";
	for (size_t n = 0; n < sizeof(doc) - 1; n++)
		assert_null(json_parse(doc, n, JSON_MAX_BYTES, NULL));
	json_free(parse(doc));
}

static void test_a_nul_byte_ends_nothing(void **state)
{
	struct err err;
	assert_null(json_parse("[1]\0", 4, 100, &err));
	assert_null(json_parse("[\"a\0b\"]", 7, 100, &err));
	assert_null(json_parse("\0", 1, 100, &err));
	struct json *doc = parse("{\"a\":\"x\\u0000y\",\"b\\u0000c\":1}");
	assert_string_equal(json_str(json_get(doc, "a")), "x");
	assert_non_null(json_get(doc, "b"));
	json_free(doc);
}

static char *nested(char open, size_t n, char close)
{
	char *text = calloc(1, 2 * n + 1);
	memset(text, open, n);
	memset(text + n, close, n);
	return text;
}

static void test_depth_is_capped(void **state)
{
	static const struct {
		size_t depth;
		bool ok;
	} rows[] = { { JSON_MAX_DEPTH, true }, { JSON_MAX_DEPTH + 1, false }, { 200000, false } };
	EACH_ROW (row, rows) {
		char *text = nested('[', row->depth, ']');
		struct json *doc = parse(text);
		assert_int_equal(doc != NULL, row->ok);
		json_free(doc);
		free(text);
	}
}

static void test_size_and_number_of_values_are_capped(void **state)
{
	struct err err;
	assert_null(json_parse("[1,2]", 5, 4, &err));
	assert_int_equal(err.kind, ERR_PARSE);
	struct json *doc = json_parse("[1,2]", 5, 5, &err);
	assert_non_null(doc);
	json_free(doc);

	size_t n = 2 * ((size_t)JSON_MAX_VALUES + 5);
	char *many = malloc(n + 1);
	for (size_t i = 0; i < n; i += 2)
		memcpy(many + i, i == 0 ? "[0" : ",0", 2);
	many[n] = ']';
	assert_null(json_parse(many, n + 1, n + 1, &err));
	assert_non_null(strstr(err.text, "too many values"));
	free(many);
}

static void test_integers_are_exact_at_any_size(void **state)
{
	static const struct {
		const char *text;
		bool signed_ok;
		int64_t i;
		bool unsigned_ok;
		uint64_t u;
	} rows[] = {
		{ "0", true, 0, true, 0 },
		{ "-7", true, -7, false, 0 },
		{ "5.0", true, 5, true, 5 },
		{ "1e3", true, 1000, true, 1000 },
		{ "1.5", false, 0, false, 0 },
		{ "999999999999999", true, 999999999999999, true, 999999999999999 },
		{ "9007199254740993", true, 9007199254740993, true, 9007199254740993 },
		{ "9223372036854775807", true, INT64_MAX, true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN, false, 0 },
		{ "9223372036854775808", false, 0, true, UINT64_C(9223372036854775808) },
		{ "18446744073709551615", false, 0, true, UINT64_MAX },
		{ "18446744073709551616", false, 0, false, 0 },
		{ "1e17", false, 0, false, 0 }, /* as a double it may have been another number */
		{ "1e999", false, 0, false, 0 },
		{ "\"9223372036854775807\"", true, INT64_MAX, true, INT64_MAX },
		{ "\"12x\"", false, 0, false, 0 },
		{ "\"\"", false, 0, false, 0 },
		{ "true", false, 0, false, 0 },
		{ "null", false, 0, false, 0 },
		{ "[1]", false, 0, false, 0 },
	};
	EACH_ROW (row, rows) {
		struct json *doc = parse(row->text);
		int64_t i = 77;
		uint64_t u = 77;
		assert_non_null(doc);
		assert_int_equal(json_i64(doc, &i), row->signed_ok);
		assert_true(i == (row->signed_ok ? row->i : 77));
		assert_int_equal(json_u64(doc, &u), row->unsigned_ok);
		assert_true(u == (row->unsigned_ok ? row->u : 77));
		json_free(doc);
	}
}

static void test_long_integers_among_other_things(void **state)
{
	struct json *doc =
	    parse("{\"a\":12345678901234567,\"s\":\"9\",\"b\":[ -98765432109876543 ,1]}");
	int64_t a = 0, b = 0;
	assert_true(json_i64(json_get(doc, "a"), &a));
	assert_true(json_i64(json_first(json_get(doc, "b")), &b));
	assert_true(a == 12345678901234567 && b == -98765432109876543);
	char *text = json_print(doc);
	assert_string_equal(
	    text, "{\"a\":\"12345678901234567\",\"s\":\"9\",\"b\":[\"-98765432109876543\",1]}");
	free(text);
	json_free(doc);
}

static void test_doubles(void **state)
{
	struct json *doc = parse("[1.5,1e999,12345678901234567890,\"1.5\",9007199254740993]");
	double d = 7;
	assert_true(json_double(json_at(doc, 0), &d) && d == 1.5);
	assert_false(json_double(json_at(doc, 1), &d)); /* infinity */
	assert_false(json_double(json_at(doc, 3), &d));
	assert_true(d == 1.5);
	assert_true(json_double(json_at(doc, 4), &d) && d == 9007199254740992.0);
	json_free(doc);
}

static void test_readers_take_anything(void **state)
{
	struct json *doc = parse("{\"a\":{\"b\":{\"c\":[10,20]}},\"t\":true,\"n\":null,\"s\":\"x\","
				 "\"dup\":1,\"dup\":2,\"a.b\":5}");
	int64_t i;
	assert_int_equal(json_count(json_path(doc, "a.b.c")), 2);
	assert_null(json_path(doc, "a.x.c"));
	assert_null(json_path(doc, "a.b.c.d"));
	assert_null(json_path(doc, ""));
	assert_null(json_path(doc, "a."));
	assert_null(json_path(NULL, "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(json_get(doc, "s"), "a"));
	assert_null(json_get(doc, "A")); /* case counts */
	assert_true(json_i64(json_get(doc, "dup"), &i));
	assert_int_equal(i, 1); /* the first */
	assert_null(json_at(json_path(doc, "a.b.c"), 2));
	assert_null(json_at(doc, 0)); /* no array */
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_null(json_key(NULL));
	assert_string_equal(json_key(json_first(doc)), "a");
	assert_int_equal(json_count(NULL), 0);
	assert_int_equal(json_count(json_get(doc, "s")), 0);
	assert_true(json_bool(json_get(doc, "t"), false));
	assert_true(json_bool(json_get(doc, "s"), true));
	assert_true(json_is_null(json_get(doc, "n")));
	assert_false(json_is_null(NULL));
	assert_false(json_is_object(NULL) || json_is_array(NULL) || json_is_string(NULL));
	assert_null(json_str(json_get(doc, "t")));
	assert_null(json_print(NULL));
	json_free(doc);
	json_free(NULL);
}

static void test_writing_everything(void **state)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, 1000);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_put_str(&o, "s", "a\"b\\c/\n\x01\xc3\xa9");
	json_put_str(&o, "none", NULL);
	json_put_i64(&o, "i", INT64_MIN);
	json_put_bool(&o, "t", true);
	json_put_time(&o, "when", 0);
	json_put_time(&o, "unknown", TIME_UNKNOWN);
	json_open(&o, "l", '[');
	json_put_i64(&o, NULL, 1);
	json_open(&o, NULL, '{');
	json_close(&o, '}');
	json_put_raw(&o, NULL, "[2]");
	json_close(&o, ']');
	json_open(&o, "e", '[');
	json_close(&o, ']');
	json_close(&o, '}');
	assert_string_equal(
	    b.data,
	    "{\"s\":\"a\\\"b\\\\c/\\n\\u0001\xc3\xa9\",\"i\":-9223372036854775808,\"t\":true,"
	    "\"when\":\"1970-01-01T00:00:00Z\",\"l\":[1,{},[2]],\"e\":[]}");
	assert_false(o.full);
	json_free(parse(b.data));
	buf_release(&b);
}

static void test_written_text_is_safe_and_valid(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "\"\"" },
		{ "\033]52;c;eA==\a", "\"\\u001b]52;c;eA==\\u0007\"" },
		{ "\xc2\x9b!", "\"\\u009b!\"" }, /* C1 */
		{ "\x7f", "\"\\u007f\"" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
		{ "a\xff\xc0\x80z", "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "\xf0\x9f", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
	};
	EACH_ROW (row, rows) {
		struct buf b;
		struct json_out o;
		buf_init(&b, 1000);
		json_out_init(&o, &b);
		json_put_str(&o, NULL, row->in);
		assert_string_equal(b.data, row->out);
		struct json *doc = parse(b.data);
		assert_non_null(doc);
		if (text_is_utf8(row->in, strlen(row->in)))
			assert_string_equal(json_str(doc), row->in); /* back to what it was */
		json_free(doc);
		buf_release(&b);
	}
}

static void test_a_full_buffer_is_said(void **state)
{
	for (size_t max = 0; max < 12; max++) {
		struct buf b;
		struct json_out o;
		buf_init(&b, max);
		json_out_init(&o, &b);
		json_open(&o, NULL, '[');
		json_put_str(&o, NULL, "abcd");
		json_put_i64(&o, NULL, 12);
		json_close(&o, ']');
		assert_int_equal(o.full, max < strlen("[\"abcd\",12]"));
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_json),
		cmocka_unit_test(test_what_is_not),
		cmocka_unit_test(test_every_prefix_of_a_document_is_refused),
		cmocka_unit_test(test_a_nul_byte_ends_nothing),
		cmocka_unit_test(test_depth_is_capped),
		cmocka_unit_test(test_size_and_number_of_values_are_capped),
		cmocka_unit_test(test_integers_are_exact_at_any_size),
		cmocka_unit_test(test_long_integers_among_other_things),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_readers_take_anything),
		cmocka_unit_test(test_writing_everything),
		cmocka_unit_test(test_written_text_is_safe_and_valid),
		cmocka_unit_test(test_a_full_buffer_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
