/* Opens the vault's keyring when it is needed, off this thread (Argon2id takes a while). */
#ifndef KIYYA_BACKEND_UNLOCK_H
#define KIYYA_BACKEND_UNLOCK_H

#include "core.h"

struct unlock *unlock_new(struct core *core);
void unlock_free(struct unlock *u); /* after the chores are gone; NULL is fine */

/* Calls fn(arg, NULL) once the vault is open, or fn(arg, err). Never from inside. */
typedef void unlock_fn(void *arg, const struct err *err);
void unlock_ensure(struct unlock *u, unlock_fn *fn, void *arg);
/* Forgets every wait with this arg. */
void unlock_forget(struct unlock *u, const void *arg);

#endif
