/* Addresses of claims: every form that people paste, what is refused, and that what is printed is read back. */
#include "unit.h"
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "kiyya/url.h"

#define ID  "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"
#define WEB "https://odysee.com/"

struct row {
	const char *text;
	const char *lbry;     /* NULL: none; with no claim_id either: refused */
	const char *claim_id; /* NULL: none */
	bool is_channel;
};

static const struct row lbry_rows[] = {
	{ "name", "lbry://name", NULL, false },
	{ "lbry://name", "lbry://name", NULL, false },
	{ "name:a", "lbry://name#a", NULL, false },
	{ "name#a", "lbry://name#a", NULL, false },
	{ "lbry://name#" ID, "lbry://name#" ID, ID, false },
	{ "lbry://name:" ID, "lbry://name#" ID, ID, false },
	{ "name$2", "lbry://name$2", NULL, false },
	{ "name$999999999", "lbry://name$999999999", NULL, false },
	{ "@chan", "lbry://@chan", NULL, true },
	{ "@chan:8", "lbry://@chan#8", NULL, true },
	{ "lbry://@chan#8", "lbry://@chan#8", NULL, true },
	{ "@chan$1", "lbry://@chan$1", NULL, true },
	{ "@chan:" ID, "lbry://@chan#" ID, ID, true },
	{ "@chan/name", "lbry://@chan/name", NULL, false },
	{ "@chan:8/name:c", "lbry://@chan#8/name#c", NULL, false },
	{ "lbry://@chan#8/name#c", "lbry://@chan#8/name#c", NULL, false },
	{ "@chan#8/name:" ID, "lbry://@chan#8/name#" ID, ID, false },
	{ "@chan:" ID "/name", "lbry://@chan#" ID "/name", NULL, false },
	{ "@chan$1/name$2", "lbry://@chan$1/name$2", NULL, false },
	{ ID, NULL, ID, false },
	/* a slash at the end means nothing, a query neither */
	{ "name/", "lbry://name", NULL, false },
	{ "@chan/", "lbry://@chan", NULL, true },
	{ "@chan:8/name:c/", "lbry://@chan#8/name#c", NULL, false },
	{ "lbry://name#a?r=x", "lbry://name#a", NULL, false },
	{ "@chan:8/name?t=42", "lbry://@chan#8/name", NULL, false },
	/* names that look odd and are fine */
	{ "@Кино:1/Ёлка", "lbry://@Кино#1/Ёлка", NULL, false },
	{ "映画", "lbry://映画", NULL, false },
	{ "🎬-film", "lbry://🎬-film", NULL, false },
	{ "it's,(really)!", "lbry://it's,(really)!", NULL, false },
	{ "a+b*c.d_e-f", "lbry://a+b*c.d_e-f", NULL, false },
	/* 40 hex digits that are not a bare id */
	{ "lbry://" ID, "lbry://" ID, NULL, false },
};

static const struct row web_rows[] = {
	{ WEB "name", "lbry://name", NULL, false },
	{ WEB "name:a", "lbry://name#a", NULL, false },
	{ WEB "@chan:8", "lbry://@chan#8", NULL, true },
	{ WEB "@chan:8/", "lbry://@chan#8", NULL, true },
	{ WEB "@chan:8/name:c", "lbry://@chan#8/name#c", NULL, false },
	{ "https://www.odysee.com/name:a", "lbry://name#a", NULL, false },
	{ "http://odysee.com/name:a", "lbry://name#a", NULL, false },
	{ "http://www.odysee.com/name:a", "lbry://name#a", NULL, false },
	{ "https://lbry.tv/name:a", "lbry://name#a", NULL, false },
	{ "https://open.lbry.com/@chan:8/name:a", "lbry://@chan#8/name#a", NULL, false },
	{ "odysee.com/@chan:8/name:a", "lbry://@chan#8/name#a", NULL, false },
	/* query and fragment */
	{ WEB "name:a?r=abc", "lbry://name#a", NULL, false },
	{ WEB "name:a?t=10#comments", "lbry://name#a", NULL, false },
	{ WEB "name:a#comments", "lbry://name#a", NULL, false },
	{ WEB "@chan:8/name:c?signature=ab&signature_ts=1", "lbry://@chan#8/name#c", NULL, false },
	/* percent-decoding */
	{ WEB "%40chan%3A8/name%3ac", "lbry://@chan#8/name#c", NULL, false },
	{ WEB "name%23a", "lbry://name#a", NULL, false },
	{ WEB "%D0%81%D0%BB%D0%BA%D0%B0:1", "lbry://Ёлка#1", NULL, false },
	{ WEB "%e6%98%a0%E7%94%BB", "lbry://映画", NULL, false },
	{ WEB "it%27s-%28really%29", "lbry://it's-(really)", NULL, false },
	{ WEB "@chan%2Fname", "lbry://@chan/name", NULL, false },
	/* special paths */
	{ WEB "$/embed/name/" ID, "lbry://name#" ID, ID, false },
	{ WEB "$/download/name/" ID, "lbry://name#" ID, ID, false },
	{ WEB "$/stream/name/" ID, "lbry://name#" ID, ID, false },
	{ WEB "$/embed/name/" ID "?autoplay=1", "lbry://name#" ID, ID, false },
	{ WEB "$/embed/@chan:8/name:c", "lbry://@chan#8/name#c", NULL, false },
	{ WEB "$/embed/name:c", "lbry://name#c", NULL, false },
	{ WEB "%24/embed/name/" ID, "lbry://name#" ID, ID, false },
	{ WEB "$/playlist/" ID, NULL, ID, false },
	{ WEB "$/list/" ID, NULL, ID, false },
	{ WEB "$/list/" ID "/", NULL, ID, false },
	{ WEB "name/" ID, "lbry://name#" ID, ID, false },
	{ WEB "name/" ID "/", "lbry://name#" ID, ID, false },
	/* foo/bar without the @; a slash at the end makes no channel of a name */
	{ WEB "chan/name", "lbry://@chan/name", NULL, false },
	{ WEB "chan:8/name:c", "lbry://@chan#8/name#c", NULL, false },
	{ WEB "name/", "lbry://name", NULL, false },
	{ WEB "name:a/", "lbry://name#a", NULL, false },
};

