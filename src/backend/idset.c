/* Claim ids that have been seen: open addressing; the ids are random hex, so their digits are the hash. */
#include "idset.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

static size_t place(const struct idset *s, const char *id)
{
	char digits[17];
	memcpy(digits, id, 16);
	digits[16] = 0;
	size_t i = (size_t)strtoull(digits, NULL, 16) & (s->cap - 1);
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
