/* What is kept of an item: a row of the download queue, a copy in the vault. Plain values, moved between
 * store, backend and messages. */
#ifndef KIYYA_COPY_H
#define KIYYA_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include "kiyya/claim.h"
#include "kiyya/err.h"
#include "kiyya/quality.h"

/* X(name, word) */
#define DOWNLOAD_STATES(X)                                                                         \
	X(QUEUED, "queued")                                                                        \
	X(ACTIVE, "active")                                                                        \
	X(PAUSED, "paused")                                                                        \
	X(DONE, "done")                                                                            \
	X(FAILED, "failed")
enum download_state {
#define X(name, word) DOWNLOAD_##name,
	DOWNLOAD_STATES(X)
#undef X
};
const char *download_state_word(enum download_state s);
bool download_state_of(const char *word, enum download_state *ret);

struct download { /* strings owned: download_release */
	int64_t id;        /* row; 0: not stored */
	char claim_id[CLAIM_ID_SIZE];
	char stream_id[CLAIM_ID_SIZE]; /* whose bytes: the original's of a repost */
	char quality[QUALITY_SIZE];    /* as it will be kept: "original", "720p" */
	char *title, *channel, *media_type, *url; /* url: where the bytes are */
	char sd_hash[SD_HASH_SIZE], source_hash[SD_HASH_SIZE];
	int64_t size;      /* plaintext; SIZE_UNKNOWN */
	int64_t duration, release_time;
	int64_t have;      /* plaintext bytes that are safely in the file */
	int64_t segments_have, segments; /* of a film that is put together of them, as stored with
					  * its file; 0 none, or not known yet */
	enum download_state state;
	int64_t position;  /* order in the queue */
	char *file;        /* plain name in the vault directory; NULL: none yet */
	bool encrypted;
	int64_t retries;   /* without a new byte */
	int64_t last_modified; /* TIME_UNKNOWN */
	char *etag;
	char *category, *error; /* of the last failure */
	bool retry;        /* whether trying again can help */
	int64_t added_at;
};
void download_init(struct download *d);
void download_release(struct download *d);
/* What went wrong with it; NULL: nothing. */
void download_set_error(struct download *d, const struct err *err);
void download_copy(struct download *dst, const struct download *src);

struct copy { /* strings owned: copy_release */
	char claim_id[CLAIM_ID_SIZE];
	char quality[QUALITY_SIZE];
	char *title, *channel, *media_type;
	int64_t size, duration, release_time, added_at, verified_at; /* unknown: -1 / TIME_UNKNOWN */
	char *file; /* plain name in the vault directory */
	char file_id[33];     /* hex of the vault file's id; of a plain file a random one (ETag) */
	int64_t generation;   /* of the vault file's newest slot when it was stored; 0 plain */
	bool encrypted, complete;
	char *publisher_hash; /* match mismatch absent not_original unchecked */
	char sd_hash[SD_HASH_SIZE], source_hash[SD_HASH_SIZE];
};
void copy_init(struct copy *c);
void copy_release(struct copy *c);
void copy_copy(struct copy *dst, const struct copy *src);
/* The copy that a download becomes, into an empty ret: incomplete, and nobody has looked at its hash. */
void copy_of_download(struct copy *ret, const struct download *d);

#endif
