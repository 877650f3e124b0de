/* Copies in the vault, as other files of this room need them. */
#ifndef KIYYA_BACKEND_KEEP_H
#define KIYYA_BACKEND_KEEP_H

#include "core.h"

/* Opens a copy for reading, whatever it is kept as. The vault must be unlocked if it is encrypted. Checks that the file is
 * the one the database knows: an older generation or another id is damage. */
struct source *keep_open(struct core *core, const struct copy *c, struct err *err);
/* The best copy of an item: the asked quality, else the original, else the highest. complete_only: partial ones do not
 * count. ret is the caller's. */
bool keep_find(struct core *core, const char *item, const char *quality, bool complete_only, struct copy *ret,
	       struct err *err);

/* EV_COPY of a ticket. */
void keep_post(struct ticket *t, const struct copy *c);

#endif
