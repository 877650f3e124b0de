/* One table: request kind to answering function. */
#include "route.h"

#include "ticket.h"

#define X(NAME, name, who, what)                                                          \
	static void call_##name(struct core *core, struct ticket *t, const struct req *r) \
	{                                                                                 \
		answer_##name(core, t, &r->u.name);                                       \
	}
REQUESTS(X)
#undef X

static void (*const answers[REQ_COUNT])(struct core *, struct ticket *, const struct req *) = {
#define X(NAME, name, who, what) [REQ_##NAME] = call_##name,
	REQUESTS(X)
#undef X
};

void route(struct core *core, struct req *r)
{
	tickets_supersede(core, r->slot);
	struct ticket *t = ticket_open(core, r);
	/* Without a database there is still something to say: where it is, and what is wrong. */
	bool needs_store = r->kind != REQ_CONFIG && r->kind != REQ_STOP && r->kind != REQ_DOCTOR;
	if (!core->store && needs_store)
		ticket_done(t, &core->boot_error);
	else
		answers[r->kind](core, t, r);
	req_free(r);
}

void answer_stop(struct core *core, struct ticket *t, const struct req_stop *r)
{
	if (r->of_ > 0 && (uint64_t)r->of_ != t->id)
		ticket_stop(core, (uint64_t)r->of_);
	ticket_done(t, NULL);
}
