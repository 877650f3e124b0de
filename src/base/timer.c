/* Things to do later, in the owner's loop. A short sorted list: there are never many. */
#include "kiyya/timer.h"

#include <stdlib.h>
#include "kiyya/mem.h"

struct timer {
	struct timer *next;
	uint64_t id;
	int64_t due; /* mono ms */
	void (*fn)(void *arg);
	void *arg;
};
struct timers {
	const struct clock *clock;
	struct timer *first;
	uint64_t last_id;
};

struct timers *timers_new(const struct clock *clock)
{
	struct timers *t = NEW(struct timers);
	t->clock = clock;
	return t;
}

void timers_free(struct timers *t)
{
	if (!t)
		return;
	while (t->first)
		timer_drop(t, t->first->id);
	free(t);
}

uint64_t timer_add(struct timers *t, int64_t ms, void (*fn)(void *arg), void *arg)
{
	struct timer *one = NEW(struct timer);
	*one = (struct timer){
		.id = ++t->last_id, .due = clock_mono_ms(t->clock) + ms, .fn = fn, .arg = arg
	};
	struct timer **p = &t->first;
	while (*p && (*p)->due <= one->due)
		p = &(*p)->next;
	one->next = *p;
	*p = one;
	return one->id;
}

void timer_drop(struct timers *t, uint64_t id)
{
	for (struct timer **p = &t->first; *p; p = &(*p)->next) {
		if ((*p)->id == id) {
			struct timer *gone = *p;
			*p = gone->next;
			free(gone);
			return;
		}
	}
}

int timers_wait_ms(const struct timers *t, int most)
{
	if (!t->first)
		return most;
	int64_t left = t->first->due - clock_mono_ms(t->clock);
	if (left < 0)
		left = 0;
	return most >= 0 && left > most ? most : left > 3600000 ? 3600000 : (int)left;
}

void timers_run(struct timers *t)
{
	int64_t now = clock_mono_ms(t->clock);
	/* Timers that a callback adds for "now" wait for the next turn: no turn can last for ever.
	 */
	uint64_t newest = t->last_id;
	struct timer **p = &t->first;
	while (*p && (*p)->due <= now) {
		if ((*p)->id > newest) {
			p = &(*p)->next;
			continue;
		}
		struct timer *one = *p;
		*p = one->next;
		void (*fn)(void *) = one->fn;
		void *arg = one->arg;
		free(one);
		fn(arg);
		p = &t->first; /* the callback may have dropped or added anything */
	}
}
