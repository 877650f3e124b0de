/* Telling a slow line from a dead one, and keeping a fast one slow. */
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

void pace_spend(struct pace *p, int64_t now, int64_t n)
{
	if (p->limit <= 0)
		return;
	if (p->free_at < now)
		p->free_at = now;
	p->free_at += n * 1000 / p->limit;
}

enum pace_verdict pace_check(struct pace *p, int64_t now)
{
	int64_t passed = now - p->since;

	if (!p->begun)
		return passed >= p->first_byte_ms ? PACE_SILENT : PACE_ALIVE;
	if (passed < p->stall_ms)
		return PACE_ALIVE;
	if (p->bytes < LEAST_BYTES_A_SECOND * p->stall_ms / 1000 || p->bytes == 0)
		return PACE_STALLED;
	pace_restart(p, now);
	return PACE_ALIVE;
}

int64_t pace_wait_ms(const struct pace *p, int64_t now)
{
	int64_t left = p->since + (p->begun ? p->stall_ms : p->first_byte_ms) - now;

	return left > 0 ? left : 0;
}
