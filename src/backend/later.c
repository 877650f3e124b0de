/* Answers later and history: what is to be watched, and what was. */
#include <string.h>
#include "errand.h"
#include "kiyya/url.h"
#include "route.h"

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

static bool set_later(struct ticket *t, int64_t on, const char *id, const char *title,
		      struct err *err)
{
	struct store *store = t->core->store;
	return on ? store_later_add(store, id, err) : store_later_remove(store, id, err);
}

/* In the list it may be under another address than the one that is given. */
static bool is_address(const char *item)
{
	struct url u;
	bool ok = !str_is_hex(item, strlen(item)) && url_parse(&u, item, NULL);
	if (ok)
		url_release(&u);
	return ok;
}

static void remove_later(struct ticket *t, const char *item)
{
	struct err err;
	if (store_later_remove(t->core->store, item, &err))
		ticket_done(t, NULL);
	else if (err.kind == ERR_NOT_FOUND && is_address(item))
		errand_start_one(t, item, ERRAND_RESOLVE_IDS, set_later, false);
	else
		ticket_done(t, &err);
}

void answer_later(struct core *core, struct ticket *t, const struct req_later *r)
{
	struct err err = { 0 };
	const char *item = r->item_ ? r->item_ : "";
	if (str_eq(r->action_, "add")) {
		errand_start_one(t, item, ERRAND_RESOLVE_IDS, set_later, true);
	} else if (str_eq(r->action_, "rm")) {
		remove_later(t, item);
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
