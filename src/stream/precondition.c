/* Conditional requests (RFC 9110, section 13). */
#include "precondition.h"

#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Takes one entity tag (8.8.3) off the front: *ret_weak, and the opaque part as *ret_tag of
 * *ret_len bytes. Returns what follows, or NULL if there is none. */
static const char *take_tag(const char *s, bool *ret_weak, const char **ret_tag, size_t *ret_len)
{
	*ret_weak = str_starts(s, "W/");
	if (*ret_weak)
		s += 2;
	if (*s != '"')
		return NULL;
	const char *close = strchr(++s, '"');
	if (!close)
		return NULL;
	*ret_tag = s;
	*ret_len = (size_t)(close - s);
	return close + 1;
}

static bool tag_is(const char *tag, size_t len, const char *etag)
{
	return len > 0 && len == strlen(etag) && memcmp(tag, etag, len) == 0;
}

/* Whether a list of tags, or "*", names ours. Strong: a weak tag never does. A list that is not one
 * ends there. */
static bool list_names(const char *list, const char *etag, bool strong)
{
	list = skip_blanks(list);
	if (*list == '*')
		return *skip_blanks(list + 1) == '\0';
	for (;;) {
		list += strspn(list, " \t,");
		bool weak;
		const char *tag;
		size_t len;
		const char *rest = take_tag(list, &weak, &tag, &len);
		if (!rest)
			return false;
		if (tag_is(tag, len, etag) && !(weak && strong))
			return true;
		list = rest;
	}
}

/* Dates that are none, and items without a date, make the condition void (13.1.3, 13.1.4). */
static bool is_after(int64_t last_modified, const char *date, bool *ret_known)
{
	int64_t when;
	*ret_known = last_modified != TIME_UNKNOWN && clock_from_http(skip_blanks(date), &when);
	return *ret_known && last_modified > when;
}

/* In the order of 13.2.2. */
enum precondition precondition_check(const struct conditions *c, const struct validators *v)
{
	bool known;
	if (c->if_match) {
		if (!list_names(c->if_match, v->etag, true))
			return PRECONDITION_FAILED;
	} else if (c->if_unmodified_since) {
		if (is_after(v->last_modified, c->if_unmodified_since, &known))
			return PRECONDITION_FAILED;
	}
	if (c->if_none_match) {
		if (list_names(c->if_none_match, v->etag, false))
			return PRECONDITION_UNCHANGED;
	} else if (c->if_modified_since) {
		if (!is_after(v->last_modified, c->if_modified_since, &known) && known)
			return PRECONDITION_UNCHANGED;
	}
	return PRECONDITION_MET;
}

/* A date counts only if it is exactly ours: what lies behind a token does not change, so to the
 * second is enough. */
bool precondition_range_applies(const struct conditions *c, const struct validators *v)
{
	if (!c->if_range)
		return true;
	const char *s = skip_blanks(c->if_range);
	bool weak;
	const char *tag;
	size_t len;
	const char *rest = take_tag(s, &weak, &tag, &len);
	if (rest)
		return !weak && tag_is(tag, len, v->etag) && *skip_blanks(rest) == '\0';
	int64_t when;
	return v->last_modified != TIME_UNKNOWN && clock_from_http(s, &when) &&
	       when == v->last_modified;
}
