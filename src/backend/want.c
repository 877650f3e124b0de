/* Who wants a row of the queue fetched now. */
#include "want.h"

#include <stdlib.h>

struct want *want_new(struct want **list, struct core *core, int64_t id, want_fn *fn, void *arg)
{
	struct want *w = NEW(struct want);
	*w = (struct want){ .next = *list, .core = core, .id = id, .fn = fn, .arg = arg };
	*list = w;
	return w;
}

int64_t want_drop(struct want **list, struct want *w)
{
	int64_t id = w->id;
	while (*list != w)
		list = &(*list)->next;
	*list = w->next;
	timer_drop(w->core->timers, w->timer);
	free(w);
	return id;
}

bool wants_row(const struct want *list, int64_t id)
{
	for (const struct want *w = list; w; w = w->next)
		if (w->id == id)
			return true;
	return false;
}

bool wants_any(const struct want *list)
{
	for (const struct want *w = list; w; w = w->next)
		if (w->id)
			return true;
	return false;
}

void want_tell(struct want *w, const struct download *row, struct source *source,
	       const struct err *err)
{
	want_fn *fn = w->fn;
	w->fn = NULL;
	fn(w->arg, row, source, err);
}

void wants_stir(struct want *list, int64_t id, void (*look)(void *want))
{
	for (struct want *w = list; w; w = w->next)
		if (w->id == id && w->fn && !w->timer)
			w->timer = timer_add(w->core->timers, 0, look, w);
}

static void tell_why(void *arg)
{
	struct want *w = arg;
	w->timer = 0;
	want_tell(w, NULL, NULL, &w->why);
}

void wants_end(struct want *list, int64_t id, const struct err *why)
{
	for (struct want *w = list; w; w = w->next) {
		if (w->id != id)
			continue;
		w->id = 0;
		if (!w->fn)
			continue;
		w->why = *why;
		timer_drop(w->core->timers, w->timer);
		w->timer = timer_add(w->core->timers, 0, tell_why, w);
	}
}
