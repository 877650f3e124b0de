/* The running SHA-384 of an item: it follows the front of what is written, in order, whatever order the bytes came in.
 *
 * What comes ahead of the front is kept in memory up to a bound; beyond it it is let go and read back from the file when
 * the front gets there. So every byte is hashed once, and nothing is read a second time at the end.
 * NULL stands for nobody who asks for the hash: for it nothing is done.
 * Backend thread, but for hashing_listen; the work is done by chores in a lane of its own. */
#ifndef KIYYA_BACKEND_HASHING_H
#define KIYYA_BACKEND_HASHING_H

#include "chunkset.h"
#include "core.h"
#include "kiyya/hash.h"
#include "plain.h"
#include "sink.h"

struct hashing;
struct hashing_events {
	void *arg;
	void (*lighter)(void *arg); /* hashing_waiting() has gone down */
	/* Everything that was given is hashed. hex: of all chunks; "" when that cannot be said without reading all. */
	void (*finished)(void *arg, const char *hex);
};

/* sink: where what was let go is read back; counted. */
struct hashing *hashing_new(struct core *core, struct sink *sink,
			    const struct hashing_events *events);
void hashing_close(struct hashing *h); /* no event any more; frees itself. NULL is fine */
/* The next chunk in order, from whoever reads the file first. Any one thread, before everything else. */
void hashing_listen(struct hashing *h, const void *data, size_t n);
/* What was in the file when it was opened. Once, before hashing_add. Copied. */
void hashing_begin(struct hashing *h, const struct chunkset *there, uint64_t chunks);
void hashing_sized(struct hashing *h, uint64_t chunks); /* when it was not known at the beginning */
/* most: bytes that may be kept ahead of the front. p is borrowed. */
void hashing_add(struct hashing *h, struct plain *p, size_t most);
void hashing_written(struct hashing *h, uint64_t first, uint64_t n); /* can be read back now */
#define HASHING_BEHIND 1000u
size_t
hashing_waiting(const struct hashing *h); /* jobs; HASHING_BEHIND: until it has caught up, wait */
void hashing_finish(struct hashing *h);   /* no hashing_add after this */

#endif
