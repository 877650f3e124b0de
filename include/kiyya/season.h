/* Series: what a title says of its place in one, and a channel's claims brought into series, seasons and
 * episodes. Pure; any thread, one owner.
 *
 *	struct season_title t;
 *	if (season_title_read(&t, "Revenge S01E02 – The Letter")) …   Revenge, 1, 2, The Letter
 *	season_title_release(&t);
 *
 *	struct series_list *l = series_list_new();
 *	series_list_add_playlist(l, "Revenge – Season 1", items, n_items);
 *	for (…) series_list_add_claim(l, &page->items[i]);
 *	series_list_finish(l);
 *	for (size_t i = 0; i < l->n; i++) … l->v[i]
 *	series_list_free(l);
 */
#ifndef KIYYA_SEASON_H
#define KIYYA_SEASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/claim.h"

#define SEASON_UNKNOWN  (-1)
#define SERIES_UNSORTED "Unsorted"

struct season_title {
	char *series;        /* owned; as written */
	int season, episode; /* episode SEASON_UNKNOWN: of a season's own title */
	char *rest;          /* owned; the episode's own title; NULL none */
};
/* An episode's title: "Name S01E02 - Title", "Name 1x02 Title", "Name Season 1 Episode 2", with any dash, case and
 * brackets. False (and nothing to release) for anything else, a marker without a name before it too. */
bool season_title_read(struct season_title *ret, const char *title);
/* A season's title, of a playlist: "Name – Season 1", "Name S01". rest is NULL. */
bool season_title_read_season(struct season_title *ret, const char *title);
void season_title_release(struct season_title *t);
/* "Name S01E02 - Title": the form that is read back as it was. Owned. */
char *season_title_print(const struct season_title *t);

/* One row. The claim is borrowed from whoever added it. */
struct series_episode {
	const char *series;  /* borrowed from the list */
	int season, episode; /* SEASON_UNKNOWN below SERIES_UNSORTED */
	const struct claim *claim;
	bool inferred; /* guessed from the title; false: a playlist says so */

	const char *key; /* of the series, for comparing; "" unsorted */
	size_t place;    /* where it was added */
};
struct series_list {
	struct series_episode *v; /* after finish: by series, season, episode; unsorted ones last */
	size_t n;
	struct arena *arena;
	size_t n_places;
};
struct series_list *series_list_new(void);
void series_list_free(struct series_list *l); /* NULL is fine */
/* Items in the order of the playlist, which stays: NULL for one that is left out, whose number is not given to another.
 * False: the title is no season's, nothing was added. */
bool series_list_add_playlist(struct series_list *l, const char *title,
			      const struct claim *const *items, size_t n);
/* By its title; a claim that says by its tags that it is of a series, and not of which, is unsorted; others, and those
 * that a playlist has placed, are left out. */
void series_list_add_claim(struct series_list *l, const struct claim *c);
void series_list_finish(struct series_list *l);

#endif
