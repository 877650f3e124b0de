/* Numbers with units, by a table of factors. */
#include "kiyya/amount.h"

#include <stddef.h>
#include <string.h>
#include "kiyya/str.h"

struct unit {
	const char *name;
	int64_t factor;
};
static const struct unit time_units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600 * 1000LL }, { "d", 86400 * 1000LL },
	{ NULL, 0 }
};
static const struct unit byte_units[] = { { "", 1 },          { "K", 1LL << 10 },
					  { "M", 1LL << 20 }, { "G", 1LL << 30 },
					  { "T", 1LL << 40 }, { NULL, 0 } };

static bool read_amount(const char *s, const struct unit *units, int64_t *ret)
{
	size_t digits = strspn(s, "0123456789");
	if (digits == 0 || digits > 19)
		return false;
	char number[20];
	memcpy(number, s, digits);
	number[digits] = 0;
	int64_t v;
	if (!str_to_i64(number, &v))
		return false;
	if (v == 0 && !s[digits]) { /* 0 needs no unit */
		*ret = 0;
		return true;
	}
	for (; units->name; units++) {
		if (strcmp(units->name, s + digits) != 0)
			continue;
		if (v > INT64_MAX / units->factor)
			return false;
		*ret = v * units->factor;
		return true;
	}
	return false;
}

bool amount_ms(const char *s, int64_t *ret)
{
	return read_amount(s, time_units, ret);
}

bool amount_bytes(const char *s, int64_t *ret)
{
	return read_amount(s, byte_units, ret);
}
