/* Which chunks of a file are there: two bitmaps that grow with the highest chunk. */
#include "have.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

void have_release(struct have *h)
{
	free(h->there);
	free(h->unsynced);
	*h = (struct have){ 0 };
}

static uint64_t bit(uint64_t i)
{
	return UINT64_C(1) << (i % 64);
}

static void grow(uint64_t **map, size_t from, size_t to)
{
	*map = mem_grow(*map, to, sizeof(**map));
	memset(*map + from, 0, (to - from) * sizeof(**map));
}

static void make_room(struct have *h, uint64_t i)
{
	if (i >= HAVE_CHUNKS_MAX)
		mem_die("a chunk beyond what a vault file may hold");
	size_t need = (size_t)(i / 64) + 1;
	if (need <= h->words)
		return;
	size_t words = need < 2 * h->words ? 2 * h->words : need;
	grow(&h->there, h->words, words);
	grow(&h->unsynced, h->words, words);
	h->words = words;
}

void have_add(struct have *h, uint64_t i, bool synced)
{
	make_room(h, i);
	h->count += !have_has(h, i);
	h->there[i / 64] |= bit(i);
	if (synced)
		h->unsynced[i / 64] &= ~bit(i);
	else
		h->unsynced[i / 64] |= bit(i);
	while (have_has(h, h->front))
		h->front++;
}

void have_drop(struct have *h, uint64_t i)
{
	if (!have_has(h, i))
		return;
	h->count--;
	h->there[i / 64] &= ~bit(i);
	h->unsynced[i / 64] &= ~bit(i);
	if (i < h->front)
		h->front = i;
}

void have_cut(struct have *h, uint64_t n)
{
	for (uint64_t i = n; i / 64 < h->words; i++)
		have_drop(h, i);
}

bool have_has(const struct have *h, uint64_t i)
{
	return i / 64 < h->words && (h->there[i / 64] & bit(i));
}

uint64_t have_front(const struct have *h)
{
	return h->front;
}

void have_synced(struct have *h)
{
	if (h->words)
		memset(h->unsynced, 0, h->words * sizeof(*h->unsynced));
}

void have_lost(struct have *h)
{
	for (size_t w = 0; w < h->words; w++) {
		while (h->unsynced[w])
			have_drop(h, (uint64_t)w * 64 + (uint64_t)__builtin_ctzll(h->unsynced[w]));
	}
}
