/* Answers related: the stored claims that have most tags in common with one. */
#include "route.h"
#include "ticket.h"

#define DEFAULT_LIMIT 10

void answer_related(struct core *core, struct ticket *t, const struct req_related *r)
{
	struct err err;
	struct page *page = store_related(core->store, r->item_ ? r->item_ : "",
					  r->limit_ > 0 ? r->limit_ : DEFAULT_LIMIT, &err);
	if (page) {
		struct event *e = ticket_event(t, EV_PAGE);
		e->u.page.claims_ = page;
		e->u.page.first_ = 0;
		e->u.page.cached_ = true;
		link_post(core->link, e);
	}
	ticket_done(t, page ? NULL : &err);
}
