/* Makes the cache smaller a slice at a time. */
#include "sweep.h"

#include <stdlib.h>

struct sweep {
	struct core *core;
	struct store_tidy tidy;
	uint64_t timer;
	sweep_fn *fn;
	void *arg;
};

void sweep_cancel(struct sweep *w)
{
	if (!w)
		return;
	timer_drop(w->core->timers, w->timer);
	free(w);
}

/* The next slice begins as late as a timer does: whatever else waits comes first. */
static void go_on(void *arg)
{
	struct sweep *w = arg;
	struct err err = { 0 };
	bool more = false;
	w->timer = 0;
	bool ok = store_cache_tidy(w->core->store, &w->tidy, &more, &err);
	if (ok && more) {
		w->timer = timer_add(w->core->timers, 0, go_on, w);
		return;
	}
	sweep_fn *fn = w->fn;
	void *fn_arg = w->arg;
	sweep_cancel(w);
	fn(fn_arg, ok ? NULL : &err);
}

struct sweep *sweep_start(struct core *core, enum store_tidy_what what, int64_t limit, sweep_fn *fn,
			  void *arg)
{
	struct sweep *w = NEW(struct sweep);
	*w = (struct sweep){
		.core = core, .tidy = { .what = what, .limit = limit }, .fn = fn, .arg = arg
	};
	w->timer = timer_add(core->timers, 0, go_on, w);
	return w;
}

/* -- after a fetch ----------------------------------------------------------------------------- */

static void on_trimmed(void *arg, const struct err *err)
{
	struct core *core = arg;
	core->trim = NULL;
	if (err)
		log_warn("backend", NULL, "cache not trimmed: %s", err->text);
}

/* As much goes at once as a page of the gateway brings, so that the cache does not grow from run to run of a program that
 * ends with its answer. */
void sweep_trim(struct core *core)
{
	if (core->trim)
		return;
	struct store_tidy over = { .what = STORE_TIDY_OVER,
				   .limit = core->settings->cache_max_items };
	struct err err = { 0 };
	bool more = false;
	bool ok = store_cache_tidy(core->store, &over, &more, &err);
	if (ok && more)
		core->trim = sweep_start(core, over.what, over.limit, on_trimmed, core);
	else
		on_trimmed(core, ok ? NULL : &err);
}
