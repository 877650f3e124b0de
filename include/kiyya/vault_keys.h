/* The vault's keys: what opens its rings, and how they change. Each call but the agent's may take
 * seconds (Argon2id, or every file): call it as a chore. Any thread; those that write want the lock
 * of the data directory to be held. Passphrases are borrowed and never copied.
 *
 *	vault_unlock(v, …)                              first, for all but status, import and forget
 *	vault_passwd(v, &fresh, &gone, err)             a passphrase in the place of what opened the ring
 *	vault_rotate(v, &given, &r, err)                a new master key, and every file under it
 */
#ifndef KIYYA_VAULT_KEYS_H
#define KIYYA_VAULT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"
#include "kiyya/vault.h"

#define VAULT_PASSPHRASE_MAX 1024

struct vault_passphrase {
	const char *text; /* NULL: none is given */
	size_t len;
};

/* Whether a passphrase would open the current ring. */
bool vault_wants_passphrase(const struct vault *v);

/* How long the agent will keep the current ring's key; -1: it has none; INT64_MAX: until it is taken away. */
int64_t vault_agent_seconds(const struct vault *v);
/* Hands the keys of all open rings to the agent, for so long (0: until vault_agent_drop). ERR_LOCKED where there
 * is none. */
bool vault_agent_fill(struct vault *v, int64_t seconds, struct err *err) MUST_USE;
/* Takes the keys of every ring that is here from it. */
bool vault_agent_drop(struct vault *v, struct err *err) MUST_USE;

/* Replaces the slot that opened the ring, and key-file slots, by one of this passphrase; other slots stay. The key
 * file itself goes when no ring here needs it any more: *ret_key_file_gone. */
bool vault_passwd(struct vault *v, const struct vault_passphrase *fresh, bool *ret_key_file_gone,
		  struct err *err) MUST_USE;

struct vault_rotation {
	bool resumed;         /* one that was cut off has been ended; no new key was made */
	char old_id[VAULT_FILE_ID_HEX];
	unsigned dropped[4];  /* slots not taken over, by type */
	size_t files;         /* now under the new key */
	size_t failed;        /* that stay under another one */
	struct err first;     /* why the first of those failed */
};
/* The new ring is durable before the first file changes; the old one stays among the others, so a kill at any
 * moment leaves every file openable. Keeps slots whose secret is there: the passphrase that is given, the key file.
 * ERR_LOCKED if none of them opens the ring. */
bool vault_rotate(struct vault *v, const struct vault_passphrase *given, struct vault_rotation *ret,
		  struct err *err) MUST_USE;
/* Ends a rotation that was cut off, if there is one. The vault is open. */
bool vault_rotation_is_cut_off(const struct vault *v);
bool vault_rotation_end(struct vault *v, struct vault_rotation *ret, struct err *err) MUST_USE;

/* The current master key in a ring of its own, under one passphrase. An existing file is replaced. */
bool vault_export_ring(struct vault *v, const char *path, const struct vault_passphrase *fresh,
		       struct err *err) MUST_USE;
/* Becomes the current ring where there is none (*ret_current), else lies among the others; another one of the same
 * key there is replaced only if asked to (else ERR_USAGE). */
bool vault_import_ring(struct vault *v, const char *path, bool replace,
		       char ret_id[VAULT_FILE_ID_HEX], bool *ret_current, struct err *err) MUST_USE;
/* Deletes a ring that is not the current one. ERR_NOT_FOUND; ERR_USAGE naming how many files need it. */
bool vault_forget_ring(struct vault *v, const char *id, struct err *err) MUST_USE;

#endif
