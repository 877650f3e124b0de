/* Which chunks of an item: a set of numbers from 0, a bit each, that grows with the highest. Pure. */
#ifndef KIYYA_BACKEND_CHUNKSET_H
#define KIYYA_BACKEND_CHUNKSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNKSET_MOST (UINT64_C(1) << 28) /* what a vault file holds; no number is higher */

struct chunkset { /* zero-initialised is empty */
	uint64_t *words;
	size_t n_words;
};
void chunkset_release(struct chunkset *s);
void chunkset_copy(struct chunkset *dst, const struct chunkset *src); /* dst is empty */
void chunkset_add(struct chunkset *s, uint64_t first, uint64_t n);
void chunkset_drop(struct chunkset *s, uint64_t first, uint64_t n);
void chunkset_join(struct chunkset *s, const struct chunkset *more); /* what is in either */
uint64_t chunkset_count(const struct chunkset *s);
bool chunkset_has(const struct chunkset *s, uint64_t i);
/* The first number from `from` on, below end, that is (or is not) in the set; end: none. */
uint64_t chunkset_next(const struct chunkset *s, uint64_t from, uint64_t end, bool in);

#endif
