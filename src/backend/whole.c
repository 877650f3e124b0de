/* Everything that a channel has of one type. */
#include "whole.h"

#include <stdlib.h>
#include <string.h>
#include "fetch.h"
#include "kiyya/url.h"
#include "lookup.h"

#define MOST_ROWS 100000

struct whole {
	struct core *core;
	struct claim_query query;
	char *asked, *address, *key;
	bool refresh;
	struct store_list list;
	struct lookup *lookup; /* of the channel */
	struct fetch *fetch;
	uint64_t timer;
	whole_fn *fn;
	void *arg;
};

void whole_cancel(struct whole *w)
{
	if (!w)
		return;
	timer_drop(w->core->timers, w->timer);
	lookup_cancel(w->lookup);
	fetch_cancel(w->fetch);
	free(w->asked);
	free(w->address);
	free(w->key);
	free(w);
}

static void finish(struct whole *w, struct page *page, bool stale, const struct err *err)
{
	struct whole_result r = { .page = page,
				  .stale = stale,
				  .fetched_at = w->list.found ? w->list.fetched_at : TIME_UNKNOWN };
	struct err copy = err ? *err : (struct err){ 0 };
	whole_fn *fn = w->fn;
	void *arg = w->arg;
	whole_cancel(w);
	fn(arg, &r, err ? &copy : NULL);
}

static void finish_stored(struct whole *w, bool stale, const struct err *why)
{
	struct err err;
	struct page *page = store_cache_page(w->core->store, w->key, 0, MOST_ROWS, &err);
	finish(w, page, stale, page ? why : &err);
}

static void fall_back(struct whole *w, const struct err *err)
{
	if (w->list.found)
		finish_stored(w, true, err);
	else
		finish(w, NULL, false, err);
}

static void on_fetched(void *arg, bool end, const struct err *err)
{
	struct whole *w = arg;
	struct err why;
	if (!end)
		return;
	w->fetch = NULL;
	if (!store_cache_list(w->core->store, w->key, &w->list, &why))
		finish(w, NULL, false, &why);
	else if (err)
		fall_back(w, err);
	else
		finish_stored(w, false, NULL);
}

static bool is_fresh(const struct whole *w)
{
	int64_t age = clock_wall(w->core->clock) - w->list.fetched_at;
	return w->list.found && !w->refresh && age * 1000 < w->core->settings->cache_ttl;
}

static void ask(struct whole *w)
{
	struct err err;
	if (!core_gateway(w->core, &err)) {
		fall_back(w, &err);
		return;
	}
	w->fetch = fetch_start(w->core, &w->query, w->key, is_fresh(w) ? w->list.count : 0,
			       MOST_ROWS, on_fetched, w);
}

static void on_channel(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct whole *w = arg;
	struct err why = err ? *err : (struct err){ 0 };
	w->lookup = NULL;
	bool is_channel = one && one->n && one->items[0].kind == CLAIM_CHANNEL;
	if (is_channel)
		memcpy(w->query.channel_id, one->items[0].id, CLAIM_ID_SIZE);
	else if (one)
		err_set(&why, ERR_USAGE, 0, "%s is not a channel: try kiyya show", w->asked);
	page_free(one);
	if (is_channel)
		ask(w);
	else
		fall_back(w, &why);
}

static void begin(void *arg)
{
	struct whole *w = arg;
	struct err err;
	struct url u;
	w->timer = 0;
	if (!url_parse(&u, w->asked, &err)) {
		finish(w, NULL, false, &err);
		return;
	}
	memcpy(w->query.channel_id, u.claim_id, CLAIM_ID_SIZE);
	w->address = str_dup(u.lbry ? u.lbry : u.claim_id);
	w->key = fetch_key(w->address, &w->query);
	url_release(&u);
	if (!store_cache_list(w->core->store, w->key, &w->list, &err)) {
		finish(w, NULL, false, &err);
		return;
	}
	bool fresh = is_fresh(w),
	     hit = w->list.found && (w->core->offline || (fresh && w->list.complete));
	store_cache_count_hit(w->core->store, hit);
	if (hit)
		finish_stored(w, !fresh, NULL);
	else if (w->query.channel_id[0])
		ask(w);
	else
		w->lookup = lookup_start(w->core, w->address, LOOKUP_STORED_FIRST, on_channel, w);
}

struct whole *whole_start(struct core *core, const char *address, const char *type, bool refresh,
			  whole_fn *fn, void *arg)
{
	struct whole *w = NEW(struct whole);
	*w = (struct whole){
		.core = core,
		.query = { .type = type, .released_before = TIME_UNKNOWN },
		.asked = str_dup(address ? address : core->settings->channel_default),
		.refresh = refresh,
		.fn = fn,
		.arg = arg,
	};
	w->timer = timer_add(core->timers, 0, begin, w);
	return w;
}
