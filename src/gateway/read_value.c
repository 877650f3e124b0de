/* Single values of a claim, each checked, cleaned and bounded on its way in. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/text.h"
#include "kiyya/url.h"
#include "parts.h"

#define BLANKS        " \t\r\n"
#define TAG_MOST      100
#define YEAR_0        INT64_C(-62167219200)
#define YEAR_9999     INT64_C(253402300799)
#define DURATION_MOST INT64_C(31622400) /* a year: beyond it somebody typed at random */
#define SIZE_MOST     (INT64_C(1) << 50)

static char *clean_trimmed(const char *raw, size_t max, bool newlines)
{
	char *clean = text_clean(raw, strlen(raw), max, newlines);
	size_t start = strspn(clean, BLANKS), len = strlen(clean + start);

	while (len > 0 && strchr(BLANKS, clean[start + len - 1]) != NULL)
		len--;
	memmove(clean, clean + start, len);
	clean[len] = '\0';
	return clean;
}

char *read_text(const struct json *v, size_t max, bool newlines, struct arena *a)
{
	const char *raw = json_str(v);
	char *kept = NULL;

	if (raw == NULL)
		return NULL;
	char *clean = clean_trimmed(raw, max, newlines);

	if (clean[0] != '\0')
		kept = arena_str(a, clean);
	free(clean);
	return kept;
}

char *read_message(const char *raw, size_t max)
{
	return clean_trimmed(raw, max, false);
}

bool read_id(const struct json *v, char id[CLAIM_ID_SIZE])
{
	const char *s = json_str(v);

	return s != NULL && claim_id_ok(s) && str_copy(id, CLAIM_ID_SIZE, s);
}

bool read_hash(const struct json *v, char hash[SD_HASH_SIZE])
{
	const char *s = json_str(v);

	return s != NULL && str_is_hex(s, SD_HASH_LEN) && str_copy(hash, SD_HASH_SIZE, s);
}

char *read_link(const struct json *v, struct arena *a)
{
	const char *s = json_str(v);
	char *link = NULL;

	if (s == NULL)
		return NULL;
	s += strspn(s, BLANKS);
	size_t n = strcspn(s, BLANKS);

	if (n > URL_MAX || s[n + strspn(s + n, BLANKS)] != '\0' || !text_is_clean(s, n, false))
		return NULL;
	if (strncasecmp(s, "https://", 8) == 0 && n > 8)
		return arena_strn(a, s, n);
	if (strncasecmp(s, "http://", 7) != 0 || n == 7)
		return NULL;
	char *secure = str_fmt("https://%.*s", (int)(n - 7), s + 7);

	link = arena_str(a, secure);
	free(secure);
	return link;
}

char *read_lbry(const struct json *item, struct arena *a)
{
	static const char *const keys[] = { "canonical_url", "permanent_url" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *s = json_str(json_get(item, keys[i]));
		struct url u;

		if (s == NULL || !str_starts(s, "lbry://") || !url_parse(&u, s, NULL))
			continue;
		char *kept = u.lbry != NULL && text_is_clean(u.lbry, strlen(u.lbry), false)
				 ? arena_str(a, u.lbry)
				 : NULL;

		url_release(&u);
		if (kept != NULL)
			return kept;
	}
	return NULL;
}

static bool has_tag(const struct claim *c, const char *tag)
{
	for (size_t i = 0; i < c->n_tags; i++)
		if (str_eq(c->tags[i], tag))
			return true;
	return false;
}

void read_tags(struct claim *c, const struct json *value, struct arena *a)
{
	const struct json *tags = json_get(value, "tags");

	if (!json_is_array(tags))
		return;
	c->tags = arena_take(a, CLAIM_MAX_TAGS * sizeof(*c->tags));
	for (const struct json *t = json_first(tags); t != NULL && c->n_tags < CLAIM_MAX_TAGS;
	     t = json_next(t)) {
		char *tag = read_text(t, TAG_MOST, false, a);

		if (tag == NULL)
			continue;
		for (char *s = tag; *s != '\0'; s++)
			if (*s >= 'A' && *s <= 'Z')
				*s = (char)(*s - 'A' + 'a');
		if (!has_tag(c, tag))
			c->tags[c->n_tags++] = tag;
	}
}

/* Some write milliseconds or finer; what is still beyond the calendar is clamped to its ends. */
static int64_t sane_time(int64_t t)
{
	for (int i = 0; i < 3 && t > YEAR_9999; i++)
		t /= 1000;
	if (t > YEAR_9999)
		return YEAR_9999;
	return t < YEAR_0 ? YEAR_0 : t;
}

int64_t read_release(const struct json *item)
{
	static const char *const paths[] = { "value.release_time", "meta.creation_timestamp",
					     "timestamp" };
	int64_t t;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (json_i64(json_path(item, paths[i]), &t))
			return sane_time(t);
	return TIME_UNKNOWN;
}

int64_t read_duration(const struct json *value)
{
	static const char *const paths[] = { "video.duration", "audio.duration" };
	int64_t s;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (json_i64(json_path(value, paths[i]), &s) && s > 0 && s <= DURATION_MOST)
			return s;
	return DURATION_UNKNOWN;
}

int64_t read_size(const struct json *source)
{
	int64_t n;

	return json_i64(json_get(source, "size"), &n) && n > 0 && n <= SIZE_MOST ? n : SIZE_UNKNOWN;
}
