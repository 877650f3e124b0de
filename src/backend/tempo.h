/* How fast downloads may be just now: what was said while we run, the schedule, or download.rate. Backend thread. */
#ifndef KIYYA_BACKEND_TEMPO_H
#define KIYYA_BACKEND_TEMPO_H

#include "core.h"

/* Bytes a second of all items together at this moment; 0: no limit. Asked at every tick: so it changes when a part of the
 * schedule begins or ends, whatever the clock of the machine did meanwhile. */
int64_t tempo_rate(struct core *core);
/* core->limits.rate was just set by a person: it counts at once, until the part of the schedule that holds now ends. */
void tempo_rate_was_set(struct core *core);

#endif
