/* Text: widths by grapheme, cutting, wrapping, folding, and hostile bytes made harmless. */
#include "unit.h"

#include "kiyya/str.h"
#include "kiyya/text.h"

#define E_ACUTE    "\xc3\xa9"
#define ACUTE      "\xcc\x81"     /* U+0301, combining */
#define ZWJ        "\xe2\x80\x8d" /* U+200D */
#define EMOJI_VS   "\xef\xb8\x8f" /* U+FE0F */
#define MAN        "\xf0\x9f\x91\xa8"
#define WOMAN      "\xf0\x9f\x91\xa9"
#define GIRL       "\xf0\x9f\x91\xa7"
#define FAMILY     MAN ZWJ WOMAN ZWJ GIRL
#define FLAG_ET    "\xf0\x9f\x87\xaa\xf0\x9f\x87\xb9" /* regional E, T */
#define DARK_SKIN  "\xf0\x9f\x8f\xbf"
#define HEART      "\xe2\x9d\xa4"
#define RAINBOW    "\xf0\x9f\x8c\x88"
#define WHITE_FLAG "\xf0\x9f\x8f\xb3"
#define BLACK_FLAG "\xf0\x9f\x8f\xb4"
#define TAG_G      "\xf3\xa0\x81\xa7"
#define TAG_B      "\xf3\xa0\x81\xa2"
#define TAG_END    "\xf3\xa0\x81\xbf"
#define AMHARIC    "\xe1\x8a\xa0\xe1\x88\x9b"
#define NIHON      "\xe6\x97\xa5\xe6\x9c\xac"
#define HAN_JAMO   "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab" /* L V T: one syllable */
#define REPLACED   "\xef\xbf\xbd"

static void test_widths(void **state)
{
	static const struct {
		const char *s;
		int width;
		int clusters;
	} rows[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ E_ACUTE, 1, 1 },
		{ "e" ACUTE, 1, 1 },
		{ "e" ACUTE ACUTE ACUTE "x", 2, 2 },
		{ NIHON, 4, 2 },
		{ "\xed\x95\x9c", 2, 1 }, /* a Hangul syllable */
		{ HAN_JAMO, 2, 1 },
		{ AMHARIC, 2, 2 },
		{ MAN, 2, 1 },
		{ FAMILY, 2, 1 },
		{ FAMILY FAMILY "a", 5, 3 },
		{ MAN DARK_SKIN, 2, 1 },
		{ FLAG_ET, 2, 1 },
		{ FLAG_ET FLAG_ET, 4, 2 },
		{ HEART EMOJI_VS, 2, 1 },
		{ WHITE_FLAG EMOJI_VS ZWJ RAINBOW, 2, 1 },
		{ "\xd9\x85\xd9\x8e", 1, 1 },                     /* Arabic letter and vowel sign */
		{ "\xe0\xa4\x95\xe0\xa4\xbf", 1, 1 },             /* Devanagari ki */
		{ "\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb8\x99", 2, 2 }, /* Thai kin */
		{ "\xef\xbd\xb1", 1, 1 },                         /* half-width katakana */
		{ "\xef\xbc\xa1", 2, 1 },                         /* full-width A */
		{ "a\xff z", 4, 4 },                              /* a bad byte takes a column */
		{ "\xe6\x97", 2, 2 },                             /* cut in the middle */
	};
	EACH_ROW (row, rows) {
		int clusters = 0, w;
		for (size_t at = 0, n; (n = text_next(row->s + at, &w)) > 0; at += n)
			clusters++;
		if (text_width(row->s) != row->width || clusters != row->clusters)
			fail_msg("%s: %d columns in %d", row->s, text_width(row->s), clusters);
	}
}

static void test_fitting_ends_on_a_grapheme(void **state)
{
	static const struct {
		const char *s;
		int width;
		size_t bytes;
	} rows[] = {
		{ "abc", 2, 2 },      { "abc", 0, 0 },
		{ "abc", -1, 0 },     { "abc", 9, 3 },
		{ NIHON, 1, 0 },      { NIHON, 2, 3 },
		{ NIHON, 3, 3 },      { "e" ACUTE "x", 1, 3 },
		{ FAMILY "x", 1, 0 }, { FAMILY "x", 2, sizeof(FAMILY) - 1 },
	};
	EACH_ROW (row, rows)
		assert_int_equal(text_fit(row->s, row->width), row->bytes);
}

