/* Some chunks of plaintext in memory, shared by who writes them and who hashes them. Backend thread, but for the bytes,
 * which jobs read. */
#ifndef KIYYA_BACKEND_PLAIN_H
#define KIYYA_BACKEND_PLAIN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/vault.h"

#define PLAIN_CHUNKS 4u /* most in one */
#define PLAIN_BYTES  (PLAIN_CHUNKS * VAULT_CHUNK)

struct plain {
	struct plain *next; /* in a list of whoever keeps it */
	int users;
	uint64_t first; /* chunk */
	size_t len;
	unsigned char data[]; /* PLAIN_BYTES */
};

static inline struct plain *plain_new(void)
{
	struct plain *p =
	    mem_grow(NULL, 1, sizeof(*p) + PLAIN_BYTES); /* the bytes need no zeros first */
	*p = (struct plain){ .users = 1 };
	return p;
}

static inline struct plain *plain_ref(struct plain *p)
{
	p->users++;
	return p;
}

static inline void plain_unref(struct plain *p) /* NULL is fine */
{
	if (p && --p->users == 0)
		free(p);
}

static inline uint64_t plain_end(const struct plain *p) /* chunk */
{
	return p->first + (p->len + VAULT_CHUNK - 1) / VAULT_CHUNK;
}

#endif
