/* Claims by their ids, in the order of the ids. */
#include "gather.h"

#include <stdlib.h>
#include <string.h>
#include "byid.h"
#include "idset.h"
#include "kiyya/hash.h"

#define CHUNK 50

struct gather {
	struct core *core;
	struct strs ids;  /* as they were asked for */
	struct strs todo; /* each once */
	size_t at;        /* in todo */
	struct strs chunk;
	char *key;
	bool refresh, begun;
	int64_t next_row;
	struct store_list list;
	uint64_t timer, call;
	gather_fn *fn;
	void *arg;
};

/* One list for each different sequence of ids. */
static char *list_key(const struct strs *ids)
{
	char hex[HASH_HEX_MAX];
	struct hash *h = hash_new(HASH_SHA256);
	for (size_t i = 0; i < ids->n; i++)
		hash_add(h, ids->v[i], strlen(ids->v[i]) + 1);
	hash_hex(h, hex);
	hash_free(h);
	return str_fmt("claims %s", hex);
}

void gather_cancel(struct gather *g)
{
	if (!g)
		return;
	timer_drop(g->core->timers, g->timer);
	if (g->call)
		gateway_cancel(g->core->gateway, g->call);
	strs_release(&g->ids);
	strs_release(&g->todo);
	strs_release(&g->chunk);
	free(g->key);
	free(g);
}

static void finish(struct gather *g, struct gather_result *r, const struct err *err)
{
	struct err copy = err ? *err : (struct err){ 0 };
	gather_fn *fn = g->fn;
	void *arg = g->arg;
	r->fetched_at = g->list.found ? g->list.fetched_at : TIME_UNKNOWN;
	gather_cancel(g);
	fn(arg, r, err ? &copy : NULL);
}

/* -- putting them in order --------------------------------------------------------------------- */

/* One stored claim, whatever list it came with. */
static bool add_stored(struct gather *g, struct page *into, const char *id)
{
	struct page *one = store_cache_claim(g->core->store, id, NULL);
	if (!one)
		return false;
	claim_copy(page_add(into), &one->items[0], into->arena);
	page_free(one);
	return true;
}

/* All that was gathered is in the list; what is not in it when it is complete is gone. */
static struct page *in_order(struct gather *g, const struct page *list, size_t *ret_unknown)
{
	struct page *page = page_new();
	struct byid known = { 0 };
	byid_add(&known, list);
	byid_sort(&known);
	for (size_t i = 0; i < g->ids.n; i++) {
		const char *id = g->ids.v[i];
		const struct claim *c = byid_find(&known, id);
		if (c)
			claim_copy(page_add(page), c, page->arena);
		else if (list)
			claim_init_missing(page_add(page), id);
		else if (!add_stored(g, page, id))
			++*ret_unknown;
	}
	byid_release(&known);
	return page;
}

static void finish_stored(struct gather *g, bool stale, const struct err *why)
{
	struct err err = { 0 };
	struct gather_result r = { .stale = stale };
	struct page *list = NULL;
	if (g->list.complete)
		list = store_cache_page(g->core->store, g->key, 0, CLAIM_MAX_ITEMS, &err);
	if (!list && !stale) {
		finish(g, &r, &err);
		return;
	}
	r.page = in_order(g, list, &r.n_unknown);
	page_free(list);
	if (r.page->n == 0 && r.n_unknown > 0) {
		page_free(r.page);
		r.page = NULL;
		if (!why)
			err_set(
			    &err, ERR_NET, 0,
			    "these items are not stored, and --offline forbids to ask for them");
	}
	finish(g, &r, why ? why : r.page ? NULL : &err);
}

/* -- asking ------------------------------------------------------------------------------------ */

static void ask(struct gather *g);

static void on_page(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct gather *g = arg;
	struct err why;
	g->call = 0;
	if (!page) {
		finish_stored(g, true, err);
		return;
	}
	bool end = g->at == g->todo.n;
	bool ok =
	    store_cache_put(g->core->store, g->key, page, g->next_row, !g->begun, end, &why) &&
	    store_cache_list(g->core->store, g->key, &g->list, &why);
	g->begun = true;
	g->next_row = g->list.count;
	page_free(page);
	if (!ok)
		finish(g, &(struct gather_result){ 0 }, &why);
	else if (end)
		finish_stored(g, false, NULL);
	else
		ask(g);
}

static void ask(struct gather *g)
{
	struct err err;
	struct gateway *gateway = core_gateway(g->core, &err);
	if (!gateway) {
		finish_stored(g, true, &err);
		return;
	}
	strs_release(&g->chunk);
	for (; g->at < g->todo.n && g->chunk.n < CHUNK; g->at++)
		strs_add(&g->chunk, g->todo.v[g->at]);
	const struct claim_query query = { .claim_ids = &g->chunk,
					   .released_before = TIME_UNKNOWN,
					   .page = 1,
					   .page_size = CHUNK };
	g->call = gateway_search(gateway, &query, on_page, g);
}

static bool find_fresh(struct core *core, const char *key, bool *ret_fresh, struct store_list *ret,
		       struct err *err)
{
	if (!store_cache_list(core->store, key, ret, err))
		return false;
	int64_t age = clock_wall(core->clock) - ret->fetched_at;
	*ret_fresh = ret->found && ret->complete && age * 1000 < core->settings->cache_ttl;
	return true;
}

bool gather_is_fresh(struct core *core, const struct strs *ids)
{
	bool fresh = false;
	struct store_list list;
	char *key = list_key(ids);
	bool known = find_fresh(core, key, &fresh, &list, NULL);
	free(key);
	return known && fresh;
}

static void begin(void *arg)
{
	struct gather *g = arg;
	struct err err;
	bool fresh;
	g->timer = 0;
	if (!find_fresh(g->core, g->key, &fresh, &g->list, &err)) {
		finish(g, &(struct gather_result){ 0 }, &err);
		return;
	}
	if (g->core->offline)
		finish_stored(g, true, NULL);
	else if (g->ids.n == 0)
		finish(g, &(struct gather_result){ .page = page_new() }, NULL);
	else if (fresh && !g->refresh)
		finish_stored(g, false, NULL);
	else
		ask(g);
}

struct gather *gather_start(struct core *core, const struct strs *ids, bool refresh, gather_fn *fn,
			    void *arg)
{
	struct gather *g = NEW(struct gather);
	struct idset seen = { 0 };
	*g = (struct gather){ .core = core, .refresh = refresh, .fn = fn, .arg = arg };
	for (size_t i = 0; i < ids->n && i < CLAIM_MAX_ITEMS; i++) {
		strs_add(&g->ids, ids->v[i]);
		if (idset_add(&seen, ids->v[i]))
			strs_add(&g->todo, ids->v[i]);
	}
	idset_release(&seen);
	g->key = list_key(&g->ids);
	g->timer = timer_add(core->timers, 0, begin, g);
	return g;
}
