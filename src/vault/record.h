/* One record: a chunk sealed under the file's content key at its place. */
#ifndef VAULT_RECORD_H
#define VAULT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "chance.h"
#include "format.h"
#include "kiyya/aead.h"
#include "secret.h"

/* What a record is bound to. */
struct record_place {
	const unsigned char *file_id;
	uint64_t index;
	size_t len; /* of the plaintext */
	bool last;
};

/* Where chunk i of a file of this size lies; size may be unknown. */
struct record_place record_place_of(const unsigned char file_id[KYV_ID], uint64_t size, uint64_t i);

/* What the records of an open file are sealed and opened with; both borrowed. One thread at a time. */
struct record_tools {
	struct secret *keys; /* a struct file_keys */
	struct aead *aead;
};

/* nonce ‖ ciphertext ‖ tag into record, place->len + KYV_RECORD_EXTRA bytes. false: ERR_LOCKED. */
bool record_seal(struct record_tools tools, const struct chance *chance,
		 const struct record_place *place, const void *plain, unsigned char *record,
		 struct err *err) MUST_USE;

/* Reads it with one pread into record (room for KYV_RECORD bytes) and opens it into dst, which may
 * be RECORD_PLAIN(record). *ret_opened false: it is not there, torn, or not what was written.
 * false: ERR_LOCKED, ERR_IO. */
#define RECORD_PLAIN(record) ((record) + KYV_NONCE)
bool record_read(int fd, struct record_tools tools, const struct record_place *place,
		 unsigned char *record, unsigned char *dst, bool *ret_opened,
		 struct err *err) MUST_USE;
/* The same in two steps, for a chunk of which only a part may be wanted: reads and judges it; */
bool record_check(int fd, struct record_tools tools, const struct record_place *place,
		  unsigned char *record, bool *ret_good, struct err *err) MUST_USE;
/* and deciphers, where they lie, the bytes from `from`, a multiple of AEAD_BLOCK, to `to` of one that is good: each once.
 * false: ERR_LOCKED. */
bool record_decipher(struct record_tools tools, unsigned char *record, size_t from, size_t to,
		     struct err *err) MUST_USE;
/* Of a record just read: it was never written. */
bool record_is_hole(const unsigned char *record);

#endif
