/* Where random bytes come from: the system, but for tests that need the same file twice. */
#ifndef VAULT_CHANCE_H
#define VAULT_CHANCE_H

#include <stddef.h>

struct chance {
	void (*fill)(void *arg, void *dst, size_t n); /* NULL: libsodium's generator */
	void *arg;
};

void chance_fill(const struct chance *c, void *dst, size_t n);

#endif
