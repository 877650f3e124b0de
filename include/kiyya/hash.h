/* SHA-256 and SHA-384 (FIPS 180-4), and random bytes from the system. The one door to libcrypto's
 * digests; its cipher is behind aead.h. One owner per struct hash. */
#ifndef KIYYA_HASH_H
#define KIYYA_HASH_H

#include <stddef.h>
#include <stdint.h>

enum hash_kind { HASH_SHA256, HASH_SHA384 };
#define HASH_MAX 48
#define HASH_HEX_MAX (2 * HASH_MAX + 1)

struct hash;
struct hash *hash_new(enum hash_kind kind);
void hash_free(struct hash *h);
void hash_add(struct hash *h, const void *data, size_t n);
/* Ends it: lower-case hex into hex; h can only be freed afterwards. */
void hash_hex(struct hash *h, char hex[HASH_HEX_MAX]);
void hash_once_hex(enum hash_kind kind, const void *data, size_t n, char hex[HASH_HEX_MAX]);

void random_bytes(void *dst, size_t n); /* getrandom(2); dies if the system cannot */
void random_hex(char *dst, size_t n);   /* 2n digits and a 0 */

#endif
