/* One row of the queue that is being worked on, or waits for its next try: its transfers one after the other, what is
 * asked when the content has changed, and who reads it meanwhile. Backend thread. */
#ifndef KIYYA_BACKEND_RUN_H
#define KIYYA_BACKEND_RUN_H

#include "audience.h"
#include "core.h"
#include "rate.h"
#include "transfer.h"

struct run;
struct run_events {
	void *arg;
	void (*begun)(void *arg, struct run *r); /* a try: its transfer is there */
	void (*moved)(void *arg, struct run *r); /* something came; a file is there to be read */
	void (*waits)(void *arg, struct run *r); /* for its next try */
	/* The last call: the row is done, paused or failed, stored so, and the run is still to be freed. err may be NULL. */
	void (*over)(void *arg, struct run *r, const struct err *err);
};

struct run {
	struct run *next; /* of the engine's list, as is all that follows but for reading */
	struct core *core;
	struct run_events events;
	struct download row;
	struct transfer *transfer; /* NULL: waits for its next try, or for a look-up */
	struct audience *audience;
	struct lookup *lookup; /* the content has changed: what does the gateway say? */
	uint64_t timer;        /* the next try */
	struct rate rate;
	uint64_t received; /* by transfers before this one */
	int64_t had;       /* row.have when this try began */
	char *old_file; /* of the content before; stays until the new file has its first record */
	bool looked_up, keep_mismatch;
	bool dirty; /* it moved, and nobody was told */
	int64_t saved_at;
};

/* row moves; the first try begins with run_begin. */
struct run *run_new(struct core *core, struct download *row, const struct run_events *events);
/* why: for whoever reads it; NULL: it is all there. What is written stays. */
void run_free(struct run *r, const struct err *why);
void run_begin(struct run *r);
void run_save(struct run *r);
uint64_t run_received(const struct run *r); /* bytes over the network, of all tries */
/* For a reader: a source over what is there and what will come; NULL with ERR_NONE or ERR_NOT_FOUND: not yet. */
struct source *run_open(struct run *r, struct err *err);

#endif
