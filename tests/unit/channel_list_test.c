/* Lists of channels of other programs, read and written; moments in the past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kiyya/channel_list.h"
#include "kiyya/since.h"
#include "kiyya/str.h"
#include "kiyya/url.h"

#define ID  "0123456789abcdef0123456789abcdef01234567"
#define ID2 "89abcdef0123456789abcdef0123456789abcdef"

struct row {
	const char *name, *text;
	const char *entries; /* "line address|…"; NULL: refused */
	size_t n_foreign;
	enum err_kind kind;
	const char *says; /* in the error */
};

#define OPML(body) "<?xml version=\"1.0\"?>\n<opml version=\"1.0\"><body>\n" body "</body></opml>\n"

static const struct row rows[] = {
	{ "nothing", "", "", 0, ERR_NONE, NULL },
	{ "blank", " \r\n\t\n# only this\n", "", 0, ERR_NONE, NULL },
	{ "plain", "# mine\n@a:1\r\n\n  lbry://@b#2  \nhttps://odysee.com/@c:3",
	  "2 @a:1|4 lbry://@b#2|5 https://odysee.com/@c:3", 0, ERR_NONE, NULL },
	{ "byte order mark", "\xef\xbb\xbf@a:1\n", "1 @a:1", 0, ERR_NONE, NULL },
	{ "doubles", "@a:1\n@b:2\n@a:1\n", "1 @a:1|2 @b:2", 0, ERR_NONE, NULL },
	{ "newsboat", "https://odysee.com/$/rss/@a:1 \"tag\" \"~Title\"\n@b:2 # why\n",
	  "1 https://odysee.com/$/rss/@a:1|2 @b:2", 0, ERR_NONE, NULL },
	{ "words", "@a and b\n", "1 @a and b", 0, ERR_NONE, NULL },
	{ "control bytes", "@a\x1b[31m:1\n", "1 @a[31m:1", 0, ERR_NONE, NULL },
	{ "opml",
	  OPML("<outline text=\"x\">\n<outline type=\"rss\" "
	       "xmlUrl=\"https://odysee.com/$/rss/@a:1\"/>\n"
	       "<outline xmlUrl=\"https://example.com/feed?a=1&amp;b=2\"/>"
	       "<outline xmlUrl=' https://odysee.com/%24/rss/@b:2 '/></outline>"),
	  "4 https://odysee.com/$/rss/@a:1|5 https://odysee.com/%24/rss/@b:2", 1, ERR_NONE, NULL },
	{ "opml in latin 1",
	  "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><opml><outline "
	  "xmlUrl=\"lbry://@caf\xe9#1\"/></opml>",
	  "1 lbry://@café#1", 0, ERR_NONE, NULL },
	{ "opml cut off", "<opml><body>\n<outline xmlUrl=\"lbry://@a#1\"/>", NULL, 0, ERR_USAGE,
	  "line 2" },
	{ "xml, no opml", "<rss></rss>", NULL, 0, ERR_USAGE, "no OPML" },
	{ "entities",
	  "<!DOCTYPE opml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<opml><outline "
	  "xmlUrl=\"&b;\"/></opml>",
	  NULL, 0, ERR_USAGE, "document type" },
	{ "external entity",
	  "<?xml version=\"1.0\"?><!DOCTYPE opml SYSTEM \"file:///etc/passwd\"><opml/>", NULL, 0,
	  ERR_USAGE, "document type" },
	{ "preferences",
	  "{\"shared\":{\"type\":\"object\",\"value\":{\"subscriptions\":[\"lbry://@a#" ID
	  "\",\"lbry://@b#" ID2 "\"],"
	  "\"following\":[{\"uri\":\"lbry://@b#" ID2 "\",\"notificationsDisabled\":true}]}}}",
	  "1 lbry://@b#" ID2 "|2 lbry://@a#" ID, 0, ERR_NONE, NULL },
	{ "an answer of the gateway",
	  "{\"jsonrpc\":\"2.0\",\"result\":{\"shared\":{\"value\":{\"following\":[{\"uri\":\"lbry:/"
	  "/@a#1\"}]}}}}",
	  "1 lbry://@a#1", 0, ERR_NONE, NULL },
	{ "bare array", "[\"@a:1\", 7, {\"uri\":\"@b:2\"}]", "1 @a:1|2 |3 @b:2", 0, ERR_NONE,
	  NULL },
	{ "no list in it", "{\"a\":1}", NULL, 0, ERR_USAGE, "following" },
	{ "no json", "{\"a\":", NULL, 0, ERR_USAGE, NULL },
};

