/* The bytes of an item on their way into a file, sealed or plain (sink.h). What arrives is written by chores; any
 * connection's bytes go to any place, and the running hash follows the front of them (hashing.h).
 *
 * What touches the file shares a lane, so it runs one after another; the hash has a lane of its own, and so has the
 * syncing of a file that allows it. */
#ifndef KIYYA_BACKEND_SEAL_H
#define KIYYA_BACKEND_SEAL_H

#include "chunkset.h"
#include "core.h"
#include "sink.h"

#define SEAL_SLOTS 16u

struct seal;
struct seal_events { /* on the backend thread */
	void *arg;
	/* Open for writing: created, or resumed with what is there (borrowed). */
	void (*ready)(void *arg, const struct sink_state *s, const struct chunkset *there);
	/* Bytes are in the file. */
	void (*written)(void *arg, const struct sink_state *s);
	/* Less is waiting, maybe nothing. Comes after written. */
	void (*lighter)(void *arg);
	/* Finished, renamed and durable. hash: SHA-384 of the plaintext; "" if none was made. */
	void (*finished)(void *arg, const struct sink_end *end, const char *hash);
	/* The publisher's hash does not match and `keep_mismatch` was off: nothing was finished. */
	void (*mismatch)(void *arg, const char *hash);
	void (*failed)(void *arg, const struct err *err);
};

/* sink moves: it is created, or what is there is taken up. Where its size is not known seal_set_size says it later.
 * hashed: make the SHA-384 while it comes; it takes two thirds of the processor's work. */
struct seal *seal_open(struct core *core, struct sink *sink, bool hashed,
		       const struct seal_events *events);
/* A run of bytes in order, from a chunk's beginning; each slot has one of its own. Copies; may be called before ready.
 * Data of an unfinished chunk waits in memory. */
void seal_run(struct seal *s, unsigned slot, uint64_t chunk);
void seal_add(struct seal *s, unsigned slot, const void *data, size_t n);
/* The run is over: what is whole is written, with end_of_file the last short chunk too. */
void seal_run_ends(struct seal *s, unsigned slot, bool end_of_file);
/* So long the item is: before the end of the run that holds its last chunk. Again with the same is fine. */
void seal_set_size(struct seal *s, uint64_t size);
size_t seal_waiting(const struct seal *s); /* jobs that hold bytes in memory */
bool seal_is_idle(
    const struct seal *s); /* all whole chunks that were added are written, or have failed */
/* hash: the publisher's, or "". Where none was made as it came, and one is given, all is read for it. */
void seal_finish(struct seal *s, const char *hash, bool keep_mismatch);
/* After a failure to open: the file was finished, but nobody has heard. ERR_NOT_FOUND: no. */
bool seal_adopt(struct seal *s, const char *claim_id, struct sink_end *ret, struct err *err);
/* No event any more; frees itself once its running job is back. */
void seal_close(struct seal *s);

#endif
