/* Answers serve: addresses of copies on the local server, until it is stopped. */
#include <stdlib.h>
#include <string.h>
#include "along.h"
#include "grants.h"
#include "keep.h"
#include "playback.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

struct serve {
	struct core *core;
	struct ticket *ticket;
	struct strs items, urls;
	size_t next;         /* item */
	struct along *along; /* of it, until its address is given out */
	int port;
	bool sealed; /* something of it is */
};

static void serve_free(struct serve *s)
{
	unlock_forget(s->core->unlock, s);
	along_free(s->along);
	for (size_t i = 0; i < s->urls.n; i++)
		grants_take_back(playback_grants(s->core->playback), s->urls.v[i]);
	strs_release(&s->items);
	strs_release(&s->urls);
	free(s);
}

static void serve_cancel(void *arg)
{
	serve_free(arg);
}

static void serve_end(struct serve *s, const struct err *err)
{
	ticket_done(s->ticket, err);
	serve_free(s);
}

static bool serve_address(struct serve *s, const struct copy *c, const char *url)
{
	if (!url)
		return false;
	strs_add(&s->urls, url);
	playback_post_address(s->ticket, c, url);
	return true;
}

static bool serve_copy(struct serve *s, const struct copy *c, struct err *err)
{
	s->sealed = s->sealed || c->encrypted;
	return serve_address(s, c,
			     grants_give(playback_grants(s->core->playback), c, s->port, err));
}

static bool serve_all(struct serve *s, struct err *err)
{
	struct copy_list list;
	if (!store_copy_list(s->core->store, &list, err))
		return false;
	bool ok = true;
	for (size_t i = 0; i < list.n && ok; i++)
		if (list.v[i].complete)
			ok = serve_copy(s, &list.v[i], err);
	copy_list_release(&list);
	return ok && (s->urls.n ||
		      err_set(err, ERR_NOT_FOUND, 0, "nothing is downloaded that could be served"));
}

static void serve_named(struct serve *s);

static void serve_along(void *arg, const struct copy *copy, struct source *source,
			const struct err *err)
{
	struct serve *s = arg;
	struct err why;
	if (err) {
		serve_end(s, err);
		return;
	}
	s->sealed = s->sealed || copy->encrypted;
	const char *url = grants_give_along(playback_grants(s->core->playback), copy, source,
					    s->along, s->port, &why);
	if (!serve_address(s, copy, url)) {
		serve_end(s, &why);
		return;
	}
	s->along = NULL;
	serve_named(s);
}

/* In their order, which is why each waits for the one before. */
static void serve_named(struct serve *s)
{
	struct err err, none;
	while (s->next < s->items.n) {
		const char *item = s->items.v[s->next++];
		struct copy c;
		copy_init(&c);
		bool here = keep_find(s->core, item, NULL, true, &c, &err);
		bool ok = here && serve_copy(s, &c, &err);
		copy_release(&c);
		if (ok)
			continue;
		if (!here)
			s->along = along_start(s->core, item, NULL, false, serve_along, s, &none);
		if (!s->along)
			serve_end(s, &err);
		return;
	}
}

static void serve_unlocked(void *arg, const struct err *err)
{
	struct serve *s = arg;
	struct err why;
	if (err)
		serve_end(s, err);
	else if (s->items.n)
		serve_named(s);
	else if (!serve_all(s, &why))
		serve_end(s, &why);
	/* else it lasts until it is stopped */
}

/* What is still on its way sees to it itself. */
static bool needs_key(const struct serve *s)
{
	struct copy_list all = { 0 };
	bool needs = false;
	if (!s->items.n && store_copy_list(s->core->store, &all, NULL)) {
		for (size_t i = 0; i < all.n && !needs; i++)
			needs = all.v[i].complete && all.v[i].encrypted;
		copy_list_release(&all);
	}
	for (size_t i = 0; i < s->items.n && !needs; i++) {
		struct copy c;
		copy_init(&c);
		needs = keep_find(s->core, s->items.v[i], NULL, true, &c, NULL) && c.encrypted;
		copy_release(&c);
	}
	return needs;
}

static bool is_sealed(const void *serve)
{
	return ((const struct serve *)serve)->sealed;
}

void serve_lock(struct core *core, const struct err *err)
{
	tickets_end_some(core, REQ_SERVE, is_sealed, err);
}

void answer_serve(struct core *core, struct ticket *t, const struct req_serve *r)
{
	struct serve *s = NEW(struct serve);
	*s = (struct serve){ .core = core,
			     .ticket = t,
			     .port = r->port_ > 0 && r->port_ < 65536
					 ? (int)r->port_
					 : (int)core->settings->server_port };
	strs_copy(&s->items, &r->items_);
	ticket_on_cancel(t, serve_cancel, s);
	unlock_if(core->unlock, needs_key(s), serve_unlocked, s);
}
