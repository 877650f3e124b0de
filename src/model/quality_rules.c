/* When a stream is to go on in another quality. */
#include "kiyya/quality_rules.h"

#define WINDOW_MS        10000 /* of the three stalls */
#define STILL_MS         10000
#define STEADY_MS        60000
#define MOST_PATIENCE_MS (32 * STEADY_MS)
#define SOON_MS          (2 * STEADY_MS) /* after it was raised */
#define EXCUSE_MS        3000            /* behind a seek or a beginning */

static void count_anew(struct quality_rules *q)
{
	q->n_stalls = 0;
	q->still = q->steady = 0;
}

void quality_rules_begin(struct quality_rules *q, int64_t now)
{
	*q = (struct quality_rules){ .patience = STEADY_MS, .raised = -1 };
	quality_rules_changed(q, now, false);
}

void quality_rules_changed(struct quality_rules *q, int64_t now, bool raised)
{
	count_anew(q);
	q->now = now;
	q->playing = q->waiting = false;
	q->excuse_until = now + EXCUSE_MS;
	if (raised)
		q->raised = now;
}

/* What has passed since the last look, as it was then. */
static void count_time(struct quality_rules *q, int64_t passed)
{
	if (!q->playing)
		return;
	if (!q->waiting) {
		q->steady += passed;
		q->still = q->still > passed ? q->still - passed : 0;
	} else if (!q->excused) {
		q->still += passed;
	}
}

static void stall(struct quality_rules *q)
{
	for (int i = QUALITY_STALLS - 1; i > 0; i--)
		q->stalls[i] = q->stalls[i - 1];
	q->stalls[0] = q->now;
	q->n_stalls += q->n_stalls < QUALITY_STALLS;
	q->steady = 0;
}

static void take_look(struct quality_rules *q, const struct quality_look *look)
{
	count_time(q, look->now - q->now);
	q->now = look->now;
	if (look->seeked || (!q->playing && look->playing && !q->steady))
		q->excuse_until = q->now + EXCUSE_MS;
	if (look->seeked && q->waiting)
		q->excused = true;
	bool begins = look->waiting && !q->waiting;
	if (begins)
		q->excused = q->now < q->excuse_until;
	if (begins && look->playing && !q->excused)
		stall(q);
	q->playing = look->playing;
	q->waiting = look->waiting;
}

static enum quality_advice lower(struct quality_rules *q)
{
	bool in_vain = q->raised >= 0 && q->now - q->raised < SOON_MS;
	q->patience = !in_vain                         ? STEADY_MS
		      : q->patience < MOST_PATIENCE_MS ? 2 * q->patience
						       : MOST_PATIENCE_MS;
	q->raised = -1;
	count_anew(q);
	return QUALITY_DOWN;
}

enum quality_advice quality_rules_look(struct quality_rules *q, const struct quality_look *look)
{
	take_look(q, look);
	bool often =
	    q->n_stalls == QUALITY_STALLS && q->now - q->stalls[QUALITY_STALLS - 1] <= WINDOW_MS;
	if (often || q->still >= STILL_MS)
		return lower(q);
	if (q->steady < q->patience)
		return QUALITY_STAY;
	q->steady = 0;
	return QUALITY_UP;
}
