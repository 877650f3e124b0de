/* Small things about C strings that the C library leaves dangerous or undone. Any thread. */
#ifndef KIYYA_STR_H
#define KIYYA_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"

bool str_copy(char *dst, size_t size, const char *src); /* always ends dst; false if cut */
char *str_dup(const char *s);                           /* owned; NULL stays NULL */
char *str_dupn(const char *s, size_t n);
char *str_fmt(const char *fmt, ...) PRINTF_LIKE(1, 2); /* owned */
void str_burn(char *s); /* overwrites it and frees it; NULL is fine */
void str_set(char **dst, const char *s);               /* frees *dst, stores a copy of s (or NULL) */
bool str_eq(const char *a, const char *b);             /* NULL equals only NULL */
bool str_empty(const char *s);                         /* NULL or "" */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_ieq(const char *a, const char *b); /* ASCII case folded */

/* Edits between two words (Levenshtein), for "did you mean"; long words are cut at 63 bytes. */
size_t str_distance(const char *a, const char *b);

/* Whole string, decimal digits (one leading '-' for i64), in range; else false, *ret untouched. */
bool str_to_u64(const char *s, uint64_t *ret);
bool str_to_i64(const char *s, int64_t *ret);

bool str_is_hex(const char *s, size_t len); /* exactly len lower-case hex digits */
void hex_encode(char *dst, const void *src, size_t n); /* writes 2n digits and a 0 */
bool hex_decode(void *dst, size_t n, const char *src); /* exactly 2n digits, either case */

/* A list of owned strings. Zero-initialised is empty. */
struct strs {
	char **v;
	size_t n;
};
void strs_add(struct strs *l, const char *s); /* copies */
void strs_addn(struct strs *l, const char *s, size_t n);
void strs_release(struct strs *l);
void strs_copy(struct strs *dst, const struct strs *src); /* dst is overwritten, not freed */
bool strs_has(const struct strs *l, const char *s);
/* Splits at commas, trims blanks, drops empty parts; adds to l. */
void strs_split(struct strs *l, const char *s);

/* "1.2 GB"-style size with 1000-based units into dst, at least 12 bytes. */
void str_size(char *dst, size_t size, uint64_t bytes);
/* "1:42:10" or "42:10" or "0:07"; "" below zero. */
void str_duration(char *dst, size_t size, int64_t seconds);
/* Seconds, or [[h:]m:]s; false when it is neither. */
bool str_to_seconds(const char *s, int64_t *ret);

#endif
