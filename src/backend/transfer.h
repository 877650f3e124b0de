/* One item on its way into a file, sealed or plain: prepare, fetch what is missing (fetcher.h), write it (seal.h), finish.
 * The fetcher knows of addresses and not of files, the seal of files and not of addresses; here they meet. */
#ifndef KIYYA_BACKEND_TRANSFER_H
#define KIYYA_BACKEND_TRANSFER_H

#include "core.h"
#include "kiyya/copy.h"

enum transfer_end {
	TRANSFER_DONE,    /* row and copy are stored */
	TRANSFER_AGAIN,   /* a failure that may pass: ask again later */
	TRANSFER_CHANGED, /* the content is not what the row says: look the claim up again */
	TRANSFER_FAILED,
};
struct transfer_events { /* on the backend thread */
	void *arg;
	void (*moved)(void *arg, struct download *row); /* row.have, row.size or row.file changed */
	/* The last call; the transfer is still to be freed by the receiver. copy only with TRANSFER_DONE. */
	void (*ended)(void *arg, enum transfer_end how, const struct copy *copy,
		      const struct err *err);
};

struct transfer;
/* row is borrowed and kept up to date until transfer_free. The vault must be unlocked for one that is
 * encrypted.
 * keep_mismatch: a hash that does not match is kept and said, not fetched once more. */
struct transfer *transfer_start(struct core *core, struct download *row, bool keep_mismatch,
				const struct transfer_events *events);
void transfer_free(struct transfer *t);           /* stops; what is written stays; NULL is fine */
bool transfer_has_file(const struct transfer *t); /* row.file is there, and can be opened */
void transfer_want(struct transfer *t, uint64_t chunk); /* somebody waits for it: fetch it next */
uint64_t transfer_received(const struct transfer *t); /* bytes that came over the network so far */
void transfer_look(struct transfer *t,
		   int64_t rate); /* a few times a second; rate: bytes a second, 0 no limit */
int64_t
transfer_retry_after_s(const struct transfer *t); /* what the server asked for; -1 nothing */

#endif
