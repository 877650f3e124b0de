/* Answers later and history: what is to be watched, and what was. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/url.h"
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

/* A change that waits until it is known which claim is meant. */
struct change {
	struct core *core;
	struct ticket *ticket;
	struct lookup *lookup;
	bool add;
};

static void change_cancel(void *arg)
{
	struct change *c = arg;
	lookup_cancel(c->lookup);
	free(c);
}

static void on_found(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct change *c = arg;
	struct err why;
	if (!one)
		why = *err;
	bool ok = one && (c->add ? store_later_add : store_later_remove)(c->core->store,
									 one->items[0].id, &why);
	page_free(one);
	ticket_done(c->ticket, ok ? NULL : &why);
	free(c);
}

static void change(struct core *core, struct ticket *t, const char *item, bool add)
{
	struct err err;
	struct url u;
	bool removed = !add && store_later_remove(core->store, item, &err);
	/* An address may be another one than that by which the claim is stored. */
	bool ask = add || (!removed && err.kind == ERR_NOT_FOUND &&
			   !str_is_hex(item, strlen(item)) && url_parse(&u, item, NULL));
	if (!ask) {
		ticket_done(t, removed ? NULL : &err);
		return;
	}
	if (!add)
		url_release(&u);
	struct change *c = NEW(struct change);
	*c = (struct change){ .core = core, .ticket = t, .add = add };
	ticket_on_cancel(t, change_cancel, c);
	c->lookup = lookup_start(core, item, LOOKUP_STORED_FIRST, on_found, c);
}

void answer_later(struct core *core, struct ticket *t, const struct req_later *r)
{
	struct err err = { 0 };
	const char *item = r->item_ ? r->item_ : "";
	if (str_eq(r->action_, "add") || str_eq(r->action_, "rm")) {
		change(core, t, item, str_eq(r->action_, "add"));
	} else if (str_eq(r->action_, "list")) {
		struct page *page = store_later_list(core->store, &err);
		post_and_end(t, page, &err);
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
