/* Answers progress, favorite and watched. */
#include "errand.h"
#include "route.h"

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

static bool get_progress(struct ticket *t, int64_t none, const char *id, const char *title,
			 struct err *err)
{
	struct progress got;
	if (!store_progress_get(t->core->store, id, &got, err))
		return false;
	post_progress(t, &got);
	progress_release(&got);
	return true;
}

static bool clear_progress(struct ticket *t, int64_t none, const char *id, const char *title,
			   struct err *err)
{
	return store_progress_clear(t->core->store, id, err);
}

/* What somebody sets is what they want: the rules for players do not apply. */
static bool set_progress(struct ticket *t, int64_t seconds, const char *id, const char *title,
			 struct err *err)
{
	struct store *store = t->core->store;
	struct progress old, p = { .duration = -1 };
	if (store_progress_get(store, id, &old, NULL)) {
		p.duration = old.duration;
		p.watched = old.watched;
		progress_release(&old);
	}
	str_copy(p.claim_id, sizeof(p.claim_id), id);
	p.title = str_dup(title);
	p.position_seconds = seconds == MSG_UNKNOWN ? 0 : seconds;
	p.updated_at = clock_wall(t->core->clock);
	bool ok = store_progress_put(store, &p, err);
	progress_release(&p);
	return ok;
}

static const struct {
	const char *action;
	errand_fn *fn;
} progress_actions[] = {
	{ "get", get_progress },
	{ "set", set_progress },
	{ "clear", clear_progress },
};

static bool begin_progress(struct ticket *t, const struct req_progress *r)
{
	for (size_t i = 0; i < sizeof(progress_actions) / sizeof(progress_actions[0]); i++) {
		if (!str_eq(progress_actions[i].action, r->action_))
			continue;
		errand_start_one(t, r->item_, ERRAND_TRUST_IDS, progress_actions[i].fn,
				 r->seconds_);
		return true;
	}
	return false;
}

void answer_progress(struct core *core, struct ticket *t, const struct req_progress *r)
{
	struct err err = { 0 };
	bool ok;
	if (str_eq(r->action_, "list"))
		ok = progress_list(t, &err);
	else if (str_eq(r->action_, "clear") && str_empty(r->item_))
		ok = store_progress_clear(core->store, NULL, &err);
	else if (begin_progress(t, r))
		return;
	else
		ok = err_set(&err, ERR_USAGE, 0, "progress knows get, set, list and clear");
	ticket_done(t, ok ? NULL : &err);
}

static bool set_favorite(struct ticket *t, int64_t on, const char *id, const char *title,
			 struct err *err)
{
	return store_favorite_set(t->core->store, id, on != 0, err);
}

void answer_favorite(struct core *core, struct ticket *t, const struct req_favorite *r)
{
	struct err err = { 0 };
	bool ok = false, add = str_eq(r->action_, "add");
	if (add || str_eq(r->action_, "rm")) {
		errand_start_one(t, r->item_, ERRAND_TRUST_IDS, set_favorite, add);
		return;
	}
	if (str_eq(r->action_, "list")) {
		struct page *page = store_favorite_list(core->store, &err);
		ok = page != NULL;
		if (ok) {
			struct event *e = ticket_event(t, EV_PAGE);
			e->u.page.claims_ = page;
			e->u.page.first_ = 0;
			link_post(core->link, e);
		}
	} else {
		err_set(&err, ERR_USAGE, 0, "favorite knows add, rm and list");
	}
	ticket_done(t, ok ? NULL : &err);
}

static bool set_watched(struct ticket *t, int64_t watched, const char *id, const char *title,
			struct err *err)
{
	struct progress p = { .duration = -1, .watched = watched != 0 };
	str_copy(p.claim_id, sizeof(p.claim_id), id);
	p.title = str_dup(title);
	p.updated_at = clock_wall(t->core->clock);
	bool ok = store_progress_put(t->core->store, &p, err);
	progress_release(&p);
	return ok;
}

void answer_watched(struct core *core, struct ticket *t, const struct req_watched *r)
{
	errand_start(t, &r->items_, ERRAND_RESOLVE_IDS, set_watched, !r->not_);
}
