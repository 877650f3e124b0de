/* HLS playlists: every naming of the player host, what is refused, limits, and that what is printed reads back. */
#include "unit.h"

#include "../support/data.h"
#include "kiyya/buf.h"
#include "kiyya/m3u8.h"
#include "kiyya/str.h"

#define FOLDER "https://player.odycdn.com/v6/streams/ab/cd/"
#define URL    FOLDER "master.m3u8"
#define MEDIA  "#EXTM3U\n#EXT-X-TARGETDURATION:10\n"
#define INF    "#EXT-X-STREAM-INF:"

static bool parse(struct m3u8 *p, const char *text, struct err *err)
{
	return m3u8_parse(p, text, strlen(text), URL, err);
}

static void check_reads_back(const struct m3u8 *p)
{
	struct m3u8 again;
	struct err err = { .text = "" };
	char *text = m3u8_print(p);
	if (!m3u8_parse(&again, text, strlen(text), "", &err))
		fail_msg("%s", err.text);
	char *twice = m3u8_print(&again);
	assert_string_equal(text, twice);
	assert_int_equal(again.n_segments, p->n_segments);
	assert_int_equal(again.ended, p->ended);
	free(twice);
	free(text);
	m3u8_release(&again);
}

/* -- the player host's ------------------------------------------------------------------------- */

static const struct {
	const char *file;
	bool beside; /* not ours to copy: read where it lies, if it does */
	size_t n;
	const char *first, *last;
	int width, height;   /* of the first variant */
	int64_t bandwidth;   /* of the first variant */
	int64_t duration_us; /* of a media playlist */
} files[] = {
	{ "composed/hls/master.m3u8", false, 4, "v0.m3u8", "v3.m3u8", 1920, 1080, 4026000, 0 },
	{ "composed/hls/v0.m3u8", false, 4, "v0_s000000.ts", "v0_s000003.ts", 0, 0, 0, 37507511 },
	{ "composed/hls/v3.m3u8", false, 4, "v3_s000000.ts", "v3_s000003.ts", 0, 0, 0, 37507511 },
	{ "hls/dummy-stream/master.m3u8", true, 4, "stream_0.m3u8", "stream_3.m3u8", 1920, 1080,
	  3990800, 0 },
	{ "hls/dummy-stream/stream_0.m3u8", true, 78, "s0_000000.ts", "s0_000077.ts", 0, 0, 0,
	  780249289 },
	{ "hls/dummy-stream/stream_3.m3u8", true, 78, "s3_000000.ts", "s3_000077.ts", 0, 0, 0,
	  780249289 },
	{ "hls/known-stream/master.m3u8", true, 4, "v0.m3u8", "v3.m3u8", 1920, 1080, 4026000, 0 },
	{ "hls/known-stream/v3.m3u8", true, 1, "v3_s000000.ts", "v3_s000000.ts", 0, 0, 0, 5866667 },
	{ "hls/master-variants/master_2021-07-21_three_tiers.m3u8", true, 3, "stream_0.m3u8",
	  "stream_2.m3u8", 1920, 1080, 3660800, 0 },
	{ "hls/master-variants/master_2021-11-26_stream_names.m3u8", true, 4, "stream_0.m3u8",
	  "stream_3.m3u8", 1920, 1080, 3660800, 0 },
	{ "hls/master-variants/master_2024-02-20_closed_captions_none.m3u8", true, 4, "v0.m3u8",
	  "v3.m3u8", 1920, 1080, 4026000, 0 },
	{ "hls/master-variants/master_2025-05-01_average_bandwidth.m3u8", true, 4, "v0.m3u8",
	  "v3.m3u8", 1920, 1080, 2579692, 0 },
	{ "hls/master-variants/media_seg_names_oldest.m3u8", true, 78, "seg_0_000000.ts",
	  "seg_0_000077.ts", 0, 0, 0, 780249289 },
};

