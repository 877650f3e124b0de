/* The filters of a search: ch: dur: since: is: tag:, read, printed and applied. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/since.h"
#include "kiyya/url.h"
#include "query_parts.h"

#define MOST_SECONDS 999999999 /* of a duration: nine digits read back */

static bool cannot_read(struct err *err, const char *name, const char *value, const char *wants)
{
	return err_set(err, ERR_USAGE, 0, "%s:%s cannot be read: %s", name, value, wants);
}

/* ">20m", "<1h30m", ">90", "<1:30:00" */
static bool read_duration(struct query *q, const char *value, struct err *err)
{
	int64_t seconds;
	if ((*value != '>' && *value != '<') ||
	    (!str_to_seconds(value + 1, &seconds) && !since_parse_amount(value + 1, &seconds)) ||
	    seconds > MOST_SECONDS)
		return cannot_read(err, "dur", value, "dur:>20m and dur:<1h can");
	*(*value == '>' ? &q->longer : &q->shorter) = seconds;
	return true;
}

static bool read_since(struct query *q, const char *value, struct err *err)
{
	struct since s;
	/* A bare number is one whose unit has not been typed yet. */
	if (!value[strspn(value, "0123456789")] || !since_parse(value, &s))
		return cannot_read(err, "since", value, "since:30d and since:2024-05-01 can");
	q->ago = s.ago;
	q->since = s.moment;
	return true;
}

static const char *const state_words[] = {
#define X(NAME, word) word,
	QUERY_STATES(X)
#undef X
};
#define N_STATES (sizeof(state_words) / sizeof(state_words[0]))

static bool read_state(struct query *q, const char *value, struct err *err)
{
	for (size_t i = 0; i < N_STATES; i++) {
		if (!str_ieq(state_words[i], value))
			continue;
		q->states |= 1u << i;
		return true;
	}
	return cannot_read(err, "is", value, "there are downloaded, unwatched, watched, favorite");
}

static bool read_tag(struct query *q, const char *value, struct err *err)
{
	if (!*value || strlen(value) > CLAIM_MAX_TAG)
		return cannot_read(err, "tag", value, "tag:movie can");
	char *lower = str_dup(value);
	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (!strs_has(&q->tags, lower))
		strs_add(&q->tags, lower);
	free(lower);
	return true;
}

bool query_set_channel(struct query *q, const char *channel, struct err *err)
{
	struct url u;
	bool bare = *channel && !strpbrk(channel, "@/") && !claim_id_ok(channel);
	char *address = str_fmt("%s%s", bare ? "@" : "", channel);
	bool ok = url_parse(&u, address, NULL);
	if (ok && u.lbry && !u.is_channel) {
		url_release(&u);
		ok = false;
	}
	free(address);
	if (!ok)
		return cannot_read(err, "ch", channel, "ch:@name and a channel's address can");
	str_set(&q->channel_name, NULL);
	str_copy(q->channel_id, sizeof(q->channel_id), u.claim_id);
	if (u.lbry) {
		const char *name = u.lbry + strlen("lbry://");
		size_t len = strcspn(name, "#");
		q->channel_name = str_dupn(name, len);
		if (name[len] == '#' && !q->channel_id[0])
			str_copy(q->channel_id, sizeof(q->channel_id), name + len + 1);
	}
	url_release(&u);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct query *q, const char *value, struct err *err);
} filters[] = {
	{ "ch", query_set_channel }, { "dur", read_duration }, { "is", read_state },
	{ "since", read_since },     { "tag", read_tag },
};
#define N_FILTERS (sizeof(filters) / sizeof(filters[0]))

bool query_is_filter(const char *name, size_t len)
{
	for (size_t i = 0; i < N_FILTERS; i++)
		if (strlen(filters[i].name) == len && strncasecmp(filters[i].name, name, len) == 0)
			return true;
	return false;
}

bool query_read_filter(struct query *q, const char *name, const char *value, struct err *err)
{
	for (size_t i = 0; i < N_FILTERS; i++)
		if (str_ieq(filters[i].name, name))
			return filters[i].read(q, value, err);
	return cannot_read(err, name, value, "there is no such filter");
}

static void print_one(struct buf *b, const char *name, const char *value)
{
	const char *quote = strchr(value, ' ') ? "\"" : "";
	(void)!buf_addf(b, "%s%s:%s%s%s", b->len ? " " : "", name, quote, value, quote);
}

static void print_seconds(struct buf *b, const char *name, const char *before, int64_t seconds,
			  const char *unit)
{
	if (seconds >= 0)
		(void)!buf_addf(b, "%s%s:%s%lld%s", b->len ? " " : "", name, before,
				(long long)seconds, unit);
}

void query_print_filters(const struct query *q, struct buf *b)
{
	if (q->channel_name || q->channel_id[0]) {
		char *channel = q->channel_name
				    ? str_fmt("%s%s%s", q->channel_name,
					      q->channel_id[0] ? "#" : "", q->channel_id)
				    : str_dup(q->channel_id);
		print_one(b, "ch", channel);
		free(channel);
	}
	print_seconds(b, "dur", ">", q->longer, "s");
	print_seconds(b, "dur", "<", q->shorter, "s");
	bool hours = q->ago % 3600 == 0;
	print_seconds(b, "since", "", hours ? q->ago / 3600 : q->ago, hours ? "h" : "s");
	if (q->since != TIME_UNKNOWN) {
		char iso[CLOCK_ISO_SIZE];
		clock_iso(q->since, iso);
		if (q->since % 86400 == 0)
			iso[10] = '\0';
		print_one(b, "since", iso);
	}
	for (size_t i = 0; i < N_STATES; i++)
		if (q->states & (1u << i))
			print_one(b, "is", state_words[i]);
	for (size_t i = 0; i < q->tags.n; i++)
		print_one(b, "tag", q->tags.v[i]);
}

bool query_has_filters(const struct query *q)
{
	return q->channel_name || q->channel_id[0] || q->longer >= 0 || q->shorter >= 0 ||
	       q->ago >= 0 || q->since != TIME_UNKNOWN || q->states || q->tags.n;
}

int64_t query_since(const struct query *q, int64_t now)
{
	return since_moment(&(struct since){ .ago = q->ago, .moment = q->since }, now);
}

static bool has_tag(const struct claim *c, const char *tag)
{
	for (size_t i = 0; i < c->n_tags; i++)
		if (str_eq(c->tags[i], tag))
			return true;
	return false;
}

static bool wants_state(const struct query *q, const struct claim_local *l)
{
	return (!(q->states & QUERY_DOWNLOADED) || l->offline) &&
	       (!(q->states & QUERY_FAVORITE) || l->favorite) &&
	       (!(q->states & QUERY_WATCHED) || l->watched) &&
	       (!(q->states & QUERY_UNWATCHED) || !l->watched);
}

bool query_wants(const struct query *q, const struct claim *c, int64_t now)
{
	int64_t since = query_since(q, now);
	if (q->channel_name && !str_ieq(q->channel_name, c->channel_name ? c->channel_name : ""))
		return false;
	if (!str_starts(c->channel_id, q->channel_id))
		return false;
	if ((q->longer >= 0 && c->duration <= q->longer) ||
	    (q->shorter >= 0 && (c->duration < 0 || c->duration >= q->shorter)))
		return false;
	if (since != TIME_UNKNOWN && (c->release_time == TIME_UNKNOWN || c->release_time < since))
		return false;
	for (size_t i = 0; i < q->tags.n; i++)
		if (!has_tag(c, q->tags.v[i]))
			return false;
	return wants_state(q, &c->local);
}
