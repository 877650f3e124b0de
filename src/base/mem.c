/* Memory that is there or ends the program politely, and arenas of things that die together. */
#include "kiyya/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*die_hook)(void);

void mem_on_die(void (*hook)(void))
{
	die_hook = hook;
}

void mem_die(const char *why)
{
	if (die_hook)
		die_hook();
	static const char head[] = "kiyya: cannot go on: ";
	(void)!write(STDERR_FILENO, head, sizeof(head) - 1);
	(void)!write(STDERR_FILENO, why, strlen(why));
	(void)!write(STDERR_FILENO, "\n", 1);
	abort();
}

void *mem_new(size_t size)
{
	return mem_array(1, size);
}

void *mem_array(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		mem_die("out of memory");
	return p;
}

void *mem_grow(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		mem_die("out of memory");
	size_t bytes = n * size;
	void *q = realloc(p, bytes ? bytes : 1);
	if (!q)
		mem_die("out of memory");
	return q;
}

void *mem_dup(const void *p, size_t size)
{
	void *q = mem_new(size);
	if (size)
		memcpy(q, p, size);
	return q;
}

/* An arena is a chain of blocks; big pieces get a block of their own. */
struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};
struct arena {
	struct block *head;
	size_t total;
};
#define BLOCK_SIZE 8192

struct arena *arena_new(void)
{
	return NEW(struct arena);
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void *arena_take(struct arena *a, size_t size)
{
	if (size > SIZE_MAX / 2)
		mem_die("out of memory");
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!a->head || a->head->size - a->head->used < need) {
		size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;
		struct block *b = mem_new(sizeof(*b) + room);
		b->size = room;
		b->next = a->head;
		a->head = b;
	}
	void *p = a->head->bytes + a->head->used;
	a->head->used += need;
	a->total += need;
	return p;
}

char *arena_strn(struct arena *a, const char *s, size_t n)
{
	char *p = arena_take(a, n + 1);
	memcpy(p, s, n);
	return p;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}

size_t arena_size(const struct arena *a)
{
	return a->total;
}
