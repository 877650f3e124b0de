/* Made-up claims for benches of the cache: the same at every run, their words by Zipf's law, so that
 * some are in nearly every claim and most in few. */
#ifndef KIYYA_BENCH_CLAIMS_H
#define KIYYA_BENCH_CLAIMS_H

#include "kiyya/claim.h"

#define VOCABULARY 20000

struct maker {
	char words[VOCABULARY][16];
	uint64_t random; /* where the row of random numbers is */
};

void maker_begin(struct maker *m);
uint64_t maker_random(struct maker *m);
/* One by its frequency; borrowed. */
const char *maker_word(struct maker *m);
/* Claims from, from + 1, …; a later number is a later release. Owned. */
struct page *maker_page(struct maker *m, long from, long n);

#endif
