/* Is a transfer still alive? Time to the first byte, and stretches under 1 KiB/s. Pure: time is
 * handed in. */
#ifndef KIYYA_NET_PACE_H
#define KIYYA_NET_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	int first_byte_ms, stall_ms;
	int64_t limit;   /* bytes a second that may pass; 0 any */
	int64_t free_at; /* until then nothing may pass */
	int64_t since;   /* begin of the wait, or of the stretch being measured */
	int64_t bytes;   /* in that stretch */
	bool begun;      /* a byte has come */
};
enum pace_verdict { PACE_ALIVE, PACE_SILENT, PACE_STALLED };

void pace_start(struct pace *p, int64_t now);
void pace_bytes(struct pace *p, int64_t now, int64_t n);
void pace_restart(struct pace *p, int64_t now); /* after a pause of our own making */
/* ALIVE moves the stretch on when it is over. */
enum pace_verdict pace_check(struct pace *p, int64_t now);
void pace_spend(struct pace *p, int64_t now,
		int64_t n); /* so much has passed: counts against the limit */
int64_t pace_wait_ms(const struct pace *p, int64_t now); /* until the next check makes sense */

#endif