static const char *const refused[] = {
	"",
	" ",
	"/",
	"//",
	"@",
	"@/",
	"@:8",
	"lbry://",
	"lbry:///",
	"lbry://@",
	"lbry:///name",
	"name:",
	"name#",
	"name$",
	"name$x",
	"name$1234567890",
	"name:g",
	"name:A",
	"name:a:b",
	"name:a#b",
	"name#a$1",
	"name:" ID "0",
	"@chan/name/more",
	"@chan//name",
	"chan/name",
	"lbry://chan/name",
	"@@chan",
	"@chan/@chan",
	"@chan/name:",
	"na me",
	"name ",
	" name",
	"na\tme",
	"na\nme",
	"na\rme",
	"\033[31mname",
	"na=me",
	"na&me",
	"na;me",
	"na\"me",
	"na\\me",
	"na<me",
	"na>me",
	"na{me",
	"na}me",
	"na|me",
	"na^me",
	"na~me",
	"na`me",
	"na[me",
	"na]me",
	"na%me",
	"na%20me",
	/* not UTF-8: a lone byte, an overlong slash, a surrogate, past U+10FFFF, one cut off */
	"na\xffme",
	"na\xc0\xaf",
	"na\xed\xa0\x80",
	"na\xf4\x90\x80\x80",
	"na\xe6\x98",
	/* two that are no characters */
	"na\xef\xbf\xbe",
	"na\xef\xbf\xbf",
	/* web */
	WEB,
	WEB "/",
	WEB "?r=x",
	WEB "#a",
	WEB "$/",
	WEB "$/embed/",
	WEB "$/playlist/",
	WEB "$/playlist/name",
	WEB "$/playlist/123e4567-e89b-12d3-a456-426614174000",
	WEB "$/settings",
	WEB "$/embed/@chan:8/name/more",
	WEB "a/b/c",
	WEB "na%00me",
	WEB "%00",
	WEB "name%00:a",
	WEB "na%20me",
	WEB "na%0ame",
	WEB "na%1b[31m",
	WEB "na%",
	WEB "na%4",
	WEB "na%zz",
	WEB "na%%41",
	WEB "na%2541",
	WEB "na%ff",
	WEB "%c0%af",
	WEB "na%3Fme",
	"https://odysee.com",
	"https://odysee.com.evil.example/name",
	"https://evil.example/name",
	"ftp://odysee.com/name",
	"file:///etc/passwd",
	"javascript:x",
	/* too many parts; an id of 41 digits */

	WEB "name/more/fcf909d82ac7fefb7c6ad6c18cbae84c86547cd",
	WEB "name:" ID "0",
};

static void check_row(const struct row *r)
{
	struct url u;
	struct err err = { 0 };
	if (!url_parse(&u, r->text, &err))
		fail_msg("%s: %s", r->text, err.text);
	if (!str_eq(u.lbry, r->lbry))
		fail_msg("%s became %s", r->text, u.lbry ? u.lbry : "no address");
	if (!str_eq(u.claim_id, r->claim_id ? r->claim_id : ""))
		fail_msg("%s has the id \"%s\"", r->text, u.claim_id);
	if (u.is_channel != r->is_channel)
		fail_msg("%s: channel %d", r->text, u.is_channel);
	url_release(&u);
	assert_null(u.lbry);
}

static void test_lbry_forms(void **state)
{
	EACH_ROW (r, lbry_rows)
		check_row(r);
}

static void test_web_forms(void **state)
{
	EACH_ROW (r, web_rows)
		check_row(r);
}

