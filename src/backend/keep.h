/* Copies in the vault, as other files of this room need them. */
#ifndef KIYYA_BACKEND_KEEP_H
#define KIYYA_BACKEND_KEEP_H

#include "core.h"

/* Whether a vault file is the one the database knows: its id, not older, and complete if the row is. Any thread. */
bool keep_is_ours(const struct copy *c, const struct vault_info *info);
/* Opens a copy for reading, whatever it is kept as. The vault must be unlocked if it is encrypted; a file that is not
 * ours is damage. Any thread, as long as the backend lives, but for a plain one that is not complete. */
struct source *keep_open(struct core *core, const struct copy *c, struct err *err);
/* The same for a partial file by its name: what is not there is ERR_UNFINISHED. Backend thread. */
struct source *keep_open_partial(struct core *core, const char *file, bool encrypted, struct err *err);
/* What tells the file of such a source from others; borrowed from it. */
const char *keep_source_id(const struct source *s);
bool keep_any_encrypted(const struct copy_list *l);
/* The best copy of an item: the asked quality, else the original, else the highest. complete_only: partial ones do not
 * count. ret is the caller's. */
bool keep_find(struct core *core, const char *item, const char *quality, bool complete_only, struct copy *ret,
	       struct err *err);

/* Every copy of these items; no items: all there are. ret is the caller's. ERR_NOT_FOUND. */
bool keep_list(struct core *core, const struct strs *items, struct copy_list *ret, struct err *err);
/* Whether the item has been seen to its end. */
bool keep_was_watched(struct core *core, const char *claim_id);
/* EV_COPY of a ticket. */
void keep_post(struct ticket *t, const struct copy *c);

#endif
