/* A picture as characters of a terminal. */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

/* From dark to bright. */
static const char *const shades[] = { " ", "░", "▒", "▓", "█" };
static const char ascii_shades[] = " .:-=+*#%@";
#define SHADES       (sizeof(shades) / sizeof(*shades))
#define ASCII_SHADES (sizeof(ascii_shades) - 1)

/* Colours are kept to so many levels: what the eye does not tell apart needs no bytes. */
#define LEVEL_MASK 0xfcfcfc

void blocks_init(struct blocks *b, enum ink ink, bool halves)
{
	*b = (struct blocks){ .ink = ink, .halves = halves };
}

void blocks_release(struct blocks *b)
{
	free(b->shown);
	b->shown = NULL;
}

void blocks_forget(struct blocks *b)
{
	for (int i = 0; i < b->at.lines * b->at.columns; i++)
		b->shown[i].top = BLOCK_UNKNOWN;
}

bool blocks_place(struct blocks *b, struct rect at)
{
	if (memcmp(&b->at, &at, sizeof(at)) == 0)
		return false;
	b->at = at;
	b->shown = mem_grow(b->shown, (size_t)at.lines * (size_t)at.columns, sizeof(*b->shown));
	blocks_forget(b);
	return true;
}

int blocks_width(const struct blocks *b)
{
	return b->at.columns;
}

int blocks_height(const struct blocks *b)
{
	return b->at.lines * 2;
}

/* -- colours ----------------------------------------------------------------------------------- */

static int part(uint32_t rgb, int shift)
{
	return (int)(rgb >> shift & 0xff);
}

