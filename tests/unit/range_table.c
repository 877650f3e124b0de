/* The cases of tests/data/range-cases.tsv. */
#include "range_table.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "http_wire.h"
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/file.h"
#include "kiyya/str.h"
#include "odd_source.h"

#define MODIFIED      784111777
#define MODIFIED_HTTP "Sun, 06 Nov 1994 08:49:37 GMT"
#define BLOCK         65536u

const struct table_file table_files[TABLE_FILES] = {
	{ "f0", 0 }, { "f1", 1 }, { "f11", 11 }, { "f1000", 1000 }, { "f5g", UINT64_C(5) << 30 },
};

void table_serve(struct served *s, struct source *(*make)(void *arg, const struct table_file *f),
		 void *arg)
{
	struct err err = { 0 };
	s->stream = stream_start(0, clock_real(), &err);
	assert_non_null(s->stream);
	for (size_t i = 0; i < TABLE_FILES; i++) {
		struct stream_item item = {
			.source = make(arg, &table_files[i]),
			.media_type = "video/mp4",
			.etag = TABLE_ETAG,
			.last_modified = MODIFIED,
		};
		s->urls[i] = stream_grant(s->stream, &item, &err);
		assert_non_null(s->urls[i]);
	}
}

void table_stop(struct served *s)
{
	stream_stop(s->stream);
	for (size_t i = 0; i < TABLE_FILES; i++)
		free(s->urls[i]);
}

/* The header column: "A: b | C: d", with \t, \xff, {ETAG} (as sent), {UETAG} (bare), {LM}. */
static void add_headers(struct buf *out, const char *column)
{
	static const struct {
		const char *from, *to;
	} words[] = {
		{ " | ", "\r\n" },         { "\\t", "\t" },
		{ "\\xff", "\xff" },       { "{ETAG}", "\"" TABLE_ETAG "\"" },
		{ "{UETAG}", TABLE_ETAG }, { "{LM}", MODIFIED_HTTP },
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

static void ask(const struct served *s, const struct table_row *row, struct wire_reply *ret,
		uint64_t *ret_size)
{
	const char *url = NULL;
	for (size_t i = 0; i < TABLE_FILES; i++)
		if (str_eq(table_files[i].name, row->file)) {
			url = s->urls[i];
			*ret_size = table_files[i].size;
		}
	const char *path = url ? strstr(url, "/movies/") : "/movies/" TABLE_ETAG;
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

void table_check_row(const struct served *s, const struct table_row *row)
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
static bool split(char *line, struct table_row *ret)
{
	const char *column[10] = { 0 };
	size_t n = 0;
	for (char *at = line; at && n < 10; n++) {
		column[n] = at;
		at = strchr(at, '\t');
		if (at)
			*at++ = '\0';
	}
	*ret = (struct table_row){ column[0], column[2], column[3], column[4], column[5],
				   column[6], column[7], column[8], column[9] };
	return n == 10;
}

static void for_each_row(void (*fn)(void *arg, const struct table_row *row), void *arg)
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
		struct table_row row;
		assert_true(split(line, &row));
		fn(arg, &row);
		line = end;
		n++;
	}
	assert_int_equal(n, 112);
	buf_release(&text);
	free(path);
}

static void check_row(void *arg, const struct table_row *row)
{
	table_check_row(arg, row);
}

void table_check(struct served *s)
{
	for_each_row(check_row, s);
}

struct filling {
	const struct table_file *file;
	void (*put)(void *arg, uint64_t off, const void *data, size_t n);
	void *arg;
};

static void put_block(const struct filling *f, uint64_t block)
{
	unsigned char data[BLOCK];
	uint64_t off = block * BLOCK;
	size_t n = f->file->size - off < BLOCK ? (size_t)(f->file->size - off) : BLOCK;
	for (size_t i = 0; i < n; i++)
		data[i] = odd_byte(off + i);
	f->put(f->arg, off, data, n);
}

static void put_asked(void *arg, const struct table_row *row)
{
	const struct filling *f = arg;
	uint64_t first, last;
	if (!str_eq(row->file, f->file->name) ||
	    sscanf(row->body, "%" SCNu64 "-%" SCNu64, &first, &last) != 2)
		return;
	for (uint64_t block = first / BLOCK; block <= last / BLOCK; block++)
		put_block(f, block);
}

void table_fill(const struct table_file *file,
		void (*put)(void *arg, uint64_t off, const void *data, size_t n), void *arg)
{
	struct filling f = { file, put, arg };
	if (file->size > BLOCK)
		for_each_row(put_asked, &f);
	else
		put_block(&f, 0);
}
