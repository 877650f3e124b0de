/* A source for tests: bytes by a rule, of any size, that fails or waits where it is told to. */
#ifndef TESTS_ODD_SOURCE_H
#define TESTS_ODD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/source.h"

struct odd_rules {
	const unsigned char *bytes; /* borrowed; NULL: odd_byte */
	uint64_t size;              /* how many bytes there are */
	bool size_unknown;          /* but nobody says so */
	uint64_t fails_at;          /* reading this byte or beyond fails with `failure`; 0 never */
	enum err_kind failure;
	bool fails_at_once; /* the first byte already */
	uint64_t waits_at;  /* reading this byte or beyond waits until cancelled; 0 never */
	uint64_t ends_at;   /* the bytes end here whatever size says; 0: at size */
};
struct source *odd_source_new(const struct odd_rules *rules);
unsigned char odd_byte(uint64_t off);
/* Of this source and all its clones. */
size_t odd_source_reads(struct source *s);
size_t odd_source_waiting(struct source *s);
size_t odd_source_alive(struct source *s);

#endif