static uint32_t pixel_at(const struct pixels *p, int x, int y)
{
	const uint8_t *at = p->rgb0 + (size_t)y * p->stride + (size_t)x * 4;
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static uint32_t mean(uint32_t a, uint32_t b)
{
	return (a & b) + (((a ^ b) & 0xfefefe) >> 1);
}

/* ITU-R BT.601: how bright a colour looks, 0 to 255. */
static int brightness(uint32_t rgb)
{
	return (299 * part(rgb, 16) + 587 * part(rgb, 8) + 114 * part(rgb, 0)) / 1000;
}

static int distance(uint32_t a, uint32_t b)
{
	int most = 0;
	for (int shift = 0; shift <= 16; shift += 8) {
		int by = abs(part(a, shift) - part(b, shift));
		most = by > most ? by : most;
	}
	return most;
}

/* The 256 colours: 16 are the user's own, then a cube of 6×6×6, then 24 greys. */
static const uint8_t cube[] = { 0, 95, 135, 175, 215, 255 };

static int cube_step(int v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static uint32_t rgb_of_index(uint32_t i)
{
	if (i >= 232)
		return (8 + 10 * (i - 232)) * 0x010101;
	i -= 16;
	return (uint32_t)cube[i / 36] << 16 | (uint32_t)cube[i / 6 % 6] << 8 | cube[i % 6];
}

static uint32_t index_of(uint32_t rgb)
{
	int r = cube_step(part(rgb, 16)), g = cube_step(part(rgb, 8)), b = cube_step(part(rgb, 0));
	uint32_t colour = 16 + (uint32_t)(36 * r + 6 * g + b);
	int bright = (part(rgb, 16) + part(rgb, 8) + part(rgb, 0)) / 3;
	uint32_t grey = 232 + (uint32_t)(bright < 8 ? 0 : bright > 238 ? 23 : (bright - 3) / 10);
	return distance(rgb, rgb_of_index(grey)) < distance(rgb, rgb_of_index(colour)) ? grey
										       : colour;
}

/* What a cell should show. */
static struct block block_of(const struct blocks *b, uint32_t top, uint32_t bottom)
{
	if (!b->halves || b->ink == INK_SHADES)
		top = bottom = mean(top, bottom);
	uint32_t glyphs = b->halves ? SHADES : ASCII_SHADES;
	uint32_t shade;
	switch (b->ink) {
	case INK_TRUE:
		return (struct block){ top & LEVEL_MASK, bottom & LEVEL_MASK };
	case INK_256:
		return (struct block){ index_of(top), index_of(bottom) };
	case INK_SHADES:
		shade = (uint32_t)brightness(top) * glyphs / 256;
		return (struct block){ shade, shade };
	}
	return (struct block){ 0, 0 };
}

static bool looks_like(const struct blocks *b, struct block shown, struct block next, int coarse)
{
	if (shown.top == BLOCK_UNKNOWN)
		return false;
	if (b->ink == INK_TRUE)
		return distance(shown.top, next.top) <= coarse &&
		       distance(shown.bottom, next.bottom) <= coarse;
	return shown.top == next.top && shown.bottom == next.bottom;
}

/* -- bytes ------------------------------------------------------------------------------------- */

static void add_colour(const struct blocks *b, int which, uint32_t colour, struct buf *out)
{
	if (b->ink == INK_256)
		(void)!buf_addf(out, "%d;5;%d", which, (int)colour);
	else
		(void)!buf_addf(out, "%d;2;%d;%d;%d", which, part(colour, 16), part(colour, 8),
				part(colour, 0));
}

/* Sets ink and ground, as far as they are not set; ink -1: any will do. */
static void set_colours(struct blocks *b, int fg, int bg, struct buf *out)
{
	bool new_fg = fg >= 0 && fg != b->fg, new_bg = bg != b->bg;
	if (!new_fg && !new_bg)
		return;
	(void)!buf_add_str(out, "\033[");
	if (new_fg)
		add_colour(b, 38, (uint32_t)fg, out);
	if (new_fg && new_bg)
		(void)!buf_add_char(out, ';');
	if (new_bg)
		add_colour(b, 48, (uint32_t)bg, out);
	(void)!buf_add_char(out, 'm');
	b->fg = fg >= 0 ? fg : b->fg;
	b->bg = bg;
}

static void add_block(struct blocks *b, struct block cell, struct buf *out)
{
	int top = (int)cell.top, bottom = (int)cell.bottom;
	if (b->ink == INK_SHADES) {
		if (b->halves)
			(void)!buf_add_str(out, shades[top]);
		else
			(void)!buf_add_char(out, ascii_shades[top]);
	} else if (top == bottom) {
		set_colours(b, -1, top, out);
		(void)!buf_add_char(out, ' ');
	} else if (b->fg == bottom || b->bg == top) {
		set_colours(b, bottom, top, out);
		(void)!buf_add_str(out, "▄");
	} else {
		set_colours(b, top, bottom, out);
		(void)!buf_add_str(out, "▀");
	}
}

/* A gap is jumped over, unless it is shorter than saying so. */
static void go_to(const struct blocks *b, int line, int from, int to, struct buf *out)
{
	if (from < 0)
		(void)!buf_addf(out, "\033[%d;%dH", b->at.line + line + 1, b->at.column + to + 1);
	else if (to > from)
		(void)!buf_addf(out, "\033[%dC", to - from);
}

static int encode_line(struct blocks *b, const struct pixels *p, int line, int coarse,
		       struct buf *out)
{
	int written = 0, at = -1; /* the cursor's column; -1 not in this line */
	for (int x = 0; x < b->at.columns; x++) {
		struct block *shown = &b->shown[line * b->at.columns + x];
		struct block next =
		    block_of(b, pixel_at(p, x, 2 * line), pixel_at(p, x, 2 * line + 1));
		if (looks_like(b, *shown, next, coarse))
			continue;
		go_to(b, line, at, x, out);
		if (written == 0)
			b->fg = b->bg = -1;
		add_block(b, next, out);
		*shown = next;
		at = x + 1;
		written++;
	}
	if (written && b->ink != INK_SHADES)
		(void)!buf_add_str(out, "\033[m");
	return written;
}

int blocks_encode(struct blocks *b, const struct pixels *p, int coarse, struct buf *out)
{
	if (p->width != blocks_width(b) || p->height != blocks_height(b))
		return -1;
	int written = 0;
	for (int line = 0; line < b->at.lines; line++)
		written += encode_line(b, p, line, coarse, out);
	return written;
}

size_t blocks_line_end(const char *bytes, size_t n)
{
	static const char digits[] = "0123456789;";
	for (size_t i = 1; i + 1 < n; i++) {
		if (bytes[i] != '\033' || bytes[i + 1] != '[')
			continue;
		size_t end = i + 2;
		while (end < n && memchr(digits, bytes[end], sizeof(digits) - 1))
			end++;
		if (end < n && bytes[end] == 'H')
			return i;
	}
	return n;
}
