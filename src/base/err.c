/* Errors: filling them in, and what each kind means. */
#include "kiyya/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	int exit_code;
	bool retry;
} kinds[] = {
#define X(name, word, code, retry) [ERR_##name] = { word, code, retry },
	ERR_KINDS(X)
#undef X
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Sentences quote what came from outside. Controls (C0, DEL, and C1 as UTF-8) become blanks, so
 * that none reaches a terminal or breaks a log line, and a character cut in half at the end goes.
 */
static void tidy(char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i], next = (unsigned char)text[i + 1];
		if (c < 0x20 || c == 0x7f)
			text[i] = ' ';
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			text[i] = text[i + 1] = ' ';
	}
	size_t start = n; /* of the last character that is not ASCII */
	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[--start];
	size_t needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (n - start < needs)
		text[start] = 0;
}

bool err_set(struct err *err, enum err_kind kind, int num, const char *fmt, ...)
{
	if (!err)
		return false;
	err->kind = kind;
	err->num = num;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	tidy(err->text);
	return false;
}

bool err_sys(struct err *err, const char *fmt, ...)
{
	int num = errno;
	if (!err)
		return false;
	err->kind = num == ENOSPC || num == EDQUOT ? ERR_SPACE
		    : num == ENOENT                ? ERR_NOT_FOUND
						   : ERR_IO;
	err->num = num;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	char why[128];
	const char *text = strerror_r(num, why, sizeof(why));
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", text);
	tidy(err->text);
	return false;
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char doing[sizeof(err->text)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(doing, sizeof(doing), fmt, ap);
	va_end(ap);
	char both[2 * sizeof(err->text) + 2];
	snprintf(both, sizeof(both), "%s: %s", doing, err->text);
	memcpy(err->text, both, sizeof(err->text));
	err->text[sizeof(err->text) - 1] = 0;
	tidy(err->text);
	return false;
}

void err_clear(struct err *err)
{
	if (err)
		*err = (struct err){ .kind = ERR_NONE };
}

const char *err_category(enum err_kind kind)
{
	return (size_t)kind < N_KINDS ? kinds[kind].word : "internal";
}

int err_exit_code(enum err_kind kind)
{
	return (size_t)kind < N_KINDS ? kinds[kind].exit_code : 1;
}

bool err_can_retry(enum err_kind kind)
{
	return (size_t)kind < N_KINDS && kinds[kind].retry;
}

enum err_kind err_kind_of(const char *category)
{
	for (size_t i = 0; category && i < N_KINDS; i++)
		if (strcmp(kinds[i].word, category) == 0)
			return (enum err_kind)i;
	return ERR_INTERNAL;
}