static void every_naming_is_read(void **state)
{
	size_t n_read = 0;
	EACH_ROW (row, files) {
		size_t len;
		struct m3u8 p;
		struct err err = { .text = "" };
		char *text =
		    row->beside ? data_read_beside(row->file, &len) : data_read(row->file, &len);
		if (!text)
			continue;
		n_read++;
		if (!m3u8_parse(&p, text, len, URL, &err))
			fail_msg("%s: %s", row->file, err.text);
		bool master = row->bandwidth > 0;
		assert_int_equal(p.n_variants, master ? row->n : 0);
		assert_int_equal(p.n_segments, master ? 0 : row->n);
		assert_string_equal(master ? p.variants[0].uri : p.segments[0].uri, row->first);
		assert_string_equal(
		    master ? p.variants[row->n - 1].uri : p.segments[row->n - 1].uri, row->last);
		assert_int_equal(m3u8_duration_us(&p), row->duration_us);
		assert_int_equal(p.ended, !master);
		if (master) {
			assert_int_equal(p.variants[0].width, row->width);
			assert_int_equal(p.variants[0].height, row->height);
			assert_int_equal(p.variants[0].bandwidth, row->bandwidth);
			assert_true(str_starts(p.variants[0].codecs, "avc1."));
		} else {
			assert_true(p.target_s == 10 || p.target_s == 6);
		}
		check_reads_back(&p);
		m3u8_release(&p);
		free(text);
	}
	print_message("%zu of %zu files read\n", n_read, N_ROWS(files));
	assert_true(n_read >= 3);
}

/* -- variants ---------------------------------------------------------------------------------- */

static void attributes_are_read(void **state)
{
	static const struct {
		const char *list;
		int64_t bandwidth, average;
		int width, height;
		const char *codecs;
	} rows[] = {
		{ "BANDWIDTH=1", 1, 0, 0, 0, NULL },
		{ "BANDWIDTH=5,AVERAGE-BANDWIDTH=4,RESOLUTION=640x360", 5, 4, 640, 360, NULL },
		{ "RESOLUTION=2x1,BANDWIDTH=7", 7, 0, 2, 1, NULL },
		{ "AVERAGE-BANDWIDTH=3,BANDWIDTH=7", 7, 3, 0, 0, NULL },
		{ "CODECS=\"a,BANDWIDTH=9\",BANDWIDTH=8", 8, 0, 0, 0, NULL }, /* '=' is no codec */
		{ "CODECS=\"avc1.1,mp4a\",BANDWIDTH=8", 8, 0, 0, 0, "avc1.1,mp4a" },
		{ "BANDWIDTH=8, RESOLUTION=1x2", 8, 0, 1, 2, NULL },
		{ "BANDWIDTH=8,RESOLUTION=0x2", 8, 0, 0, 0, NULL },
		{ "BANDWIDTH=8,RESOLUTION=99999x2", 8, 0, 0, 0, NULL },
		{ "BANDWIDTH=8,RESOLUTION=640", 8, 0, 0, 0, NULL },
		{ "BANDWIDTH=8,RESOLUTION=640x", 8, 0, 0, 0, NULL },
		{ "BANDWIDTH=8,CODECS=\"open", 8, 0, 0, 0, NULL },
		{ "BANDWIDTH=999999999999999", 999999999999999, 0, 0, 0, NULL },
		{ "JUNK,,=,BANDWIDTH=6,", 6, 0, 0, 0, NULL },
	};
	EACH_ROW (row, rows) {
		struct m3u8 p;
		struct err err = { .text = "" };
		char *text = str_fmt("#EXTM3U\n" INF "%s\nv.m3u8\n", row->list);
		if (!parse(&p, text, &err))
			fail_msg("%s: %s", row->list, err.text);
		assert_int_equal(p.variants[0].bandwidth, row->bandwidth);
		assert_int_equal(p.variants[0].average, row->average);
		assert_int_equal(p.variants[0].width, row->width);
		assert_int_equal(p.variants[0].height, row->height);
		assert_true(str_eq(p.variants[0].codecs, row->codecs));
		check_reads_back(&p);
		m3u8_release(&p);
		free(text);
	}
}

static void the_next_lower_is_chosen(void **state)
{
	static const char text[] =
	    "#EXTM3U\n" INF "BANDWIDTH=9,RESOLUTION=1280x720\nhigh.m3u8\n" INF
	    "BANDWIDTH=3,RESOLUTION=360x640\nupright.m3u8\n" INF
	    "BANDWIDTH=5,RESOLUTION=640x360\nbetter.m3u8\n" INF "BANDWIDTH=99\nunknown.m3u8\n" INF
	    "BANDWIDTH=1,RESOLUTION=256x144\nlow.m3u8\n";
	static const struct {
		int height;
		const char *uri;
	} rows[] = {
		{ 2160, "high.m3u8" },  { 720, "high.m3u8" },  { 719, "better.m3u8" },
		{ 360, "better.m3u8" }, { 359, "low.m3u8" },   { 144, "low.m3u8" },
		{ 143, "low.m3u8" },    { 9999, "high.m3u8" },
	};
	struct m3u8 p;
	struct err err;
	assert_true(parse(&p, text, &err));
	EACH_ROW (row, rows)
		assert_string_equal(m3u8_choose(&p, row->height)->uri, row->uri);
	assert_int_equal(m3u8_height(&p.variants[1]), 360); /* the smaller side */
	assert_int_equal(m3u8_height(&p.variants[3]), 0);
	m3u8_release(&p);
	assert_true(parse(&p, "#EXTM3U\n" INF "BANDWIDTH=9\nv.m3u8\n", &err));
	assert_null(m3u8_choose(&p, 720));
	m3u8_release(&p);
}

