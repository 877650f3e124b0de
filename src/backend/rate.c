/* How fast bytes come. */
#include "rate.h"

#define LEAST_MS 300

void rate_add(struct rate *r, int64_t now_ms, uint64_t total)
{
	if (r->n && now_ms - r->points[(r->n - 1) % RATE_POINTS].ms < LEAST_MS)
		return;
	r->points[r->n % RATE_POINTS].ms = now_ms;
	r->points[r->n % RATE_POINTS].bytes = total;
	r->n++;
}

int64_t rate_now(const struct rate *r)
{
	if (r->n < 2)
		return 0;
	unsigned last = (r->n - 1) % RATE_POINTS;
	unsigned first = r->n <= RATE_POINTS ? 0 : r->n % RATE_POINTS;
	int64_t ms = r->points[last].ms - r->points[first].ms;
	uint64_t bytes = r->points[last].bytes - r->points[first].bytes;
	return ms > 0 ? (int64_t)(bytes * 1000 / (uint64_t)ms) : 0;
}
