/* The header of an open file: both slots, which of them counts, and the keys they lead to. */
#ifndef VAULT_HEADER_H
#define VAULT_HEADER_H

#include "format.h"
#include "meta.h"
#include "vault_inner.h"

struct header {
	struct kyv_slot slot; /* the newest that verifies */
	struct meta meta;
	struct secret *keys; /* a reference, pinned; its bytes are a struct file_keys */
	bool one_slot;       /* the other one is bad */
	bool both_complete;
};
/* Also of a zeroed header. */
void header_release(struct header *h);
void header_info(const struct header *h, struct vault_info *ret);

/* ERR_DAMAGED (no slot opens), ERR_LOCKED (no key), ERR_IO. */
bool header_load(struct vault *v, int fd, struct header *ret, struct err *err) MUST_USE;
/* The size and state that a newer slot says, read with the keys that h has. False when there is
 * none. */
bool header_look_again(struct header *h, int fd);

/* The first slot of a new file, durable. */
bool header_create(struct vault *v, int fd, const struct vault_meta *meta, uint64_t size,
		   struct header *ret, struct err *err) MUST_USE;
/* What h says, with this size, state and metadata, in the other slot as the next generation,
 * durable; h is that afterwards. meta may be &h->meta. */
bool header_commit(struct header *h, const struct vault_seams *seams, int fd, uint64_t size,
		   bool complete, const struct meta *meta, struct err *err) MUST_USE;

#endif
