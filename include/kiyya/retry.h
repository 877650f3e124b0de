/* How long to wait before trying again: a table of steps, the last one for ever. Pure. */
#ifndef KIYYA_RETRY_H
#define KIYYA_RETRY_H

#include <stddef.h>
#include <stdint.h>

struct retry_plan {
	const int64_t *steps_ms; /* after the first failure, the second, … */
	size_t n;
	unsigned
	    jitter_ms; /* up to this much is added, so that many clients do not come back at once */
};
extern const struct retry_plan retry_gateway;  /* 300 ms, then 1 s; + 0-99 ms */
extern const struct retry_plan retry_rest;     /* a gateway that keeps failing: 15 s … 5 min */
extern const struct retry_plan retry_download; /* 2, 4, 8 … 300 s */

/* failures: in a row, from 1. random: any number. */
int64_t retry_wait_ms(const struct retry_plan *plan, unsigned failures, unsigned random);

#endif
