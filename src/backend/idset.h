/* Claim ids that have been seen. */
#ifndef KIYYA_BACKEND_IDSET_H
#define KIYYA_BACKEND_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/claim.h"

struct idset { /* zero-initialised is empty */
	char (*slots)[CLAIM_ID_SIZE];
	size_t n, cap;
};
bool idset_add(struct idset *s, const char *id); /* false: it was there */
void idset_release(struct idset *s);

#endif
