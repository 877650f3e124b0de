/* The container's bytes (doc/vault-format.md): where records lie and what a header slot says.
 *
 * Pure: no keys, no files. A slot that decodes is well formed; whether it is true only its MAC
 * tells. */
#ifndef VAULT_FORMAT_H
#define VAULT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "kiyya/vault.h"

#define KYV_VERSION         1
#define KYV_ID              16
#define KYV_KEY             32
#define KYV_NONCE           24
#define KYV_TAG             16
#define KYV_WRAPPED         (KYV_KEY + KYV_TAG)

#define KYV_SLOTS           2
#define KYV_SLOT            4096u
#define KYV_CONST           40u /* the first bytes of a slot, which never change */
#define KYV_META_MAX        3864u
#define KYV_SEALED_META_MAX (KYV_META_MAX + KYV_TAG)
#define KYV_MAC             32u
#define KYV_MACED           (KYV_SLOT - KYV_MAC)

#define KYV_RECORDS_AT      (KYV_SLOTS * KYV_SLOT)
#define KYV_RECORD_EXTRA    (KYV_NONCE + KYV_TAG)
#define KYV_RECORD          (VAULT_CHUNK + KYV_RECORD_EXTRA)
#define KYV_SIZE_END        (UINT64_C(1) << 56)
#define KYV_SIZE_UNKNOWN    UINT64_MAX

/* -- geometry: of a known size below KYV_SIZE_END, so nothing overflows -------- */
uint64_t kyv_chunks(uint64_t size);
size_t kyv_chunk_len(uint64_t size, uint64_t i); /* i < kyv_chunks(size) */
uint64_t kyv_record_at(uint64_t i);
uint64_t kyv_file_len(uint64_t size);
/* Also of unknown size: no record is last then. */
bool kyv_is_last(uint64_t size, uint64_t i);

/* -- header slots -------------------------------------------------------------- */
struct kyv_slot {
	unsigned char file_id[KYV_ID];
	uint64_t created; /* unix seconds cut to the hour */
	uint64_t generation;
	uint64_t size; /* KYV_SIZE_UNKNOWN */
	bool complete;
	unsigned char master_id[KYV_ID];
	unsigned char wrap_nonce[KYV_NONCE];
	unsigned char wrapped_key[KYV_WRAPPED];
	unsigned char meta_nonce[KYV_NONCE];
	size_t meta_len; /* of the plaintext */
	unsigned char sealed_meta[KYV_SEALED_META_MAX];
};

/* 0 for odd generations, 1 for even ones. */
unsigned kyv_slot_of(uint64_t generation);
void kyv_slot_const(const struct kyv_slot *slot, unsigned char out[KYV_CONST]);
/* Everything but the MAC, whose place is left zero. */
void kyv_slot_encode(const struct kyv_slot *slot, unsigned char raw[KYV_SLOT]);
bool kyv_slot_has_magic(const unsigned char raw[KYV_SLOT]);
/* ERR_DAMAGED with a sentence for all that version 1 does not allow. */
bool kyv_slot_decode(const unsigned char raw[KYV_SLOT], struct kyv_slot *ret,
		     struct err *err) MUST_USE;

#endif
