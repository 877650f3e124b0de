/* Search words: how they are read, printed, and asked of the index. */
#include "unit.h"

#include "kiyya/query.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static struct query parse(const char *text)
{
	struct query q;
	struct err err = { 0 };
	if (!query_parse(&q, text, false, &err))
		fail_msg("\"%s\": %s", text, err.text);
	return q;
}

static const struct {
	const char *typed, *canonical, *fts;
} reads[] = {
	{ "", "", NULL },
	{ "   ", "", NULL },
	{ "revenge", "revenge", "\"revenge\"" },
	{ "  two   words ", "two words", "\"two\" \"words\"" },
	{ "\"the  long night\" x", "\"the long night\" x", "\"the long night\" \"x\"" },
	{ "\"never closed", "\"never closed\"", "\"never closed\"" },
	{ "a\"b c\"d", "a \"b c\" d", "\"a\" \"b c\" \"d\"" },
	{ "\"\" !!! ...", "", NULL },
	{ "rock&roll AND OR NOT NEAR(a b) col:x ^y z*",
	  "rock&roll AND OR NOT NEAR(a b) col:x ^y z*",
	  "\"rock&roll\" \"AND\" \"OR\" \"NOT\" \"NEAR(a\" \"b)\" \"col:x\" \"^y\" \"z*\"" },
	{ "ሰላም 世界", "ሰላም 世界", "\"ሰላም\" \"世界\"" },
	{ "tag:Movie tag:\"two words\" tag:movie", "tag:movie tag:\"two words\"",
	  "{tags} : \"movie\" {tags} : \"two words\"" },
	{ "x ch:demo", "x ch:@demo", "\"x\" {channel_name} : \"@demo\"" },
	{ "ch:@demo:ab", "ch:@demo#ab", "{channel_name} : \"@demo\"" },
	{ "ch:https://odysee.com/@demo:ab", "ch:@demo#ab", "{channel_name} : \"@demo\"" },
	{ "CH:0123456789abcdef0123456789abcdef01234567",
	  "ch:0123456789abcdef0123456789abcdef01234567", NULL },
	{ "dur:>20m dur:<1h30m", "dur:>1200s dur:<5400s", NULL },
	{ "dur:>1:30:00", "dur:>5400s", NULL },
	{ "dur:>90", "dur:>90s", NULL },
	{ "since:30d", "since:720h", NULL },
	{ "since:2w since:2024-05-01", "since:2024-05-01", NULL },
	{ "is:downloaded IS:Unwatched", "is:downloaded is:unwatched", NULL },
	{ "http://x is: more", NULL, NULL },
	{ "dur:20m", NULL, NULL },
	{ "dur:>", NULL, NULL },
	{ "since:1d30m since:90s", "since:90s", NULL },
	{ "since:2024-05-01T10:00:00Z", "since:2024-05-01T10:00:00Z", NULL },
	{ "since:1:00:00", "since:1h", NULL },
	{ "since:30", NULL, NULL },
	{ "since:yesterday", NULL, NULL },
	{ "is:good", NULL, NULL },
	{ "ch:lbry://stream", NULL, NULL },
	{ "tag:", NULL, NULL },
};

static void test_reads(void **state)
{
	EACH_ROW (row, reads) {
		struct query q;
		struct err err = { 0 };
		bool ok = query_parse(&q, row->typed, false, &err);
		if (ok != (row->canonical != NULL))
			fail_msg("\"%s\": %s", row->typed, ok ? "was read" : err.text);
		if (!ok) {
			assert_int_equal(err.kind, ERR_USAGE);
			continue;
		}
		char *text = query_print(&q), *fts = query_fts(&q, false);
		assert_string_equal(text, row->canonical);
		if (!str_eq(fts, row->fts))
			fail_msg("\"%s\" asks for %s", row->typed, fts);
		free(text);
		free(fts);
		query_release(&q);
	}
}

static const struct {
	const char *typed;
	int season, episode; /* -1: it is none */
} episodes[] = {
	{ "S01E02", 1, 2 },
	{ "s1e2", 1, 2 },
	{ "S1.E2", 1, 2 },
	{ "s01-ep02", 1, 2 },
	{ "1x02", 1, 2 },
	{ "01X2", 1, 2 },
	{ "S1 E2", 1, 2 },
	{ "Season 1 Episode 2", 1, 2 },
	{ "season one, episode two", 1, 2 },
	{ "SEASON ONE EP. 2", 1, 2 },
	{ "season1 episode2", 1, 2 },
	{ "s12e345", 12, 345 },
	{ "season twenty episode nineteen", 20, 19 },
	{ "1920x1080", -1, -1 },
	{ "s1", -1, -1 },
	{ "season 1", -1, -1 },
	{ "season one two", -1, -1 },
	{ "s1e2a", -1, -1 },
	{ "s100e1", -1, -1 },
	{ "\"s1e2\"", -1, -1 },
	{ "x264", -1, -1 },
};

static void test_episodes(void **state)
{
	EACH_ROW (row, episodes) {
		struct query q = parse(row->typed);
		bool found = q.n_terms == 1 && !q.terms[0].text;
		if (found != (row->season >= 0))
			fail_msg("\"%s\"", row->typed);
		if (found) {
			assert_int_equal(q.terms[0].season, row->season);
			assert_int_equal(q.terms[0].episode, row->episode);
		}
		query_release(&q);
	}
	struct query q = parse("the Season 1 Episode 2 of x");
	char *text = query_print(&q), *fts = query_fts(&q, false), *words = query_words(&q);
	assert_string_equal(text, "the S01E02 of x");
	assert_string_equal(words, "the S01E02 of x");
	assert_true(str_starts(fts, "\"the\" \"of\" \"x\" AND (\"s1e2\" OR "));
	assert_non_null(strstr(fts, "\"season one episode two\")"));
	free(text);
	free(fts);
	free(words);
	query_release(&q);
}

