/* Rates by the time of day: read, and asked. */
#include "kiyya/schedule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/amount.h"
#include "kiyya/str.h"

#define DAY_MINUTES (24 * 60)
#define ALL_DAYS    0x7fu

static bool bad(const char *part, const char *why, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0, "\"%.60s\" %s", part, why);
}

/* "9:00", "09:00", "24:00"; leaves *p behind it. */
static bool read_time(const char **p, int *ret)
{
	const char *s = *p;
	size_t digits = strspn(s, "0123456789");
	if (digits < 1 || digits > 2 || s[digits] != ':' ||
	    !isdigit((unsigned char)s[digits + 1]) || !isdigit((unsigned char)s[digits + 2]))
		return false;
	int hours = (int)strtol(s, NULL, 10);
	int minutes = (s[digits + 1] - '0') * 10 + (s[digits + 2] - '0');
	if (minutes > 59 || hours * 60 + minutes > DAY_MINUTES)
		return false;
	*p = s + digits + 3;
	*ret = hours * 60 + minutes;
	return true;
}

/* -1: no day. */
static int read_day(const char *s, size_t n)
{
	static const char names[7][4] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
	char *word = str_dupn(s, n);
	int day = 6;
	while (day >= 0 && !str_ieq(word, names[day]))
		day--;
	free(word);
	return day;
}

/* "mon" or "fri-mon", which goes over the end of the week. */
static bool read_days(const char *word, unsigned *days)
{
	size_t n = strcspn(word, "-");
	int from = read_day(word, n);
	int to = word[n] ? read_day(word + n + 1, strlen(word + n + 1)) : from;
	if (from < 0 || to < 0)
		return false;
	for (int day = from;; day = (day + 1) % 7) {
		*days |= 1u << day;
		if (day == to)
			return true;
	}
}

/* words: what stood between the commas of a part, without blanks at the ends. */
static bool read_part(struct schedule_part *ret, const struct strs *words, struct err *err)
{
	const char *p = words->v[0];
	struct schedule_part part = { .days = words->n > 1 ? 0 : ALL_DAYS };
	if (!read_time(&p, &part.from) || *p++ != '-' || !read_time(&p, &part.to) || *p++ != '=')
		return bad(words->v[0], "does not begin like 09:00-17:00=512K", err);
	if (part.from == DAY_MINUTES || part.from == part.to)
		return bad(words->v[0], "ends when it begins: a whole day is 00:00-24:00", err);
	if (!amount_bytes(p, &part.rate))
		return bad(words->v[0], "has no rate such as 512K; 0 is no limit", err);
	for (size_t i = 1; i < words->n; i++)
		if (!read_days(words->v[i], &part.days))
			return bad(words->v[i],
				   "is no day: sun mon tue wed thu fri sat, or mon-fri", err);
	*ret = part;
	return true;
}

bool schedule_parse(struct schedule *ret, const char *text, struct err *err)
{
	struct schedule s = { .n = 0 };
	bool ok = true;
	while (ok && *text) {
		size_t n = strcspn(text, ";");
		char *part = str_dupn(text, n);
		struct strs words = { 0 };
		strs_split(&words, part);
		if (words.n && s.n == SCHEDULE_MAX)
			ok = err_set(err, ERR_CONFIG, 0, "has more than %d parts", SCHEDULE_MAX);
		else if (words.n)
			ok = read_part(&s.v[s.n++], &words, err);
		strs_release(&words);
		free(part);
		text += n + (text[n] == ';');
	}
	if (ok)
		*ret = s;
	return ok;
}

static bool holds(const struct schedule_part *p, int weekday, int minute)
{
	bool today = p->days >> weekday & 1;
	if (p->from < p->to)
		return today && minute >= p->from && minute < p->to;
	bool yesterday = p->days >> (weekday + 6) % 7 & 1;
	return (today && minute >= p->from) || (yesterday && minute < p->to);
}

int schedule_part_at(const struct schedule *s, int weekday, int minute)
{
	for (size_t i = 0; i < s->n; i++)
		if (holds(&s->v[i], weekday, minute))
			return (int)i;
	return SCHEDULE_NONE;
}
