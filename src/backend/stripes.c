/* What of an item is missing, and which connection fetches what of it. */
#include "stripes.h"

#include <string.h>

void stripes_release(struct stripes *s)
{
	chunkset_release(&s->there);
	*s = (struct stripes){ 0 };
}

int stripes_slot_of(const struct stripes *s, uint64_t chunk)
{
	for (unsigned k = 0; k < STRIPE_SLOTS; k++)
		if (s->given[k].next <= chunk && chunk < s->given[k].end)
			return (int)k;
	return -1;
}

static uint64_t first_free(const struct stripes *s, uint64_t i)
{
	for (int k; i < s->chunks; i = s->given[k].end) {
		i = chunkset_next(&s->there, i, s->chunks, false);
		if (i == s->chunks || (k = stripes_slot_of(s, i)) < 0)
			break;
	}
	return i;
}

/* The oldest wish that still is one. */
static bool take_wish(struct stripes *s)
{
	while (s->n_wishes) {
		uint64_t i = s->wishes[0];
		s->n_wishes--;
		memmove(s->wishes, s->wishes + 1, s->n_wishes * sizeof(*s->wishes));
		if (!chunkset_has(&s->there, i) && stripes_slot_of(s, i) < 0) {
			s->head = i;
			return true;
		}
	}
	return false;
}

bool stripes_take(struct stripes *s, unsigned slot, uint64_t most)
{
	uint64_t first = take_wish(s) ? s->head : first_free(s, s->head);
	if (first >= s->chunks)
		first = first_free(s, s->front);
	if (first >= s->chunks)
		return false;
	uint64_t end = s->chunks - first < most ? s->chunks : first + most;
	end = chunkset_next(&s->there, first, end, true);
	for (unsigned k = 0; k < STRIPE_SLOTS; k++) {
		const struct stripe *g = &s->given[k];
		if (g->next < g->end && g->next > first && g->next < end)
			end = g->next;
	}
	s->given[slot] = (struct stripe){ first, end };
	return true;
}

void stripes_got(struct stripes *s, unsigned slot, uint64_t next)
{
	struct stripe *g = &s->given[slot];
	if (next > g->end)
		next = g->end;
	if (next <= g->next)
		return;
	chunkset_add(&s->there, g->next, next - g->next);
	g->next = next;
	s->front = chunkset_next(&s->there, s->front, s->chunks, false);
	if (g->next == g->end)
		*g = (struct stripe){ 0 };
}

void stripes_drop(struct stripes *s, unsigned slot)
{
	s->given[slot] = (struct stripe){ 0 };
}

bool stripes_split(struct stripes *s, unsigned from, unsigned to)
{
	struct stripe *g = &s->given[from];
	uint64_t left = g->end - g->next;
	if (left < STRIPE_SPLIT)
		return false;
	uint64_t middle = g->next + (left + 1) / 2;
	s->given[to] = (struct stripe){ middle, g->end };
	g->end = middle;
	return true;
}

bool stripes_wish(struct stripes *s, uint64_t chunk)
{
	if (chunk >= s->chunks || chunkset_has(&s->there, chunk))
		return false;
	for (unsigned i = 0; i < s->n_wishes; i++)
		if (s->wishes[i] == chunk)
			return false;
	if (s->n_wishes == STRIPE_WISHES)
		return false;
	s->wishes[s->n_wishes++] = chunk;
	return true;
}

void stripes_cut(struct stripes *s, unsigned slot, uint64_t end)
{
	struct stripe *g = &s->given[slot];
	if (end < g->end)
		g->end = end;
}

void stripes_take_all(struct stripes *s, unsigned slot)
{
	s->given[slot] = (struct stripe){ 0, s->chunks };
}

uint64_t stripes_left(const struct stripes *s, unsigned slot)
{
	return s->given[slot].end - s->given[slot].next;
}

bool stripes_complete(const struct stripes *s)
{
	return s->chunks > 0 && chunkset_next(&s->there, s->front, s->chunks, false) == s->chunks;
}
