/* When a stream is to go on in another quality: three stalls in ten seconds, one lower; a minute without any, one higher.
 * A stall is going into buffering while it plays; what a seek or the beginning of a stream buffers is none. A line that
 * gives a quarter of what is needed stalls seldom and long: ten seconds more of standing still than of playing count as
 * much. What was raised and soon stalls again is raised later the next time. Pure: told the time and what the player says.
 *
 *	quality_rules_begin(&q, now);
 *	… each time the player says something, and each second: quality_rules_look(&q, &look) …
 *	… the advice was taken: quality_rules_changed(&q, now, raised) … */
#ifndef KIYYA_QUALITY_RULES_H
#define KIYYA_QUALITY_RULES_H

#include <stdbool.h>
#include <stdint.h>

#define QUALITY_STALLS 3

enum quality_advice { QUALITY_STAY, QUALITY_DOWN, QUALITY_UP };
struct quality_look {
	int64_t now;  /* ms; never goes back */
	bool playing; /* begun, and not paused by the user */
	bool waiting; /* stands still until more has come */
	bool seeked;  /* a seek has just finished */
};
struct quality_rules {
	int64_t now; /* of the last look */
	bool playing, waiting;
	bool excused;                   /* this wait is none of the line's faults */
	int64_t excuse_until;           /* waits that begin before are not */
	int64_t stalls[QUALITY_STALLS]; /* the last ones, the newest first */
	int n_stalls;
	int64_t still;    /* ms of standing still more than of playing */
	int64_t steady;   /* ms played since the last stall */
	int64_t patience; /* ms of that before it is raised */
	int64_t raised;   /* when; -1: it was not, or has proved well */
};

void quality_rules_begin(struct quality_rules *q, int64_t now);
/* What was advised is not advised again at once: everything is counted anew. */
enum quality_advice quality_rules_look(struct quality_rules *q, const struct quality_look *look);
/* Another stream begins. */
void quality_rules_changed(struct quality_rules *q, int64_t now, bool raised);

#endif
