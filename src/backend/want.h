/* Who wants a row of the queue fetched now, because he reads it: the engine's list of them. Backend thread. */
#ifndef KIYYA_BACKEND_WANT_H
#define KIYYA_BACKEND_WANT_H

#include "engine.h"

struct want {
	struct want *next;
	struct core *core;
	int64_t id;  /* of the row; 0: it is over */
	want_fn *fn; /* NULL: he has heard */
	void *arg;
	uint64_t timer; /* he is about to hear */
	struct err why; /* that it is over */
};

struct want *want_new(struct want **list, struct core *core, int64_t id, want_fn *fn, void *arg);
int64_t want_drop(struct want **list, struct want *w); /* its id */
bool wants_row(const struct want *list, int64_t id);
bool wants_any(const struct want *list);
/* Calls fn for the last time; w may be gone afterwards. */
void want_tell(struct want *w, const struct download *row, struct source *source,
	       const struct err *err);
/* Those who have not heard yet look again, from the loop. */
void wants_stir(struct want *list, int64_t id, void (*look)(void *want));
/* Nobody wants the row any more; those who have not heard hear why, from the loop. */
void wants_end(struct want *list, int64_t id, const struct err *why);

#endif
