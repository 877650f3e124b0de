/* Keyrings and the key file on the disk: read, made, replaced so that no moment is without a ring
 * that opens. */
#ifndef VAULT_KEYRING_H
#define VAULT_KEYRING_H

#include "chance.h"
#include "kiyya/file.h"
#include "ring.h"

/* ERR_NOT_FOUND, ERR_DAMAGED, ERR_IO. */
bool keyring_read(const char *path, struct ring *ret, struct err *err) MUST_USE;
/* Beside the old one, durable, read back and opened with mk; only then in its place. */
bool keyring_install(const struct io *io, const char *path, const struct ring *r, struct secret *mk,
		     struct err *err) MUST_USE;
/* What lies there under this name lies there for good: its last change may have been cut off by a kill, before it
 * was durable, and what is sealed from now on needs it. */
bool keyring_settle(const struct io *io, const char *path, struct err *err) MUST_USE;
/* Holds other processes off while a ring is made where there is none. The descriptor to close, or
 * -1. */
int keyring_lock(const char *path, struct err *err);

/* The 32 bytes of the key file, guarded. NULL: ERR_LOCKED when it is not here, ERR_DAMAGED, ERR_IO.
 */
struct secret *key_file_read(const char *path, struct keychain *chain, struct err *err);
struct secret *key_file_make(const struct io *io, const char *path, struct keychain *chain,
			     const struct chance *chance, struct err *err);

#endif
