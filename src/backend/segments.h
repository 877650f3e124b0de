/* Where the bytes of a film in a lower quality come from: the segments of a playlist, joined in their order to one
 * stream. The one whose turn it is goes straight through; at most two more are fetched ahead, into memory.
 *
 * It says the events of a fetcher, in one run of slot 0. A segment that was there before must be as long as it was then,
 * and the list the same list: else CONNECTION_CHANGED, before any byte of it.
 * Backend thread. */
#ifndef KIYYA_BACKEND_SEGMENTS_H
#define KIYYA_BACKEND_SEGMENTS_H

#include "fetcher.h"

struct segments_plan {
	const char *master;               /* address of the master playlist; copied */
	int height;                       /* of the variant */
	const struct segment_list *known; /* what is known of earlier; copied */
	uint64_t front; /* bytes of the item that are there: where a chunk begins, or its end */
	int64_t rate;   /* bytes a second, 0 no limit */
};

struct segments;
struct segments *segments_start(struct core *core, const struct segments_plan *plan,
				const struct fetcher_events *events);
void segments_free(struct segments *s); /* stops; no event any more. NULL is fine */
void segments_press(struct segments *s, bool pressed);
void segments_limit(struct segments *s, int64_t rate);
uint64_t segments_received(const struct segments *s);
int64_t segments_retry_after_s(const struct segments *s);

#endif
