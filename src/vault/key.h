/* Keys made from keys, and what is sealed with them inside a header: the file key and the metadata.
 *
 * MK (keyring) -> WK wraps FEK, one for each file -> K_content, K_mac, K_meta. */
#ifndef VAULT_KEY_H
#define VAULT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include "chance.h"
#include "format.h"
#include "secret.h"

/* BLAKE2b-256(key, context with its NUL ‖ data); data at most KEY_DATA_MAX bytes. */
#define KEY_DATA_MAX 64
void key_derive(unsigned char out[KYV_KEY], const unsigned char key[KYV_KEY], const char *context,
		const void *data, size_t n);

/* What lies in the guarded object of an open file. */
struct file_keys {
	unsigned char content[KYV_KEY], mac[KYV_KEY], meta[KYV_KEY];
	unsigned char scratch[2][KYV_KEY]; /* WK and FEK while the others are made, then zero */
};

/* A new random file key, wrapped into slot, whose const part and master id are set. NULL:
 * ERR_LOCKED. */
struct secret *file_keys_new(struct keychain *chain, struct secret *mk, const struct chance *chance,
			     struct kyv_slot *slot, struct err *err);
/* NULL: ERR_DAMAGED (the wrap does not open), ERR_LOCKED. */
struct secret *file_keys_open(struct keychain *chain, struct secret *mk,
			      const struct kyv_slot *slot, struct err *err);

/* The file key of slot, wrapped anew for another master key, whose id slot names afterwards; the
 * file key stays what it is. On failure slot is as it was. ERR_DAMAGED, ERR_LOCKED. */
bool file_key_rewrap(struct keychain *chain, struct secret *from, struct secret *to,
		     const unsigned char to_id[KYV_ID], const struct chance *chance,
		     struct kyv_slot *slot, struct err *err) MUST_USE;

/* With the keys in use: the MAC of an encoded slot, put in its place or compared with it. */
void slot_sign(const struct file_keys *keys, unsigned char raw[KYV_SLOT]);
bool slot_is_signed(const struct file_keys *keys, const unsigned char raw[KYV_SLOT]);
/* Metadata of slot->meta_len bytes, under the slot's const part and generation. */
void slot_seal_meta(const struct file_keys *keys, const struct chance *chance,
		    struct kyv_slot *slot, const char *text);
bool slot_open_meta(const struct file_keys *keys, const struct kyv_slot *slot,
		    char text[KYV_META_MAX]);

#endif
