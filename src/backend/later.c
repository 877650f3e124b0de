/* Answers later and history: what is to be watched, and what was. */
#include <stdlib.h>
#include <string.h>
#include "lookup.h"
#include "route.h"
#include "ticket.h"

/* The rows, which move, and the end of the ticket; NULL: by err. */
static void post_and_end(struct ticket *t, struct page *page, const struct err *err)
{
	if (page) {
		struct event *e = ticket_event(t, EV_PAGE);
		e->u.page.claims_ = page;
		e->u.page.first_ = 0;
		link_post(t->core->link, e);
	}
	ticket_done(t, page ? NULL : err);
}

struct addition {
	struct core *core;
	struct ticket *ticket;
	struct lookup *lookup;
};

static void addition_cancel(void *arg)
{
	struct addition *a = arg;
	lookup_cancel(a->lookup);
	free(a);
}

static void on_found(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct addition *a = arg;
	struct err why;
	if (!one)
		why = *err;
	bool ok = one && store_later_add(a->core->store, one->items[0].id, &why);
	page_free(one);
	ticket_done(a->ticket, ok ? NULL : &why);
	free(a);
}

static void add(struct core *core, struct ticket *t, const char *item)
{
	struct addition *a = NEW(struct addition);
	*a = (struct addition){ .core = core, .ticket = t };
	ticket_on_cancel(t, addition_cancel, a);
	a->lookup = lookup_start(core, item, LOOKUP_STORED_FIRST, on_found, a);
}

void answer_later(struct core *core, struct ticket *t, const struct req_later *r)
{
	struct err err = { 0 };
	const char *item = r->item_ ? r->item_ : "";
	if (str_eq(r->action_, "add")) {
		add(core, t, item);
	} else if (str_eq(r->action_, "list")) {
		struct page *page = store_later_list(core->store, &err);
		post_and_end(t, page, &err);
	} else if (str_eq(r->action_, "rm")) {
		bool ok = store_later_remove(core->store, item, &err);
		ticket_done(t, ok ? NULL : &err);
	} else {
		err_set(&err, ERR_USAGE, 0, "later knows add, rm and list");
		ticket_done(t, &err);
	}
}

void answer_history(struct core *core, struct ticket *t, const struct req_history *r)
{
	struct err err = { 0 };
	if (str_eq(r->action_, "list")) {
		struct page *page = store_history_list(core->store, &err);
		post_and_end(t, page, &err);
	} else if (str_eq(r->action_, "clear")) {
		bool ok = store_history_clear(core->store, &err);
		ticket_done(t, ok ? NULL : &err);
	} else {
		err_set(&err, ERR_USAGE, 0, "history knows list and clear");
		ticket_done(t, &err);
	}
}
