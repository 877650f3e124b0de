/* Little-endian numbers in bytes. */
#ifndef VAULT_LE_H
#define VAULT_LE_H

#include <stddef.h>
#include <stdint.h>

static inline void le_put(unsigned char *dst, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		dst[i] = (unsigned char)(v >> (8 * i));
}

static inline uint64_t le_get(const unsigned char *src, size_t bytes)
{
	uint64_t v = 0;
	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)src[i] << (8 * i);
	return v;
}

#endif
