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
	if (n < 0 || (size_t)n >= sizeof(err->text))
		return false;
	char why[128];
	const char *text = strerror_r(num, why, sizeof(why));
	snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", text);
	return false;
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char old[sizeof(err->text)];
	memcpy(old, err->text, sizeof(old));
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", old);
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
