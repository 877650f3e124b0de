/* Series: titles as people write them, and a channel's claims in order. */
#include "unit.h"
#include "kiyya/season.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define NO SEASON_UNKNOWN

static void test_titles(void **state)
{
	static const struct {
		const char *title, *series; /* series NULL: no episode */
		int season, episode;
		const char *rest;
	} rows[] = {
		{ "Revenge S01E02 - The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge S01E01 – Pilot", "Revenge", 1, 1, "Pilot" },
		{ "Revenge S01E01 — Pilot", "Revenge", 1, 1, "Pilot" },
		{ "Revenge S01E01: Pilot", "Revenge", 1, 1, "Pilot" },
		{ "Revenge S01E01 Pilot", "Revenge", 1, 1, "Pilot" },
		{ "Revenge - S01E01", "Revenge", 1, 1, NULL },
		{ "revenge s1e2", "revenge", 1, 2, NULL },
		{ "REVENGE S01 E02 THE LETTER", "REVENGE", 1, 2, "THE LETTER" },
		{ "Revenge.S01E02.The.Letter", "Revenge", 1, 2, "The.Letter" },
		{ "Revenge_S01E02_The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge (S01E02) The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge [1x02] The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge 1x03 Old Friends", "Revenge", 1, 3, "Old Friends" },
		{ "Revenge 1X03", "Revenge", 1, 3, NULL },
		{ "Revenge 1×03 Old Friends", "Revenge", 1, 3, "Old Friends" },
		{ "Revenge Season 1 Episode 2", "Revenge", 1, 2, NULL },
		{ "Revenge season 1, episode 2: The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge – SEASON 1 – EPISODE 2 – The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge S1 Ep. 2 The Letter", "Revenge", 1, 2, "The Letter" },
		{ "Revenge Season1Episode2", "Revenge", 1, 2, NULL },
		{ "News S2024E131", "News", 2024, 131, NULL },
		{ "Revenge S00E01 Special", "Revenge", 0, 1, "Special" },
		{ "Revenge S01E02-E03 Both", "Revenge", 1, 2, "E03 Both" },
		{ "Mr. S01E01 Hello...", "Mr.", 1, 1, "Hello..." },
		{ "S.W.A.T. - S01E01", "S.W.A.T.", 1, 1, NULL },
		{ "Doctor (2005) S01E01 Rose", "Doctor (2005)", 1, 1, "Rose" },
		{ "24 S01E01 Midnight", "24", 1, 1, "Midnight" },
		{ "S01E01 Tales S02E03 Again", "S01E01 Tales", 2, 3, "Again" },
		{ "የማያልቅ መንገድ S01E02 – ደብዳቤ", "የማያልቅ መንገድ", 1, 2, "ደብዳቤ" },
		{ "ድራማ፡S01E02", "ድራማ", 1, 2, NULL },
		{ "深夜の列車　1x02　雪", "深夜の列車", 1, 2, "雪" },
		{ "深夜S01E02", "深夜", 1, 2, NULL },

		{ "S01E02 The Letter", NULL, 0, 0, NULL },
		{ " - S01E02", NULL, 0, 0, NULL },
		{ "Season 1 Episode 2", NULL, 0, 0, NULL },
		{ "City at Night: A Walk", NULL, 0, 0, NULL },
		{ "Jeep 4x4 in the Mud", NULL, 0, 0, NULL },
		{ "Screen 1920x1080", NULL, 0, 0, NULL },
		{ "Screen 10x12345", NULL, 0, 0, NULL },
		{ "Revenge Season 1", NULL, 0, 0, NULL },
		{ "Revenge Episode 2", NULL, 0, 0, NULL },
		{ "Revenge S01", NULL, 0, 0, NULL },
		{ "Revenge S01E", NULL, 0, 0, NULL },
		{ "Revenge S12345E01", NULL, 0, 0, NULL },
		{ "Revenge S01E123456", NULL, 0, 0, NULL },
		{ "Revenge S01E02v2", NULL, 0, 0, NULL },
		{ "RevengeS01E02", NULL, 0, 0, NULL },
		{ "", NULL, 0, 0, NULL },
	};
	EACH_ROW (r, rows) {
		struct season_title t = { 0 };
		bool read = season_title_read(&t, r->title);
		if (read != (r->series != NULL) ||
		    (read && (!str_eq(t.series, r->series) || t.season != r->season ||
			      t.episode != r->episode || !str_eq(t.rest, r->rest))))
			fail_msg("%s: %s %d %d %s", r->title, t.series ? t.series : "no episode",
				 t.season, t.episode, t.rest ? t.rest : "-");
		season_title_release(&t);
	}
}

