/* vault.quota: what the vault takes on the disk, whether more may come, and what could go. Backend thread. */
#ifndef KIYYA_BACKEND_QUOTA_H
#define KIYYA_BACKEND_QUOTA_H

#include "core.h"

/* Before an item: whether `more` bytes fit beside what the vault holds. ERR_SPACE with a sentence that says what could be
 * deleted: what was watched, then what has been there longest. title: of what is to come. */
bool quota_has_room(struct core *core, const char *title, uint64_t more, struct err *err);
/* While it comes: the same of what is there by now, looked at every few seconds only. */
bool quota_keeps(struct core *core, const char *title, struct err *err);

#endif
