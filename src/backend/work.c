/* How far long work on a copy has come. */
#include "work.h"

#include "ticket.h"

#define SAY_MS 500

static void say(struct work *w)
{
	struct event *e = ticket_event(w->ticket, EV_WORK);
	struct ev_work *row = &e->u.work;
	row->what_ = str_dup(w->what);
	row->claim_id_ = w->copy->claim_id[0] ? str_dup(w->copy->claim_id) : NULL;
	row->title_ = str_dup(w->copy->title);
	row->number_ = w->number;
	row->copies_ = w->copies;
	if (w->total >= 0) {
		row->have_ = w->said;
		row->total_ = w->total;
	}
	link_post(w->core->link, e);
}

static void on_tick(void *arg)
{
	struct work *w = arg;
	int64_t have = atomic_load(&w->have);
	if (have != w->said) {
		w->said = have;
		say(w);
	}
	w->timer = timer_add(w->core->timers, SAY_MS, on_tick, w);
}

void work_begin(struct work *w, const struct ticket *t, const char *what, const struct copy *c,
		int64_t number, int64_t copies, int64_t total)
{
	*w = (struct work){
		.core = t->core,
		.ticket = t,
		.what = what,
		.copy = c,
		.number = number,
		.copies = copies,
		.total = total,
	};
	atomic_init(&w->have, 0);
	say(w);
	if (total >= 0)
		w->timer = timer_add(w->core->timers, SAY_MS, on_tick, w);
}

void work_end(struct work *w)
{
	if (w->core)
		timer_drop(w->core->timers, w->timer);
	w->core = NULL;
}