static void test_titles_of_seasons(void **state)
{
	static const struct {
		const char *title, *series;
		int season;
	} rows[] = {
		{ "Revenge – Season 1", "Revenge", 1 },
		{ "Revenge - season 12", "Revenge", 12 },
		{ "REVENGE SEASON 1", "REVENGE", 1 },
		{ "Revenge S02", "Revenge", 2 },
		{ "Revenge (Season 2)", "Revenge", 2 },
		{ "ድራማ — Season 3", "ድራማ", 3 },
		{ "Season 1", NULL, 0 },
		{ "Revenge Season 1 and other things", NULL, 0 },
		{ "The best of Revenge", NULL, 0 },
		{ "Revenge S01E02", NULL, 0 },
		{ "Hot Seasons 4", NULL, 0 },
	};
	EACH_ROW (r, rows) {
		struct season_title t = { 0 };
		bool read = season_title_read_season(&t, r->title);
		if (read != (r->series != NULL) ||
		    (read && (!str_eq(t.series, r->series) || t.season != r->season ||
			      t.episode != NO || t.rest)))
			fail_msg("%s: %s %d", r->title, t.series ? t.series : "no season",
				 t.season);
		season_title_release(&t);
	}
}

static void test_printed_is_read_back(void **state)
{
	static const struct season_title rows[] = {
		{ (char *)"Revenge", 1, 2, (char *)"The Letter" },
		{ (char *)"Revenge", 12, 345, NULL },
		{ (char *)"የማያልቅ", 0, 1, (char *)"S01E02 inside" },
	};
	EACH_ROW (r, rows) {
		struct season_title t;
		char *printed = season_title_print(r);
		assert_true(season_title_read(&t, printed));
		assert_string_equal(t.series, r->series);
		assert_int_equal(t.season, r->season);
		assert_int_equal(t.episode, r->episode);
		assert_true(str_eq(t.rest, r->rest));
		season_title_release(&t);
		free(printed);
	}
}

static void test_keys(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "Revenge", "REVENGE!", true },
		{ "The Long-Way Home", "the long way home", true },
		{ "Café", "cafe", true },
		{ "የማያልቅ መንገድ", "የማያልቅ፡መንገድ።", true },
		{ "የማያልቅ መንገድ", "የአባቴ ልጅ", false }, /* the original's keys were empty here */
		{ "दिन", "दान", false },
		{ "深夜の列車", "深夜・の・列車", true },
		{ "深夜の列車", "早朝の列車", false },
		{ "Revenge 2", "Revenge", false },
	};
	EACH_ROW (r, rows) {
		char *a = text_key(r->a), *b = text_key(r->b);
		if (str_eq(a, b) != r->same || !a[0])
			fail_msg("%s %s", a, b);
		free(a);
		free(b);
	}
}

/* -- lists ------------------------------------------------------------------------------------- */

/* A claim called by the first digit of its id. */
static struct claim claim_of(char id, const char *title, int64_t release, const char **tag)
{
	struct claim c;
	claim_init(&c);
	memset(c.id, id, CLAIM_ID_LEN);
	c.title = title;
	c.release_time = release;
	c.tags = tag;
	c.n_tags = tag != NULL;
	return c;
}

static void assert_rows(const struct series_list *l, const char *const *expected)
{
	for (size_t i = 0; i < l->n || expected[i]; i++) {
		const struct series_episode *e = &l->v[i];
		char row[200] = "nothing";
		if (i < l->n)
			snprintf(row, sizeof(row), "%s %d %d %c%s", e->series, e->season,
				 e->episode, e->claim->id[0], e->inferred ? " ?" : "");
		if (!expected[i] || strcmp(row, expected[i]) != 0)
			fail_msg("row %zu is: %s", i, row);
	}
}

