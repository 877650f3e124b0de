/* How wide text is on a terminal and where it may be cut, by grapheme cluster. */
#include "kiyya/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "utf8.h"

size_t utf8_next(const char *s, size_t n, int32_t *ret)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t used =
	    utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &c);
	*ret = used > 0 ? c : -1;
	return used > 0 ? (size_t)used : 1;
}

bool text_is_utf8(const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		int32_t c;
		if ((unsigned char)s[at] < 0x80) {
			at++;
			continue;
		}
		at += utf8_next(s + at, len - at, &c);
		if (c < 0)
			return false;
	}
	return true;
}

/* The character at s of a string; 0 bytes at its end. No character is longer than four bytes, and
 * none has a 0 inside, so the decoder never looks past the end. */
static size_t next_char(const char *s, int32_t *ret)
{
	*ret = 0;
	return *s ? utf8_next(s, strnlen(s, 4), ret) : 0;
}

static bool is_regional(int32_t c)
{
	return c >= 0x1f1e6 && c <= 0x1f1ff;
}

size_t text_next(const char *s, int *ret_width)
{
	const int32_t emoji_selector = 0xfe0f;
	int32_t prev, c;
	size_t n = next_char(s, &prev);
	*ret_width = n == 0 ? 0 : prev < 0 ? 1 : utf8proc_charwidth(prev);
	if (n == 0 || prev < 0)
		return n;

	utf8proc_int32_t state = 0;
	for (size_t more; (more = next_char(s + n, &c)) > 0 && c >= 0; n += more) {
		if (utf8proc_grapheme_break_stateful(prev, c, &state))
			break;
		/* A cluster is as wide as its widest part; a flag is two letters drawn as one sign.
		 */
		int width = c == emoji_selector || (is_regional(prev) && is_regional(c))
				? 2
				: utf8proc_charwidth(c);
		if (width > *ret_width)
			*ret_width = width;
		prev = c;
	}
	if (*ret_width > 2)
		*ret_width = 2;
	return n;
}

int text_width(const char *s)
{
	int total = 0, width;
	for (size_t n; (n = text_next(s, &width)) > 0; s += n) {
		if (total > INT_MAX - width)
			return INT_MAX;
		total += width;
	}
	return total;
}

size_t text_fit(const char *s, int width)
{
	size_t at = 0;
	int used = 0, w;
	for (size_t n; (n = text_next(s + at, &w)) > 0 && used + w <= width; at += n)
		used += w;
	return at;
}

char *text_cut(const char *s, int width, const char *more)
{
	if (s[text_fit(s, width)] == '\0')
		return str_dup(s);
	int mark = text_width(more);
	if (mark > width) /* no room for both: the sign that something is missing goes first */
		return str_dupn(more, text_fit(more, width));
	return str_fmt("%.*s%s", (int)text_fit(s, width - mark), s, more);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t text_wrap(const char *s, int width, size_t *ret_skip)
{
	size_t at = 0, end = 0; /* end: where the last word that fits ends, 0 while there is none */
	int used = 0, w;
	bool in_word = false;
	for (size_t n; s[at] != '\0' && s[at] != '\n'; at += n) {
		n = text_next(s + at, &w);
		bool blank = is_blank(s[at]);
		if (blank && in_word)
			end = at;
		in_word = !blank;
		if (used + w > width) {
			if (end == 0) /* one long word; always at least one cluster, to get on */
				end = at > 0 ? at : n;
			break;
		}
		used += w;
	}
	if ((s[at] == '\0' || s[at] == '\n') && (in_word || end == 0))
		end = at;

	size_t skip = 0;
	while (is_blank(s[end + skip]))
		skip++;
	if (s[end + skip] == '\n')
		skip++;
	*ret_skip = skip;
	return end;
}

/* Marks that are ornaments of a letter, not letters by themselves: in Devanagari, Thai or Kana the
 * signs that Unicode also calls marks are vowels and consonants, and stay. */
static bool is_diacritic(int32_t c)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0x0300, 0x036f }, /* Latin, Greek, Cyrillic */
		{ 0x0591, 0x05bd }, /* Hebrew accents and points */
		{ 0x0610, 0x061a }, /* Arabic signs */
		{ 0x064b, 0x065f }, /* Arabic vowel points */
		{ 0x0670, 0x0670 }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

char *text_fold(const char *s)
{
	const utf8proc_option_t split = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
					UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	size_t len = strlen(s);
	char *valid = text_is_utf8(s, len) ? NULL : text_clean(s, len, SIZE_MAX, true);
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)(valid ? valid : s);
	utf8proc_ssize_t n_bytes = (utf8proc_ssize_t)strlen((const char *)text);

	utf8proc_ssize_t n = utf8proc_decompose(text, n_bytes, NULL, 0, split);
	if (n < 0)
		mem_die("text_fold: no decomposition of checked text");
	utf8proc_int32_t *chars = mem_array((size_t)n + 1, sizeof(*chars));
	utf8proc_decompose(text, n_bytes, chars, n, split);

	utf8proc_ssize_t kept = 0;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (!is_diacritic(chars[i]))
			chars[kept++] = chars[i];
	}
	/* Encodes in place: UTF-8 is never longer than four bytes a character, plus the closing 0.
	 */
	utf8proc_reencode(chars, kept, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	free(valid);
	return (char *)chars;
}

/* The marks that text_fold has left are vowels and consonants. */
static bool is_letter_or_digit(int32_t c)
{
	static const bool is[UTF8PROC_CATEGORY_CO + 1] = {
		[UTF8PROC_CATEGORY_LU] = true, [UTF8PROC_CATEGORY_LL] = true,
		[UTF8PROC_CATEGORY_LT] = true, [UTF8PROC_CATEGORY_LM] = true,
		[UTF8PROC_CATEGORY_LO] = true, [UTF8PROC_CATEGORY_MN] = true,
		[UTF8PROC_CATEGORY_MC] = true, [UTF8PROC_CATEGORY_ND] = true,
		[UTF8PROC_CATEGORY_NL] = true, [UTF8PROC_CATEGORY_NO] = true,
	};
	return is[utf8proc_category(c)];
}

char *text_key(const char *s)
{
	char *letters = text_fold(s);
	size_t kept = 0, len = strlen(letters);
	for (size_t at = 0, n; at < len; at += n) {
		int32_t c;
		n = utf8_next(letters + at, len - at, &c);
		if (c < 0 || !is_letter_or_digit(c))
			continue;
		memmove(letters + kept, letters + at, n);
		kept += n;
	}
	letters[kept] = '\0';
	/* Marks that have become neighbours get their proper order, and letters their marks. */
	char *key = text_fold(letters);
	free(letters);
	return key;
}
