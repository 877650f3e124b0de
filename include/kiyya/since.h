/* A moment in the past as people write it: "7d", "1d12h", "1:30:00", "600" (that long ago), or a date. Pure; any thread.
 *
 *	struct since s;
 *	if (since_parse("7d", &s)) … since_moment(&s, clock_wall(clock)) … */
#ifndef KIYYA_SINCE_H
#define KIYYA_SINCE_H

#include <stdbool.h>
#include <stdint.h>

struct since {
	int64_t ago;    /* seconds; -1: it is a date */
	int64_t moment; /* unix seconds; TIME_UNKNOWN: it is so long ago */
};
/* Seconds, [[h:]m:]s, numbers with s m h d w or y, "2026-01-31", or a whole RFC 3339 time in UTC. False: none of these. */
bool since_parse(const char *text, struct since *ret);
/* Numbers with their units, "1h30m", as seconds; at most a hundred years. */
bool since_parse_amount(const char *text, int64_t *ret);
int64_t since_moment(const struct since *s, int64_t now);

#endif
