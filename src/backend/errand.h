/* Does one thing to each of the claims that the items of a request mean, one after another. */
#ifndef KIYYA_BACKEND_ERRAND_H
#define KIYYA_BACKEND_ERRAND_H

#include "ticket.h"

/* title: NULL where nothing is known but the id. number: the errand's. */
typedef bool errand_fn(struct ticket *t, int64_t number, const char *claim_id, const char *title, struct err *err);

enum errand_ids {
	ERRAND_RESOLVE_IDS, /* an id that is not stored is asked for, as an address is */
	ERRAND_TRUST_IDS,   /* a whole id is one, whatever is known of it */
};
/* Ends the ticket when all have had their turn: by their tally, each that failed of several as EV_ROW_FAILED. items:
 * copied; what is stored is not asked for. fn is never called from inside. */
void errand_start(struct ticket *t, const struct strs *items, enum errand_ids ids, errand_fn *fn, int64_t number);
void errand_start_one(struct ticket *t, const char *item, enum errand_ids ids, errand_fn *fn, int64_t number);

#endif
