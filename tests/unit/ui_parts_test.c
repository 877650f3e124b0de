/* The pure parts of the screen: layout, canvas, lists, text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "canvas.h"
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "layout.h"
#include "lines.h"
#include "listing.h"

/* -- layout ------------------------------------------------------------------------------------ */

static void test_layout_shapes(void **state)
{
	static const struct {
		int columns, lines;
		bool open;
		bool too_small, one_pane, list, detail, downloads;
	} rows[] = {
		{ 80, 24, false, .list = true, .downloads = true },
		{ 80, 24, true, .detail = true, .downloads = true },
		{ 100, 24, false, .list = true, .detail = true, .downloads = true },
		{ 99, 24, false, .list = true, .downloads = true },
		{ 99, 36, false, .list = true, .detail = true, .downloads = true },
		{ 200, 60, false, .list = true, .detail = true, .downloads = true },
		{ 60, 16, false, .list = true, .downloads = true },
		{ 59, 16, false, .one_pane = true, .list = true },
		{ 60, 15, true, .one_pane = true, .detail = true },
		{ 40, 10, false, .one_pane = true, .list = true },
		{ 39, 10, false, .too_small = true },
		{ 40, 9, false, .too_small = true },
		{ 1, 1, false, .too_small = true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout l = layout_compute(&(struct layout_wish){ .columns = rows[i].columns,
									.lines = rows[i].lines,
									.detail_open = rows[i].open,
									.has_downloads = true });
		assert_int_equal(l.too_small, rows[i].too_small);
		assert_int_equal(l.one_pane, rows[i].one_pane);
		assert_int_equal(l.pane[PANE_LIST].lines > 0, rows[i].list);
		assert_int_equal(l.pane[PANE_DETAIL].lines > 0, rows[i].detail);
		assert_int_equal(l.pane[PANE_DOWNLOADS].lines > 0, rows[i].downloads);
	}
}

/* A film's pane: beside the list with the detail below, above the one pane, over everything, or not at all. */
static void test_layout_of_a_film(void **state)
{
	static const struct {
		int columns, lines;
		enum film_place film;
		bool open;
		struct rect want; /* line, column, lines, columns */
		bool list, detail;
	} rows[] = {
		{ 80, 24, FILM_NONE, false, { 0, 0, 0, 0 }, true, false },
		{ 80, 24, FILM_BESIDE, false, { 1, 40, 13, 40 }, true, true },
		{ 80, 24, FILM_BESIDE, true, { 1, 40, 13, 40 }, true, true },
		{ 200, 60, FILM_BESIDE, false, { 1, 110, 27, 90 }, true, true },
		{ 99, 20, FILM_BESIDE, false, { 1, 50, 16, 49 }, true, false },
		{ 99, 20, FILM_BESIDE, true, { 1, 50, 16, 49 }, false, true },
		{ 80, 24, FILM_LARGE, false, { 1, 0, 22, 80 }, true, false },
		{ 50, 24, FILM_BESIDE, false, { 1, 0, 11, 50 }, true, false },
		{ 40, 12, FILM_BESIDE, false, { 0, 0, 0, 0 }, true, false },
		{ 39, 10, FILM_LARGE, false, { 0, 0, 0, 0 }, false, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout l = layout_compute(&(struct layout_wish){ .columns = rows[i].columns,
									.lines = rows[i].lines,
									.detail_open = rows[i].open,
									.film = rows[i].film,
									.has_downloads = true });
		assert_int_equal(l.film.line, rows[i].want.line);
		assert_int_equal(l.film.column, rows[i].want.column);
		assert_int_equal(l.film.lines, rows[i].want.lines);
		assert_int_equal(l.film.columns, rows[i].want.columns);
		assert_int_equal(l.pane[PANE_LIST].lines > 0, rows[i].list);
		assert_int_equal(l.pane[PANE_DETAIL].lines > 0, rows[i].detail);
	}
}

static bool overlap(struct rect a, struct rect b)
{
	a = layout_inside(a);
	b = layout_inside(b);
	return a.line < b.line + b.lines && b.line < a.line + a.lines &&
	       a.column < b.column + b.columns && b.column < a.column + a.columns;
}

/* At any size: panes lie within the screen, between the bars, have room inside, and do not overlap. */
static void check_layout(const struct layout_wish *w)
{
	struct layout l = layout_compute(w);
	for (int p = 0; p < PANE_COUNT && !l.too_small; p++) {
		struct rect r = l.pane[p];
		if (r.lines == 0)
			continue;
		assert_true(r.line >= 1 && r.column >= 0 && r.column + r.columns <= w->columns);
		assert_true(r.line + r.lines <= (l.player >= 0 ? l.player : l.status));
		assert_true(layout_inside(r).lines >= 1 && layout_inside(r).columns >= 38);
		for (int q = 0; q < p; q++)
			assert_false(l.pane[q].lines > 0 && overlap(r, l.pane[q]));
	}
}

/* With a film beside the list its pane too is apart from the others, and what is left has room. */
static void test_layout_of_a_film_at_any_size(void **state)
{
	for (int i = 0; i < 200 * 70 * 4; i++) {
		struct layout_wish w = { .columns = 1 + i / 4 % 200,
					 .lines = 1 + i / 800,
					 .detail_open = i & 1,
					 .playing = i & 2,
					 .has_downloads = true,
					 .film = FILM_BESIDE };
		struct layout l = layout_compute(&w);
		struct rect inside = layout_inside(l.film);
		if (l.film.lines == 0)
			continue;
		assert_true(inside.lines >= 1 && inside.columns >= 28);
		assert_true(l.film.line >= 1 && l.film.column + l.film.columns <= w.columns);
		assert_true(l.film.line + l.film.lines <= (l.player >= 0 ? l.player : l.status));
		for (int p = 0; p < PANE_COUNT; p++) {
			struct rect in = layout_inside(l.pane[p]);
			if (l.pane[p].lines == 0)
				continue;
			assert_false(overlap(l.film, l.pane[p]));
			assert_true(in.lines >= 1 && in.columns >= 28);
		}
	}
}

static void test_layout_holds_at_any_size(void **state)
{
	for (int columns = 1; columns < 210; columns += 3)
		for (int lines = 1; lines < 70; lines++)
			for (int bits = 0; bits < 8; bits++)
				check_layout(&(struct layout_wish){ .columns = columns,
								    .lines = lines,
								    .detail_open = bits & 1,
								    .playing = bits & 2,
								    .has_downloads = bits & 4,
								    .downloads = lines * 2 });
}

/* -- canvas ------------------------------------------------------------------------------------ */

/* What a row of the canvas shows; owned. */
static char *row_text(struct canvas *c, int line)
{
	struct term *t = term_memory_new(c->columns, c->lines);
	c->spoilt = true;
	canvas_flush(c, t);
	char *text = term_memory_line(t, line);
	t->ops->end(t);
	return text;
}

static void test_canvas_text(void **state)
{
	static const struct {
		const char *text;
		int width;
		const char *shows;
		int used;
	} rows[] = {
		{ "plain", 10, "plain", 5 },
		{ "plain", 5, "plain", 5 },
		{ "plain text", 5, "plai…", 5 },
		{ "", 5, "", 0 },
		{ "日本語", 6, "日本語", 6 },
		{ "日本語", 5, "日本…", 5 },
		{ "日本語", 4, "日…", 3 }, /* the second would straddle */
		{ "日本語", 2, "…", 1 },
		{ "e\xcc\x81"
		  "clair",
		  7,
		  "e\xcc\x81"
		  "clair",
		  6 },
		{ "e\xcc\x81"
		  "clair",
		  3,
		  "e\xcc\x81"
		  "c…",
		  3 },
		{ "\xcc\x81", 3, "?", 1 }, /* an accent on nothing sits on the frame */
		{ "a\033[31mb", 10, "a?[31mb", 7 },
		{ "a\x7f"
		  "b",
		  10, "a?b", 3 },
		{ "a\r\nb", 10, "a?b", 3 },
		{ "a\xc2\x9b"
		  "b",
		  10, "a?b", 3 },
		{ "a\xe2\x80\xae"
		  "b",
		  10, "a?b", 3 },
		{ "a\xe2\x81\xa6"
		  "b",
		  10, "a?b", 3 },
		{ "a\xff"
		  "b",
		  10, "a?b", 3 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canvas c;
		canvas_init(&c, 12, 2, glyphs_get(false));
		assert_int_equal(canvas_text(&c, 1, 0, rows[i].width, rows[i].text, ROLE_TEXT),
				 rows[i].used);
		char *shows = row_text(&c, 1);
		assert_string_equal(shows, rows[i].shows);
		free(shows);
		canvas_release(&c);
	}
}

static void test_canvas_clips(void **state)
{
	struct canvas c;
	canvas_init(&c, 4, 2, glyphs_get(false));
	canvas_text(&c, -1, 0, 4, "up", ROLE_TEXT);
	canvas_text(&c, 2, 0, 4, "down", ROLE_TEXT);
	canvas_text(&c, 0, 3, 10, "日本", ROLE_TEXT);
	canvas_text(&c, 0, -2, 10, "left", ROLE_TEXT);
	canvas_paint(&c, 7, 0, 4, ROLE_ERROR);
	canvas_paint(&c, 1, -3, 100, ROLE_ERROR);
	canvas_box(&c, (struct rect){ -1, -1, 10, 10 });
	char *row = row_text(&c, 0);
	assert_string_equal(row, "");
	free(row);
	canvas_release(&c);
}

/* What is written over one half of a wide sign takes the other half away. */
static void test_canvas_frees_halves(void **state)
{
	struct canvas c;
	canvas_init(&c, 6, 1, glyphs_get(false));
	canvas_text(&c, 0, 0, 6, "日本語", ROLE_TEXT);
	canvas_text(&c, 0, 1, 1, "x", ROLE_TEXT);
	canvas_text(&c, 0, 2, 1, "y", ROLE_TEXT);
	char *row = row_text(&c, 0);
	assert_string_equal(row, " xy 語");
	free(row);
	canvas_release(&c);
}

static void test_canvas_joins_frames(void **state)
{
	static const char *const rows[] = { "┌──┬──┐", "│  │  │", "├──┴──┤", "└─────┘" };
	struct canvas c;
	canvas_init(&c, 7, 4, glyphs_get(false));
	canvas_box(&c, (struct rect){ 0, 0, 3, 4 });
	canvas_box(&c, (struct rect){ 0, 3, 3, 4 });
	canvas_box(&c, (struct rect){ 2, 0, 2, 7 });
	for (int i = 0; i < 4; i++) {
		char *row = row_text(&c, i);
		assert_string_equal(row, rows[i]);
		free(row);
	}
	canvas_release(&c);
}

/* A sign of more characters than a cell has room for: whole characters of it stay. */
static void test_canvas_cuts_graphemes_whole(void **state)
{
	/* Two people of other skins, a heart and a kiss, joined: 35 bytes. */
	const char *kiss =
	    "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3ff";
	struct canvas c;
	canvas_init(&c, 3, 1, glyphs_get(false));
	assert_int_equal(canvas_text(&c, 0, 0, 3, kiss, ROLE_TEXT), 2);
	char *row = row_text(&c, 0);
	assert_true(text_is_utf8(row, strlen(row)));
	assert_in_range(strlen(row), 4, CELL_BYTES - 1);
	free(row);
	canvas_release(&c);
}

/* -- lists ------------------------------------------------------------------------------------- */

static struct event *fact(const char *key, const char *value)
{
	struct event *e = event_new(EV_FACT);
	e->u.fact.section_ = str_dup("s");
	e->u.fact.key_ = str_dup(key);
	e->u.fact.value_ = str_dup(value);
	return e;
}

static void put(struct rows *r, const char *key)
{
	struct item it;
	item_init_event(&it, fact(key, ""));
	rows_put(r, it);
}

static void test_rows(void **state)
{
	struct rows r = { 0 };
	char key[32];
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "row %d", i);
		put(&r, key);
	}
	put(&r, "row 7"); /* again: replaced, not added */
	assert_int_equal(r.n, 1000);
	for (int i = 0; i < 1000; i += 2) {
		snprintf(key, sizeof(key), "s/row %d", i);
		assert_non_null(rows_find(&r, key));
		rows_drop(&r, key);
		assert_null(rows_find(&r, key));
	}
	assert_int_equal(r.n, 500);
	assert_string_equal(item_title(rows_find(&r, "s/row 999")), "row 999");
	rows_find(&r, "s/row 11")->seen = 5;
	rows_drop_unseen(&r, 5);
	assert_int_equal(r.n, 1);
	assert_non_null(rows_find(&r, "s/row 11"));
	rows_release(&r);
}

/* The cursor stays on its row; where that has gone, in its place; always within the list. */
static void test_listing_keeps_cursor(void **state)
{
	static const struct sort sorts[] = { { "as listed", NULL },
					     { "title", sort_by_title },
					     { NULL, NULL } };
	struct rows r = { 0 };
	struct listing l;
	listing_init(&l, &r, sorts, NULL);
	put(&r, "d");
	put(&r, "b");
	put(&r, "c");
	listing_update(&l);
	listing_move_to(&l, 1);
	put(&r, "a");
	l.sort = 1;
	listing_update(&l);
	assert_string_equal(item_title(listing_current(&l)), "b");
	assert_int_equal(l.cursor, 1);
	rows_drop(&r, "s/b");
	listing_update(&l);
	assert_string_equal(item_title(listing_current(&l)), "c");
	listing_move(&l, 100);
	assert_string_equal(item_title(listing_current(&l)), "d");
	listing_move(&l, -100);
	assert_string_equal(item_title(listing_current(&l)), "a");
	l.reversed = true;
	listing_update(&l);
	assert_int_equal(l.cursor, 2);
	rows_clear(&r);
	listing_update(&l);
	assert_null(listing_current(&l));
	listing_move(&l, 1);
	assert_false(listing_search(&l, "a", false));
	listing_release(&l);
	rows_release(&r);
}

static void test_listing_window(void **state)
{
	struct rows r = { 0 };
	struct listing l;
	char key[16];
	listing_init(&l, &r, NULL, NULL);
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%d", i);
		put(&r, key);
	}
	listing_update(&l);
	for (long to = 0; to < 100; to += 7) {
		for (int height = 1; height < 30; height++) {
			listing_move_to(&l, to);
			listing_fit(&l, height);
			assert_true(l.top <= l.cursor && l.cursor < l.top + (size_t)height);
			assert_true(l.top + (size_t)height <= 100);
		}
	}
	listing_release(&l);
	rows_release(&r);
}

