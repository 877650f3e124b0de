/* Some chunks of plaintext in memory, shared by who writes them and who hashes them. Backend thread, but for the bytes,
 * which jobs read. */
#ifndef KIYYA_BACKEND_PLAIN_H
#define KIYYA_BACKEND_PLAIN_H

#include <stddef.h>
#include <stdint.h>
#include "kiyya/vault.h"

#define PLAIN_CHUNKS 2u /* most in one */
#define PLAIN_BYTES  (PLAIN_CHUNKS * VAULT_CHUNK)

#define PLAIN_SPARE \
	8u /* that wait for their next use: the allocator would give their pages back, and ask for them anew */

struct plain_pool {
	struct plain *spare;
	unsigned n;
};
void plain_pool_release(struct plain_pool *pool);

struct plain {
	struct plain_pool *pool;
	struct plain *next; /* in a list of whoever keeps it */
	int users;
	uint64_t first; /* chunk */
	size_t len;
	unsigned char data[]; /* PLAIN_BYTES */
};

struct plain *plain_new(struct plain_pool *pool);
static inline struct plain *plain_ref(struct plain *p)
{
	p->users++;
	return p;
}

void plain_unref(struct plain *p); /* NULL is fine */

static inline uint64_t plain_end(const struct plain *p) /* chunk */
{
	return p->first + (p->len + VAULT_CHUNK - 1) / VAULT_CHUNK;
}

#endif
