/* Addresses that have been given out on the local server, and the copies behind them. */
#ifndef KIYYA_BACKEND_GRANTS_H
#define KIYYA_BACKEND_GRANTS_H

#include "along.h"
#include "core.h"
#include "kiyya/copy.h"

struct grant {
	struct grant *next;
	char claim_id[CLAIM_ID_SIZE];
	char *url;           /* owned */
	struct along *along; /* owned: the item is still being fetched; NULL it is all there */
};
struct grants {
	struct core *core;
	struct stream *stream; /* started at the first need */
	struct grant *first;
};
void grants_release(struct grants *g); /* stops the server */
/* Opens the copy and gives it an address; borrowed until withdrawn. The vault must be unlocked for one that is
 * encrypted. */
const char *grants_give(struct grants *g, const struct copy *c, int port, struct err *err);
/* The same for what along gave; source moves, along too unless it fails. */
const char *grants_give_along(struct grants *g, const struct copy *c, struct source *source,
			      struct along *along, int port, struct err *err);
void grants_take_back(struct grants *g, const char *url);
void grants_take_back_claim(struct grants *g, const char *claim_id);

#endif
