/* Words for quality, and those that only look like one. */
#include "unit.h"
#include "kiyya/quality.h"

static void test_words(void **state)
{
	static const struct {
		const char *word;
		bool ok;
		int height;
	} rows[] = {
		{ "original", true, 0 }, { "best", true, 0 },
		{ "2160p", true, 2160 }, { "1440p", true, 1440 },
		{ "1080p", true, 1080 }, { "720p", true, 720 },
		{ "540p", true, 540 },   { "480p", true, 480 },
		{ "360p", true, 360 },   { "240p", true, 240 },
		{ "144p", true, 144 },   { NULL, false, 0 },
		{ "", false, 0 },        { "p", false, 0 },
		{ "720", false, 0 },     { "720P", false, 0 },
		{ "0720p", false, 0 },   { " 720p", false, 0 },
		{ "720p ", false, 0 },   { "720pp", false, 0 },
		{ "-720p", false, 0 },   { "721p", true, 721 },
		{ "15p", false, 0 },     { "9999p", true, 9999 },
		{ "10000p", false, 0 },  { "16p", true, 16 },
		{ "0p", false, 0 },      { "4k", false, 0 },
		{ "hls", false, 0 },     { "Original", false, 0 },
		{ "bests", false, 0 },   { "99999999999999999999p", false, 0 },
	};
	EACH_ROW (r, rows) {
		if (quality_is_word(r->word) != r->ok || quality_height(r->word) != r->height)
			fail_msg("%s: %d, %d", r->word ? r->word : "(none)",
				 quality_is_word(r->word), quality_height(r->word));
		/* What is a word fits where words are kept. */
		if (r->ok)
			assert_true(strlen(r->word) < QUALITY_SIZE);
	}
}

static void test_common_heights(void **state)
{
	assert_true(quality_is_common(720));
	assert_false(quality_is_common(721));
	assert_false(quality_is_common(0));
	char word[QUALITY_SIZE];
	quality_of_height(word, 406);
	assert_string_equal(word, "406p");
	assert_int_equal(quality_height(word), 406);
}

static void test_types(void **state)
{
	static const struct {
		const char *type;
		bool opens;
	} rows[] = {
		{ NULL, true },         { "", true },
		{ "video/mp4", true },  { "video/x-msvideo", true },
		{ "audio/mpeg", true }, { "application/pdf", false },
		{ "image/gif", false }, { "video", false },
	};
	EACH_ROW (r, rows)
		if (quality_type_opens(r->type) != r->opens)
			fail_msg("%s", r->type ? r->type : "(none)");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words),
					    cmocka_unit_test(test_common_heights),
					    cmocka_unit_test(test_types) };
	return cmocka_run_group_tests_name("quality", tests, NULL, NULL);
}
