/* Answers progress, favorite and watched. */
#include <stdlib.h>
#include <string.h>
#include "lookup.h"
#include "route.h"
#include "ticket.h"

static void post_progress(struct ticket *t, const struct progress *p)
{
	struct event *e = ticket_event(t, EV_PROGRESS);
	e->u.progress.claim_id_ = str_dup(p->claim_id);
	e->u.progress.title_ = str_dup(p->title);
	e->u.progress.position_seconds_ = p->position_seconds;
	if (p->duration >= 0)
		e->u.progress.duration_ = p->duration;
	e->u.progress.watched_ = p->watched;
	e->u.progress.updated_at_ = p->updated_at;
	link_post(t->core->link, e);
}

/* The claim id of an ITEM that is stored; a whole id is taken as it is. */
static bool stored_id(struct core *core, const char *item, char id[CLAIM_ID_SIZE], char **title,
		      struct err *err)
{
	struct page *one = store_cache_claim(core->store, item ? item : "", err);
	if (one) {
		memcpy(id, one->items[0].id, CLAIM_ID_SIZE);
		if (title)
			*title = str_dup(one->items[0].title);
		page_free(one);
		return true;
	}
	if (!claim_id_ok(item))
		return false;
	memcpy(id, item, CLAIM_ID_SIZE);
	return true;
}

static bool progress_list(struct ticket *t, struct err *err)
{
	struct progress_list list;
	if (!store_progress_list(t->core->store, &list, err))
		return false;
	for (size_t i = 0; i < list.n; i++)
		post_progress(t, &list.v[i]);
	progress_list_release(&list);
	return true;
}

static bool progress_one(struct ticket *t, const struct req_progress *r, struct err *err)
{
	struct store *store = t->core->store;
	struct progress p = { .duration = -1 };
	char *title = NULL;
	if (!stored_id(t->core, r->item_, p.claim_id, &title, err))
		return false;
	bool ok;
	if (str_eq(r->action_, "get")) {
		free(title);
		struct progress got;
		ok = store_progress_get(store, p.claim_id, &got, err);
		if (ok) {
			post_progress(t, &got);
			progress_release(&got);
		}
		return ok;
	}
	if (str_eq(r->action_, "clear")) {
		ok = store_progress_clear(store, p.claim_id, err);
	} else {
		/* What somebody sets is what they want: the rules for players do not apply. */
		struct progress old;
		if (store_progress_get(store, p.claim_id, &old, NULL)) {
			p.duration = old.duration;
			p.watched = old.watched;
			progress_release(&old);
		}
		p.title = title;
		p.position_seconds = r->seconds_ == MSG_UNKNOWN ? 0 : r->seconds_;
		p.updated_at = clock_wall(t->core->clock);
		ok = store_progress_put(store, &p, err);
	}
	free(title);
	return ok;
}

void answer_progress(struct core *core, struct ticket *t, const struct req_progress *r)
{
	struct err err = { 0 };
	bool ok;
	if (str_eq(r->action_, "list"))
		ok = progress_list(t, &err);
	else if (str_eq(r->action_, "clear") && str_empty(r->item_))
		ok = store_progress_clear(core->store, NULL, &err);
	else if (str_eq(r->action_, "get") || str_eq(r->action_, "set") ||
		 str_eq(r->action_, "clear"))
		ok = progress_one(t, r, &err);
	else
		ok = err_set(&err, ERR_USAGE, 0, "progress knows get, set, list and clear");
	ticket_done(t, ok ? NULL : &err);
}

void answer_favorite(struct core *core, struct ticket *t, const struct req_favorite *r)
{
	struct err err = { 0 };
	bool ok = false, add = str_eq(r->action_, "add");
	char id[CLAIM_ID_SIZE];
	if (str_eq(r->action_, "list")) {
		struct page *page = store_favorite_list(core->store, &err);
		ok = page != NULL;
		if (ok) {
			struct event *e = ticket_event(t, EV_PAGE);
			e->u.page.claims_ = page;
			e->u.page.first_ = 0;
			link_post(core->link, e);
		}
	} else if (add || str_eq(r->action_, "rm")) {
		ok = stored_id(core, r->item_, id, NULL, &err) &&
		     store_favorite_set(core->store, id, add, &err);
	} else {
		err_set(&err, ERR_USAGE, 0, "favorite knows add, rm and list");
	}
	ticket_done(t, ok ? NULL : &err);
}

void answer_watched(struct core *core, struct ticket *t, const struct req_watched *r)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < r->items_.n; i++) {
		struct err err;
		struct progress p = { .duration = -1 };
		char *title = NULL;
		bool ok = stored_id(core, r->items_.v[i], p.claim_id, &title, &err);
		if (ok) {
			p.title = title;
			p.watched = !r->not_;
			p.updated_at = clock_wall(core->clock);
			ok = store_progress_put(core->store, &p, &err);
		}
		if (!ok && r->items_.n > 1)
			post_row_failed(t, r->items_.v[i], &err);
		tally_add(&tally, ok ? NULL : &err);
		free(title);
	}
	ticket_done_tally(t, &tally);
}