static void names_become_addresses(void **state)
{
	static const char *const rows[][3] = {
		{ FOLDER "master.m3u8", "v0.m3u8", FOLDER "v0.m3u8" },
		{ FOLDER "master.m3u8?a=/b/c", "v0.m3u8", FOLDER "v0.m3u8" },
		{ "https://host.example/x", "s.ts", "https://host.example/s.ts" },
	};
	EACH_ROW (row, rows) {
		char *url = m3u8_address((*row)[0], (*row)[1]);
		assert_string_equal(url, (*row)[2]);
		free(url);
	}
}

/* -- names ------------------------------------------------------------------------------------- */

static void names_stay_in_the_folder(void **state)
{
	static const struct {
		const char *uri, *name; /* NULL: refused */
	} rows[] = {
		{ "a.ts", "a.ts" },
		{ "./a.ts", "a.ts" },
		{ FOLDER "a.ts", "a.ts" },
		{ "/v6/streams/ab/cd/a.ts", "a.ts" },
		{ "A-b_c.0", "A-b_c.0" },
		{ "/a.ts", NULL },
		{ "/v6/streams/ab/a.ts", NULL },
		{ "/v6/streams/ab/cd/", NULL },
		{ "/v6/streams/ab/cd/e/a.ts", NULL },
		{ "/v6/streams/ab/cd/../../ef/gh/a.ts", NULL },
		{ "../a.ts", NULL },
		{ "..", NULL },
		{ ".a.ts", NULL },
		{ "./../a.ts", NULL },
		{ "e/a.ts", NULL },
		{ "e\\a.ts", NULL },
		{ "%2e%2e/a.ts", NULL },
		{ "a%2fb.ts", NULL },
		{ "a.ts?x=1", NULL },
		{ "a.ts#t", NULL },
		{ "a b.ts", NULL },
		{ "//evil.example/a.ts", NULL },
		{ "https://evil.example/v6/streams/ab/cd/a.ts", NULL },
		{ "https://player.odycdn.com.evil.example/a.ts", NULL },
		{ "https://player.odycdn.com@evil.example/a.ts", NULL },
		{ "http://player.odycdn.com/v6/streams/ab/cd/a.ts", NULL },
		{ "https://player.odycdn.com/v6/streams/ab/cd/", NULL },
		{ "file:///etc/passwd", NULL },
		{ "data:a", NULL },
		{ "ä.ts", NULL },
	};
	EACH_ROW (row, rows) {
		struct m3u8 p;
		struct err err = { .text = "" };
		char *text = str_fmt(MEDIA "#EXTINF:1,\n%s\n", row->uri);
		bool ok = parse(&p, text, &err);
		if (ok != (row->name != NULL))
			fail_msg("%s: %s", row->uri, ok ? p.segments[0].uri : err.text);
		if (ok) {
			assert_string_equal(p.segments[0].uri, row->name);
			m3u8_release(&p);
		} else {
			assert_non_null(strstr(err.text, "line 4"));
			assert_non_null(strstr(err.text, "folder"));
		}
		free(text);
	}
}

static void a_playlist_of_unknown_place_has_names_only(void **state)
{
	static const char *const urls[] = { "", "master.m3u8", "https://host", "://",
					    "https://host/x?y=/v6/" };
	for (size_t i = 0; i < N_ROWS(urls); i++) {
		struct m3u8 p;
		const char *plain = MEDIA "#EXTINF:1,\na.ts\n",
			   *root = MEDIA "#EXTINF:1,\n/v6/a.ts\n";
		assert_true(m3u8_parse(&p, plain, strlen(plain), urls[i], NULL));
		m3u8_release(&p);
		assert_false(m3u8_parse(&p, root, strlen(root), urls[i], NULL));
	}
}

