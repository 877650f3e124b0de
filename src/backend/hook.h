/* Commands of the configuration that are run when something has happened: hook.done, hook.failed, hook.new.
 *
 * Without a shell, a few at once, the others wait their turn. What happened is in their environment (KIYYA_ITEM_…); they
 * read and print nothing, what they write to standard error is logged. Nobody waits for them but the end of the program,
 * for a moment, so that those that wait are started. Backend thread. */
#ifndef KIYYA_BACKEND_HOOK_H
#define KIYYA_BACKEND_HOOK_H

#include "core.h"

enum hook_kind { HOOK_DONE, HOOK_FAILED, HOOK_NEW };

bool hook_is_set(const struct core *core, enum hook_kind kind);
/* Nothing is done if there is no such command. A row that is done or has failed; of others nothing is told. */
void hook_download(struct core *core, const struct download *row);
void hook_claim(struct core *core, enum hook_kind kind, const struct claim *c);

int hook_fd(const struct core *core); /* to wait for; -1: none has been run */
void hook_poll(struct core *core);
void hook_stop(struct core *core);

#endif
