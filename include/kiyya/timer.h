/* Things to do later, in the owner's loop: no thread, no signal.
 *	timer_add(t, 300, fn, arg); … poll(…, timers_wait_ms(t)); timers_run(t); */
#ifndef KIYYA_TIMER_H
#define KIYYA_TIMER_H

#include <stdint.h>
#include "kiyya/clock.h"

struct timers;
struct timers *timers_new(const struct clock *clock);
void timers_free(struct timers *t); /* what is left is dropped, not called */
/* Calls fn(arg) once, from timers_run, ms from now. Returns an id > 0. */
uint64_t timer_add(struct timers *t, int64_t ms, void (*fn)(void *arg), void *arg);
void timer_drop(struct timers *t, uint64_t id); /* 0 and unknown ids are fine */
int timers_wait_ms(const struct timers *t, int most); /* until the next, at most `most` (-1: no bound) */
void timers_run(struct timers *t);

#endif
