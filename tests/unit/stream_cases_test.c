/* The local server against tests/data/range-cases.tsv: what RFC 9110 allows a range, a condition or
 * a method to get. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "http_wire.h"
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/stream.h"
#include "odd_source.h"

#define ETAG          "0123456789abcdef0123456789abcdef"
#define MODIFIED      784111777
#define MODIFIED_HTTP "Sun, 06 Nov 1994 08:49:37 GMT"

static const struct {
	const char *name;
	uint64_t size;
} files[] = {
	{ "f0", 0 }, { "f1", 1 }, { "f11", 11 }, { "f1000", 1000 }, { "f5g", UINT64_C(5) << 30 },
};
#define FILES (sizeof(files) / sizeof(*files))

struct served {
	struct stream *stream;
	char *urls[FILES];
};
/* One line of the table. */
struct row {
	const char *id, *method, *version, *file, *headers, *allowed, *want, *content_range, *body;
};

static int start(void **state)
{
	struct served *s = NEW(struct served);
	struct err err = { 0 };
	s->stream = stream_start(0, clock_real(), &err);
	assert_non_null(s->stream);
	for (size_t i = 0; i < FILES; i++) {
		struct stream_item item = {
			.source = odd_source_new(&(struct odd_rules){ .size = files[i].size }),
			.media_type = "video/mp4",
			.etag = ETAG,
			.last_modified = MODIFIED,
		};
		s->urls[i] = stream_grant(s->stream, &item, &err);
		assert_non_null(s->urls[i]);
	}
	*state = s;
	return 0;
}

static int stop(void **state)
{
	struct served *s = *state;
	stream_stop(s->stream);
	for (size_t i = 0; i < FILES; i++)
		free(s->urls[i]);
	free(s);
	return 0;
}

/* The header column: "A: b | C: d", with \t, \xff, {ETAG} (as sent), {UETAG} (bare), {LM}. */
static void add_headers(struct buf *out, const char *column)
{
	static const struct {
		const char *from, *to;
	} words[] = {
		{ " | ", "\r\n" },   { "\\t", "\t" },
		{ "\\xff", "\xff" }, { "{ETAG}", "\"" ETAG "\"" },
		{ "{UETAG}", ETAG }, { "{LM}", MODIFIED_HTTP },
	};
	if (str_eq(column, "-"))
		return;
	while (*column) {
		size_t i = 0;
		while (i < sizeof(words) / sizeof(*words) && !str_starts(column, words[i].from))
			i++;
		if (i == sizeof(words) / sizeof(*words)) {
			buf_add_char(out, *column++);
			continue;
		}
		buf_add_str(out, words[i].to);
		column += strlen(words[i].from);
	}
	/* "…1300 times 0-": the table does not spell it out. */
	char *dots = strstr(out->data, "\xe2\x80\xa6");
	if (dots) {
		buf_cut(out, (size_t)(dots - out->data));
		for (int n = 32; n < 1300; n++)
			buf_add_str(out, n < 1299 ? "0-," : "0-");
	}
	buf_add_str(out, "\r\n");
}

static void ask(const struct served *s, const struct row *row, struct wire_reply *ret,
		uint64_t *ret_size)
{
	const char *url = NULL;
	for (size_t i = 0; i < FILES; i++)
		if (str_eq(files[i].name, row->file)) {
			url = s->urls[i];
			*ret_size = files[i].size;
		}
	const char *path = url ? strstr(url, "/movies/") : "/movies/" ETAG;
	struct buf b;
	buf_init(&b, 16384);
	buf_addf(&b, "%s %s HTTP/%s\r\nHost: 127.0.0.1:%d\r\n", row->method, path, row->version,
		 stream_port(s->stream));
	add_headers(&b, row->headers);
	buf_add_str(&b, "\r\n");
	int fd = wire_connect(stream_port(s->stream));
	wire_send(fd, b.data, b.len);
	wire_receive(fd, str_eq(row->method, "HEAD"), ret);
	close(fd);
	buf_release(&b);
}

static bool bytes_are(const char *body, size_t len, uint64_t first, uint64_t last)
{
	if (len != last - first + 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)body[i] != odd_byte(first + i))
			return false;
	return true;
}

