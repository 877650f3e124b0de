/* Keys in guarded memory: unreadable but while they are needed, wiped when the vault is locked.
 *
 *	unsigned char *bytes;
 *	struct secret *s = secret_new(chain, parent, 32, (void **)&bytes);
 *	… fill bytes …
 *	secret_done(s);                       from here on no access
 *	const unsigned char *key = secret_use(s, err);   NULL: ERR_LOCKED
 *	if (key) { …; secret_done(s); }
 *	secret_unref(s);
 *
 * A secret belongs to a keychain, the list of all secrets of one vault. keychain_wipe dooms every
 * one: no use begins any more, and the bytes go at once or, when a thread is using them, at that
 * thread's secret_done. A secret made from a doomed parent is born doomed, so nothing slips past a
 * lock. Any thread. */
#ifndef VAULT_SECRET_H
#define VAULT_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

struct keychain;
struct keychain *keychain_new(void);
void keychain_wipe(struct keychain *chain);
/* Wipes; the list itself lives until its last secret is gone. NULL is fine. */
void keychain_free(struct keychain *chain);

struct secret;
/* In use by the caller, *ret_bytes writable and zeroed, until secret_done. parent may be NULL. */
struct secret *secret_new(struct keychain *chain, struct secret *parent, size_t n,
			  void **ret_bytes);
const void *secret_use(struct secret *s, struct err *err) MUST_USE;
void secret_done(struct secret *s);
/* Readable from here to secret_unpin also between uses: of an open file, which would else change
 * the rights of its page twice for each chunk. A lock wipes it all the same. */
void secret_pin(struct secret *s);
void secret_unpin(struct secret *s);
bool secret_is_doomed(struct secret *s);
struct secret *secret_ref(struct secret *s);
void secret_unref(struct secret *s); /* NULL is fine */

#endif
