/* Range headers: the rows of RFC 9110 that need no server, and the edges. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kiyya/range.h"

#define U64_PAST "18446744073709551616"

/* expected: "" whole, "416", or "A-B,C-D". */
static const struct {
	const char *header;
	uint64_t size;
	const char *expected;
} rows[] = {
	{ NULL, 1000, "" },
	/* one */
	{ "bytes=0-8", 1000, "0-8" },
	{ "bytes=0-0", 1000, "0-0" },
	{ "bytes=0-", 1000, "0-999" },
	{ "bytes=500-", 1000, "500-999" },
	{ "bytes=999-", 1000, "999-999" },
	{ "bytes=-10", 1000, "990-999" },
	{ "bytes=-1000", 1000, "0-999" },
	{ "bytes=-1001", 1000, "0-999" },
	{ "bytes=990-1990", 1000, "990-999" },
	{ "bytes=0-999", 1000, "0-999" },
	{ "bytes=0-1000", 1000, "0-999" },
	{ "bytes=0-", 1, "0-0" },
	{ "bytes=-1", 1, "0-0" },
	{ "bytes=00000000000000000010-00000000000000000019", 1000, "10-19" },
	/* the unit, blanks, empty elements */
	{ "Bytes=0-8", 1000, "0-8" },
	{ "BYTES=0-8", 1000, "0-8" },
	{ "\tbytes=0-8\t", 1000, "0-8" },
	{ "bytes= 0-8", 1000, "0-8" },
	{ "bytes=0-8 ", 1000, "0-8" },
	{ "bytes=0-8,", 1000, "0-8" },
	{ "bytes=,,0-8", 1000, "0-8" },
	{ "bytes=", 1000, "" },
	{ "bytes= , ,\t", 1000, "" },
	{ "items=0-5", 1000, "" },
	{ "bytes", 1000, "" },
	{ "0-8", 1000, "" },
	{ "=0-8", 1000, "" },
	{ "", 1000, "" },
	{ "bytesx=0-8", 1000, "" },
	/* not there */
	{ "bytes=1000-", 1000, "416" },
	{ "bytes=1000-2000", 1000, "416" },
	{ "bytes=-0", 1000, "416" },
	{ "bytes=1000-,2000-", 1000, "416" },
	{ "bytes=0-", 0, "416" },
	{ "bytes=0-0", 0, "416" },
	{ "bytes=-1", 0, "" },
	{ "bytes=-0", 0, "416" },
	/* not a range */
	{ "bytes=alpha", 1000, "416" },
	{ "bytes=10", 1000, "416" },
	{ "bytes=-", 1000, "416" },
	{ "bytes=--5", 1000, "416" },
	{ "bytes=-6-", 1000, "416" },
	{ "bytes=5-4", 1000, "416" },
	{ "bytes=5-Z", 1000, "416" },
	{ "bytes=0 -8", 1000, "416" },
	{ "bytes=0- 8", 1000, "416" },
	{ "bytes=0-+3", 1000, "416" },
	{ "bytes=+0-3", 1000, "416" },
	{ "bytes=0x01-0x02", 1000, "416" },
	{ "bytes=1.5-3", 1000, "416" },
	{ "bytes=0-2,5-4", 1000, "416" },
	{ "bytes=0-2;5-6", 1000, "416" },
	{ "bytes=\xff", 1000, "416" },
	/* numbers too big for a number */
	{ "bytes=" U64_PAST "-", 1000, "416" },
	{ "bytes=0-" U64_PAST, 1000, "0-999" },
	{ "bytes=-" U64_PAST, 1000, "0-999" },
	{ "bytes=0-99999999999999999999999999", 1000, "0-999" },
	{ "bytes=4294967300-4294967315", 5368709120, "4294967300-4294967315" },
	{ "bytes=18446744073709551614-", UINT64_MAX, "18446744073709551614-18446744073709551614" },
	/* several */
	{ "bytes=0-9, -10, 10-19", 1000, "0-9,990-999,10-19" },
	{ "bytes=500-600,601-999", 1000, "500-600,601-999" },
	{ "bytes=0-4,1000-", 1000, "0-4" },
	{ "bytes=0-4,-0", 1000, "0-4" },
	{ "bytes=0-4,4-5", 1000, "" },
	{ "bytes=4-5,0-4", 1000, "" },
	{ "bytes=0-10001, 0-0", 1000, "" },
	{ "bytes=0-,1-,2-,3-,4-", 11, "" },
	{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,"
	  "30-30",
	  1000,
	  "0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30" },
	{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,"
	  "30-30,"
	  "32-32",
	  1000, "" },
};

