/* A keyring's bytes: the master key wrapped once for each way to open it.
 *
 * Pure but for Argon2id's time and memory. A ring that parses is well formed and its slots are
 * whole; whether it is true its keyed hash tells, once a slot is open. */
#ifndef VAULT_RING_H
#define VAULT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include "chance.h"
#include "format.h"
#include "secret.h"

enum ring_slot_type { RING_PASSPHRASE = 1, RING_KEY_FILE = 2, RING_SECRET_SERVICE = 3 };

#define RING_SLOTS_MAX      8
#define RING_HEAD           48u
#define RING_SLOT           160u
#define RING_HASH           32u
#define RING_LEN_MAX        (RING_HEAD + RING_SLOTS_MAX * RING_SLOT + RING_HASH)

#define RING_PASSPHRASE_MAX 1024u

/* Argon2id: what new slots use, and the most that a file may ask of us. */
#define RING_OPS     3u
#define RING_MEM     (UINT64_C(128) << 20)
#define RING_OPS_MAX 16u
#define RING_MEM_MAX (UINT64_C(1) << 30)

struct ring {
	unsigned char raw[RING_LEN_MAX];
	size_t slots;
};
size_t ring_len(const struct ring *r);
const unsigned char *ring_master_id(const struct ring *r);
const unsigned char *ring_id(const struct ring *r);
enum ring_slot_type ring_slot_type(const struct ring *r, size_t slot);
bool ring_has(const struct ring *r, enum ring_slot_type type);

/* ERR_DAMAGED. */
bool ring_parse(const void *bytes, size_t n, struct ring *ret, struct err *err) MUST_USE;

/* What opens a slot: a passphrase, or the 32 bytes of a key file. Borrowed. */
struct ring_opener {
	enum ring_slot_type type;
	const void *bytes;
	size_t n;
};
/* Tries every slot of the opener's type. The master key, owned, and which slot gave it (ret_slot may
 * be NULL); NULL: ERR_LOCKED (none fits), ERR_DAMAGED, ERR_LIMIT. */
struct secret *ring_open(const struct ring *r, struct keychain *chain,
			 const struct ring_opener *opener, size_t *ret_slot, struct err *err);
/* Whether this master key closed the ring: of a key that came from elsewhere. */
bool ring_is_of(const struct ring *r, struct secret *mk);

/* New ids, no slots. Then slots, then the hash that closes it. */
void ring_init(struct ring *r, const struct chance *chance);
/* The same for a master key that has its id already. */
void ring_init_for(struct ring *r, const unsigned char master_id[KYV_ID],
		   const struct chance *chance);
/* The slots behind it move up; the others are what they were. */
void ring_drop_slot(struct ring *r, size_t slot);
struct ring_cost { /* of a passphrase; zero otherwise */
	unsigned ops;
	uint64_t mem;
};
bool ring_add_slot(struct ring *r, struct keychain *chain, struct secret *mk,
		   const struct ring_opener *opener, struct ring_cost cost,
		   const struct chance *chance, struct err *err) MUST_USE;
bool ring_close(struct ring *r, struct secret *mk, struct err *err) MUST_USE;

#endif
