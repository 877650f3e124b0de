/* A channel's claims as series, seasons and episodes: what playlists say first, what titles say after it. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/season.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

struct series_list *series_list_new(void)
{
	struct series_list *l = NEW(struct series_list);
	l->arena = arena_new();
	return l;
}

void series_list_free(struct series_list *l)
{
	if (!l)
		return;
	arena_free(l->arena);
	free(l->v);
	free(l);
}

static void add(struct series_list *l, struct series_episode e)
{
	if ((l->n & (l->n - 1)) == 0) /* a power of two: full */
		l->v = mem_grow(l->v, l->n ? 2 * l->n : 1, sizeof(*l->v));
	e.place = l->n_places++;
	l->v[l->n++] = e;
}

static const char *keep_key(struct series_list *l, const char *name)
{
	char *key = text_key(name);
	const char *kept = arena_str(l->arena, key);
	free(key);
	return kept;
}

/* The number that the title of an item gives itself in this season. */
static int number_in_season(const struct claim *item, const char *key, int season)
{
	struct season_title t;
	if (!item || !season_title_read(&t, item->title))
		return SEASON_UNKNOWN;
	char *own = text_key(t.series);
	int number = t.season == season && str_eq(own, key) ? t.episode : SEASON_UNKNOWN;
	free(own);
	season_title_release(&t);
	return number;
}

bool series_list_add_playlist(struct series_list *l, const char *title,
			      const struct claim *const *items, size_t n)
{
	struct season_title t;
	if (!season_title_read_season(&t, title))
		return false;
	const char *name = arena_str(l->arena, t.series), *key = keep_key(l, t.series);
	int season = t.season;
	season_title_release(&t);
	/* Where titles say numbers, what says none has none (a trailer); else the places count. */
	int *numbers = mem_array(n, sizeof(*numbers));
	bool said = false;
	for (size_t i = 0; i < n; i++) {
		numbers[i] = number_in_season(items[i], key, season);
		said |= numbers[i] != SEASON_UNKNOWN;
	}
	for (size_t i = 0; i < n; i++)
		if (items[i])
			add(l, (struct series_episode){ .series = name,
							.key = key,
							.season = season,
							.episode = said ? numbers[i] : (int)i + 1,
							.claim = items[i] });
	free(numbers);
	return true;
}

static bool is_tagged(const struct claim *c)
{
	for (size_t i = 0; i < c->n_tags; i++)
		if (str_eq(c->tags[i], "series") || str_ends(c->tags[i], "_series"))
			return true;
	return false;
}

void series_list_add_claim(struct series_list *l, const struct claim *c)
{
	struct season_title t;
	if (season_title_read(&t, c->title)) {
		add(l, (struct series_episode){ .series = arena_str(l->arena, t.series),
						.key = keep_key(l, t.series),
						.season = t.season,
						.episode = t.episode,
						.claim = c,
						.inferred = true });
		season_title_release(&t);
	} else if (is_tagged(c)) {
		add(l, (struct series_episode){ .series = SERIES_UNSORTED,
						.key = "",
						.season = SEASON_UNKNOWN,
						.episode = SEASON_UNKNOWN,
						.claim = c,
						.inferred = true });
	}
}

/* -- finish ------------------------------------------------------------------------------------ */

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Within a season: what a playlist has, in its order; behind it the others by number and date. */
static int compare_in_season(const struct series_episode *x, const struct series_episode *y)
{
	int c = compare_numbers(x->inferred, y->inferred);
	if (c == 0 && x->inferred)
		c = compare_numbers(x->episode, y->episode);
	if (c == 0 && x->inferred)
		c = compare_numbers(x->claim->release_time, y->claim->release_time);
	return c ? c : compare_numbers((int64_t)x->place, (int64_t)y->place);
}

static int compare_episodes(const void *a, const void *b)
{
	const struct series_episode *x = a, *y = b;
	int c = compare_numbers(x->key[0] == '\0', y->key[0] == '\0');
	if (c == 0)
		c = strcmp(x->key, y->key);
	if (c == 0)
		c = compare_numbers(x->season, y->season);
	return c ? c : compare_in_season(x, y);
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a playlist has placed is not guessed about. */
static void drop_placed(struct series_list *l)
{
	const char **placed = mem_array(l->n, sizeof(*placed));
	size_t n_placed = 0, kept = 0;
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].inferred)
			placed[n_placed++] = l->v[i].claim->id;
	if (n_placed > 0)
		qsort(placed, n_placed, sizeof(*placed), compare_ids);
	for (size_t i = 0; i < l->n; i++) {
		const char *id = l->v[i].claim->id;
		if (!l->v[i].inferred || n_placed == 0 ||
		    !bsearch(&id, placed, n_placed, sizeof(*placed), compare_ids))
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
	free(placed);
}

/* One series has one name, however its titles write it: a playlist's, else its first episode's. */
static void agree_on_names(struct series_list *l)
{
	for (size_t i = 0, end; i < l->n; i = end) {
		const char *name = NULL;
		for (end = i; end < l->n && str_eq(l->v[end].key, l->v[i].key); end++)
			if (!name && !l->v[end].inferred)
				name = l->v[end].series;
		if (!name)
			name = l->v[i].series;
		for (size_t j = i; j < end; j++)
			l->v[j].series = name;
	}
}

void series_list_finish(struct series_list *l)
{
	drop_placed(l);
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), compare_episodes);
	agree_on_names(l);
}
