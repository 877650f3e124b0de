/* Where the bytes of an item go: a vault file. What arrives is sealed and written by chores; any connection's bytes go to
 * any place, and the running hash follows the front of them (hashing.h).
 *
 * What touches the vault writer shares a lane, so it runs one after another; the hash has a lane of its own. */
#ifndef KIYYA_BACKEND_SEAL_H
#define KIYYA_BACKEND_SEAL_H

#include "chunkset.h"
#include "core.h"

#define SEAL_SLOTS 16u

struct seal;
struct seal_state { /* as of the last finished job */
	uint64_t size;   /* SOURCE_SIZE_UNKNOWN */
	uint64_t chunks; /* 0 while the size is unknown */
	uint64_t have;   /* plaintext bytes in records */
	bool complete; /* the file says so already: a finish that was cut short */
};
struct seal_events { /* on the backend thread */
	void *arg;
	/* Open for writing: created, or resumed with what is there (borrowed). */
	void (*ready)(void *arg, const struct seal_state *s, const struct chunkset *there);
	/* Bytes are in the file. */
	void (*written)(void *arg, const struct seal_state *s);
	/* Less is waiting, maybe nothing. Comes after written. */
	void (*lighter)(void *arg);
	/* Finished, renamed and durable. hash: SHA-384 of the plaintext. */
	void (*finished)(void *arg, const struct vault_info *info, const char *final_name,
			 const char *hash);
	/* The publisher's hash does not match and `keep_mismatch` was off: nothing was finished. */
	void (*mismatch)(void *arg, const char *hash);
	void (*failed)(void *arg, const struct err *err);
};

/* A plain name in the vault directory for a new partial file; owned. */
char *seal_new_name(void);
/* create: a new file for size (SOURCE_SIZE_UNKNOWN: seal_set_size says it later) and meta; else what is there is opened
 * and taken up. */
struct seal *seal_open(struct core *core, const char *file, bool create,
		       const struct vault_meta *meta, uint64_t size,
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
/* hash: the publisher's, or "". */
void seal_finish(struct seal *s, const char *hash, bool keep_mismatch);
/* No event any more; frees itself once its running job is back. */
void seal_close(struct seal *s);

#endif
