/* A moment in the past as people write it. */
#include "kiyya/since.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"

#define DAY  86400
#define MOST (INT64_C(36500) * DAY)

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 's', 1 },   { 'm', 60 },      { 'h', 3600 },
	      { 'd', DAY }, { 'w', 7 * DAY }, { 'y', 365 * DAY } };

static int64_t unit_of(char letter)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].letter == tolower((unsigned char)letter))
			return units[i].seconds;
	return 0;
}

bool since_parse_amount(const char *text, int64_t *ret)
{
	int64_t total = 0;
	if (!*text)
		return false;
	while (*text) {
		size_t digits = strspn(text, "0123456789");
		int64_t unit = digits > 0 && digits < 10 ? unit_of(text[digits]) : 0;
		total += unit ? strtoll(text, NULL, 10) * unit : 0;
		if (!unit || total > MOST)
			return false;
		text += digits + 1;
	}
	*ret = total;
	return true;
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

bool since_parse(const char *text, struct since *ret)
{
	struct since s = { .ago = -1, .moment = TIME_UNKNOWN };
	if (!text || (!str_to_seconds(text, &s.ago) && !since_parse_amount(text, &s.ago) &&
		      !parse_date(text, &s.moment)))
		return false;
	*ret = s;
	return true;
}

int64_t since_moment(const struct since *s, int64_t now)
{
	return s->ago >= 0 ? now - s->ago : s->moment;
}
