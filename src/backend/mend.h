/* Makes one copy whole again: what does not open is fetched anew, and nothing else.
 *
 * What is fetched goes into a sealed file beside the copy first (its name with .mend). Only when the whole, as it would then
 * be, has the publisher's hash do the chunks go into the copy: content that has changed is never mixed in. Where the hash
 * does not fit, or the file is not the copy's at all, everything is fetched once into a new file. */
#ifndef KIYYA_BACKEND_MEND_H
#define KIYYA_BACKEND_MEND_H

#include "core.h"

struct mend_report {
	uint64_t chunks;
	int64_t fetched;     /* plaintext bytes over the network */
	bool header_mended;
	const char *hash;    /* match mismatch absent not_original */
	struct copy copy;    /* the row as it is now, stored already; borrowed */
};
struct mend_events { /* on the backend thread */
	void *arg;
	/* Bytes to fetch are known. */
	void (*begun)(void *arg, uint64_t bytes);
	void (*moved)(void *arg, uint64_t have);
	/* The last call; the receiver still has to free it. report is borrowed; NULL: err says why, the copy is as it
	 * was. With report and err: what was mended is mended, but err is still to be said. */
	void (*ended)(void *arg, const struct mend_report *report, const struct err *err);
};

struct mend;
/* The lock is held and the vault unlocked. c is copied. */
struct mend *mend_start(struct core *core, const struct copy *c, const struct mend_events *events);
void mend_free(struct mend *m); /* stops; its chore may still run, nothing is called any more; NULL is fine */

#endif
