/* Answers cache and db. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "route.h"
#include "ticket.h"

static bool cache_stats(struct ticket *t, struct err *err)
{
	struct store_cache_stats s;
	if (!store_cache_stats(t->core->store, &s, err))
		return false;
	struct event *e = ticket_event(t, EV_CACHE);
	e->u.cache.claims_ = s.claims;
	e->u.cache.queries_ = s.queries;
	e->u.cache.bytes_ = s.bytes;
	e->u.cache.hits_ = s.hits;
	e->u.cache.misses_ = s.misses;
	link_post(t->core->link, e);
	return true;
}

static bool cache_cleanup(struct ticket *t, struct err *err)
{
	return store_cache_cleanup(t->core->store, t->core->settings->cache_ttl / 1000, err);
}

static bool cache_clear(struct ticket *t, struct err *err)
{
	return store_cache_clear(t->core->store, err);
}

static bool cache_optimize(struct ticket *t, struct err *err)
{
	return store_cache_optimize(t->core->store, err);
}

static bool db_version(struct ticket *t, struct err *err)
{
	struct core *core = t->core;
	struct event *e = ticket_event(t, EV_DB);
	e->u.db.version_ = store_version(core->store);
	e->u.db.latest_ = store_latest_version();
	e->u.db.path_ = str_dup(core->paths->db);
	struct stat st;
	if (stat(core->paths->db, &st) == 0)
		e->u.db.bytes_ = st.st_size;
	link_post(core->link, e);
	return true;
}

static bool db_check(struct ticket *t, struct err *err)
{
	char *text = NULL;
	if (!store_check(t->core->store, &text, err))
		return false;
	struct event *e = ticket_event(t, EV_DB);
	e->u.db.version_ = store_version(t->core->store);
	e->u.db.path_ = str_dup(t->core->paths->db);
	e->u.db.check_ = str_dup(text);
	link_post(t->core->link, e);
	bool ok = str_eq(text, "ok") ||
		  err_set(err, ERR_DATABASE, 0, "the database is damaged: %.300s", text);
	free(text);
	return ok;
}

/* Opening the database has migrated it: what is left is to say where it stands. */
static bool db_migrate(struct ticket *t, struct err *err)
{
	return db_version(t, err);
}

static const struct {
	const char *action;
	bool (*answer)(struct ticket *t, struct err *err);
} cache_actions[] = {
	{ "stats", cache_stats },
	{ "cleanup", cache_cleanup },
	{ "clear", cache_clear },
	{ "optimize", cache_optimize },
}, db_actions[] = {
	{ "version", db_version },
	{ "check", db_check },
	{ "migrate", db_migrate },
};

static bool cache_drop(struct ticket *t, const char *item, struct err *err)
{
	struct page *one = store_cache_claim(t->core->store, item ? item : "", err);
	if (!one)
		return false;
	bool ok = store_cache_drop(t->core->store, one->items[0].id, err);
	page_free(one);
	return ok;
}

void answer_cache(struct core *core, struct ticket *t, const struct req_cache *r)
{
	struct err err = { 0 };
	bool ok = false, known = str_eq(r->action_, "drop");
	if (known)
		ok = cache_drop(t, r->item_, &err);
	for (size_t i = 0; i < sizeof(cache_actions) / sizeof(cache_actions[0]) && !known; i++) {
		known = str_eq(cache_actions[i].action, r->action_);
		if (known)
			ok = cache_actions[i].answer(t, &err);
	}
	if (!known)
		err_set(&err, ERR_USAGE, 0, "cache knows stats, cleanup, clear, drop and optimize");
	ticket_done(t, ok ? NULL : &err);
}

void answer_db(struct core *core, struct ticket *t, const struct req_db *r)
{
	struct err err = { 0 };
	bool ok = false, known = str_eq(r->action_, "backup");
	if (known)
		ok = store_backup(core->store, r->file_ ? r->file_ : "", &err);
	for (size_t i = 0; i < sizeof(db_actions) / sizeof(db_actions[0]) && !known; i++) {
		known = str_eq(db_actions[i].action, r->action_);
		if (known)
			ok = db_actions[i].answer(t, &err);
	}
	if (!known)
		err_set(&err, ERR_USAGE, 0, "db knows version, check, migrate and backup");
	ticket_done(t, ok ? NULL : &err);
}
