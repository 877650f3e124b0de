/* ChaCha20-Poly1305 by libcrypto. */
#include "kiyya/aead.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

struct aead {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx; /* without a key between calls */
};

struct aead *aead_new(struct err *err)
{
	struct aead *a = NEW(struct aead);
	a->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	a->ctx = EVP_CIPHER_CTX_new();
	if (!a->ctx)
		mem_die("no memory for a cipher");
	if (a->cipher)
		return a;
	aead_free(a);
	err_set(err, ERR_INTERNAL, 0,
		"libcrypto does not give ChaCha20-Poly1305; is OpenSSL set up for FIPS only?");
	return NULL;
}

void aead_free(struct aead *a)
{
	if (!a)
		return;
	EVP_CIPHER_CTX_free(a->ctx);
	EVP_CIPHER_free(a->cipher);
	free(a);
}

/* What cannot go wrong but for a libcrypto that is broken or out of memory. */
static void must(int said)
{
	if (said != 1)
		mem_die("libcrypto failed to seal or open");
}

static void begin(struct aead *a, const struct aead_under *u, size_t n, bool sealing)
{
	int ignored;
	if (n > AEAD_MOST || u->ad_len > AEAD_MOST)
		mem_die("a text that is too long to be sealed at once");
	must(EVP_CipherInit_ex2(a->ctx, a->cipher, u->key, u->nonce, sealing, NULL));
	if (u->ad_len > 0)
		must(EVP_CipherUpdate(a->ctx, NULL, &ignored, u->ad, (int)u->ad_len));
}

void aead_seal(struct aead *a, const struct aead_under *u, const void *plain, size_t n,
	       unsigned char *sealed)
{
	int done = 0;
	begin(a, u, n, true);
	if (n > 0)
		must(EVP_CipherUpdate(a->ctx, sealed, &done, plain, (int)n));
	must(EVP_CipherFinal_ex(a->ctx, sealed + n, &done));
	must(EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, sealed + n));
	EVP_CIPHER_CTX_reset(a->ctx); /* cleanses */
}

bool aead_open(struct aead *a, const struct aead_under *u, const unsigned char *sealed, size_t n,
	       void *plain)
{
	int done = 0;
	unsigned char tag[AEAD_TAG], none[1]; /* the cipher's end has no bytes, but wants a place */
	memcpy(tag, sealed + n, AEAD_TAG);
	begin(a, u, n, false);
	must(EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, tag));
	if (n > 0)
		must(EVP_CipherUpdate(a->ctx, plain, &done, sealed, (int)n));
	bool ok = EVP_CipherFinal_ex(a->ctx, none, &done) == 1;
	EVP_CIPHER_CTX_reset(a->ctx);
	if (!ok) /* libcrypto deciphers first and judges afterwards */
		memset(plain, 0, n);
	return ok;
}