static void print(const char *header, uint64_t size, char *out, size_t out_size)
{
	struct range parts[RANGE_MOST];
	size_t n = 99;
	*out = '\0';
	switch (range_parse(header, size, parts, &n)) {
	case RANGE_UNSATISFIABLE:
		snprintf(out, out_size, "416");
		assert_int_equal(n, 0);
		break;
	case RANGE_WHOLE:
		assert_int_equal(n, 0);
		break;
	case RANGE_PARTS:
		assert_in_range(n, 1, RANGE_MOST);
		for (size_t i = 0; i < n; i++) {
			size_t len = strlen(out);
			snprintf(out + len, out_size - len, "%s%" PRIu64 "-%" PRIu64, i ? "," : "",
				 parts[i].first, parts[i].last);
		}
		break;
	}
}

static void test_headers(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char got[512];
		print(rows[i].header, rows[i].size, got, sizeof(got));
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s of %" PRIu64 ": \"%s\", not \"%s\"", rows[i].header,
				 rows[i].size, got, rows[i].expected);
	}
}

/* Every header of a small alphabet against small sizes: what comes out lies inside, in order,
 * apart. */
static void test_small_world(void **state)
{
	static const char alphabet[] = "0129-,";
	enum { LETTERS = sizeof(alphabet) - 1, LEN = 5 };
	for (unsigned long code = 0; code < 7776; code++) {
		char header[6 + LEN + 1] = "bytes=";
		unsigned long rest = code;
		for (int i = 0; i < LEN; i++, rest /= LETTERS)
			header[6 + i] = alphabet[rest % LETTERS];
		for (uint64_t size = 0; size < 4; size++) {
			struct range parts[RANGE_MOST];
			size_t n;
			if (range_parse(header, size, parts, &n) != RANGE_PARTS)
				continue;
			bool seen[4] = { 0 };
			assert_true(n > 0);
			for (size_t i = 0; i < n; i++) {
				assert_true(parts[i].first <= parts[i].last);
				assert_true(parts[i].last < size);
				for (uint64_t b = parts[i].first; b <= parts[i].last; b++) {
					assert_false(seen[b]);
					seen[b] = true;
				}
			}
		}
	}
}

/* `cat --range`: expected NULL is refused. */
static const struct {
	const char *s;
	uint64_t size;
	const char *expected;
} plain_rows[] = {
	{ "0-0", 10, "0-0" }, { "0-9", 10, "0-9" },    { "3-", 10, "3-9" },
	{ "9-", 10, "9-9" },  { "0-10", 10, NULL },    { "10-", 10, NULL },
	{ "-5", 10, NULL },   { "5-4", 10, NULL },     { "5", 10, NULL },
	{ "", 10, NULL },     { "-", 10, NULL },       { "0-9x", 10, NULL },
	{ " 0-9", 10, NULL }, { "0-9,2-3", 10, NULL }, { "0-" U64_PAST, 10, NULL },
	{ "0-", 0, NULL },    { "0-0", 0, NULL },
};

static void test_plain(void **state)
{
	for (size_t i = 0; i < sizeof(plain_rows) / sizeof(*plain_rows); i++) {
		struct range r = { 77, 77 };
		char got[64];
		bool ok = range_parse_plain(plain_rows[i].s, plain_rows[i].size, &r);
		snprintf(got, sizeof(got), "%" PRIu64 "-%" PRIu64, r.first, r.last);
		assert_int_equal(ok, plain_rows[i].expected != NULL);
		assert_string_equal(got, ok ? plain_rows[i].expected : "77-77");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_small_world),
		cmocka_unit_test(test_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