static char *as_text(const struct channel_list *l)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < l->n; i++)
		buf_addf(&b, "%s%d %s", i ? "|" : "", l->v[i].line, l->v[i].address);
	return buf_steal(&b);
}

static void test_read(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct channel_list l = { 0 };
		struct err err = { 0 };
		print_message("         %s\n", r->name);
		assert_int_equal(channel_list_read(&l, r->text, strlen(r->text), &err),
				 r->entries != NULL);
		assert_int_equal(err.kind, r->kind);
		if (r->says)
			assert_non_null(strstr(err.text, r->says));
		char *text = as_text(&l);
		assert_string_equal(text, r->entries ? r->entries : "");
		assert_int_equal(l.n_foreign, r->n_foreign);
		free(text);
		channel_list_release(&l);
	}
}

static void test_caps(void **state)
{
	struct buf b;
	struct err err = { 0 };
	struct channel_list l = { 0 };
	buf_init(&b, 2 * CHANNEL_LIST_MAX_BYTES);
	for (int i = 0; i < CHANNEL_LIST_MAX_ENTRIES; i++)
		buf_addf(&b, "@c%d\n", i);
	assert_true(channel_list_read(&l, b.data, b.len, &err));
	assert_int_equal(l.n, CHANNEL_LIST_MAX_ENTRIES);
	assert_int_equal(l.v[l.n - 1].line, CHANNEL_LIST_MAX_ENTRIES);
	channel_list_release(&l);
	buf_add_str(&b, "@one-more\n");
	assert_false(channel_list_read(&l, b.data, b.len, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&b);
	while (b.len <= CHANNEL_LIST_MAX_BYTES)
		buf_add_str(&b, "# nothing but comments\n");
	assert_false(channel_list_read(&l, b.data, b.len, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_release(&b);
}

/* What is written is read again, names of every script and titles with every sign in them. */
static void test_round_trip(void **state)
{
	static const char *const names[] = { "@plain", "@የማያልቅ", "@深夜", "@a.b-c_d!(e)'f'",
					     "@100,5" };
	static const char *const titles[] = { "A & B <i>\"q\"</i>", NULL, "", "'", "]]>" };
	const size_t n = sizeof(names) / sizeof(names[0]);
	for (int f = CHANNEL_PLAIN; f <= CHANNEL_OPML; f++) {
		struct buf b;
		struct channel_list l;
		struct err err = { 0 };
		buf_init(&b, CHANNEL_LIST_MAX_BYTES);
		channel_list_begin(&b, (enum channel_format)f);
		for (size_t i = 0; i < n; i++)
			channel_list_write(&b, (enum channel_format)f, names[i], ID, titles[i]);
		channel_list_end(&b, (enum channel_format)f);
		print_message("%s", b.data);
		assert_true(channel_list_read(&l, b.data, b.len, &err));
		assert_int_equal(l.n, n);
		for (size_t i = 0; i < n; i++) {
			struct url u;
			char *lbry = str_fmt("lbry://%s#" ID, names[i]);
			assert_true(url_parse(&u, l.v[i].address, &err));
			assert_string_equal(u.lbry, lbry);
			assert_string_equal(u.claim_id, ID);
			assert_true(u.is_channel);
			url_release(&u);
			free(lbry);
		}
		channel_list_release(&l);
		buf_release(&b);
	}
}

static void test_since(void **state)
{
	const int64_t now = 1700000000;
	static const struct {
		const char *text;
		int64_t when; /* 0: none */
	} moments[] = {
		{ "0", 1700000000 },
		{ "600", 1699999400 },
		{ "10:00", 1699999400 },
		{ "1:00:00", 1699996400 },
		{ "30m", 1699998200 },
		{ "36h", 1699870400 },
		{ "7d", 1699395200 },
		{ "2w", 1698790400 },
		{ "90s", 1699999910 },
		{ "2023-11-14", 1699920000 },
		{ "2023-11-14T22:13:20Z", 1700000000 },
		{ "", 0 },
		{ "d", 0 },
		{ "7dd", 0 },
		{ "7y", 1479248000 },
		{ "1d12h", 1699870400 },
		{ "1D 12h", 0 },
		{ "7x", 0 },
		{ "101y", 0 },
		{ "-7d", 0 },
		{ "2023-13-01", 0 },
		{ "yesterday", 0 },
		{ "99999999999d", 0 },
	};
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct since s;
		print_message("         %s\n", moments[i].text);
		bool ok = since_parse(moments[i].text, &s);
		assert_int_equal(ok, moments[i].when != 0);
		if (ok)
			assert_int_equal(since_moment(&s, now), moments[i].when);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_since),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