static void test_cutting(void **state)
{
	static const struct {
		const char *s;
		int width;
		const char *more, *out;
	} rows[] = {
		{ "abcdef", 6, "...", "abcdef" },
		{ "abcdef", 5, "...", "ab..." },
		{ "abcdef", 4, "\xe2\x80\xa6", "abc\xe2\x80\xa6" },
		{ "abcdef", 3, "...", "..." },
		{ "abcdef", 2, "...", ".." },
		{ "abcdef", 0, "...", "" },
		{ NIHON NIHON, 6, "\xe2\x80\xa6", NIHON "\xe2\x80\xa6" },
		{ NIHON NIHON, 7, "...", NIHON "..." },
		{ "", 0, "...", "" },
	};
	EACH_ROW (row, rows) {
		char *out = text_cut(row->s, row->width, row->more);
		assert_string_equal(out, row->out);
		assert_true(text_width(out) <= row->width);
		free(out);
	}
}

static void test_wrapping(void **state)
{
	static const struct {
		const char *s;
		int width;
		const char *lines; /* with | between */
	} rows[] = {
		{ "one two three", 7, "one two|three" },
		{ "one two three", 8, "one two|three" },
		{ "one two three", 5, "one|two|three" },
		{ "one  two", 4, "one|two" },
		{ "abcdefgh", 3, "abc|def|gh" },
		{ "a bcdefgh", 3, "a|bcd|efg|h" },
		{ "one\ntwo", 9, "one|two" },
		{ "one\n\ntwo", 9, "one||two" },
		{ "one \n two", 9, "one| two" },
		{ NIHON NIHON, 5, NIHON "|" NIHON },
		{ NIHON, 1, "\xe6\x97\xa5|\xe6\x9c\xac" }, /* wider than the line, yet it goes on */
		{ "ab", 0, "a|b" },
		{ "  x", 9, "  x" },
		{ "word   ", 4, "word" },
		{ "", 5, "" },
	};
	EACH_ROW (row, rows) {
		char lines[200] = "";
		const char *at = row->s;
		for (bool first = true; *at; first = false) {
			size_t skip, n = text_wrap(at, row->width, &skip);
			assert_true(n + skip > 0);
			size_t used = strlen(lines);
			snprintf(lines + used, sizeof(lines) - used, "%s%.*s", first ? "" : "|",
				 (int)n, at);
			at += n + skip;
		}
		assert_string_equal(lines, row->lines);
	}
}

static void test_folding(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "Caf" E_ACUTE, "cafe" },
		{ "CAFE" ACUTE, "cafe" },
		{ "Stra\xc3\x9f"
		  "e",
		  "strasse" },
		{ "\xef\xbd\x86\xef\xbd\x95\xef\xbd\x8c\xef\xbd\x8c", "full" },
		{ "\xef\xac\x81n", "fin" }, /* ligature */
		{ AMHARIC, AMHARIC },
		{ "\xd0\x99", "\xd0\xb8" },         /* Cyrillic short I */
		{ "\xe3\x81\x8c", "\xe3\x81\x8c" }, /* ga is not ka */
		{ "\xe0\xa4\x95\xe0\xa4\xbf",
		  "\xe0\xa4\x95\xe0\xa4\xbf" }, /* a vowel, not an ornament */
		{ "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "a\xff"
		  "B",
		  "a" REPLACED "b" },
		{ "", "" },
	};
	EACH_ROW (row, rows) {
		char *out = text_fold(row->in);
		assert_string_equal(out, row->out);
		char *again = text_fold(out);
		assert_string_equal(again, out);
		free(again);
		free(out);
	}
}

