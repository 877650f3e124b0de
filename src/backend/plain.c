/* Chunks of plaintext on their way, and the few that are kept for the next ones. */
#include "plain.h"

#include <stdlib.h>
#include "kiyya/mem.h"

struct plain *plain_new(struct plain_pool *pool)
{
	struct plain *p = pool->spare;
	if (p) {
		pool->spare = p->next;
		pool->n--;
	} else {
		p = mem_grow(NULL, 1, sizeof(*p) + PLAIN_BYTES); /* the bytes need no zeros first */
	}
	*p = (struct plain){ .pool = pool, .users = 1 };
	return p;
}

void plain_unref(struct plain *p)
{
	if (!p || --p->users > 0)
		return;
	struct plain_pool *pool = p->pool;
	if (pool->n == PLAIN_SPARE) {
		free(p);
		return;
	}
	p->next = pool->spare;
	pool->spare = p;
	pool->n++;
}

void plain_pool_release(struct plain_pool *pool)
{
	for (struct plain *p; (p = pool->spare);) {
		pool->spare = p->next;
		free(p);
	}
	pool->n = 0;
}
