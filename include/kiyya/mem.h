/* Memory whose size we chose: it is there, or the program ends politely (the die hook gives the
 * terminal back first). Sizes chosen outside go through a capped struct buf instead. Any thread. */
#ifndef KIYYA_MEM_H
#define KIYYA_MEM_H

#include <stddef.h>

void *mem_new(size_t size);                          /* zeroed; owned by the caller; free() */
void *mem_array(size_t n, size_t size);              /* zeroed, n*size checked for overflow */
void *mem_grow(void *p, size_t n, size_t size);      /* realloc to n*size, checked */
void *mem_dup(const void *p, size_t size);

#define NEW(type) ((type *)mem_new(sizeof(type)))

/* Called once, before the message, when memory is out or an impossible thing happened. */
void mem_on_die(void (*hook)(void));
_Noreturn void mem_die(const char *why);

/* Many small things that live and die together. Not thread-safe; give it one owner. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */
void *arena_take(struct arena *a, size_t size); /* zeroed, aligned for anything */
char *arena_str(struct arena *a, const char *s); /* copy; NULL stays NULL */
char *arena_strn(struct arena *a, const char *s, size_t n);
size_t arena_size(const struct arena *a); /* bytes taken so far */

#endif
