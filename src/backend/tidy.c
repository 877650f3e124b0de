/* Answers cache and db. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "route.h"
#include "sweep.h"
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

/* -- work on the whole cache: in slices, or a chore -------------------------------------------- */

struct labour {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	struct sweep *sweep;
	/* the chore's */
	char *db;
	bool ran;
	struct err err;
};

static void labour_free(struct labour *l)
{
	sweep_cancel(l->sweep);
	free(l->db);
	free(l);
}

static void labour_cancel(void *arg)
{
	struct labour *l = arg;
	l->ticket = NULL;
	if (l->sweep)
		labour_free(l); /* else the chore comes back with it */
}

static struct labour *labour_new(struct ticket *t)
{
	struct labour *l = NEW(struct labour);
	*l = (struct labour){ .core = t->core, .ticket = t };
	ticket_on_cancel(t, labour_cancel, l);
	return l;
}

static void on_swept(void *arg, const struct err *err)
{
	struct labour *l = arg;
	l->sweep = NULL;
	ticket_done(l->ticket, err);
	labour_free(l);
}

static void sweep(struct ticket *t, enum store_tidy_what what)
{
	struct labour *l = labour_new(t);
	l->sweep = sweep_start(t->core, what, t->core->settings->cache_ttl / 1000, on_swept, l);
}

static void cache_cleanup(struct ticket *t)
{
	sweep(t, STORE_TIDY_EXPIRED);
}

static void cache_clear(struct ticket *t)
{
	sweep(t, STORE_TIDY_ALL);
}

static void optimize_run(void *arg)
{
	struct labour *l = arg;
	l->ran = store_cache_optimize(l->db, &l->err);
}

static void optimize_came_back(void *arg)
{
	struct labour *l = arg;
	if (l->ticket)
		ticket_done(l->ticket, l->ran ? NULL : &l->err);
	labour_free(l);
}

static void cache_optimize(struct ticket *t)
{
	struct labour *l = labour_new(t);
	l->db = str_dup(t->core->paths->db);
	chores_add(t->core->chores, 0, optimize_run, optimize_came_back, l);
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

static const struct {
	const char *action;
	void (*begin)(struct ticket *t);
} cache_labours[] = {
	{ "cleanup", cache_cleanup },
	{ "clear", cache_clear },
	{ "optimize", cache_optimize },
};

static bool begin_labour(struct ticket *t, const char *action)
{
	for (size_t i = 0; i < sizeof(cache_labours) / sizeof(cache_labours[0]); i++) {
		if (!str_eq(cache_labours[i].action, action))
			continue;
		cache_labours[i].begin(t);
		return true;
	}
	return false;
}

void answer_cache(struct core *core, struct ticket *t, const struct req_cache *r)
{
	struct err err = { 0 };
	if (begin_labour(t, r->action_))
		return;
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
