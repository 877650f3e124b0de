/* Titles of episodes and of seasons, in the forms people write them. */
#include "kiyya/season.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/str.h"
#include "kiyya/text.h"

#define SEASON_DIGITS  4 /* some count their seasons by years */
#define EPISODE_DIGITS 5

/* What stands between the parts of a title, and where it is cut off. */
enum { GAP = 1, NAME_END = 2, REST_BEGIN = 4, BLANK = 8, ANYWHERE = GAP | NAME_END | REST_BEGIN };
static const struct {
	const char *text;
	unsigned where;
} separators[] = {
	{ " ", ANYWHERE | BLANK },
	{ "\t", ANYWHERE | BLANK },
	{ "\u00a0", ANYWHERE | BLANK },
	{ "\u3000", ANYWHERE | BLANK },
	{ "-", ANYWHERE },
	{ "\u2010", ANYWHERE },
	{ "\u2011", ANYWHERE },
	{ "\u2012", ANYWHERE },
	{ "\u2013", ANYWHERE },
	{ "\u2014", ANYWHERE },
	{ "\u2015", ANYWHERE },
	{ "\u2212", ANYWHERE },
	{ ":", ANYWHERE },
	{ "\uff1a", ANYWHERE },
	{ ",", ANYWHERE },
	{ "|", ANYWHERE },
	{ "_", ANYWHERE },
	{ "\u00b7", ANYWHERE },
	{ "\u2022", ANYWHERE },
	{ "\u1361", ANYWHERE }, /* the Ethiopic word space */
	{ ".", GAP | REST_BEGIN },
	{ "(", GAP | NAME_END },
	{ "[", GAP | NAME_END },
	{ ")", GAP | REST_BEGIN },
	{ "]", GAP | REST_BEGIN },
};
#define N_SEPARATORS (sizeof(separators) / sizeof(separators[0]))

/* A word before a number; gap: something may stand between the two. */
struct word {
	const char *text;
	bool gap;
};
static const struct word season_words[] = { { "season", true }, { "s", false }, { NULL, false } };
static const struct word episode_words[] = {
	{ "episode", true }, { "ep", true }, { "e", false }, { NULL, false }
};

/* Bytes of the separator that s begins with; 0: none. */
static size_t separator_at(const char *s, unsigned where)
{
	for (size_t i = 0; i < N_SEPARATORS; i++)
		if ((separators[i].where & where) && str_starts(s, separators[i].text))
			return strlen(separators[i].text);
	return 0;
}

static const char *skip(const char *s, unsigned where)
{
	for (size_t n; (n = separator_at(s, where)) > 0;)
		s += n;
	return s;
}

/* The length that is left of s[0, len) when separators at its end are cut off. */
static size_t trim(const char *s, size_t len, unsigned where)
{
	for (size_t i = 0; i < N_SEPARATORS;) {
		size_t n = strlen(separators[i].text);
		bool ends = (separators[i].where & where) && n <= len &&
			    memcmp(s + len - n, separators[i].text, n) == 0;
		len -= ends ? n : 0;
		i = ends ? 0 : i + 1;
	}
	return len;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Behind a number of at least `least` and at most `most` digits; NULL: there is none. */
static const char *number_at(const char *s, int least, int most, int *ret)
{
	int n = 0, digits = 0;
	for (; is_digit(*s) && digits <= most; s++, digits++)
		n = 10 * n + (*s - '0');
	if (digits < least || digits > most)
		return NULL;
	*ret = n;
	return s;
}

/* Behind "season 1" or "S01"; NULL: it is none. */
static const char *counted_at(const char *s, const struct word *words, int most, int *ret)
{
	for (const struct word *w = words; w->text; w++) {
		size_t len = strlen(w->text);
		if (strncasecmp(s, w->text, len) != 0)
			continue;
		const char *end = number_at(w->gap ? skip(s + len, GAP) : s + len, 1, most, ret);
		if (end)
			return end;
	}
	return NULL;
}

static const char *both_words_at(const char *s, int *season, int *episode)
{
	s = counted_at(s, season_words, SEASON_DIGITS, season);
	return s ? counted_at(skip(s, GAP), episode_words, EPISODE_DIGITS, episode) : NULL;
}

/* "1x02": a second digit tells it from "4x4" and from what is counted in pieces. */
static const char *crossed_at(const char *s, int *season, int *episode)
{
	s = number_at(s, 1, 2, season);
	if (!s)
		return NULL;
	size_t n = *s == 'x' || *s == 'X' ? 1 : str_starts(s, "\u00d7") ? strlen("\u00d7") : 0;
	return n ? number_at(s + n, 2, 4, episode) : NULL;
}

/* What stands before a marker: without its end, but for a full stop that belongs to it ("Mr."). */
static size_t name_length(const char *title, const char *marker)
{
	size_t len = (size_t)(marker - title);
	if (len > 0 && title[len - 1] == '.')
		len--;
	return trim(title, len, NAME_END);
}

static bool has_name(const char *title, const char *marker)
{
	size_t len = name_length(title, marker);
	char *name = str_dupn(title, len), *key = text_key(name);
	bool has = key[0] != '\0';
	free(key);
	free(name);
	return has;
}

static void set_title(struct season_title *t, const char *title, const char *marker,
		      const char *end)
{
	const char *rest = skip(end, REST_BEGIN);
	size_t n = trim(rest, strlen(rest), BLANK);
	const char *name = skip(title, BLANK);
	t->series = str_dupn(name, name_length(name, marker));
	t->rest = n > 0 ? str_dupn(rest, n) : NULL;
}

static bool begins_word(const char *title, const char *at)
{
	return at == title || !is_word_char(at[-1]);
}

bool season_title_read(struct season_title *ret, const char *title)
{
	for (const char *s = title; *s; s++) {
		struct season_title t = { 0 };
		if (!begins_word(title, s))
			continue;
		const char *end = both_words_at(s, &t.season, &t.episode);
		if (!end)
			end = crossed_at(s, &t.season, &t.episode);
		if (!end || is_word_char(*end) || !has_name(title, s))
			continue;
		set_title(&t, title, s, end);
		*ret = t;
		return true;
	}
	return false;
}

bool season_title_read_season(struct season_title *ret, const char *title)
{
	for (const char *s = title; *s; s++) {
		struct season_title t = { .episode = SEASON_UNKNOWN };
		if (!begins_word(title, s))
			continue;
		const char *end = counted_at(s, season_words, SEASON_DIGITS, &t.season);
		if (!end || *skip(end, REST_BEGIN) || !has_name(title, s))
			continue;
		set_title(&t, title, s, end);
		*ret = t;
		return true;
	}
	return false;
}

void season_title_release(struct season_title *t)
{
	free(t->series);
	free(t->rest);
	*t = (struct season_title){ 0 };
}

char *season_title_print(const struct season_title *t)
{
	return str_fmt("%s S%02dE%02d%s%s", t->series, t->season, t->episode, t->rest ? " - " : "",
		       t->rest ? t->rest : "");
}