static void test_cleaning(void **state)
{
	static const struct {
		const char *in, *out, *with_newlines; /* NULL: the same */
	} rows[] = {
		{ "plain", "plain", NULL },
		{ " two  blanks ", " two  blanks ", NULL },
		{ "a\tb\nc", "a b c", "a b\nc" },
		{ "a\r\nb\rc", "a b c", "a\nb\nc" },
		{ "a \n\n b", "a  b", "a \n\n b" },
		{ "\n\na", "a", "\n\na" },
		{ "\033[31mred\033[0m", "[31mred[0m", NULL },
		{ "\033]52;c;cm0gLXJm\a", "]52;c;cm0gLXJm", NULL },
		{ "\xc2\x9b"
		  "31m\xc2\x9d",
		  "31m", NULL },          /* C1: CSI, OSC */
		{ "\xc2\x85", "", "\n" }, /* NEL */
		{ "a\xe2\x80\xa8"
		  "b\xe2\x80\xa9"
		  "c",
		  "a b c", "a\nb\nc" }, /* LS, PS */
		{ "a\x7f"
		  "b\b",
		  "ab", NULL },
		{ "\xe2\x80\xae"
		  "cod.exe\xe2\x80\xac",
		  "cod.exe", NULL }, /* RLO, PDF */
		{ "\xe2\x81\xa6"
		  "x\xe2\x81\xa9\xe2\x80\x8f",
		  "x", NULL }, /* LRI, PDI, RLM */
		{ "a\xe2\x80\x8b"
		  "b\xef\xbb\xbf"
		  "c\xc2\xad"
		  "d",
		  "abcd", NULL }, /* ZWSP, BOM, SHY */
		{ "a" ZWJ "b", "ab", NULL },
		{ FAMILY, FAMILY, NULL },
		{ MAN DARK_SKIN ZWJ RAINBOW, MAN DARK_SKIN ZWJ RAINBOW, NULL },
		{ HEART EMOJI_VS ZWJ RAINBOW, HEART EMOJI_VS ZWJ RAINBOW, NULL },
		{ MAN ZWJ "a", MAN "a", NULL },
		{ MAN ZWJ ZWJ MAN, MAN ZWJ MAN, NULL },
		{ BLACK_FLAG TAG_G TAG_B TAG_END TAG_G, BLACK_FLAG TAG_G TAG_B TAG_END, NULL },
		{ "hi" TAG_G TAG_B, "hi", NULL }, /* hidden text */
		{ ACUTE "a", "a", NULL },         /* a mark with nothing to sit on */
		{ "a\n" ACUTE "b", "a " ACUTE "b", "a\nb" },
		{ "\xff", REPLACED, NULL },
		{ "\xc0\x80", REPLACED REPLACED, NULL },      /* overlong NUL */
		{ "\xc0\x9b[", REPLACED REPLACED "[", NULL }, /* overlong ESC */
		{ "\xe0\x80\x9b", REPLACED REPLACED REPLACED, NULL },
		{ "\xed\xa0\x80", REPLACED REPLACED REPLACED, NULL }, /* a surrogate */
		{ "\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED, NULL },
		{ "ok\xe2\x82", "ok" REPLACED REPLACED, NULL }, /* cut off */
		{ AMHARIC, AMHARIC, NULL },
		{ "", "", NULL },
	};
	EACH_ROW (row, rows) {
		for (int newlines = 0; newlines < 2; newlines++) {
			const char *want =
			    newlines && row->with_newlines ? row->with_newlines : row->out;
			size_t len = strlen(row->in);
			char *out = text_clean(row->in, len, SIZE_MAX, newlines);
			assert_string_equal(out, want);
			assert_int_equal(text_is_clean(row->in, len, newlines),
					 str_eq(row->in, want));
			assert_true(text_is_clean(out, strlen(out), newlines));
			free(out);
		}
	}
	assert_null(text_clean(NULL, 0, 10, false));
}

static void test_a_nul_inside_is_dropped(void **state)
{
	char *out = text_clean("a\0b", 3, 100, false);
	assert_string_equal(out, "ab");
	free(out);
	assert_false(text_is_clean("a\0b", 3, false));
}

static void test_cleaning_is_capped_on_a_grapheme(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} rows[] = {
		{ "abcdef", 3, "abc" },
		{ "abc", 3, "abc" },
		{ "a" E_ACUTE, 2, "a" },
		{ "ae" ACUTE "x", 3, "a" },
		{ "ae" ACUTE "x", 4, "ae" ACUTE },
		{ FAMILY "x", 10, "" },
		{ "x" FLAG_ET, 5, "x" },
		{ "abc", 0, "" },
	};
	EACH_ROW (row, rows) {
		char *out = text_clean(row->in, strlen(row->in), row->max, false);
		assert_string_equal(out, row->out);
		free(out);
	}
}

