/* A growing array of rows with an index by key. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

void rows_clear(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		item_release(&r->v[i]);
	r->n = 0;
	if (r->slots)
		memset(r->slots, 0, r->n_slots * sizeof(*r->slots));
}

void rows_release(struct rows *r)
{
	rows_clear(r);
	free(r->v);
	free(r->slots);
	*r = (struct rows){ 0 };
}

static uint32_t hash(const char *key)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h;
}

/* The slot that holds key, or the empty one where it would go. */
static uint32_t *slot_of(const struct rows *r, const char *key)
{
	size_t i = hash(key) & (r->n_slots - 1);
	while (r->slots[i] != 0 && strcmp(r->v[r->slots[i] - 1].key, key) != 0)
		i = (i + 1) & (r->n_slots - 1);
	return &r->slots[i];
}

static void reindex(struct rows *r, size_t n_slots)
{
	free(r->slots);
	r->slots = mem_array(n_slots, sizeof(*r->slots));
	r->n_slots = n_slots;
	for (size_t i = 0; i < r->n; i++)
		*slot_of(r, r->v[i].key) = (uint32_t)i + 1;
}

struct item *rows_find(const struct rows *r, const char *key)
{
	if (r->n == 0)
		return NULL;
	uint32_t at = *slot_of(r, key);
	return at == 0 ? NULL : &r->v[at - 1];
}

static struct item *append(struct rows *r, struct item it)
{
	if (2 * (r->n + 1) > r->n_slots) {
		size_t n = r->n_slots ? 2 * r->n_slots : 64;
		reindex(r, n);
		r->v = mem_grow(r->v, n / 2, sizeof(*r->v));
	}
	r->v[r->n] = it;
	*slot_of(r, it.key) = (uint32_t)++r->n;
	return &r->v[r->n - 1];
}

struct item *rows_put(struct rows *r, struct item it)
{
	struct item *old = rows_find(r, it.key);
	if (!old)
		return append(r, it);
	it.marked = old->marked;
	item_release(old);
	*old = it;
	return old;
}

bool rows_add_new(struct rows *r, struct item it)
{
	if (rows_find(r, it.key)) {
		item_release(&it);
		return false;
	}
	append(r, it);
	return true;
}

static void drop_at(struct rows *r, size_t i)
{
	item_release(&r->v[i]);
	memmove(&r->v[i], &r->v[i + 1], (--r->n - i) * sizeof(*r->v));
}

void rows_drop(struct rows *r, const char *key)
{
	struct item *it = rows_find(r, key);
	if (!it)
		return;
	drop_at(r, (size_t)(it - r->v));
	reindex(r, r->n_slots);
}

void rows_drop_unseen(struct rows *r, uint64_t seen)
{
	size_t before = r->n;
	for (size_t i = r->n; i-- > 0;)
		if (r->v[i].seen != seen)
			drop_at(r, i);
	if (r->n != before)
		reindex(r, r->n_slots);
}
