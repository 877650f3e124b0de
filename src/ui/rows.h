/* Rows, each known by its key: added, replaced and dropped as messages come. One owner. */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "item.h"

/* Zero-initialised is empty. */
struct rows {
	struct item *v;
	size_t n;
	uint32_t *slots; /* owned; hash table of indexes + 1 by key, twice as long as v at least */
	size_t n_slots;
};

void rows_release(struct rows *r);
void rows_clear(struct rows *r);
struct item *rows_find(const struct rows *r,
		       const char *key); /* NULL: none; good until the next change */
/* Adds the row, or puts it in the place of the one with its key, whose mark it takes over. */
struct item *rows_put(struct rows *r, struct item it);
/* Adds it unless its key is there: then it is released. */
bool rows_add_new(struct rows *r, struct item it);
void rows_drop(struct rows *r, const char *key);
/* Drops the rows that the listing with this ticket did not name. */
void rows_drop_unseen(struct rows *r, uint64_t seen);

#endif
