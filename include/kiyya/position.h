/* What to remember of where somebody stopped. Pure. */
#ifndef KIYYA_POSITION_H
#define KIYYA_POSITION_H

#include <stdint.h>

enum position_rule {
	POSITION_TOO_EARLY, /* below min(30 s, 5 %): keep what was stored before */
	POSITION_KEEP,
	POSITION_FINISHED,  /* at 95 %, or min(60 s, 5 %) before the end: clear it, mark as watched */
};
/* Seconds; duration <= 0: unknown, then 30 s count and nothing is ever finished. */
enum position_rule position_judge(int64_t position, int64_t duration);

#endif