static void test_marks_do_not_pile_up(void **state)
{
	char tower[2 * 500 + 2] = "e";
	for (int i = 0; i < 500; i++)
		memcpy(tower + 1 + 2 * i, ACUTE, 2);
	tower[sizeof(tower) - 1] = '\0';
	char *out = text_clean(tower, strlen(tower), SIZE_MAX, false);
	assert_in_range(strlen(out), 1 + 2, 1 + 2 * 16);
	free(out);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Whatever goes in, what comes out is UTF-8, has no controls, is short enough, and is clean again.
 */
static void test_any_bytes_come_out_clean(void **state)
{
	static const char *const pieces[] = {
		ZWJ,  MAN,        ACUTE,  FLAG_ET,        EMOJI_VS, TAG_G,
		"\n", "\r",       "\033", "\xe2\x80\xae", "a",      BLACK_FLAG,
		" ",  "\xc2\x9b", "\xff", HAN_JAMO,       "\t",     DARK_SKIN
	};
	uint32_t seed = 2463534242;
	for (int round = 0; round < 3000; round++) {
		char in[200];
		size_t len = 0;
		while (len < sizeof(in) - 20 && next_random(&seed) % 16) {
			const char *piece = pieces[next_random(&seed) % N_ROWS(pieces)];
			if (next_random(&seed) % 4 == 0)
				in[len++] = (char)next_random(&seed);
			memcpy(in + len, piece, strlen(piece));
			len += strlen(piece);
		}
		bool newlines = round % 2;
		size_t max = round % 3 ? SIZE_MAX : next_random(&seed) % 40;
		char *out = text_clean(in, len, max, newlines);
		size_t n = strlen(out);
		assert_true(n <= max);
		assert_true(text_is_utf8(out, n));
		for (size_t i = 0; i < n; i++)
			assert_true((unsigned char)out[i] >= 0x20 || (newlines && out[i] == '\n'));
		assert_true(text_is_clean(out, n, newlines));
		char *cut = text_cut(out, 10, "...");
		assert_true(text_width(cut) <= 10);
		free(cut);
		free(text_fold(out));
		free(out);
	}
}

/* What terminals join differently is drawn as what they all agree on. */
static void test_simple_text_is_drawn_alike(void **state)
{
	static const struct {
		const char *text, *simple; /* NULL: nothing to do */
	} rows[] = {
		{ "plain, 深夜 and naïve", NULL },
		{ "👩‍🍳 cooks", "👩 cooks" },
		{ "👨‍👩‍👧‍👦", "👨" },
		{ "in 🇪🇹 now", "in ET now" },
		{ "👩🏽‍❤️‍💋‍👨🏿!", "👩!" },
		{ "🧙‍♂️", "🧙" },
		{ "क्‍ष", "क्ष" }, /* a joiner between letters: they stay */
		{ "👍🏽", "👍" },
		{ "❤️ it", "❤ it" },
		{ "🍜", NULL },
		{ "Members’ Evening", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *simple = text_simple(rows[i].text);
		if (rows[i].simple)
			assert_string_equal(simple, rows[i].simple);
		else
			assert_null(simple);
		free(simple);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_fitting_ends_on_a_grapheme),
		cmocka_unit_test(test_cutting),
		cmocka_unit_test(test_wrapping),
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_cleaning),
		cmocka_unit_test(test_a_nul_inside_is_dropped),
		cmocka_unit_test(test_cleaning_is_capped_on_a_grapheme),
		cmocka_unit_test(test_marks_do_not_pile_up),
		cmocka_unit_test(test_any_bytes_come_out_clean),
		cmocka_unit_test(test_simple_text_is_drawn_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
