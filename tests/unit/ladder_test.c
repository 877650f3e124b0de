/* The qualities of a film at the player host: which one is asked for, which is next. */
#include "unit.h"
#include "kiyya/ladder.h"

#define MASTER(bits720)                                                          \
	"#EXTM3U\n"                                                              \
	"#EXT-X-STREAM-INF:BANDWIDTH=655600,RESOLUTION=640x360\nv2.m3u8\n"       \
	"#EXT-X-STREAM-INF:BANDWIDTH=4026000,RESOLUTION=1920x1080\nv0.m3u8\n"    \
	"#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=1280x720\nless.m3u8\n"         \
	"#EXT-X-STREAM-INF:BANDWIDTH=" bits720 ",RESOLUTION=720x1280\nv1.m3u8\n" \
	"#EXT-X-STREAM-INF:BANDWIDTH=215600,AVERAGE-BANDWIDTH=200000,RESOLUTION=256x144\nv3.m3u8"
static const char folder[] = "https://player.example/v6/streams/x/y/master.m3u8";

struct film {
	int64_t bits; /* of the original */
	bool opens, master;
};

static void begin(struct ladder *l, const struct film *f)
{
	static const char text[] = MASTER("2890800");
	struct m3u8 m;
	struct err err;
	ladder_init(l, "https://player.example/o.mp4", f->bits, f->opens);
	if (!f->master)
		return;
	if (!m3u8_parse(&m, text, strlen(text), folder, &err))
		fail_msg("%s", err.text);
	ladder_add(l, &m, folder);
	m3u8_release(&m);
}

/* One letter a step: - + by itself, d u by the user, x what plays cannot be played; lower case o at the end of the
 * expected text: nothing was left. */
static void test_steps(void **state)
{
	static const struct film usual = { 5000000, true, true }, small = { 900000, true, true },
				 unknown = { 0, true, true }, odd = { 5000000, false, true },
				 fast = { 20000000, true, true }, alone = { 5000000, true, false },
				 odd_alone = { 5000000, false, false };
	static const struct {
		const struct film *film;
		const char *asked, *steps, *expect;
	} rows[] = {
		{ &usual, "best", "", "original" },
		{ &usual, "original", "", "original" },
		{ &usual, "720p", "", "720p" },
		{ &usual, "1440p", "", "1080p" },
		{ &usual, "719p", "", "360p" },
		{ &usual, "100p", "", "144p" },
		{ &alone, "720p", "", "original" },
		{ &alone, "best", "-", "original no" },
		/* From the original down: what takes less than it does. */
		{ &usual, "best", "-", "original 1080p" },
		{ &unknown, "best", "-", "original 1080p" },
		{ &small, "best", "-", "original 360p" },
		{ &small, "best", "--", "original 360p 144p" },
		{ &small, "best", "---", "original 360p 144p no" },
		{ &small, "best", "--++", "original 360p 144p 360p original" },
		/* Never above what was asked for. */
		{ &usual, "best", "--+++", "original 1080p 720p 1080p original no" },
		{ &usual, "720p", "--++", "720p 360p 144p 360p 720p" },
		{ &usual, "720p", "-+", "720p 360p 720p" },
		{ &usual, "720p", "+", "720p no" },
		/* What the player cannot open, and what the host would not give fast enough. */
		{ &odd, "best", "", "1080p" },
		{ &odd, "original", "", "original" },
		{ &odd, "best", "+", "1080p no" },
		{ &fast, "best", "", "1080p" },
		{ &fast, "original", "", "original" },
		{ &odd_alone, "best", "", "original" },
		/* By the user: any, which is then what was asked for. */
		{ &usual, "720p", "uu", "720p 1080p original" },
		{ &usual, "720p", "uuu", "720p 1080p original no" },
		{ &usual, "720p", "dd-+", "720p 360p 144p no no" },
		{ &usual, "720p", "u-+", "720p 1080p 720p 1080p" },
		{ &small, "best", "d", "original 1080p" },
		/* What cannot be played is not come back to. */
		{ &usual, "best", "x", "original 1080p" },
		{ &usual, "best", "x-+", "original 1080p 720p 1080p" },
		{ &usual, "720p", "x+", "720p 360p no" },
		{ &usual, "720p", "-x+", "720p 360p 144p 720p" },
		{ &usual, "144p", "x", "144p 360p" },
		{ &usual, "144p", "xxxxx", "144p 360p 720p 1080p original no" },
		{ &alone, "best", "x", "original no" },
	};
	EACH_ROW (r, rows) {
		struct ladder l;
		char out[200];
		begin(&l, r->film);
		ladder_ask(&l, r->asked);
		snprintf(out, sizeof(out), "%s", ladder_at(&l)->quality);
		for (const char *s = r->steps; *s; s++) {
			bool ok = *s == 'x'   ? ladder_drop(&l)
				  : *s == '-' ? ladder_step(&l, -1)
				  : *s == '+' ? ladder_step(&l, 1)
					      : ladder_choose(&l, *s == 'u' ? 1 : -1);
			size_t n = strlen(out);
			snprintf(out + n, sizeof(out) - n, " %s",
				 ok ? ladder_at(&l)->quality : "no");
		}
		if (strcmp(out, r->expect) != 0)
			fail_msg("%s %s: %s, not %s", r->asked, r->steps, out, r->expect);
		ladder_release(&l);
	}
}

static void test_addresses(void **state)
{
	struct ladder l;
	begin(&l, &(struct film){ 0, true, true });
	assert_int_equal(l.n, 5); /* one of each height */
	ladder_ask(&l, "720p");
	assert_string_equal(ladder_at(&l)->url, "https://player.example/v6/streams/x/y/v1.m3u8");
	assert_int_equal(ladder_at(&l)->bits, 2890800);
	ladder_ask(&l, "144p");
	assert_int_equal(ladder_at(&l)->bits, 200000);
	ladder_ask(&l, "original");
	assert_string_equal(ladder_at(&l)->url, "https://player.example/o.mp4");
	ladder_release(&l);
	ladder_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_steps),
					    cmocka_unit_test(test_addresses) };
	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