/* "A-B,C-D": a part each, in this order, with its head, between boundaries. */
static bool parts_are(const struct wire_reply *r, const char *list, uint64_t size)
{
	char type[128];
	if (!wire_header(r, "Content-Type", type, sizeof(type)) ||
	    !str_starts(type, "multipart/byteranges; boundary="))
		return false;
	const char *boundary = strchr(type, '=') + 1, *at = r->body, *end = r->body + r->body_len;
	char *head = NULL;
	bool ok = true;
	for (const char *next = list; ok && next;
	     next = strchr(next, ',') ? strchr(next, ',') + 1 : NULL) {
		uint64_t first, last;
		ok = sscanf(next, "%" SCNu64 "-%" SCNu64, &first, &last) == 2;
		free(head);
		head = str_fmt("%s--%s\r\nContent-Type: video/mp4\r\nContent-Range: bytes %" PRIu64
			       "-%" PRIu64 "/%" PRIu64 "\r\n\r\n",
			       at == r->body ? "" : "\r\n", boundary, first, last, size);
		size_t need = strlen(head) + (size_t)(last - first + 1);
		ok = ok && (size_t)(end - at) >= need && str_starts(at, head) &&
		     bytes_are(at + strlen(head), (size_t)(last - first + 1), first, last);
		at += ok ? need : 0;
	}
	free(head);
	head = str_fmt("\r\n--%s--\r\n", boundary);
	ok = ok && (size_t)(end - at) == strlen(head) && str_eq(at, head);
	free(head);
	return ok;
}

static bool body_is(const struct wire_reply *r, const char *want, uint64_t size)
{
	uint64_t first, last;
	if (str_eq(want, "-"))
		return true;
	if (str_eq(want, "none"))
		return r->body_len == 0;
	if (str_eq(want, "full"))
		return size ? bytes_are(r->body, r->body_len, 0, size - 1) : r->body_len == 0;
	if (str_starts(want, "multipart:"))
		return parts_are(r, strchr(want, ':') + 1, size);
	return sscanf(want, "%" SCNu64 "-%" SCNu64, &first, &last) == 2 &&
	       bytes_are(r->body, r->body_len, first, last);
}

static bool range_is(const struct wire_reply *r, const char *want)
{
	char got[128] = "-";
	bool there = wire_header(r, "Content-Range", got, sizeof(got));
	return str_eq(want, "(multipart)") ? !there : str_eq(want, got);
}

static void check(const struct served *s, const struct row *row)
{
	struct wire_reply r;
	uint64_t size = 0;
	ask(s, row, &r, &size);
	int want = (int)strtol(row->want, NULL, 10);
	if (r.status != want || !r.whole || !range_is(&r, row->content_range) ||
	    !body_is(&r, row->body, size))
		fail_msg("%s %s %s: want %s %s %s\n%s(body: %zu bytes)", row->id, row->method,
			 row->headers, row->want, row->content_range, row->body, r.head,
			 r.body_len);
	wire_reply_release(&r);
}

/* Cuts a line at its tabs, in place. */
static bool split(char *line, struct row *ret)
{
	const char *column[10] = { 0 };
	size_t n = 0;
	for (char *at = line; at && n < 10; n++) {
		column[n] = at;
		at = strchr(at, '\t');
		if (at)
			*at++ = '\0';
	}
	*ret = (struct row){ column[0], column[2], column[3], column[4], column[5],
			     column[6], column[7], column[8], column[9] };
	return n == 10;
}

static void test_table(void **state)
{
	const char *top = getenv("top_srcdir");
	char *path = str_fmt("%s/tests/data/range-cases.tsv", top ? top : ".");
	struct buf text;
	struct err err = { 0 };
	if (!file_read_all(path, 1 << 20, &text, &err))
		fail_msg("%s", err.text);
	size_t n = 0;
	char *line = strchr(text.data, '\n');
	while (line && line[1]) {
		char *end = strchr(++line, '\n');
		if (end)
			*end = '\0';
		struct row row;
		assert_true(split(line, &row));
		check(*state, &row);
		line = end;
		n++;
	}
	assert_int_equal(n, 112);
	buf_release(&text);
	free(path);
}

/* Conditions that the table has not. */
static void test_conditions(void **state)
{
#define ANY "GET", "1.1", "f1000"
	static const struct row rows[] = {
		{ "list", ANY, "If-Match: \"a\",W/\"b\" ,{ETAG}", "200", "200", "-", "full" },
		{ "two lines", ANY, "If-Match: \"a\" | If-Match: {ETAG}", "200", "200", "-",
		  "full" },
		{ "weak", ANY, "If-Match: W/{ETAG}", "412", "412", "-", "-" },
		{ "bare", ANY, "If-Match: {UETAG}", "412", "412", "-", "-" },
		{ "open", ANY, "If-Match: \"" ETAG, "412", "412", "-", "-" },
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
		check(*state, &rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, start, stop),
		cmocka_unit_test_setup_teardown(test_conditions, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
