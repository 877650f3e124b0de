/* Rates by the time of day, as a person configures them. Pure; any thread.
 *
 *	09:00-17:00=512K, mon-fri; 01:00-07:00=0
 *
 * Parts with semicolons between them: from when to when, how many bytes a second (0: no limit), and on which days, all if
 * none is named. A part that ends at or before its beginning goes on over midnight; it belongs to the day it begins on.
 * Where several parts hold, the first counts. */
#ifndef KIYYA_SCHEDULE_H
#define KIYYA_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"

#define SCHEDULE_MAX  32
#define SCHEDULE_NONE (-1)

struct schedule_part {
	int from, to;  /* minutes of the day; to is at most 24:00, and not in it any more */
	unsigned days; /* bit 0 Sunday … bit 6 Saturday; never 0 */
	int64_t rate;  /* bytes a second; 0: no limit */
};
/* Zero-initialised is empty. A plain value. */
struct schedule {
	struct schedule_part v[SCHEDULE_MAX];
	size_t n;
};

/* "" is none. ERR_CONFIG with a sentence; *ret is then untouched. */
bool schedule_parse(struct schedule *ret, const char *text, struct err *err) MUST_USE;
/* Which part counts on a weekday (0 Sunday) at a minute of the day; SCHEDULE_NONE if none. */
int schedule_part_at(const struct schedule *s, int weekday, int minute);

#endif
