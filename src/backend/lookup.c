/* Finds the claim of an ITEM. */
#include "lookup.h"

#include <stdlib.h>
#include "kiyya/url.h"

struct lookup {
	struct core *core;
	char *item;
	enum lookup_order order;
	lookup_fn *fn;
	void *arg;
	uint64_t timer, call;
	struct page *found; /* waits for its timer */
	struct err err;
};

static void lookup_free(struct lookup *l)
{
	timer_drop(l->core->timers, l->timer);
	if (l->call)
		gateway_cancel(l->core->gateway, l->call);
	page_free(l->found);
	free(l->item);
	free(l);
}

void lookup_cancel(struct lookup *l)
{
	if (l)
		lookup_free(l);
}

static void finish(struct lookup *l, struct page *one, bool stale, const struct err *err)
{
	lookup_fn *fn = l->fn;
	void *arg = l->arg;
	struct err copy = err ? *err : (struct err){ 0 };
	lookup_free(l);
	fn(arg, one, stale, err ? &copy : NULL);
}

/* The stored claim by id, id prefix or canonical address; NULL if there is none. */
static struct page *stored(struct lookup *l, struct err *err)
{
	struct page *one = store_cache_claim(l->core->store, l->item, err);
	struct url u;
	if (!one && url_parse(&u, l->item, NULL)) {
		one = store_cache_claim(l->core->store, u.claim_id[0] ? u.claim_id : u.lbry, err);
		url_release(&u);
	}
	return one;
}

static void on_resolved(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct lookup *l = arg;
	l->call = 0;
	if (page && page->n) {
		struct err why;
		if (!store_cache_put(l->core->store, NULL, page, 0, false, false, &why) ||
		    !store_local_state(l->core->store, page, &why))
			log_warn("backend", page->items[0].id, "not stored: %s", why.text);
		finish(l, page, false, NULL);
		return;
	}
	page_free(page);
	/* No gateway answered: what is stored is better than nothing. A refusal or "not found" is an answer. */
	bool silent = err->kind == ERR_NET || err->kind == ERR_TIMEOUT || err->kind == ERR_PARSE;
	struct page *one = silent ? stored(l, NULL) : NULL;
	finish(l, one, one != NULL, err);
}

static void ask(struct lookup *l)
{
	struct url u;
	struct gateway *g = core_gateway(l->core, &l->err);
	if (!g) {
		struct page *one = stored(l, NULL);
		if (!one && l->core->offline)
			err_set(&l->err, ERR_NET, 0,
				"%s is not stored, and --offline forbids to ask for it", l->item);
		finish(l, one, one != NULL, &l->err);
		return;
	}
	if (!url_parse(&u, l->item, &l->err)) {
		finish(l, NULL, false, &l->err);
		return;
	}
	l->call = gateway_resolve(g, u.claim_id[0] ? u.claim_id : u.lbry, on_resolved, l);
	url_release(&u);
}

static void begin(void *arg)
{
	struct lookup *l = arg;
	l->timer = 0;
	struct page *one = l->order == LOOKUP_GATEWAY_FIRST ? NULL : stored(l, &l->err);
	if (one || l->order == LOOKUP_STORED)
		finish(l, one, false, &l->err);
	else
		ask(l);
}

struct lookup *lookup_start(struct core *core, const char *item, enum lookup_order order,
			    lookup_fn *fn, void *arg)
{
	struct lookup *l = NEW(struct lookup);
	*l = (struct lookup){
		.core = core, .item = str_dup(item), .order = order, .fn = fn, .arg = arg
	};
	l->timer = timer_add(core->timers, 0, begin, l);
	return l;
}
