/* The chunks of one file that were opened last, shared by all who read it: who comes to a chunk that somebody is opening
 * waits for it, so that readers of the same place open it once. Of a chunk that is held only what is asked for is
 * deciphered: at the ends of a range that is less than half of it. At most one chunk a reader is held, and a few are kept for
 * whoever comes back. Any thread: the shelf has a lock of its own, which is not held while a chunk is opened. */
#ifndef VAULT_SHELF_H
#define VAULT_SHELF_H

#include "record.h"

#define SHELF_KEEPS 8u /* chunks that nobody holds */

struct shelf;
struct shelf_chunk;
struct shelf *shelf_new(void);
void shelf_free(struct shelf *s); /* wipes; nobody holds a chunk any more */

/* The chunk at this place of fd, found good, and held until shelf_let_go. *ret is NULL when it is not there, torn, or not
 * what was written. false: ERR_LOCKED, ERR_IO, ERR_INTERNAL. */
bool shelf_hold(struct shelf *s, int fd, struct secret *keys, const struct record_place *place,
		struct shelf_chunk **ret, struct err *err) MUST_USE;
/* The same into dst, which has room for all of it, without holding it; it is kept if somebody waits for it. */
bool shelf_read(struct shelf *s, int fd, struct secret *keys, const struct record_place *place,
		unsigned char *dst, bool *ret_there, struct err *err) MUST_USE;
/* Whether what is held is what lies at this place. */
bool shelf_is_at(const struct shelf_chunk *c, const struct record_place *place);
/* n bytes at `at` of what is held, n > 0: deciphered now, if nobody did before. NULL: ERR_LOCKED. */
const unsigned char *shelf_bytes(struct shelf_chunk *c, struct secret *keys, size_t at, size_t n,
				 struct err *err) MUST_USE;
void shelf_let_go(struct shelf *s, struct shelf_chunk *c); /* NULL is fine */
size_t shelf_opened(struct shelf *s);                      /* how often a chunk was */

#endif
