/* A moment in the past as people write it. */
#include "kiyya/since.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };

/* "7d" */
static bool parse_amount(const char *text, int64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 9 || !text[digits] || text[digits + 1])
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].letter != text[digits])
			continue;
		*ret = strtoll(text, NULL, 10) * units[i].seconds;
		return true;
	}
	return false;
}

static bool parse_date(const char *text, int64_t *ret)
{
	if (strlen(text) != strlen("2026-01-31"))
		return clock_from_iso(text, ret);
	char *whole = str_fmt("%sT00:00:00Z", text);
	bool ok = clock_from_iso(whole, ret);
	free(whole);
	return ok;
}

bool since_parse(const char *text, int64_t now, int64_t *ret)
{
	int64_t ago;
	if (!text)
		return false;
	if (!str_to_seconds(text, &ago) && !parse_amount(text, &ago))
		return parse_date(text, ret);
	*ret = now - ago;
	return true;
}