/* -- times ------------------------------------------------------------------------------------- */

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: refused */
	} rows[] = {
		{ "10,", 10000000 },
		{ "10", 10000000 },
		{ "10.01,", 10010000 },
		{ "9.479289,a title", 9479289 },
		{ "0.0000019,", 1 },
		{ "10.,", 10000000 },
		{ "0,", 0 },
		{ "86400,", INT64_C(86400000000) },
		{ "86401,", -1 },
		{ ",", -1 },
		{ ".5,", -1 },
		{ "-1,", -1 },
		{ "1e3,", -1 },
		{ "1.5.2,", -1 },
		{ "nan,", -1 },
		{ " 1,", -1 },
		{ "99999999999999999", -1 },
		{ "", -1 },
	};
	EACH_ROW (row, rows) {
		struct m3u8 p;
		struct err err = { .text = "" };
		char *text = str_fmt(MEDIA "#EXTINF:%s\na.ts\n", row->text);
		bool ok = parse(&p, text, &err);
		if (ok != (row->us >= 0))
			fail_msg("\"%s\": %s", row->text, ok ? "read" : err.text);
		if (ok) {
			assert_int_equal(p.segments[0].duration_us, row->us);
			check_reads_back(&p);
			m3u8_release(&p);
		}
		free(text);
	}
}

/* -- the whole --------------------------------------------------------------------------------- */

static void what_we_cannot_use_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "#EXTM3U" },
		{ "\n#EXTM3U\n", "#EXTM3U" },
		{ "\xef\xbb\xbf#EXTM3U\n", "#EXTM3U" },
		{ "<html>", "#EXTM3U" },
		{ "#EXTM3U8\n", "#EXTM3U" },
		{ "#EXTM3U\n", "neither" },
		{ "#EXTM3U\na.ts\n", "nothing was said" },
		{ "#EXTM3U\n#EXTINF:1,\na.ts\n", "no target" },
		{ MEDIA "#EXTINF:1,\na.ts\nb.ts\n", "nothing was said" },
		{ MEDIA "#EXTINF:1,\n", "ends before" },
		{ "#EXTM3U\n" INF "BANDWIDTH=1\n", "ends before" },
		{ "#EXTM3U\n" INF "RESOLUTION=1x1\nv.m3u8\n", "BANDWIDTH" },
		{ "#EXTM3U\n" INF "BANDWIDTH=-1\nv.m3u8\n", "BANDWIDTH" },
		{ "#EXTM3U\n" INF "CODECS=\"BANDWIDTH=1\"\nv.m3u8\n", "BANDWIDTH" },
		{ MEDIA "#EXTINF:1,\na.ts\n" INF "BANDWIDTH=1\nv.m3u8\n", "variants and segments" },
		{ "#EXTM3U\n" INF "BANDWIDTH=1\nv.m3u8\n#EXTINF:1,\na.ts\n",
		  "variants and segments" },
		{ MEDIA INF "BANDWIDTH=1\n#EXTINF:1,\na.ts\n", "variants and segments" },
		{ MEDIA "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na.ts\n", "encrypted" },
		{ MEDIA "#EXT-X-KEY:METHOD=NONEXT\n#EXTINF:1,\na.ts\n", "encrypted" },
		{ MEDIA "#EXT-X-KEY:\n#EXTINF:1,\na.ts\n", "encrypted" },
		{ MEDIA "#EXTINF:1,\n#EXT-X-BYTERANGE:9@0\na.ts\n", "parts of files" },
		{ MEDIA "#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:1,\na.m4s\n", "transport stream" },
		{ "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a.m3u8\"\n" INF "BANDWIDTH=1\nv.m3u8\n",
		  "sound" },
		{ "#EXTM3U\n#EXT-X-TARGETDURATION:0\n#EXTINF:1,\na.ts\n", "target" },
		{ "#EXTM3U\n#EXT-X-TARGETDURATION:x\n#EXTINF:1,\na.ts\n", "target" },
		{ MEDIA "#EXT-X-MEDIA-SEQUENCE:-1\n#EXTINF:1,\na.ts\n", "number" },
		{ MEDIA "#\x1b[2J\n#EXTINF:1,\na.ts\n", "control" },
		{ MEDIA "# \xe2\x80\xae\n#EXTINF:1,\na.ts\n", "control" },
		{ MEDIA "#EXTINF:1,\n\xff.ts\n", "not text" },
	};
	EACH_ROW (row, rows) {
		struct m3u8 p;
		struct err err = { .text = "" };
		assert_false(parse(&p, row->text, &err));
		assert_int_equal(err.kind, ERR_PARSE);
		if (!strstr(err.text, row->says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, row->says);
	}
	struct m3u8 p;
	static const char nul[] = MEDIA "#EXTINF:1,\na.ts\n\0#";
	assert_false(m3u8_parse(&p, nul, sizeof(nul) - 1, URL, NULL));
}

