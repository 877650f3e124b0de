/* ChaCha20-Poly1305 by libcrypto. */
#include "kiyya/aead.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

struct aead {
	EVP_CIPHER *cipher, *stream; /* whole, and ChaCha20 alone */
	EVP_CIPHER_CTX *ctx;         /* without a key between calls */
	EVP_MAC_CTX *mac;            /* so too */
};

static EVP_MAC_CTX *mac_new(void)
{
	EVP_MAC *poly = EVP_MAC_fetch(NULL, "POLY1305", NULL);
	EVP_MAC_CTX *mac = poly ? EVP_MAC_CTX_new(poly) : NULL;
	EVP_MAC_free(poly); /* the context has a reference of its own */
	return mac;
}

struct aead *aead_new(struct err *err)
{
	struct aead *a = NEW(struct aead);
	a->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	a->stream = EVP_CIPHER_fetch(NULL, "ChaCha20", NULL);
	a->mac = mac_new();
	a->ctx = EVP_CIPHER_CTX_new();
	if (!a->ctx)
		mem_die("no memory for a cipher");
	if (a->cipher && a->stream && a->mac)
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
	EVP_MAC_CTX_free(a->mac);
	EVP_CIPHER_free(a->cipher);
	EVP_CIPHER_free(a->stream);
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

/* n bytes from a multiple of AEAD_BLOCK in the key stream on. */
static void xor_stream(struct aead *a, const struct aead_under *u, uint32_t block, const void *in,
		       size_t n, void *out)
{
	unsigned char iv[4 + AEAD_NONCE];
	int done;
	for (int i = 0; i < 4; i++)
		iv[i] = (unsigned char)(block >> 8 * i);
	memcpy(iv + 4, u->nonce, AEAD_NONCE);
	must(EVP_CipherInit_ex2(a->ctx, a->stream, u->key, iv, 0, NULL));
	must(EVP_CipherUpdate(a->ctx, out, &done, in, (int)n));
	EVP_CIPHER_CTX_reset(a->ctx); /* cleanses */
}

/* RFC 8439, 2.8: text, zeros to a multiple of 16. */
static void mac_padded(struct aead *a, const void *text, size_t n)
{
	static const unsigned char zeros[16];
	if (n > 0)
		must(EVP_MAC_update(a->mac, text, n));
	if (n % 16 > 0)
		must(EVP_MAC_update(a->mac, zeros, 16 - n % 16));
}

bool aead_check(struct aead *a, const struct aead_under *u, const unsigned char *sealed, size_t n)
{
	unsigned char key[32] = { 0 }, tag[AEAD_TAG], lengths[16];
	size_t done;
	if (n > AEAD_MOST || u->ad_len > AEAD_MOST)
		mem_die("a text that is too long to be checked at once");
	xor_stream(a, u, 0, key, sizeof(key), key);
	must(EVP_MAC_init(a->mac, key, sizeof(key), NULL));
	OPENSSL_cleanse(key, sizeof(key));
	mac_padded(a, u->ad, u->ad_len);
	mac_padded(a, sealed, n);
	for (int i = 0; i < 8; i++) {
		lengths[i] = (unsigned char)((uint64_t)u->ad_len >> 8 * i);
		lengths[8 + i] = (unsigned char)((uint64_t)n >> 8 * i);
	}
	must(EVP_MAC_update(a->mac, lengths, sizeof(lengths)));
	must(EVP_MAC_final(a->mac, tag, &done, sizeof(tag))); /* cleanses */
	return CRYPTO_memcmp(tag, sealed + n, AEAD_TAG) == 0;
}

void aead_decipher(struct aead *a, const struct aead_under *u, size_t at,
		   const unsigned char *sealed, size_t n, void *plain)
{
	if (at % AEAD_BLOCK != 0 || at > AEAD_MOST || n > AEAD_MOST)
		mem_die("a part of a text that begins nowhere");
	if (n > 0)
		xor_stream(a, u, (uint32_t)(1 + at / AEAD_BLOCK), sealed, n, plain);
}
