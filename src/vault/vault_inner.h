/* What the files of this room know about a struct vault. */
#ifndef VAULT_INNER_H
#define VAULT_INNER_H

#include <pthread.h>
#include "chance.h"
#include "crew.h"
#include "format.h"
#include "kiyya/clock.h"
#include "kiyya/vault.h"
#include "kiyya/vault_keys.h"
#include "ring.h"
#include "secret.h"

/* What reaches outside. Tests put their own here; copied by all who write. */
struct vault_seams {
	const struct io *io;
	const struct clock *clock;
	struct chance chance;
};
struct vault *vault_new_with(const struct vault_paths *paths, const struct vault_seams *seams,
			     struct err *err);

#define VAULT_RINGS_MAX 16

struct open_ring {
	unsigned char id[KYV_ID], ring_id[KYV_ID];
	struct secret *mk;
};

struct vault {
	/* Set by vault_new_with and never changed: */
	char *dir, *keyring, *keyring_dir, *key_file;
	struct vault_seams seams;
	struct ring_cost cost; /* of new passphrase slots */
	struct keychain *chain;
	struct crew *crew;
	pthread_mutex_t opening; /* held while rings are read, made and opened: Argon2id's second */
	int opener; /* guarded by opening: slot that opened the current ring; -1 none did */
	pthread_mutex_t lock; /* a leaf, held for a moment */
	/* guarded by lock: */
	struct open_ring open[VAULT_RINGS_MAX]; /* the first is the current ring */
	size_t n_open;
};

/* A ring that was opened; mk moves in. One that is open already stays as it is. */
void vault_add_open(struct vault *v, const struct ring *r, struct secret *mk);
/* The same, and from now on the current one. */
void vault_put_first(struct vault *v, const struct ring *r, struct secret *mk);

/* What the rings' own files need of each other. Under v->opening. */
struct secret *vault_new_master_key(struct vault *v);
/* The bytes of the key file, made if it is not here and `make` says so. NULL: as key_file_read. */
struct secret *vault_key_file(struct vault *v, bool make, struct err *err);
/* With its bytes in use: a slot of the key file. */
bool vault_add_key_file_slot(struct vault *v, struct ring *r, struct secret *mk, bool make,
			     struct err *err) MUST_USE;
bool vault_add_passphrase_slot(struct vault *v, struct ring *r, struct secret *mk,
			       const struct vault_passphrase *given, struct err *err) MUST_USE;
/* By what is given, where the ring has a slot for it (wrong: ERR_LOCKED at once if strict), the
 * agent, the key file. ret_slot: -1 for the agent. */
struct secret *vault_open_ring(struct vault *v, const struct ring *r,
			       const struct vault_passphrase *given, bool strict, int *ret_slot,
			       struct err *err);
/* Overwrites what ciphers and hashes left on the stack: before a call that had a key or a
 * passphrase in its hands goes back to its caller. */
void vault_wipe_stack(void);
bool vault_check_passphrase(const struct vault_passphrase *p, struct err *err) MUST_USE;
/* Calls fn for the path of each ring that lies beside the current one, until it says no. */
void vault_each_ring(const struct vault *v, bool (*fn)(void *arg, const char *path), void *arg);

/* -- every file (rewrap.c) -- */
/* How many files in the vault have a slot under this key. */
bool vault_count_files(struct vault *v, const unsigned char id[KYV_ID], size_t *ret,
		       struct err *err) MUST_USE;
/* Puts every file under the current key. Counts into ret; files that cannot be opened are left and
 * counted as failed. */
bool vault_rewrap_all(struct vault *v, struct vault_rotation *ret, struct err *err) MUST_USE;

/* The master key of this id, or the current one for NULL, whose id goes to ret_id. *ret is a
 * reference of the caller's; NULL when no open ring has it, with *err naming it. false: ERR_LOCKED,
 * no ring is open. Any thread. */
bool vault_master_key(struct vault *v, const unsigned char *id, unsigned char *ret_id,
		      struct secret **ret, struct err *err) MUST_USE;

#endif
