/* Which chunks of an item. */
#include "chunkset.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

#define WORD 64u

void chunkset_release(struct chunkset *s)
{
	free(s->words);
	*s = (struct chunkset){ 0 };
}

void chunkset_copy(struct chunkset *dst, const struct chunkset *src)
{
	*dst = *src;
	if (src->n_words)
		dst->words = mem_dup(src->words, src->n_words * sizeof(*src->words));
}

static void make_room(struct chunkset *s, uint64_t end)
{
	if (end > CHUNKSET_MOST)
		mem_die("a chunk beyond what a file may hold");
	size_t need = (size_t)((end + WORD - 1) / WORD);
	if (need <= s->n_words)
		return;
	size_t words = need < 2 * s->n_words ? 2 * s->n_words : need;
	s->words = mem_grow(s->words, words, sizeof(*s->words));
	memset(s->words + s->n_words, 0, (words - s->n_words) * sizeof(*s->words));
	s->n_words = words;
}

void chunkset_add(struct chunkset *s, uint64_t first, uint64_t n)
{
	make_room(s, first + n);
	for (uint64_t i = first; i < first + n; i++)
		s->words[i / WORD] |= UINT64_C(1) << (i % WORD);
}

void chunkset_drop(struct chunkset *s, uint64_t first, uint64_t n)
{
	uint64_t most = (uint64_t)s->n_words * WORD;
	uint64_t end = n < most && first < most - n ? first + n : most;
	for (uint64_t i = first; i < end; i++)
		s->words[i / WORD] &= ~(UINT64_C(1) << (i % WORD));
}

void chunkset_join(struct chunkset *s, const struct chunkset *more)
{
	make_room(s, (uint64_t)more->n_words * WORD);
	for (size_t i = 0; i < more->n_words; i++)
		s->words[i] |= more->words[i];
}

uint64_t chunkset_count(const struct chunkset *s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s->n_words; i++)
		n += (uint64_t)__builtin_popcountll(s->words[i]);
	return n;
}

bool chunkset_has(const struct chunkset *s, uint64_t i)
{
	return i / WORD < s->n_words && (s->words[i / WORD] >> (i % WORD) & 1);
}

uint64_t chunkset_next(const struct chunkset *s, uint64_t from, uint64_t end, bool in)
{
	for (uint64_t i = from; i < end; i = (i / WORD + 1) * WORD) {
		if (i / WORD >= s->n_words)
			return in ? end : i; /* nothing is in the set from here on */
		uint64_t word = in ? s->words[i / WORD] : ~s->words[i / WORD];
		word >>= i % WORD;
		if (!word)
			continue;
		uint64_t found = i + (uint64_t)__builtin_ctzll(word);
		return found < end ? found : end;
	}
	return end;
}
