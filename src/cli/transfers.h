/* Downloads as a command watches them: a row each when it has ended, a bar for all while they run.
 */
#ifndef KIYYA_CLI_TRANSFERS_H
#define KIYYA_CLI_TRANSFERS_H

#include <stdbool.h>
#include <stddef.h>
#include "bar.h"
#include "command.h"

struct transfer; /* one item */
struct transfers {
	struct bar bar;
	struct transfer *rows; /* owned */
	size_t n;
};
void transfers_init(struct transfers *t, const struct out *o);
void transfers_release(struct transfers *t);
/* An event_fn (wait.h); arg is the struct transfers. */
bool transfers_event(struct cli *c, const struct event *e, void *arg);
/* Takes the bar away and writes the rows that have not been written: those that wait or rest. */
void transfers_finish(struct transfers *t, struct out *o);

#endif
