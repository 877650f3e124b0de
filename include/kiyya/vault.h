/* The vault: sealed files (KYV1, doc/vault-format.md) under a keyring. The one door to libsodium.
 *
 * A struct vault holds the open keyrings. One thread makes and frees it; every other call on it may come from any
 * thread (a chore resumes or verifies while the owner locks). Writers and readers each belong to one thread at a
 * time and may be moved between threads. They hold the keys they need and may outlive the vault: after vault_lock
 * or vault_free their next call fails with ERR_LOCKED; a call that is inside the cipher at that moment ends its
 * chunk, and the keys are wiped then. vault_lock never waits.
 * Errors: ERR_DAMAGED (bytes are not what was written), ERR_LOCKED (no key, wrong passphrase, another ring),
 * ERR_SPACE, ERR_IO, ERR_NOT_FOUND. */
#ifndef KIYYA_VAULT_H
#define KIYYA_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "kiyya/file.h"
#include "kiyya/source.h"

#define VAULT_CHUNK       65536u
#define VAULT_FILE_ID_HEX 33

struct vault_paths { /* copied */
	const char *vault_dir, *keyring, *keyring_dir, *key_file;
};
struct vault;
struct vault *vault_new(const struct vault_paths *paths, const struct io *io /* NULL: real */,
			struct err *err);
void vault_free(struct vault *v); /* wipes */

/* Opens the keyring; makes one if there is none (*ret_created, may be NULL): with a passphrase slot if a passphrase is
 * given, else with a key-file slot. A passphrase that is given counts where the ring has a slot for one (wrong:
 * ERR_LOCKED, the key file is not tried); else, and for NULL, the key file does. Old rings that the same secret opens
 * are opened too. Argon2id takes 0.1–1 s: call it as a chore. */
bool vault_unlock(struct vault *v, const char *passphrase, size_t passphrase_len, bool *ret_created,
		  struct err *err);
void vault_lock(
    struct vault *v); /* wipes all keys; what is open fails from now on, also after an unlock */
bool vault_is_unlocked(const struct vault *v);
bool vault_has_keyring(const struct vault *v);
/* Master key id in hex; "" without a keyring. Slot types into ret_types (1 passphrase 2 key file 3 secret service). */
void vault_ring_info(const struct vault *v, char id_hex[33], unsigned char ret_types[8],
		     size_t *ret_n);
const char *vault_library_version(void);

/* What lies sealed in the header; strings borrowed by create, owned by the reader. */
struct vault_meta {
	const char *claim_id, *title, *channel, *quality, *media_type, *sd_hash, *source_hash,
	    *etag, *source;
	int64_t duration, release_time, size, last_modified; /* INT64_MIN unknown */
};
struct vault_info {
	char file_id[VAULT_FILE_ID_HEX];
	char master_key_id[VAULT_FILE_ID_HEX];
	uint64_t size;   /* plaintext; SOURCE_SIZE_UNKNOWN */
	uint64_t chunks; /* 0 while the size is unknown */
	uint64_t generation;
	bool complete;
	bool one_slot; /* one of the two header slots is bad */
	int64_t created;
	struct vault_meta meta; /* borrowed until the owner is freed */
};

/* -- writing ---------------------------------------------------------------------------------------
 *	w = vault_create(v, "NAME.kyv", &meta, size, err)    header durable
 *	vault_write_chunk(w, i, bytes, len, err)             any order, again is fine
 *	vault_writer_sync(w, err)                            what was written is durable
 *	vault_finish(w, final_name, err)                     the finish order of the format; renames when names differ
 * or later	w = vault_resume(v, "NAME.kyv", err); vault_has_chunk(w, i) … */
struct vault_writer;
/* ERR_LIMIT over 16 TiB. The name must be free; on failure nothing is left of it. */
struct vault_writer *vault_create(struct vault *v, const char *name, const struct vault_meta *meta,
				  uint64_t size, struct err *err);
/* Opens a partial file and every record in it; those that do not open are not there. fn (may be NULL) gets each
 * chunk's plaintext in order while the front is unbroken (for the running hash). Long: call it as a chore.
 * A complete file too: to mend a chunk, or to finish once more after a kill in vault_finish. */
