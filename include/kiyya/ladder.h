/* The qualities of a film that is played from the player host: the original, below it the heights of its playlist. Which
 * one was asked for, which one plays, which is next. Pure.
 *
 *	ladder_init(&l, url, bits, opens); ladder_add(&l, master, url); ladder_ask(&l, "720p");
 *	… ladder_at(&l)->url plays; it stalls … if (ladder_step(&l, -1)) … ladder_at(&l)->url … */
#ifndef KIYYA_LADDER_H
#define KIYYA_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/m3u8.h"
#include "kiyya/quality.h"

/* What the player host gives one connection: 1.5 MiB a second. An original that needs more stands still. */
#define LADDER_HOST_BITS (INT64_C(8) * 3 * 512 * 1024)

struct rung {
	char quality[QUALITY_SIZE];
	char *url;    /* owned */
	int64_t bits; /* a second; 0 unknown */
	bool gone;    /* could not be played */
};
struct ladder {
	struct rung
	    v[1 + M3U8_MAX_VARIANTS]; /* the original, then the heights, the highest first */
	size_t n;
	size_t top, at; /* asked for: nothing above it is climbed to; what plays */
	bool opens;     /* the player can open the original, by its media type */
};

/* url, bits: the original's; bits 0 unknown. */
void ladder_init(struct ladder *l, const char *url, int64_t bits, bool opens);
void ladder_release(struct ladder *l);
/* The heights of the master playlist found at url; once. What plays stays what it is. */
void ladder_add(struct ladder *l, const struct m3u8 *master, const char *url);
/* Whether the original is what "best" means. */
bool ladder_best_is_original(const struct ladder *l);
/* quality: original, best, or Np: that height, else the next lower, else the lowest, the original where there is none. */
void ladder_ask(struct ladder *l, const char *quality);
const struct rung *ladder_at(const struct ladder *l);
/* By itself: -1 to the next lower that takes less of the line, +1 back up, at most to what was asked for. */
bool ladder_step(struct ladder *l, int by);
/* By the user: the next lower (-1) or higher (+1) there is, which is then what was asked for. */
bool ladder_choose(struct ladder *l, int by);
/* What plays cannot be played: the next lower, else the next higher; false: nothing is left. */
bool ladder_drop(struct ladder *l);

#endif