static void test_typing(void **state)
{
	struct query q;
	struct err err = { 0 };
	static const char *const unfinished[] = { "xy dur:", "xy dur:>", "xy is:down",
						  "xy since:3" };
	EACH_ROW (text, unfinished) {
		assert_false(query_parse(&q, *text, false, &err));
		assert_true(query_parse(&q, *text, true, &err));
		char *fts = query_fts(&q, true);
		assert_string_equal(fts, "\"xy\"*");
		free(fts);
		query_release(&q);
	}
	assert_false(query_parse(&q, "dur:> x", true, &err));
	q = parse("two wor");
	char *fts = query_fts(&q, true);
	assert_string_equal(fts, "\"two\" \"wor\"*");
	free(fts);
	query_release(&q);
	q = parse("two w");
	fts = query_fts(&q, true);
	assert_string_equal(fts, "\"two\"");
	free(fts);
	query_release(&q);
	q = parse("w");
	fts = query_fts(&q, true);
	assert_string_equal(fts, "\"w\"");
	free(fts);
	query_release(&q);
	q = parse("a \"two wor\"");
	fts = query_fts(&q, true);
	assert_string_equal(fts, "\"a\" \"two wor\"");
	free(fts);
	query_release(&q);
}

static void test_cap(void **state)
{
	char text[QUERY_MAX_CHARS * 2 + 3];
	struct query q;
	struct err err = { 0 };
	for (int i = 0; i <= QUERY_MAX_CHARS; i++)
		memcpy(text + 2 * i, "é", 2);
	text[2 * QUERY_MAX_CHARS + 2] = '\0';
	assert_false(query_parse(&q, text, false, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	text[2 * QUERY_MAX_CHARS] = '\0';
	assert_true(query_parse(&q, text, false, &err));
	query_release(&q);
}

static void test_like(void **state)
{
	struct query q = parse("100%_a\\b \"x y\"");
	char *like = query_like(&q);
	assert_string_equal(like, "[[\"%100\\\\%\\\\_a\\\\\\\\b%\"],[\"%x y%\"]]");
	free(like);
	query_release(&q);
}

static void test_wants(void **state)
{
	static const char *tags[] = { "movie", "comedy" };
	struct claim c;
	claim_init(&c);
	c.title = "A film";
	c.channel_name = "@Demo";
	str_copy(c.channel_id, sizeof(c.channel_id), "abcdef0123456789abcdef0123456789abcdef01");
	c.duration = 1200;
	c.release_time = 1000000;
	c.tags = tags;
	c.n_tags = 2;
	c.local.watched = true;
	static const struct {
		const char *filters;
		bool wants;
	} rows[] = {
		{ "", true },
		{ "ch:@demo", true },
		{ "ch:@demo:abc", true },
		{ "ch:@demo:abd", false },
		{ "ch:@other", false },
		{ "dur:>19m", true },
		{ "dur:>20m", false },
		{ "dur:<21m", true },
		{ "dur:<20m", false },
		{ "since:1970-01-12", true },
		{ "since:1970-01-13", false },
		{ "since:1h", true },
		{ "tag:movie tag:comedy", true },
		{ "tag:movie tag:drama", false },
		{ "is:watched", true },
		{ "is:unwatched", false },
		{ "is:downloaded", false },
		{ "is:favorite", false },
	};
	EACH_ROW (row, rows) {
		struct query q = parse(row->filters);
		if (query_wants(&q, &c, 1003600) != row->wants)
			fail_msg("%s", row->filters);
		query_release(&q);
	}
}

static const struct {
	const char *words, *title, *description, *snippet;
} snippets[] = {
	{ "film", "A film", NULL, "A film" },
	{ "fox", "x", "The quick brown fox.", "The quick brown fox." },
	{ "EVENING", "x", "One évening\nthere was", "One évening there was" },
	{ "s1e2", "Revenge 1x02", "All about it", "Revenge 1x02" },
	{ "nowhere", "x", "It begins so", "It begins so" },
	{ "nowhere", "x", NULL, NULL },
	{ "needle", "x",
	  "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg needle "
	  "hhhhhhhhhh",
	  "…dddddddddd eeeeeeeeee ffffffffff gggggggggg needle hhhhhhhhhh" },
};

static void test_snippets(void **state)
{
	EACH_ROW (row, snippets) {
		struct query q = parse(row->words);
		struct claim c;
		claim_init(&c);
		c.title = row->title;
		c.description = row->description;
		char *snippet = query_snippet(&q, &c);
		if (!str_eq(snippet, row->snippet))
			fail_msg("%s: %s", row->words, snippet);
		free(snippet);
		query_release(&q);
	}
	/* Long and without blanks: still short, still UTF-8. */
	struct query q = parse("世");
	struct claim c;
	char text[3001];
	for (int i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "世", 3);
	text[3000] = '\0';
	claim_init(&c);
	c.title = "x";
	c.description = text;
	char *snippet = query_snippet(&q, &c);
	assert_true(strlen(snippet) < 200);
	assert_true(text_is_utf8(snippet, strlen(snippet)));
	free(snippet);
	query_release(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),    cmocka_unit_test(test_episodes),
		cmocka_unit_test(test_typing),   cmocka_unit_test(test_cap),
		cmocka_unit_test(test_like),     cmocka_unit_test(test_wants),
		cmocka_unit_test(test_snippets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
