/* Times as text and back. */
#include "unit.h"

#include <time.h>

#include "kiyya/clock.h"

static void test_iso_both_ways(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 784111777, "1994-11-06T08:49:37Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ -62167219200, "0000-01-01T00:00:00Z" },
	};
	EACH_ROW (row, rows) {
		char text[CLOCK_ISO_SIZE];
		int64_t back = 7;
		clock_iso(row->t, text);
		assert_string_equal(text, row->text);
		assert_true(clock_from_iso(text, &back));
		assert_int_equal(back, row->t);
	}
}

static void test_times_no_calendar_has_are_clamped(void **state)
{
	char text[CLOCK_ISO_SIZE], http[CLOCK_HTTP_SIZE];
	clock_iso(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_iso(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
	clock_http(INT64_MAX, http);
	assert_string_equal(http, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void test_what_is_no_iso_time(void **state)
{
	static const char *const rows[] = {
		"",
		"2000-01-01",
		"2000-01-01T00:00:00",
		"2000-01-01T00:00:00Zx",
		"2000-02-31T00:00:00Z",
		"2001-02-29T00:00:00Z",
		"2000-13-01T00:00:00Z",
		"2000-01-01T24:00:00Z",
		"2000-01-01 00:00:00Z",
	};
	EACH_ROW (row, rows) {
		int64_t t = 7;
		assert_false(clock_from_iso(*row, &t));
		assert_int_equal(t, 7);
	}
	int64_t t;
	assert_false(clock_from_iso(NULL, &t));
}

/* The three forms of RFC 9110, 5.6.7, with its own example. */
static void test_http_dates(void **state)
{
	static const char *const forms[] = {
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
	};
	EACH_ROW (form, forms) {
		int64_t t;
		assert_true(clock_from_http(*form, &t));
		assert_int_equal(t, 784111777);
	}
	char text[CLOCK_HTTP_SIZE];
	clock_http(784111777, text);
	assert_string_equal(text, forms[0]);

	static const char *const bad[] = { "", "120", "Sun, 06 Nov 1994 08:49:37",
					   "Sun, 31 Feb 1994 08:49:37 GMT",
					   "Sun, 06 Nov 1994 08:49:37 GMT, and more" };
	EACH_ROW (row, bad) {
		int64_t t;
		assert_false(clock_from_http(*row, &t));
	}
}

static void test_the_time_here(void **state)
{
	static const struct {
		const char *zone;
		int64_t t;
		const char *text;
	} rows[] = {
		{ "UTC", 0, "1970-01-01 00:00" },
		{ "UTC-3", 784111777, "1994-11-06 11:49" },
		{ "UTC+3", 0, "1969-12-31 21:00" },
		{ "UTC", INT64_MAX, "9999-12-30 23:59" },
		{ "UTC", -62167219200, "0000-01-01 00:00" },
	};
	const char *before = getenv("TZ");
	char *kept = before ? strdup(before) : NULL;
	EACH_ROW (row, rows) {
		char text[CLOCK_HERE_SIZE];
		setenv("TZ", row->zone, 1);
		tzset();
		clock_here(row->t, text);
		assert_string_equal(text, row->text);
	}
	if (kept)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
}

static void test_the_real_clock_runs_forwards(void **state)
{
	int64_t a = clock_mono_ms(clock_real());
	int64_t b = clock_mono_ms(clock_real());
	assert_true(b >= a);
	assert_true(clock_wall(clock_real()) > 1700000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iso_both_ways),
		cmocka_unit_test(test_times_no_calendar_has_are_clamped),
		cmocka_unit_test(test_what_is_no_iso_time),
		cmocka_unit_test(test_http_dates),
		cmocka_unit_test(test_the_time_here),
		cmocka_unit_test(test_the_real_clock_runs_forwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
