/* Text for people: UTF-8, how wide it is on a terminal, where it may be cut, what must not get through.
 * Widths follow utf8proc by grapheme cluster. Any thread. */
#ifndef KIYYA_TEXT_H
#define KIYYA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/buf.h"

bool text_is_utf8(const char *s, size_t len);

/* Makes outside text safe for a terminal, a log line or a pipe: invalid UTF-8 becomes U+FFFD; C0 and
 * C1 controls, DEL, bidi overrides and isolates, zero-width joins outside emoji, and line separators are
 * dropped or become one space; at most max_len bytes, cut on a grapheme. newlines: keep '\n'.
 * The result is owned by the caller (free()). NULL in gives NULL. */
char *text_clean(const char *s, size_t len, size_t max_len, bool newlines);
/* True when text_clean would change nothing. */
bool text_is_clean(const char *s, size_t len, bool newlines);

/* Columns of the whole string. */
int text_width(const char *s);
/* The next grapheme cluster: its length in bytes (0 at the end) and its columns (0, 1 or 2). */
size_t text_next(const char *s, int *ret_width);
/* s as every terminal draws it alike: of joined emoji the first, flags as letters, no skin tones or variation selectors.
 * Owned; NULL when s is that already. */
char *text_simple(const char *s);
/* Bytes of the longest prefix at most `width` columns wide, ending on a grapheme. */
size_t text_fit(const char *s, int width);
/* Copies s cut to `width` columns, ending in `more` ("…" or "...") when something was cut. Owned. */
char *text_cut(const char *s, int width, const char *more);
/* Bytes of the next line when s is wrapped at `width` columns, breaking at blanks where it can;
 * *ret_skip: bytes to skip before the following line (blanks, one newline). */
size_t text_wrap(const char *s, int width, size_t *ret_skip);
/* Lower-cased, diacritics folded (NFKD, marks dropped), for comparing and searching. Owned. */
char *text_fold(const char *s);
/* The letters and digits of text_fold, of every script, and nothing between them: equal for names that differ
 * in case, blanks and punctuation only. Owned; "" when there are none. */
char *text_key(const char *s);

#endif
