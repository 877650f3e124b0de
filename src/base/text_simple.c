/* Text that every terminal draws alike: no sign that one terminal joins and the next draws in pieces. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/text.h"
#include "utf8.h"

#define JOINER         0x200d
#define FIRST_REGIONAL 0x1f1e6
#define LAST_REGIONAL  0x1f1ff

/* Joiners, variation selectors, skin tones and the tags of subdivision flags only say how to draw what is before. */
static bool is_drawing_hint(int32_t c)
{
	return c == JOINER || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0x1f3fb && c <= 0x1f3ff) ||
	       (c >= 0xe0020 && c <= 0xe007f);
}

static bool is_regional(int32_t c)
{
	return c >= FIRST_REGIONAL && c <= LAST_REGIONAL;
}

/* What a joiner may add to an emoji: hearts, staffs, other emoji. Letters behind a joiner are text. */
static bool is_symbol(int32_t c)
{
	return (c >= 0x2190 && c < 0x2c00) || c >= 0x1f000;
}

/* Whether anything of it is drawn differently here and there: all such signs begin with these bytes. */
static bool may_need(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0xf0 ||
		    ((unsigned char)*s == 0xe2 && (unsigned char)s[1] == 0x80) ||
		    ((unsigned char)*s == 0xef && (unsigned char)s[1] == 0xb8))
			return true;
	return false;
}

char *text_simple(const char *s)
{
	if (!may_need(s))
		return NULL;
	struct buf out;
	size_t len = strlen(s);
	buf_init(&out, len);
	bool joined = false;
	for (size_t left = len; left > 0;) {
		int32_t c;
		size_t n = utf8_next(s, left, &c);
		if (is_regional(c))
			buf_add_char(
			    &out,
			    (char)('A' + (c - FIRST_REGIONAL))); /* a flag: its country's letters */
		else if (!is_drawing_hint(c) && !(joined && is_symbol(c)))
			buf_add(&out, s, n);
		joined = c == JOINER; /* of joined signs the first one stands for all */
		s += n;
		left -= n;
	}
	if (out.len < len)
		return buf_steal(&out);
	buf_release(&out);
	return NULL;
}