struct vault_writer *vault_resume(struct vault *v, const char *name,
				  void (*fn)(void *arg, const void *data, size_t n), void *arg,
				  struct err *err);
void vault_writer_free(struct vault_writer *w); /* closes; what is there stays */
const struct vault_info *vault_writer_info(const struct vault_writer *w);
/* Once, when it was unknown. The last record is written again as the last if it is there whole. Records behind the
 * end do not count any more. */
bool vault_set_size(struct vault_writer *w, uint64_t size, struct err *err);
/* All fields anew; names that a newer kiyya put there are kept. */
bool vault_set_meta(struct vault_writer *w, const struct vault_meta *meta, struct err *err);
/* len is VAULT_CHUNK but for the last one; while the size is unknown only whole chunks are taken, the tail waits with
 * the caller. After a failure the chunk is not there. */
bool vault_write_chunk(struct vault_writer *w, uint64_t i, const void *data, size_t len,
		       struct err *err);
bool vault_has_chunk(const struct vault_writer *w, uint64_t i);
/* What is in the file of a chunk that is there, into dst (room for VAULT_CHUNK bytes). ERR_DAMAGED if it does not open
 * any more. */
bool vault_read_chunk(struct vault_writer *w, uint64_t i, void *dst, size_t *ret_len,
		      struct err *err);
uint64_t
vault_have_bytes(const struct vault_writer *w); /* plaintext bytes in records that are there */
uint64_t vault_first_missing(const struct vault_writer *w); /* chunk index; == chunks: none */
/* On failure what was written since the last good sync is not there any more: look at vault_first_missing again. */
bool vault_writer_sync(struct vault_writer *w, struct err *err);
/* ERR_UNFINISHED if a chunk is missing. ret_info (may be NULL) is the state on the disk, its strings the writer's.
 * A failure at any step can be tried again, by this writer or after vault_resume; a file that already has
 * final_name is not overwritten (ERR_USAGE). */
bool vault_finish(struct vault_writer *w, const char *final_name, struct vault_info *ret_info,
		  struct err *err);

/* -- reading --------------------------------------------------------------------------------------- */
/* A source over a file; partial ones read where records are (else ERR_UNFINISHED), and follow a writer that learns the
 * size or finishes. A complete file must have exactly its length. Cloning is cheap (own chunk buffer, shared keys).
 * A read over a bad chunk gives what lies before it; the next one says ERR_DAMAGED. */
struct source *vault_open(struct vault *v, const char *name, struct err *err);
/* NULL if s is no vault file's. Borrowed from s; changes when s is read. */
const struct vault_info *vault_source_info(const struct source *s);

/* What the header of a file says, wherever it lies and whatever became of its records. ERR_NOT_FOUND, ERR_DAMAGED,
 * ERR_LOCKED (naming the ring that is not here). */
struct vault_header;
struct vault_header *vault_header_read(struct vault *v, const char *path, struct err *err);
const struct vault_info *vault_header_info(const struct vault_header *h); /* borrowed */
void vault_header_free(struct vault_header *h);                          /* NULL is fine */

/* What HTTP calls the file (RFC 9110, 8.8.3): BLAKE2b-128 of the file id, so that the id itself is not given out. False
 * if file_id is not 32 hex digits. Any thread. */
bool vault_etag(const char *file_id, char etag[VAULT_FILE_ID_HEX]);

struct vault_verdict {
	uint64_t chunks;
	uint64_t *
	    bad; /* owned; chunk numbers from 0, at most 10 000; something behind the end counts as the last */
	size_t n_bad;
	const char *header; /* "ok" "one_slot" "bad" */
	char hash[97];      /* SHA-384 of the plaintext when all opened and with_hash; else "" */
};
void vault_verdict_release(struct vault_verdict *r);
/* Opens every record. False only if nothing could be said (no file, locked); damage is in the verdict. *cancel (may be
 * NULL) ends it early with ERR_CANCELLED. Long: call it as a chore. */
bool vault_verify(struct vault *v, const char *name, bool with_hash, const _Atomic bool *cancel,
		  struct vault_verdict *ret, struct err *err);

#endif
