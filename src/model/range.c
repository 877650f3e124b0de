/* HTTP Range headers against a size (RFC 9110, section 14). */
#include "kiyya/range.h"

#include <string.h>
#include <strings.h>

#define UNIT     "bytes="
#define UNIT_LEN (sizeof(UNIT) - 1)

/* A run of characters inside a header's value. */
struct span {
	const char *at, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.at < s.end && is_blank(*s.at))
		s.at++;
	while (s.at < s.end && is_blank(s.end[-1]))
		s.end--;
	return s;
}

/* Takes 1*DIGIT off the front; a number past 2^64 stays at the largest, it must never wrap round.
 */
static bool take_number(struct span *s, uint64_t *ret)
{
	const char *start = s->at;
	uint64_t n = 0;
	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
		uint64_t digit = (uint64_t)(*s->at - '0');
		n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
	}
	if (s->at == start)
		return false;
	*ret = n;
	return true;
}

static bool take_dash(struct span *s)
{
	if (s->at == s->end || *s->at != '-')
		return false;
	s->at++;
	return true;
}

/* SPEC_UNSAID: satisfiable, but no Content-Range can say it: the last N bytes of nothing. */
enum spec { SPEC_BAD, SPEC_OUTSIDE, SPEC_UNSAID, SPEC_INSIDE };

/* "-N": the last N bytes. */
static enum spec parse_suffix(struct span s, uint64_t size, struct range *ret)
{
	uint64_t n;
	if (!take_dash(&s) || !take_number(&s, &n) || s.at != s.end)
		return SPEC_BAD;
	if (n == 0)
		return SPEC_OUTSIDE;
	if (size == 0)
		return SPEC_UNSAID;
	*ret = (struct range){ .first = n < size ? size - n : 0, .last = size - 1 };
	return SPEC_INSIDE;
}

/* "A-" or "A-B". */
static enum spec parse_from(struct span s, uint64_t size, struct range *ret)
{
	uint64_t first, last = UINT64_MAX;
	if (!take_number(&s, &first) || !take_dash(&s))
		return SPEC_BAD;
	if (s.at != s.end && (!take_number(&s, &last) || s.at != s.end))
		return SPEC_BAD;
	if (last < first)
		return SPEC_BAD;
	if (first >= size)
		return SPEC_OUTSIDE;
	*ret = (struct range){ .first = first, .last = last < size ? last : size - 1 };
	return SPEC_INSIDE;
}

static bool overlaps(const struct range *parts, size_t n, const struct range *r)
{
	for (size_t i = 0; i < n; i++)
		if (r->first <= parts[i].last && parts[i].first <= r->last)
			return true;
	return false;
}

enum range_verdict range_parse(const char *header, uint64_t size, struct range *parts,
			       size_t *ret_n)
{
	*ret_n = 0;
	if (!header)
		return RANGE_WHOLE;
	struct span rest = trim((struct span){ header, header + strlen(header) });
	if ((size_t)(rest.end - rest.at) < UNIT_LEN || strncasecmp(rest.at, UNIT, UNIT_LEN) != 0)
		return RANGE_WHOLE;
	rest.at += UNIT_LEN;

	size_t specs = 0, n = 0;
	bool whole = false;
	while (rest.at < rest.end) {
		const char *comma = memchr(rest.at, ',', (size_t)(rest.end - rest.at));
		struct span one = trim((struct span){ rest.at, comma ? comma : rest.end });
		rest.at = comma ? comma + 1 : rest.end;
		if (one.at == one.end)
			continue; /* empty list elements are allowed (5.6.1) */
		if (++specs > RANGE_MOST)
			return RANGE_WHOLE;
		struct range r;
		enum spec spec =
		    *one.at == '-' ? parse_suffix(one, size, &r) : parse_from(one, size, &r);
		switch (spec) {
		case SPEC_BAD:
			return RANGE_UNSATISFIABLE;
		case SPEC_OUTSIDE:
			break;
		case SPEC_UNSAID:
			whole = true;
			break;
		case SPEC_INSIDE:
			whole = whole || overlaps(parts, n, &r);
			parts[n++] = r;
			break;
		}
	}
	if (specs == 0 || whole)
		return RANGE_WHOLE;
	if (n == 0)
		return RANGE_UNSATISFIABLE;
	*ret_n = n;
	return RANGE_PARTS;
}

bool range_parse_plain(const char *s, uint64_t size, struct range *ret)
{
	struct span whole = { s, s + strlen(s) };
	uint64_t first, last;
	if (!take_number(&whole, &first) || !take_dash(&whole))
		return false;
	if (whole.at == whole.end)
		last = size ? size - 1 : 0;
	else if (!take_number(&whole, &last) || whole.at != whole.end)
		return false;
	if (first > last || last >= size)
		return false;
	*ret = (struct range){ .first = first, .last = last };
	return true;
}
