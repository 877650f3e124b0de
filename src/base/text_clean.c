/* Takes out of text from outside what would steer a terminal, hide, reorder or break a line. */
#include "kiyya/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "utf8.h"

/* Enough for any language; what piles up more covers the lines around it. */
#define MARKS_MAX 8

struct cleaner {
	struct buf out;
	bool newlines;
	bool can_join; /* what was kept last is an emoji: a joiner may follow */
	bool tag_flag; /* … is a black flag or its tags: region letters may follow */
	bool has_base; /* there is something on this line that a mark can sit on */
	int marks;     /* combining marks kept in a row */
};

static bool is_mark(const utf8proc_property_t *p)
{
	return p->category == UTF8PROC_CATEGORY_MN || p->category == UTF8PROC_CATEGORY_ME ||
	       p->category == UTF8PROC_CATEGORY_MC;
}

static bool is_emoji(const utf8proc_property_t *p)
{
	return p->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool is_emoji_modifier(int32_t c)
{
	return c == 0xfe0f || (c >= 0x1f3fb && c <= 0x1f3ff);
}

static void keep(struct cleaner *k, const char *s, size_t n)
{
	buf_add(&k->out, s, n); /* the cap is beyond what is wanted: it cannot matter */
	k->can_join = k->tag_flag = false;
	k->has_base = true;
	k->marks = 0;
}

/* Runs of blanks and of what becomes one melt together, but blanks the author wrote stay. */
static void keep_blank(struct cleaner *k)
{
	size_t len = k->out.len;
	if (len > 0 && k->out.data[len - 1] != ' ' && k->out.data[len - 1] != '\n')
		keep(k, " ", 1);
}

static void keep_newline(struct cleaner *k)
{
	keep(k, "\n", 1);
	k->has_base = false;
}

static void clean_control(struct cleaner *k, int32_t c, bool before_newline)
{
	if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) {
		if (c == '\r' && before_newline)
			return;
		if (k->newlines)
			keep_newline(k);
		else
			keep_blank(k);
	} else if (c == '\t' || c == '\v' || c == '\f') {
		keep_blank(k);
	}
}

static void clean_mark(struct cleaner *k, int32_t c, const char *s, size_t n)
{
	bool can_join = k->can_join && is_emoji_modifier(c);
	int marks = k->marks + 1;
	if (!k->has_base || marks > MARKS_MAX)
		return;
	keep(k, s, n);
	k->marks = marks;
	k->can_join = can_join;
}

/* Format characters are invisible. A joiner between emoji makes one sign of them, region letters
 * after a black flag make it Scotland's; the few that begin a number in Arabic script are drawn. */
static void clean_format(struct cleaner *k, int32_t c, const char *s, size_t n, bool before_emoji)
{
	bool tag = k->tag_flag && c >= 0xe0020 && c <= 0xe007f;
	bool joiner = k->can_join && c == 0x200d && before_emoji;
	bool drawn = utf8proc_get_property(c)->boundclass == UTF8PROC_BOUNDCLASS_PREPEND;
	if (!tag && !joiner && !drawn)
		return;
	keep(k, s, n);
	k->tag_flag = tag && c != 0xe007f;
}

static void clean_char(struct cleaner *k, int32_t c, const char *s, size_t n, int32_t next)
{
	const int32_t black_flag = 0x1f3f4;
	const utf8proc_property_t *p = utf8proc_get_property(c);
	bool modifier = is_emoji_modifier(c) && k->can_join;
	if (c < 0) {
		keep(k, UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
	} else if (p->category == UTF8PROC_CATEGORY_CC || p->category == UTF8PROC_CATEGORY_ZL ||
		   p->category == UTF8PROC_CATEGORY_ZP) {
		clean_control(k, c, next == '\n');
	} else if (p->category == UTF8PROC_CATEGORY_CF) {
		clean_format(k, c, s, n, next > 0 && is_emoji(utf8proc_get_property(next)));
	} else if (is_mark(p)) {
		clean_mark(k, c, s, n);
	} else {
		keep(k, s, n);
		k->can_join = is_emoji(p) || modifier;
		k->tag_flag = c == black_flag;
	}
}

/* Shortens to at most max bytes, ending where a grapheme ends. */
static void cut_on_grapheme(struct buf *b, size_t max)
{
	if (b->len <= max)
		return;
	size_t at = 0;
	int width;
	for (size_t n; (n = text_next(b->data + at, &width)) > 0 && at + n <= max;)
		at += n;
	buf_cut(b, at);
}

char *text_clean(const char *s, size_t len, size_t max_len, bool newlines)
{
	if (!s)
		return NULL;
	struct cleaner k = { .newlines = newlines };
	size_t worst = len < (SIZE_MAX - 16) / 3 ? 3 * len : SIZE_MAX - 16;
	buf_init(&k.out, (max_len < worst ? max_len : worst) + 8);

	/* One character past the wanted length shows whether the last grapheme ends there. */
	for (size_t at = 0; at < len && k.out.len <= max_len;) {
		int32_t c, next = 0;
		size_t n = utf8_next(s + at, len - at, &c);
		if (at + n < len)
			utf8_next(s + at + n, len - at - n, &next);
		clean_char(&k, c, s + at, n, next);
		at += n;
	}
	cut_on_grapheme(&k.out, max_len);
	return buf_steal(&k.out);
}

bool text_is_clean(const char *s, size_t len, bool newlines)
{
	size_t plain = 0;
	while (plain < len && s[plain] >= 0x20 && s[plain] < 0x7f)
		plain++;
	if (plain == len)
		return true;
	char *clean = text_clean(s, len, SIZE_MAX, newlines);
	bool same = strlen(clean) == len && memcmp(clean, s, len) == 0;
	free(clean);
	return same;
}
