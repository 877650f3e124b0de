/* How fast bytes come: a mean over the last few seconds. */
#ifndef KIYYA_BACKEND_RATE_H
#define KIYYA_BACKEND_RATE_H

#include <stdint.h>

#define RATE_POINTS 16
struct rate { /* zero-initialised is empty */
	struct {
		int64_t ms;
		uint64_t bytes;
	} points[RATE_POINTS];
	unsigned n; /* points ever taken */
};
/* total: bytes so far. Points closer than 300 ms are left out. */
void rate_add(struct rate *r, int64_t now_ms, uint64_t total);
int64_t rate_now(const struct rate *r); /* bytes a second */

#endif
