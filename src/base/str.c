/* Small things about C strings. */
#include "kiyya/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/mem.h"

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);
	bool fits = n < size;
	if (!fits)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = 0;
	return fits;
}

char *str_dup(const char *s)
{
	return s ? str_dupn(s, strlen(s)) : NULL;
}

char *str_dupn(const char *s, size_t n)
{
	char *p = mem_new(n + 1);
	memcpy(p, s, n);
	return p;
}

void str_burn(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

char *str_fmt(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *p = NULL;
	if (vasprintf(&p, fmt, ap) < 0)
		mem_die("out of memory");
	va_end(ap);
	return p;
}

void str_set(char **dst, const char *s)
{
	char *copy = str_dup(s);
	free(*dst);
	*dst = copy;
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_empty(const char *s)
{
	return !s || !*s;
}

bool str_starts(const char *s, const char *prefix)
{
	return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	if (!s)
		return false;
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool str_ieq(const char *a, const char *b)
{
	return a == b || (a && b && strcasecmp(a, b) == 0);
}

size_t str_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t row[64];
	n = n < 64 ? n : 63;
	m = m < 64 ? m : 63;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t replace = diagonal + (a[i - 1] != b[j - 1]);
			size_t less = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			diagonal = row[j];
			row[j] = replace < less ? replace : less;
		}
	}
	return row[m];
}

bool str_to_u64(const char *s, uint64_t *ret)
{
	if (!s || !*s)
		return false;
	uint64_t v = 0;
	for (const char *p = s; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		uint64_t digit = (uint64_t)(*p - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return true;
}

bool str_to_i64(const char *s, int64_t *ret)
{
	if (!s)
		return false;
	bool negative = *s == '-';
	uint64_t v;
	if (!str_to_u64(s + negative, &v))
		return false;
	if (v > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

bool str_is_hex(const char *s, size_t len)
{
	if (!s)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return s[len] == 0;
}

void hex_encode(char *dst, const void *src, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = src;
	for (size_t i = 0; i < n; i++) {
		dst[2 * i] = digits[p[i] >> 4];
		dst[2 * i + 1] = digits[p[i] & 15];
	}
	dst[2 * n] = 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(void *dst, size_t n, const char *src)
{
	unsigned char *p = dst;
	if (!src || strlen(src) != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++)
		if (hex_digit(src[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(hex_digit(src[2 * i]) << 4 | hex_digit(src[2 * i + 1]));
	return true;
}

void strs_addn(struct strs *l, const char *s, size_t n)
{
	l->v = mem_grow(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = str_dupn(s, n);
}

void strs_add(struct strs *l, const char *s)
{
	strs_addn(l, s, strlen(s));
}

void strs_release(struct strs *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct strs){ 0 };
}

void strs_copy(struct strs *dst, const struct strs *src)
{
	*dst = (struct strs){ 0 };
	for (size_t i = 0; i < src->n; i++)
		strs_add(dst, src->v[i]);
}

bool strs_has(const struct strs *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

void strs_split(struct strs *l, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, ",");
		const char *a = s, *b = s + n;
		while (a < b && isspace((unsigned char)*a))
			a++;
		while (b > a && isspace((unsigned char)b[-1]))
			b--;
		if (b > a)
			strs_addn(l, a, (size_t)(b - a));
		s += n + (s[n] == ',');
	}
}

void str_size(char *dst, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	size_t u = 0;
	double v = (double)bytes;
	while (v >= 999.5 && u + 1 < sizeof(units) / sizeof(units[0])) {
		v /= 1000;
		u++;
	}
	snprintf(dst, size, u && v < 9.95 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

void str_duration(char *dst, size_t size, int64_t seconds)
{
	dst[0] = 0;
	if (seconds < 0)
		return;
	int64_t h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
	if (h)
		snprintf(dst, size, "%" PRId64 ":%02d:%02d", h, (int)m, (int)s);
	else
		snprintf(dst, size, "%d:%02d", (int)m, (int)s);
}

bool str_to_seconds(const char *s, int64_t *ret)
{
	int64_t total = 0;
	int parts = 0;
	if (!s || !*s)
		return false;
	for (;;) {
		size_t n = strcspn(s, ":");
		if (n == 0 || n > 9 || ++parts > 3)
			return false;
		int64_t v = 0;
		for (size_t i = 0; i < n; i++) {
			if (s[i] < '0' || s[i] > '9')
				return false;
			v = v * 10 + (s[i] - '0');
		}
		if (parts > 1 && v > 59)
			return false;
		total = total * 60 + v;
		if (!s[n])
			break;
		s += n + 1;
	}
	*ret = total;
	return true;
}
