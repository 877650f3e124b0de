/* Asks the gateway what followed channels have published, a few channels at a time, and stores it. */
#ifndef KIYYA_BACKEND_REFRESH_H
#define KIYYA_BACKEND_REFRESH_H

#include "core.h"

struct refresh;
struct refresh_result {
	size_t n_asked, n_failed;
	struct err first; /* the first failure */
};
/* For each channel that answered: the claims that were not on this machine before, borrowed; may be none.
 * For each that did not: page NULL, and err. */
typedef void refresh_channel_fn(void *arg, const struct follow *f, const struct page *fresh, const struct err *err);
typedef void refresh_end_fn(void *arg, const struct refresh_result *result);

/* The name of the list that keeps the newest of a followed channel; owned. */
char *refresh_key(const struct follow *f);
/* Whether the newest of a followed channel should be asked for: never fetched, or past the TTL. */
bool refresh_is_due(struct core *core, const struct follow *f);
/* Whether anything of it has been fetched and is stored. */
bool refresh_is_stored(struct core *core, const struct follow *f);
/* list moves. each may be NULL. Nothing is called from inside; end frees it. A gateway must be had (core_gateway). */
struct refresh *refresh_start(struct core *core, struct follow_list *list, refresh_channel_fn *each,
			      refresh_end_fn *end, void *arg);
void refresh_cancel(struct refresh *r); /* NULL is fine */

#endif
