/* Season and episode in search words: every way people write them means the same one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "query_parts.h"

#define MOST_SEASON  99
#define MOST_EPISODE 999
#define FORM_SIZE    64

static const char *const number_words[] = {
	"zero",     "one",     "two",     "three",     "four",     "five",     "six",
	"seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
	"fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
};
#define N_NUMBER_WORDS ((int)(sizeof(number_words) / sizeof(number_words[0])))

static const char *const season_words[] = { "season", "s", NULL };
static const char *const episode_words[] = { "episode", "ep", "e", NULL };

/* Digits at *at, at most `most`; -1: none, or too many. */
static int read_digits(const char **at, int most)
{
	int n = 0;
	const char *p = *at;
	if (!isdigit((unsigned char)*p))
		return -1;
	for (; isdigit((unsigned char)*p); p++) {
		n = n * 10 + (*p - '0');
		if (n > most || p - *at > 3)
			return -1;
	}
	*at = p;
	return n;
}

/* The length of the one of words that text begins with; 0: none. */
static size_t begins_with(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strncmp(text, *words, strlen(*words)) == 0)
			return strlen(*words);
	return 0;
}

static bool ends_here(const char *text)
{
	return text[strspn(text, ".,:;-")] == '\0';
}

/* "s01e02", "s1.ep2", "1x02". */
static bool read_one_word(const char *w, int *ret_season, int *ret_episode)
{
	size_t lead = begins_with(w, season_words);
	const char *p = w + lead;
	int season = read_digits(&p, MOST_SEASON);
	if (season < 0)
		return false;
	if (lead > 0) {
		p += strspn(p, ".-_");
		lead = begins_with(p, episode_words);
		p += lead;
	} else if (*p == 'x') {
		p++;
		lead = 1;
	}
	int episode = lead > 0 ? read_digits(&p, MOST_EPISODE) : -1;
	if (episode < 0 || !ends_here(p))
		return false;
	*ret_season = season;
	*ret_episode = episode;
	return true;
}

static int read_number(const char *w, int most)
{
	const char *p = w;
	int n = read_digits(&p, most);
	if (n >= 0)
		return ends_here(p) ? n : -1;
	for (int i = 0; i < N_NUMBER_WORDS; i++)
		if (strncmp(w, number_words[i], strlen(number_words[i])) == 0 &&
		    ends_here(w + strlen(number_words[i])))
			return i;
	return -1;
}

/* "season 1", "season one", "s1": how many words it took. */
static size_t read_part(char *const *v, size_t n, const char *const *names, int most, int *ret)
{
	size_t lead = n > 0 ? begins_with(v[0], names) : 0;
	if (lead == 0)
		return 0;
	bool alone = ends_here(v[0] + lead);
	if (alone && n < 2)
		return 0;
	*ret = read_number(alone ? v[1] : v[0] + lead, most);
	return *ret < 0 ? 0 : alone ? 2 : 1;
}

size_t query_read_episode(char *const *v, size_t n, int *ret_season, int *ret_episode)
{
	if (n > 0 && read_one_word(v[0], ret_season, ret_episode))
		return 1;
	size_t used = read_part(v, n, season_words, MOST_SEASON, ret_season);
	size_t more =
	    used > 0 ? read_part(v + used, n - used, episode_words, MOST_EPISODE, ret_episode) : 0;
	return more > 0 ? used + more : 0;
}

/* "7" and "07", as far as they differ; returns how many. */
static size_t digits_of(int number, char out[3][8], int widest)
{
	size_t n = 0;
	for (int width = 1; width <= widest; width++) {
		snprintf(out[n], 8, "%0*d", width, number);
		if (n == 0 || strcmp(out[n], out[n - 1]) != 0)
			n++;
	}
	return n;
}

void query_each_form(int season, int episode, void (*fn)(void *arg, const char *form), void *arg)
{
	static const char *const forms[] = {
		"s%se%s", "s%s e%s", "%sx%s", "s%sep%s", "season %s episode %s", "season %s ep %s",
	};
	char s[3][8], e[3][8], text[FORM_SIZE];
	size_t n_s = digits_of(season, s, 2), n_e = digits_of(episode, e, 3);
	for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++)
		for (size_t i = 0; i < n_s; i++)
			for (size_t k = 0; k < n_e; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* they stand above */
				snprintf(text, sizeof(text), forms[f], s[i], e[k]);
#pragma GCC diagnostic pop
				fn(arg, text);
			}
	if (season < N_NUMBER_WORDS && episode < N_NUMBER_WORDS) {
		snprintf(text, sizeof(text), "season %s episode %s", number_words[season],
			 number_words[episode]);
		fn(arg, text);
	}
}