static void what_does_not_matter_is_passed_over(void **state)
{
	static const char *const texts[] = {
		"#EXTM3U\r\n#EXT-X-TARGETDURATION:10\r\n\r\n#EXTINF:1,\r\na.ts\r\n",
		MEDIA "# a "
		      "remark\n#EXT-X-FUTURE:x\n#EXT-X-DISCONTINUITY\n#EXTINF:1,\n#EXT-X-PROGRAM-"
		      "DATE-TIME:x\na.ts",
		MEDIA "#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n#EXT-X-ENDLIST\n",
		MEDIA "#EXTINF:9,\n#EXTINF:1,\na.ts\n", /* the last word counts */
	};
	for (size_t i = 0; i < N_ROWS(texts); i++) {
		struct m3u8 p;
		struct err err = { .text = "" };
		if (!parse(&p, texts[i], &err))
			fail_msg("%zu: %s", i, err.text);
		assert_int_equal(p.n_segments, 1);
		assert_string_equal(p.segments[0].uri, "a.ts");
		assert_int_equal(p.segments[0].duration_us, 1000000);
		m3u8_release(&p);
	}
	struct m3u8 p;
	assert_true(parse(&p,
			  "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,URI=\"s\"\n#EXT-X-ENDLIST\n" INF
			  "BANDWIDTH=1\nv.m3u8\n",
			  NULL));
	assert_false(p.ended);
	m3u8_release(&p);
}

static void limits_hold(void **state)
{
	struct buf b;
	struct m3u8 p;
	struct err err = { .text = "" };
	buf_init(&b, 4 * M3U8_MAX_BYTES);
	buf_add_str(&b, MEDIA);
	while (b.len + 14 <= M3U8_MAX_BYTES)
		buf_add_str(&b, "#EXTINF:1,\na\n");
	while (b.len < M3U8_MAX_BYTES)
		buf_add_char(&b, '\n');
	assert_true(m3u8_parse(&p, b.data, b.len, URL, NULL));
	assert_in_range(p.n_segments, 80000, M3U8_MAX_SEGMENTS);
	assert_int_equal(m3u8_duration_us(&p), (int64_t)p.n_segments * 1000000);
	m3u8_release(&p);
	buf_add_char(&b, '\n');
	assert_false(m3u8_parse(&p, b.data, b.len, URL, &err));
	assert_non_null(strstr(err.text, "1048576"));

	buf_clear(&b);
	buf_add_str(&b, "#EXTM3U\n");
	for (int i = 0; i < M3U8_MAX_VARIANTS; i++)
		buf_add_str(&b, INF "BANDWIDTH=1\nv.m3u8\n");
	assert_true(m3u8_parse(&p, b.data, b.len, URL, NULL));
	check_reads_back(&p);
	m3u8_release(&p);
	buf_add_str(&b, INF "BANDWIDTH=1\nv.m3u8\n");
	assert_false(m3u8_parse(&p, b.data, b.len, URL, &err));

	for (int n = M3U8_MAX_NAME; n <= M3U8_MAX_NAME + 1; n++) {
		buf_clear(&b);
		buf_addf(&b, MEDIA "#EXTINF:1,\n%0*d\n", n, 0);
		bool ok = m3u8_parse(&p, b.data, b.len, URL, NULL);
		assert_int_equal(ok, n == M3U8_MAX_NAME);
		if (ok)
			m3u8_release(&p);
	}
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_naming_is_read),
		cmocka_unit_test(attributes_are_read),
		cmocka_unit_test(the_next_lower_is_chosen),
		cmocka_unit_test(names_become_addresses),
		cmocka_unit_test(names_stay_in_the_folder),
		cmocka_unit_test(a_playlist_of_unknown_place_has_names_only),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(what_we_cannot_use_is_refused),
		cmocka_unit_test(what_does_not_matter_is_passed_over),
		cmocka_unit_test(limits_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
