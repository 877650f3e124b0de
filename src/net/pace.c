/* Telling a slow line from a dead one. */
#include "pace.h"

#define LEAST_BYTES_A_SECOND 1024

void pace_start(struct pace *p, int64_t now)
{
	p->since = now;
	p->bytes = 0;
	p->begun = false;
}

void pace_bytes(struct pace *p, int64_t now, int64_t n)
{
	if (!p->begun) {
		p->begun = true;
		p->since = now;
	}
	p->bytes += n;
}

void pace_restart(struct pace *p, int64_t now)
{
	p->since = now;
	p->bytes = 0;
}

/* A rate limit of ours must not look like a stall. */
static int64_t least_bytes(const struct pace *p)
{
	int64_t rate = LEAST_BYTES_A_SECOND;

	if (p->limit > 0 && p->limit / 2 < rate)
		rate = p->limit / 2;
	return rate * p->stall_ms / 1000;
}

enum pace_verdict pace_check(struct pace *p, int64_t now)
{
	int64_t passed = now - p->since;

	if (!p->begun)
		return passed >= p->first_byte_ms ? PACE_SILENT : PACE_ALIVE;
	if (passed < p->stall_ms)
		return PACE_ALIVE;
	if (p->bytes < least_bytes(p) || p->bytes == 0)
		return PACE_STALLED;
	pace_restart(p, now);
	return PACE_ALIVE;
}

int64_t pace_wait_ms(const struct pace *p, int64_t now)
{
	int64_t left = p->since + (p->begun ? p->stall_ms : p->first_byte_ms) - now;

	return left > 0 ? left : 0;
}