static void test_listing_filter(void **state)
{
	static const struct {
		const char *filter;
		size_t n;
	} rows[] = { { "CAFE", 2 }, { "café", 2 }, { "z", 0 }, { "", 3 }, { NULL, 3 }, { "a", 3 } };
	struct rows r = { 0 };
	struct listing l;
	listing_init(&l, &r, NULL, NULL);
	put(&r, "Café noir");
	put(&r, "cafe blanc");
	put(&r, "tea");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		listing_set_filter(&l, rows[i].filter);
		assert_int_equal(l.n, rows[i].n);
	}
	listing_release(&l);
	rows_release(&r);
}

/* -- lines ------------------------------------------------------------------------------------- */

static void test_lines_wrap(void **state)
{
	struct lines l = { 0 };
	lines_add(&l, 10, ROLE_TEXT, "one two three four\n\nfive");
	assert_int_equal(l.n, 4);
	assert_string_equal(l.v[0].text, "one two");
	assert_string_equal(l.v[1].text, "three four");
	assert_string_equal(l.v[2].text, "");
	assert_string_equal(l.v[3].text, "five");
	lines_clear(&l);
	lines_add_pair(&l, 12, 4, "j", "down we go");
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].text, "j   down we");
	assert_string_equal(l.v[1].text, "    go");
	lines_scroll(&l, 100, 1);
	assert_int_equal(l.top, 1);
	lines_scroll(&l, -100, 1);
	assert_int_equal(l.top, 0);
	lines_clear(&l);
	for (int i = 0; i < LINES_MAX + 100; i++)
		lines_add(&l, 10, ROLE_TEXT, "x");
	assert_int_equal(l.n, LINES_MAX);
	lines_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_shapes),
		cmocka_unit_test(test_layout_holds_at_any_size),
		cmocka_unit_test(test_layout_of_a_film),
		cmocka_unit_test(test_layout_of_a_film_at_any_size),
		cmocka_unit_test(test_canvas_text),
		cmocka_unit_test(test_canvas_clips),
		cmocka_unit_test(test_canvas_frees_halves),
		cmocka_unit_test(test_canvas_joins_frames),
		cmocka_unit_test(test_canvas_cuts_graphemes_whole),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_listing_keeps_cursor),
		cmocka_unit_test(test_listing_window),
		cmocka_unit_test(test_listing_filter),
		cmocka_unit_test(test_lines_wrap),
	};
	return cmocka_run_group_tests_name("ui parts", tests, NULL, NULL);
}