static void test_refused(void **state)
{
	EACH_ROW (text, refused) {
		struct url u = { .lbry = (char *)"untouched" };
		struct err err = { 0 };
		if (url_parse(&u, *text, &err))
			fail_msg("\"%s\" became %s", *text, u.lbry);
		assert_string_equal(u.lbry, "untouched");
		assert_int_equal(err.kind, ERR_USAGE);
		/* What is quoted can be shown. */
		assert_true(text_is_clean(err.text, strlen(err.text), false));
		assert_non_null(strstr(err.text, "is no address of a claim"));
	}
}

/* An address of exactly n bytes. */
static char *long_address(const char *start, size_t n)
{
	char *s = malloc(n + 1);
	memset(s, 'a', n);
	memcpy(s, start, strlen(start));
	s[n] = 0;
	return s;
}

static void test_caps(void **state)
{
	static const char *const starts[] = { "name-", "@",         "@chan/",      "lbry://",
					      WEB,     WEB "chan/", WEB "$/embed/" };
	EACH_ROW (start, starts) {
		for (size_t n = URL_MAX - 1; n <= URL_MAX + 1; n++) {
			char *text = long_address(*start, n);
			struct url u;
			struct err err = { 0 };
			bool ok = url_parse(&u, text, &err);
			assert_int_equal(ok, n <= URL_MAX);
			if (ok) {
				assert_true(strlen(u.lbry) <= URL_MAX + strlen("lbry://@"));
				url_release(&u);
			} else {
				assert_int_equal(err.kind, ERR_USAGE);
				assert_non_null(strstr(err.text, "longer than 2048 bytes"));
			}
			free(text);
		}
	}
	char *megabyte = long_address(WEB, 1 << 20);
	struct url u;
	assert_false(url_parse(&u, megabyte, NULL));
	free(megabyte);
}

static void check_round_trip(const char *lbry, const char *claim_id, bool is_channel)
{
	check_row(&(struct row){ lbry, lbry, claim_id[0] ? claim_id : NULL, is_channel });
	char *web = url_web(lbry);
	assert_true(str_starts(web, WEB));
	check_row(&(struct row){ web, lbry, claim_id[0] ? claim_id : NULL, is_channel });
	free(web);
}

/* What is printed is read back as itself, in both forms. */
static void test_round_trip(void **state)
{
	EACH_ROW (r, lbry_rows)
		if (r->lbry)
			check_round_trip(r->lbry, r->claim_id ? r->claim_id : "", r->is_channel);
	EACH_ROW (r, web_rows)
		if (r->lbry)
			check_round_trip(r->lbry, r->claim_id ? r->claim_id : "", r->is_channel);
}

/* Whatever is accepted of a small hostile world is well-formed and stays itself. */
static void test_any_short_text(void **state)
{
	static const char letters[] = "a@:#$/%4?0\xd0\x81\x01\x7f";
	size_t n = sizeof(letters) - 1, accepted = 0;
	for (size_t i = 0; i < n * n * n * n; i++) {
		char text[64];
		snprintf(text, sizeof(text), "%s%c%c%c%c", i % 2 ? WEB : "", letters[i % n],
			 letters[i / n % n], letters[i / n / n % n], letters[i / n / n / n]);
		struct url u;
		if (!url_parse(&u, text, NULL))
			continue;
		accepted++;
		assert_true(str_starts(u.lbry, "lbry://"));
		assert_null(strpbrk(u.lbry + strlen("lbry://"), ":?%\x01"));
		assert_true(text_is_utf8(u.lbry, strlen(u.lbry)));
		check_round_trip(u.lbry, u.claim_id, u.is_channel);
		url_release(&u);
	}
	assert_true(accepted > 100);
}

static void test_web_escapes(void **state)
{
	static const struct {
		const char *lbry, *web;
	} rows[] = {
		{ "lbry://name", WEB "name" },
		{ "name", WEB "name" },
		{ "lbry://@chan#8/name#c", WEB "@chan:8/name:c" },
		{ "lbry://name$2", WEB "name$2" },
		{ "lbry://it's-(really)", WEB "it%27s-%28really%29" },
		{ "lbry://Ёлка", WEB "%D0%81%D0%BB%D0%BA%D0%B0" },
		{ "lbry://a\033b\177c d", WEB "a%1Bb%7Fc%20d" },
		{ "lbry://a%41<b>\"c\"", WEB "a%2541%3Cb%3E%22c%22" },
		{ "", WEB },
	};
	EACH_ROW (r, rows) {
		char *web = url_web(r->lbry);
		assert_string_equal(web, r->web);
		free(web);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lbry_forms),  cmocka_unit_test(test_web_forms),
		cmocka_unit_test(test_refused),     cmocka_unit_test(test_caps),
		cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_any_short_text),
		cmocka_unit_test(test_web_escapes),
	};
	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
