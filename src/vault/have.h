/* Which chunks of a file are there, and which of them only the page cache is known to hold. Pure.
 */
#ifndef VAULT_HAVE_H
#define VAULT_HAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 16 TiB of plaintext: what an ext4 file holds, and 32 MiB for each map. */
#define HAVE_CHUNKS_MAX (UINT64_C(1) << 28)

struct have {                       /* zero-initialised is empty */
	uint64_t *there, *unsynced; /* bits; words of them */
	size_t words;
	uint64_t count; /* chunks that are there */
	uint64_t front; /* all before it are there */
};
void have_release(struct have *h);
void have_add(struct have *h, uint64_t i, bool synced); /* i < HAVE_CHUNKS_MAX */
void have_drop(struct have *h, uint64_t i);
void have_cut(struct have *h, uint64_t n); /* drops all from n on */
bool have_has(const struct have *h, uint64_t i);
uint64_t have_front(const struct have *h); /* the first that is not there */

/* What was written is durable now. */
void have_synced(struct have *h);
/* The system may have thrown away what it could not write: what was not durable is not there. */
void have_lost(struct have *h);

#endif
