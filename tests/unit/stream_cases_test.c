/* The local server against tests/data/range-cases.tsv, over bytes by a rule and over plain files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>
#include "kiyya/mem.h"
#include "odd_source.h"
#include "range_table.h"

static struct source *by_rule(void *arg, const struct table_file *f)
{
	return odd_source_new(&(struct odd_rules){ .size = f->size });
}

static void put(void *arg, uint64_t off, const void *data, size_t n)
{
	assert_int_equal(pwrite(*(int *)arg, data, n, (off_t)off), n);
}

/* Without a name; the one of 5 GiB is sparse. */
static struct source *plain_file(void *arg, const struct table_file *f)
{
	const char *tmp = getenv("TMPDIR");
	struct err err = { 0 };
	int fd = open(tmp ? tmp : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)f->size), 0);
	table_fill(f, put, &fd);
	struct source *s = source_file_new(fd, &err);
	assert_non_null(s);
	return s;
}

static int start_by_rule(void **state)
{
	struct served *s = NEW(struct served);
	table_serve(s, by_rule, NULL);
	*state = s;
	return 0;
}

static int start_plain(void **state)
{
	struct served *s = NEW(struct served);
	table_serve(s, plain_file, NULL);
	*state = s;
	return 0;
}

static int stop(void **state)
{
	table_stop(*state);
	free(*state);
	return 0;
}

static void test_table(void **state)
{
	table_check(*state);
}

/* Conditions that the table has not. */
static void test_conditions(void **state)
{
#define ANY "GET", "1.1", "f1000"
	static const struct table_row rows[] = {
		{ "list", ANY, "If-Match: \"a\",W/\"b\" ,{ETAG}", "200", "200", "-", "full" },
		{ "two lines", ANY, "If-Match: \"a\" | If-Match: {ETAG}", "200", "200", "-",
		  "full" },
		{ "weak", ANY, "If-Match: W/{ETAG}", "412", "412", "-", "-" },
		{ "bare", ANY, "If-Match: {UETAG}", "412", "412", "-", "-" },
		{ "open", ANY, "If-Match: \"" TABLE_ETAG, "412", "412", "-", "-" },
		{ "none", ANY, "If-None-Match: \"a\", \"b\"", "200", "200", "-", "full" },
		{ "none: empty", ANY, "If-None-Match: ", "200", "200", "-", "full" },
		{ "since before", ANY, "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT", "200",
		  "200", "-", "full" },
		{ "since after", ANY, "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT", "304",
		  "304", "-", "none" },
		{ "since never", ANY, "If-Modified-Since: yesterday", "200", "200", "-", "full" },
		{ "tag beats date", ANY, "If-None-Match: \"a\" | If-Modified-Since: {LM}", "200",
		  "200", "-", "full" },
		{ "not since before", ANY, "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT",
		  "412", "412", "-", "-" },
		{ "not since", ANY, "If-Unmodified-Since: {LM}", "200", "200", "-", "full" },
		{ "not since when", ANY, "If-Unmodified-Since: x", "200", "200", "-", "full" },
		{ "match beats date", ANY,
		  "If-Match: {ETAG} | If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT", "200",
		  "200", "-", "full" },
		{ "412 before 304", ANY, "If-Match: \"x\" | If-None-Match: {ETAG}", "412", "412",
		  "-", "-" },
		{ "412 before 416", ANY, "If-Match: \"x\" | Range: bytes=1000-", "412", "412", "-",
		  "-" },
		{ "304 before 416", ANY, "If-None-Match: * | Range: bytes=1000-", "304", "304", "-",
		  "none" },
		{ "HEAD 304", "HEAD", "1.1", "f1000", "If-None-Match: {ETAG}", "304", "304", "-",
		  "none" },
		{ "HEAD 412", "HEAD", "1.1", "f1000", "If-Match: \"x\"", "412", "412", "-",
		  "none" },
		{ "two If-Range", ANY, "Range: bytes=0-1 | If-Range: {ETAG} | If-Range: {ETAG}",
		  "400", "400", "-", "-" },
		{ "1.0 range", "GET", "1.0", "f1000", "Range: bytes=0-9", "206", "206",
		  "bytes 0-9/1000", "0-9" },
		{ "1.0 keep-alive", "GET", "1.0", "f1000", "Connection: keep-alive", "200", "200",
		  "-", "full" },
	};
#undef ANY
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		table_check_row(*state, &rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, start_by_rule, stop),
		cmocka_unit_test_setup_teardown(test_table, start_plain, stop),
		cmocka_unit_test_setup_teardown(test_conditions, start_by_rule, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
