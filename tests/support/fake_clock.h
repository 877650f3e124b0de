/* A clock that tests turn by hand. One thread. */
#ifndef KIYYA_TESTS_FAKE_CLOCK_H
#define KIYYA_TESTS_FAKE_CLOCK_H

#include "kiyya/clock.h"

struct fake_clock {
	struct clock clock; /* first: a struct clock pointer to it is one to all of it */
	int64_t now_ms;     /* monotonic */
	int64_t wall_start; /* unix seconds when now_ms was 0 */
};
void fake_clock_init(struct fake_clock *c, int64_t wall);
void fake_clock_add(struct fake_clock *c, int64_t ms);

#endif
