/* The disk side of a download: what arrives is sealed and written by chores, in the order it was handed in.
 *
 * What touches the vault writer shares a lane, so it runs one after another; the running hash has a lane of its own. */
#ifndef KIYYA_BACKEND_SEAL_H
#define KIYYA_BACKEND_SEAL_H

#include "core.h"

#define SEAL_BATCH_CHUNKS 4u
#define SEAL_BATCH_BYTES (SEAL_BATCH_CHUNKS * VAULT_CHUNK)

struct seal;
struct seal_state { /* as of the last finished job */
	uint64_t chunks, first_missing, next_present; /* next_present: first chunk there behind first_missing, or chunks */
	uint64_t have; /* plaintext bytes in records */
	bool complete; /* the file says so already: a finish that was cut short */
	char file[64];
};
struct seal_events { /* on the backend thread */
	void *arg;
	/* Open for writing: created, or resumed with what is there. */
	void (*ready)(void *arg, const struct seal_state *s);
	/* Bytes are in the file. */
	void (*written)(void *arg, const struct seal_state *s);
	/* A batch is done with: seal_waiting() has gone down. Comes after written. */
	void (*lighter)(void *arg);
	/* Finished, renamed and durable. hash: SHA-384 of the plaintext. */
	void (*finished)(void *arg, const struct vault_info *info, const char *final_name, const char *hash);
	/* The publisher's hash does not match and `keep_mismatch` was off: nothing was finished. */
	void (*mismatch)(void *arg, const char *hash);
	void (*failed)(void *arg, const struct err *err);
};

/* A plain name in the vault directory for a new partial file; owned. */
char *seal_new_name(void);
/* create: a new file for size and meta; else what is there is opened and taken up. */
struct seal *seal_open(struct core *core, const char *file, bool create, const struct vault_meta *meta,
		       uint64_t size, const struct seal_events *events);
/* Copies; may be called before ready. Offsets go up within a run; data of an unfinished chunk waits in memory. */
void seal_begin_run(struct seal *s, uint64_t first_chunk);
void seal_add(struct seal *s, const void *data, size_t n);
void seal_flush(struct seal *s, bool end_of_file); /* whole chunks; with end_of_file the last short one too */
size_t seal_waiting(const struct seal *s); /* batches that are not yet written, or not yet hashed */
/* hash: the publisher's, or "". */
void seal_finish(struct seal *s, const char *hash, bool keep_mismatch);
/* No event any more; frees itself once its running job is back. */
void seal_close(struct seal *s);

#endif
