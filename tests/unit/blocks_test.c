/* Pictures as bytes for a terminal: every way of drawing, only what has changed, cut between lines. */
#include "unit.h"

#include "blocks.h"
#include "kiyya/str.h"

#define AT(line, column, lines, columns) ((struct rect){ line, column, lines, columns })

static void set_pixel(struct pixels *p, int x, int y, uint32_t rgb)
{
	uint8_t *at = p->rgb0 + (size_t)y * p->stride + (size_t)x * 4;
	at[0] = (uint8_t)(rgb >> 16);
	at[1] = (uint8_t)(rgb >> 8);
	at[2] = (uint8_t)rgb;
	at[3] = 0xaa; /* has no meaning */
}

static void fill(struct pixels *p, uint32_t rgb)
{
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++)
			set_pixel(p, x, y, rgb);
}

/* What two cells beside each other become on an unknown screen. */
static void test_cells(void **state)
{
	static const struct {
		enum ink ink;
		bool halves;
		uint32_t pixels[4]; /* left top, left bottom, right top, right bottom */
		const char *bytes;
	} rows[] = {
		/* one ground, no ink needed; the second cell costs a byte */
		{ INK_TRUE,
		  true,
		  { 0x102030, 0x102030, 0x102030, 0x102030 },
		  "\033[48;2;16;32;48m  \033[m" },
		{ INK_TRUE,
		  true,
		  { 0xfc0000, 0x0000fc, 0xfc0000, 0x0000fc },
		  "\033[38;2;252;0;0;48;2;0;0;252m▀▀\033[m" },
		/* upside down: the lower half block takes the colours as they are */
		{ INK_TRUE,
		  true,
		  { 0xfc0000, 0x0000fc, 0x0000fc, 0xfc0000 },
		  "\033[38;2;252;0;0;48;2;0;0;252m▀▄\033[m" },
		/* what the eye does not tell apart is one colour */
		{ INK_TRUE,
		  true,
		  { 0x101010, 0x111111, 0x121212, 0x131313 },
		  "\033[48;2;16;16;16m  \033[m" },
		{ INK_256,
		  true,
		  { 0xff0000, 0x000000, 0xffffff, 0xffffff },
		  "\033[38;5;196;48;5;16m▀\033[48;5;231m \033[m" },
		{ INK_256,
		  true,
		  { 0x808080, 0x808080, 0x080808, 0x080808 },
		  "\033[48;5;244m \033[48;5;232m \033[m" },
		/* no half blocks: a blank, its ground the mean of both */
		{ INK_TRUE,
		  false,
		  { 0x000000, 0x202020, 0x101010, 0x101010 },
		  "\033[48;2;16;16;16m  \033[m" },
		/* no colours at all */
		{ INK_SHADES, true, { 0x000000, 0x000000, 0xffffff, 0xffffff }, " █" },
		{ INK_SHADES, true, { 0x808080, 0x808080, 0x00ff00, 0x00ff00 }, "▒▒" },
		{ INK_SHADES, false, { 0x000000, 0x000000, 0xffffff, 0xffffff }, " @" },
		{ INK_SHADES, false, { 0x000000, 0xffffff, 0x404040, 0x404040 }, "=:" },
	};
	EACH_ROW (row, rows) {
		struct blocks b;
		struct pixels p = { 0 };
		struct buf out;
		buf_init(&out, 4096);
		blocks_init(&b, row->ink, row->halves);
		blocks_place(&b, AT(4, 9, 1, 2));
		pixels_resize(&p, 2, 2);
		for (int i = 0; i < 4; i++)
			set_pixel(&p, i / 2, i % 2, row->pixels[i]);
		assert_int_equal(blocks_encode(&b, &p, 0, &out), 2);
		char *all = str_fmt("\033[5;10H%s", row->bytes);
		assert_string_equal(out.data, all);
		free(all);
		buf_release(&out);
		pixels_release(&p);
		blocks_release(&b);
	}
}

static void test_only_what_changed(void **state)
{
	struct blocks b;
	struct pixels p = { 0 };
	struct buf out;
	buf_init(&out, 65536);
	blocks_init(&b, INK_TRUE, true);
	blocks_place(&b, AT(0, 0, 3, 20));
	pixels_resize(&p, 20, 6);
	fill(&p, 0x202020);
	assert_int_equal(blocks_encode(&b, &p, 0, &out), 60);
	buf_clear(&out);
	assert_int_equal(blocks_encode(&b, &p, 0, &out), 0);
	assert_string_equal(out.data, "");

	set_pixel(&p, 3, 2, 0xfcfcfc);
	set_pixel(&p, 3, 3, 0xfcfcfc);
	set_pixel(&p, 9, 2, 0xfcfcfc);
	set_pixel(&p, 9, 3, 0xfcfcfc);
	assert_int_equal(blocks_encode(&b, &p, 0, &out), 2);
	assert_string_equal(out.data, "\033[2;4H\033[48;2;252;252;252m \033[5C \033[m");

	/* close enough is left, and does not drift: it is compared with what is shown */
	buf_clear(&out);
	for (uint32_t v = 0x20; v <= 0x30; v += 4) {
		fill(&p, v * 0x010101);
		blocks_encode(&b, &p, 8, &out);
	}
	assert_int_equal(b.shown[0].top, 0x2c2c2c);

	buf_clear(&out);
	blocks_forget(&b);
	assert_int_equal(blocks_encode(&b, &p, 255, &out), 60);
	buf_clear(&out);
	blocks_place(&b, AT(0, 0, 3, 20)); /* the same place */
	assert_int_equal(blocks_encode(&b, &p, 0, &out), 0);
	blocks_place(&b, AT(0, 1, 3, 20));
	assert_int_equal(blocks_encode(&b, &p, 0, &out), 60);
	blocks_place(&b, AT(0, 1, 4, 20));
	assert_int_equal(blocks_encode(&b, &p, 0, &out), -1); /* a picture of the size before */
	pixels_release(&p);
	blocks_release(&b);
	buf_release(&out);
}

/* Every colour becomes one of the 240 that have a fixed meaning, and the nearest but for a little. */
static void test_256_colours(void **state)
{
	struct blocks b;
	struct pixels p = { 0 };
	struct buf out;
	buf_init(&out, 4096);
	blocks_init(&b, INK_256, true);
	blocks_place(&b, AT(0, 0, 1, 1));
	pixels_resize(&p, 1, 2);
	for (uint32_t rgb = 0; rgb <= 0xffffff; rgb += 0x030507) {
		fill(&p, rgb);
		blocks_encode(&b, &p, 0, &out);
		buf_clear(&out);
		assert_in_range(b.shown[0].top, 16, 255);
		assert_int_equal(b.shown[0].top, b.shown[0].bottom);
	}
	pixels_release(&p);
	blocks_release(&b);
	buf_release(&out);
}

static void test_line_ends(void **state)
{
	static const struct {
		const char *bytes;
		size_t end;
	} rows[] = {
		{ "", 0 },
		{ "x", 1 },
		{ "\033[1;1Habc\033[2;1Hdef", 9 },
		{ "38;2;1;2;3m▀\033[5C \033[m\033[12;40Hx", 14 + 4 + 1 + 3 },
		{ "abc\033[", 5 },
		{ "abc\033[12;", 8 },
		{ "abc\033[12m\033[3C", 12 },
	};
	EACH_ROW (row, rows) {
		size_t n = strlen(row->bytes), end = blocks_line_end(row->bytes, n);
		assert_int_equal(end, row->end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_only_what_changed),
		cmocka_unit_test(test_256_colours),
		cmocka_unit_test(test_line_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
