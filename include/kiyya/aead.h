/* ChaCha20-Poly1305 (RFC 8439) by libcrypto, with the processor's vector instructions.
 *
 * A struct aead holds working memory only, so that a call allocates next to nothing: the key is a call's, and before the
 * call returns every copy of it, its schedule and what is left of the key stream are wiped. One owner at a time; it may
 * be moved between threads. */
#ifndef KIYYA_AEAD_H
#define KIYYA_AEAD_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

#define AEAD_KEY   32
#define AEAD_NONCE 12
#define AEAD_TAG   16
#define AEAD_MOST  (1u << 30) /* bytes in one call, of text or associated data */

/* What one text is sealed under; all borrowed. A key and nonce are used for one text only. */
struct aead_under {
	const unsigned char *key, *nonce;
	const void *ad;
	size_t ad_len;
};

struct aead;
/* NULL: ERR_INTERNAL, this libcrypto does not give the cipher (it may be set up for FIPS only). */
struct aead *aead_new(struct err *err);
void aead_free(struct aead *a); /* NULL is fine */
/* n bytes of ciphertext and the tag into sealed, which may be plain. */
void aead_seal(struct aead *a, const struct aead_under *u, const void *plain, size_t n,
	       unsigned char *sealed);
/* Of n bytes and their tag behind them. False: not what was sealed; plain is zeroed then. plain may be sealed. */
bool aead_open(struct aead *a, const struct aead_under *u, const unsigned char *sealed, size_t n,
	       void *plain) MUST_USE;
/* aead_open in two steps, for a text of which only a part may be wanted: whether it is what was sealed; */
bool aead_check(struct aead *a, const struct aead_under *u, const unsigned char *sealed, size_t n) MUST_USE;
/* and n bytes of one that is, from offset at, which is a multiple of AEAD_BLOCK. plain may be sealed. */
#define AEAD_BLOCK 64u
void aead_decipher(struct aead *a, const struct aead_under *u, size_t at, const unsigned char *sealed,
		   size_t n, void *plain);

#endif
