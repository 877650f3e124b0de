/* What of an item is missing, and which connection fetches what of it. */
#include "stripes.h"

void stripes_release(struct stripes *s)
{
	chunkset_release(&s->there);
	*s = (struct stripes){ 0 };
}

/* The stripe in which chunk i lies; NULL: nobody fetches it. */
static const struct stripe *fetched_by(const struct stripes *s, uint64_t i)
{
	for (unsigned k = 0; k < STRIPE_SLOTS; k++)
		if (s->given[k].next <= i && i < s->given[k].end)
			return &s->given[k];
	return NULL;
}

static uint64_t first_free(const struct stripes *s)
{
	uint64_t i = s->front;
	for (const struct stripe *g; i < s->chunks;) {
		i = chunkset_next(&s->there, i, s->chunks, false);
		if (i == s->chunks || !(g = fetched_by(s, i)))
			break;
		i = g->end;
	}
	return i;
}

bool stripes_take(struct stripes *s, unsigned slot, uint64_t most)
{
	uint64_t first = first_free(s);
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
