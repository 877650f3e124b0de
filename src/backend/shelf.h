/* The rows of the first view, as they are stored. */
#ifndef KIYYA_BACKEND_SHELF_H
#define KIYYA_BACKEND_SHELF_H

#include "core.h"

enum shelf_kind { SHELF_CONTINUE, SHELF_FEATURED, SHELF_ADDED, SHELF_CATEGORY };

struct shelf {
	enum shelf_kind kind;
	int place;
	const char *title; /* borrowed from the settings, or a literal */
	struct strs tags;  /* owned; of featured and of a category */
	char *key;         /* owned; of the stored list that it shows or begins with; NULL: none */
};
/* What there is to show, in order; owned, *ret_n of them. address: of the default channel, as its lists are called; NULL:
 * there is none, and no categories of it. */
struct shelf *shelves_new(const struct settings *settings, const char *address, size_t *ret_n);
void shelves_free(struct shelf *v, size_t n);

/* Posts EV_SHELF with what is stored of it. channel_id: of the default channel, "" not known.
 * ret_any: becomes true if there is anything. */
bool shelf_post(const struct shelf *s, const struct ticket *t, const char *channel_id, int64_t limit, bool *ret_any,
		struct err *err);
/* Whether its list should be asked for: never fetched, or past the TTL. */
bool shelf_is_due(const struct shelf *s, struct core *core);

#endif
