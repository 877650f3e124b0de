/* May this be played and fetched here? If not, a sentence that says why and where it can be. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/mem.h"
#include "kiyya/url.h"
#include "parts.h"

/* Tags that make the gateway refuse an anonymous caller; a tag matches the word, and word + ":". */
static const struct {
	const char *tag;
	const char *why;
} closed[] = {
	{ "c:members-only", "for members of the channel: log in at " },
	{ "c:purchase", "must be bought: log in at " },
	{ "purchase", "must be bought: log in at " },
	{ "c:rental", "must be rented: log in at " },
	{ "rental", "must be rented: log in at " },
	{ "c:unlisted", "unlisted: it needs the full link it was shared with; its page is " },
	{ "c:private", "private: its maker can see it at " },
};

char *access_web(const char *lbry)
{
	return lbry != NULL ? url_web(lbry) : str_dup("https://odysee.com/");
}

static char *say(struct arena *a, const char *why, const struct claim *c)
{
	char *web = access_web(c->url), *whole = str_fmt("%s%s", why, web);
	char *kept = arena_str(a, whole);

	free(web);
	free(whole);
	return kept;
}

static bool tag_is(const char *tag, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(tag, word, n) == 0 && (tag[n] == '\0' || tag[n] == ':');
}

/* The raw tags, not the claim's: a claim with very many must not hide one behind our limit. */
static bool has_raw_tag(const struct json *value, const char *word)
{
	const struct json *t = json_first(json_get(value, "tags"));

	for (; t != NULL; t = json_next(t)) {
		const char *tag = json_str(t);

		if (tag != NULL && tag_is(tag + strspn(tag, " "), word))
			return true;
	}
	return false;
}

static char *closed_by_fee(const struct claim *c, const struct json *value, struct arena *a)
{
	const struct json *fee = json_get(value, "fee");
	double amount;

	if (!json_is_object(fee))
		return NULL;
	const char *number = json_str(json_get(fee, "amount"));

	if (number != NULL && strspn(number, "0.") == strlen(number))
		return NULL; /* "0.00" costs nothing */
	if (number == NULL && json_double(json_get(fee, "amount"), &amount) && amount <= 0)
		return NULL;
	char *price = read_text(json_get(fee, "amount"), 24, false, a);
	char *currency = read_text(json_get(fee, "currency"), 8, false, a);
	char *why =
	    str_fmt("costs %s %s: log in and buy it at ", price != NULL ? price : "a fee in",
		    currency != NULL ? currency : "money");
	char *kept = say(a, why, c);

	free(why);
	return kept;
}

static char *closed_by_date(const struct claim *c, const struct json *value, int64_t now,
			    struct arena *a)
{
	char date[CLOCK_ISO_SIZE];

	if (!has_raw_tag(value, "c:scheduled") || c->release_time == TIME_UNKNOWN ||
	    c->release_time <= now)
		return NULL;
	clock_iso(c->release_time, date);
	char *why = str_fmt("to be released on %s: see ", date);
	char *kept = say(a, why, c);

	free(why);
	return kept;
}

static char *closed_reason(const struct claim *c, const struct json *value, int64_t now,
			   struct arena *a)
{
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (has_raw_tag(value, closed[i].tag))
			return say(a, closed[i].why, c);
	char *why = closed_by_fee(c, value, a);

	return why != NULL ? why : closed_by_date(c, value, now, a);
}

char *access_reason(const struct claim *c, enum claim_kind stream_kind, const struct json *value,
		    int64_t now, bool *ret_bytes, struct arena *a)
{
	*ret_bytes = false;
	switch (stream_kind) {
	case CLAIM_LIVESTREAM:
		return say(a,
			   "a livestream, or not yet uploaded: there is no file to keep; it can be "
			   "played while it is live, here or at ",
			   c);
	case CLAIM_COLLECTION:
		return arena_str(a, "a playlist: open it to see its items");
	case CLAIM_CHANNEL:
		return arena_str(a, "a channel: open it to see what it published");
	case CLAIM_REPOST:
		return say(a, "a repost of a repost: see ", c);
	case CLAIM_VIDEO:
	case CLAIM_AUDIO:
	case CLAIM_IMAGE:
	case CLAIM_DOCUMENT:
	case CLAIM_BINARY:
		break;
	}
	char *why = closed_reason(c, value, now, a);

	if (why != NULL)
		return why;
	if (c->sd_hash[0] == '\0')
		return say(a, "its file has no address here: try ", c);
	*ret_bytes = true;
	if (stream_kind == CLAIM_VIDEO || stream_kind == CLAIM_AUDIO)
		return NULL;
	return arena_str(a, "not a video or sound: download and export it to open it elsewhere");
}
