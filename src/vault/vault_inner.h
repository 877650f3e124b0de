/* What the files of this room know about a struct vault. */
#ifndef VAULT_INNER_H
#define VAULT_INNER_H

#include "chance.h"
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

/* All three never change while the vault lives; borrowed from it. */
const struct vault_seams *vault_seams(const struct vault *v);
struct keychain *vault_keychain(const struct vault *v);
const char *vault_dir(const struct vault *v);

/* The master key of this id, or the current one for NULL, whose id goes to ret_id. *ret is a
 * reference of the caller's; NULL when no open ring has it, with *err naming it. false: ERR_LOCKED,
 * no ring is open. Any thread. */
bool vault_master_key(struct vault *v, const unsigned char *id, unsigned char *ret_id,
		      struct secret **ret, struct err *err) MUST_USE;

#endif
