/* What the files of this room know about a struct vault. */
#ifndef VAULT_INNER_H
#define VAULT_INNER_H

#include <pthread.h>
#include "chance.h"
#include "format.h"
#include "kiyya/clock.h"
#include "kiyya/vault.h"
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
	unsigned char id[KYV_ID];
	struct secret *mk;
};

struct vault {
	/* Set by vault_new_with and never changed: */
	char *dir, *keyring, *keyring_dir, *key_file;
	struct vault_seams seams;
	struct keychain *chain;
	pthread_mutex_t opening; /* held while rings are read, made and opened: Argon2id's second */
	pthread_mutex_t lock;    /* a leaf, held for a moment */
	/* guarded by lock: */
	struct open_ring open[VAULT_RINGS_MAX]; /* the first is the current ring */
	size_t n_open;
};

/* A ring that was opened; mk moves in. One that is open already stays as it is. */
void vault_add_open(struct vault *v, const unsigned char id[KYV_ID], struct secret *mk);

/* The master key of this id, or the current one for NULL, whose id goes to ret_id. *ret is a
 * reference of the caller's; NULL when no open ring has it, with *err naming it. false: ERR_LOCKED,
 * no ring is open. Any thread. */
bool vault_master_key(struct vault *v, const unsigned char *id, unsigned char *ret_id,
		      struct secret **ret, struct err *err) MUST_USE;

#endif
