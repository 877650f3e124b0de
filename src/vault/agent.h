/* The kernel's user keyring as the agent (keyrings(7), add_key(2), keyctl(2)): it keeps the master
 * key of an opened ring for a while, for later processes of the same user.
 *
 * A key is called kiyya:RING-ID and holds the master key and when it goes (unix seconds, 0 never),
 * which the kernel does not tell. The kernel never writes it to a disk, and no other user may
 * search or read it. Any thread. */
#ifndef VAULT_AGENT_H
#define VAULT_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include "format.h"
#include "secret.h"

/* seconds 0: until it is dropped. ERR_LOCKED where the kernel keeps no keys. */
bool agent_put(const unsigned char ring_id[KYV_ID], struct secret *mk, int64_t seconds, int64_t now,
	       struct err *err) MUST_USE;
/* Owned; NULL: it has none, or there is no agent. Whether it is the ring's own key is for the
 * caller to see. */
struct secret *agent_take(const unsigned char ring_id[KYV_ID], struct keychain *chain);
/* Seconds it will keep the key; -1: it has none; INT64_MAX: until it is dropped. */
int64_t agent_seconds(const unsigned char ring_id[KYV_ID], int64_t now);
/* True also when it had none. */
bool agent_drop(const unsigned char ring_id[KYV_ID], struct err *err) MUST_USE;

#endif
