/* Fetches some chunks of a film from the player host: one connection, one run of chunks after another, in order. */
#ifndef KIYYA_BACKEND_MEND_FETCH_H
#define KIYYA_BACKEND_MEND_FETCH_H

#include "core.h"

struct chunk_run {
	uint64_t first, n; /* chunks */
};
struct mend_fetch_events { /* on the backend thread */
	void *arg;
	/* The bytes from off on, which lie in a run; each byte once, offsets go up. */
	void (*bytes)(void *arg, uint64_t off, const void *data, size_t n);
	/* The end; the receiver still has to free it. err NULL: all of it came. */
	void (*ended)(void *arg, const struct err *err);
};

struct mend_fetch;
/* Of a film of size bytes at url; the runs are sorted, borrowed until it is freed. Failures that may pass are tried again
 * as often as download.retries says without a new byte. ERR_DAMAGED: the film there has another size. */
struct mend_fetch *mend_fetch_start(struct core *core, const char *url, uint64_t size,
				    const struct chunk_run *runs, size_t n,
				    const struct mend_fetch_events *events);
void mend_fetch_pause(struct mend_fetch *f, bool paused);
void mend_fetch_free(struct mend_fetch *f); /* stops; NULL is fine */

#endif
