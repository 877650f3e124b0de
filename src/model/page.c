/* A list of claims in one arena. */
#include <stdlib.h>
#include "kiyya/claim.h"

struct page *page_new(void)
{
	struct page *p = NEW(struct page);
	p->arena = arena_new();
	return p;
}

void page_free(struct page *p)
{
	if (!p)
		return;
	arena_free(p->arena);
	free(p->items);
	free(p);
}

struct claim *page_add(struct page *p)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->items = mem_grow(p->items, p->cap, sizeof(*p->items));
	}
	struct claim *c = &p->items[p->n++];
	claim_init(c);
	return c;
}

struct page *page_copy(const struct page *p)
{
	struct page *copy = page_new();
	for (size_t i = 0; i < p->n; i++)
		claim_copy(page_add(copy), &p->items[i], copy->arena);
	return copy;
}
