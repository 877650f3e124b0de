/* What of an item is missing, and which connection fetches what of it. Pure bookkeeping: no bytes, no clock.
 *
 * Missing chunks are handed out from the front, a stripe to each slot: what comes in is near the front, so that whoever
 * wants the bytes in order has little to keep. A slot has at most one stripe, and stripes never overlap. */
#ifndef KIYYA_BACKEND_STRIPES_H
#define KIYYA_BACKEND_STRIPES_H

#include "chunkset.h"

#define STRIPE_MOST   64u /* chunks: 4 MiB */
#define STRIPE_LEAST  16u
#define STRIPE_SLOTS  16u
#define STRIPE_SPLIT  8u /* chunks: what has less left is not worth halving */

#define STRIPE_WISHES 8u /* remembered; who is forgotten wishes again */

struct stripe {
	uint64_t next,
	    end; /* chunks; next is the first that has not come whole. Equal: no stripe */
};
struct stripes {               /* zero-initialised is empty */
	struct chunkset there; /* has come, in this run or before */
	uint64_t chunks;       /* of the item */
	uint64_t front;        /* all before it has come */
	struct stripe given[STRIPE_SLOTS];
	uint64_t wishes[STRIPE_WISHES]; /* not handed out yet, the oldest first */
	unsigned n_wishes;
	uint64_t head; /* where the last one was: what is behind it goes before the front */
};
void stripes_release(struct stripes *s);

/* At most `most` chunks for a slot that has none: what was wished, else what follows the last wish, else from the front
 * on. false: nothing is missing that nobody fetches. */
bool stripes_take(struct stripes *s, unsigned slot, uint64_t most);
/* The chunks before `next` of the slot's stripe have come whole. With the last one the slot has no stripe any more. */
void stripes_got(struct stripes *s, unsigned slot, uint64_t next);
/* What has not come of the slot's stripe is missing again. */
void stripes_drop(struct stripes *s, unsigned slot);
/* The second half of what `from` has still to fetch goes to `to`, which has none; false: too little to share. */
bool stripes_split(struct stripes *s, unsigned from, unsigned to);
/* Somebody waits for this chunk: it is handed out next. false: it has come, or is wished already. */
bool stripes_wish(struct stripes *s, uint64_t chunk);
/* The slot in whose stripe it lies; -1 none. */
int stripes_slot_of(const struct stripes *s, uint64_t chunk);
/* What the slot has from this chunk on, which is behind its next, is missing again. */
void stripes_cut(struct stripes *s, unsigned slot, uint64_t end);
/* Everything from the start for one slot, there or not: a host that cannot give parts. No other slot has one then. */
void stripes_take_all(struct stripes *s, unsigned slot);

uint64_t stripes_left(const struct stripes *s, unsigned slot); /* chunks */
bool stripes_complete(const struct stripes *s);

#endif
