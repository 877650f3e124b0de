/* SHA-256 and SHA-384 by libcrypto, random bytes by the kernel. */
#include "kiyya/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/random.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"

struct hash {
	EVP_MD_CTX *ctx;
};

struct hash *hash_new(enum hash_kind kind)
{
	struct hash *h = NEW(struct hash);
	h->ctx = EVP_MD_CTX_new();
	const EVP_MD *md = kind == HASH_SHA384 ? EVP_sha384() : EVP_sha256();
	if (!h->ctx || EVP_DigestInit_ex(h->ctx, md, NULL) != 1)
		mem_die("libcrypto has no SHA-2");
	return h;
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void hash_add(struct hash *h, const void *data, size_t n)
{
	if (EVP_DigestUpdate(h->ctx, data, n) != 1)
		mem_die("libcrypto failed to hash");
}

void hash_hex(struct hash *h, char hex[HASH_HEX_MAX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (EVP_DigestFinal_ex(h->ctx, digest, &n) != 1 || n > HASH_MAX)
		mem_die("libcrypto failed to hash");
	hex_encode(hex, digest, n);
}

void hash_once_hex(enum hash_kind kind, const void *data, size_t n, char hex[HASH_HEX_MAX])
{
	struct hash *h = hash_new(kind);
	hash_add(h, data, n);
	hash_hex(h, hex);
	hash_free(h);
}

void random_bytes(void *dst, size_t n)
{
	unsigned char *p = dst;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			mem_die("the system gives no random bytes");
		p += got;
		n -= (size_t)got;
	}
}

void random_hex(char *dst, size_t n)
{
	unsigned char bytes[32];
	while (n) {
		size_t now = n < sizeof(bytes) ? n : sizeof(bytes);
		random_bytes(bytes, now);
		hex_encode(dst, bytes, now);
		dst += 2 * now;
		n -= now;
	}
}
