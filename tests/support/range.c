/* Range as the player host reads it: one range or none at all. */
#include "range.h"

#include <string.h>
#include "kiyya/str.h"

static bool digits(const char *s, size_t n, uint64_t *ret)
{
	char text[24];
	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return str_to_u64(text, ret);
}

enum range_kind range_read(const char *header, uint64_t size, uint64_t *ret_first,
			   uint64_t *ret_last)
{
	uint64_t first, last;
	if (header == NULL || strchr(header, ',') != NULL)
		return RANGE_WHOLE;
	if (!str_starts(header, "bytes="))
		return RANGE_BAD;
	const char *spec = header + strlen("bytes=");
	const char *dash = strchr(spec, '-');
	if (dash == NULL || size == 0)
		return RANGE_BAD;
	if (dash == spec) {
		if (!digits(dash + 1, strlen(dash + 1), &last) || last == 0)
			return RANGE_BAD;
		*ret_first = last < size ? size - last : 0;
		*ret_last = size - 1;
		return RANGE_PART;
	}
	if (!digits(spec, (size_t)(dash - spec), &first) || first >= size)
		return RANGE_BAD;
	if (dash[1] == '\0')
		last = size - 1;
	else if (!digits(dash + 1, strlen(dash + 1), &last) || last < first)
		return RANGE_BAD;
	*ret_first = first;
	*ret_last = last < size ? last : size - 1;
	return RANGE_PART;
}
