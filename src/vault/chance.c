/* Where random bytes come from. */
#include "chance.h"

#include <sodium.h>

void chance_fill(const struct chance *c, void *dst, size_t n)
{
	if (c->fill)
		c->fill(c->arg, dst, n);
	else
		randombytes_buf(dst, n);
}
