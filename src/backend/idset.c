/* Claim ids that have been seen: open addressing. Whoever publishes can choose some digits of an id, so all of them go
 * into the place (FNV-1a). */
#include "idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

static size_t place(const struct idset *s, const char *id)
{
	uint64_t h = 14695981039346656037u;
	for (const char *p = id; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	size_t i = (size_t)(h ^ h >> 32) & (s->cap - 1);
	while (s->slots[i][0] && strcmp(s->slots[i], id) != 0)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static void grow(struct idset *s)
{
	struct idset bigger = { .cap = s->cap ? 2 * s->cap : 256 };
	bigger.slots = mem_array(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i][0])
			idset_add(&bigger, s->slots[i]);
	free(s->slots);
	*s = bigger;
}

bool idset_add(struct idset *s, const char *id)
{
	if (2 * s->n >= s->cap)
		grow(s);
	size_t i = place(s, id);
	if (s->slots[i][0])
		return false;
	memcpy(s->slots[i], id, CLAIM_ID_SIZE);
	s->n++;
	return true;
}

void idset_release(struct idset *s)
{
	free(s->slots);
	*s = (struct idset){ 0 };
}