static void test_inferred(void **state)
{
	const char *series = "series", *drama = "drama_series", *movie = "movie";
	const struct claim claims[] = {
		claim_of('1', "revenge! 2x01", 50, NULL),
		claim_of('2', "Revenge S01E10", 40, NULL),
		claim_of('3', "Revenge S01E02 again", 30, NULL),
		claim_of('4', "Revenge S01E02", 20, NULL),
		claim_of('5', "A series without numbers", 10, &series),
		claim_of('6', "Bonus", 5, &drama),
		claim_of('7', "A film", 4, &movie),
		claim_of('8', "የአባቴ ልጅ S01E01", 3, NULL),
		claim_of('9', "የማያልቅ መንገድ S01E01", 2, NULL),
		claim_of('a', "Another S01E01", 1, NULL),
	};
	static const char *const rows[] = {
		"Another 1 1 a ?",    "Revenge 1 2 4 ?",
		"Revenge 1 2 3 ?",    "Revenge 1 10 2 ?",
		"Revenge 2 1 1 ?",    "የማያልቅ መንገድ 1 1 9 ?",
		"የአባቴ ልጅ 1 1 8 ?",    "Unsorted -1 -1 6 ?",
		"Unsorted -1 -1 5 ?", NULL,
	};
	struct series_list *l = series_list_new();
	EACH_ROW (c, claims)
		series_list_add_claim(l, c);
	series_list_finish(l);
	assert_rows(l, rows);
	series_list_free(l);
}

static void test_playlists(void **state)
{
	const struct claim first = claim_of('1', "Revenge S01E01", 1, NULL),
			   second = claim_of('2', "Revenge 1x02", 2, NULL),
			   third = claim_of('3', "REVENGE s01e03", 3, NULL),
			   late = claim_of('4', "revenge S01E05", 4, NULL),
			   early = claim_of('8', "revenge S01E00", 8, NULL),
			   trailer = claim_of('5', "Watch this", 5, NULL),
			   plain = claim_of('6', "Monday", 6, NULL),
			   plainer = claim_of('7', "Tuesday", 7, NULL);
	const struct claim *season_1[] = { &trailer, &second, &first, NULL, &third };
	const struct claim *week[] = { &plain, NULL, &plainer };
	static const char *const rows[] = {
		"Revenge! 1 -1 5",  "Revenge! 1 2 2", /* the playlist's order, whatever the numbers say */
		"Revenge! 1 1 1",   "Revenge! 1 3 3", "Revenge! 1 0 8 ?", /* not pushed between */
		"Revenge! 1 5 4 ?", "Week 2 1 6",     "Week 2 3 7",       NULL,
	};
	const struct claim *all[] = { &late, &early, &third, &second, &first, &trailer, &plain };
	/* Whichever come first. */
	for (int claims_first = 0; claims_first < 2; claims_first++) {
		struct series_list *l = series_list_new();
		for (int turn = 0; turn < 2; turn++) {
			if (turn == claims_first) {
				assert_true(series_list_add_playlist(l, "Revenge! – Season 1",
								     season_1, 5));
				assert_true(series_list_add_playlist(l, "Week S02", week, 3));
				assert_false(
				    series_list_add_playlist(l, "The best of it", week, 3));
				continue;
			}
			EACH_ROW (c, all)
				series_list_add_claim(l, *c);
		}
		series_list_finish(l);
		assert_rows(l, rows);
		series_list_free(l);
	}
}

static void test_nothing(void **state)
{
	struct series_list *l = series_list_new();
	series_list_finish(l);
	assert_int_equal(l->n, 0);
	series_list_free(l);
	series_list_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_titles_of_seasons),
		cmocka_unit_test(test_printed_is_read_back),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_inferred),
		cmocka_unit_test(test_playlists),
		cmocka_unit_test(test_nothing),
	};
	return cmocka_run_group_tests_name("season", tests, NULL, NULL);
}
