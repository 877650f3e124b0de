/* Asks the gateway what followed channels have published. */
#include "refresh.h"

#include <stdlib.h>
#include <string.h>
#include "hook.h"

#define AT_ONCE   3
#define PAGE_SIZE 50

/* One channel being asked; its place is free when call is 0. */
struct asked {
	struct refresh *refresh;
	const struct follow *follow;
	uint64_t call;
};
struct refresh {
	struct core *core;
	struct follow_list list;
	size_t next;
	struct asked asked[AT_ONCE];
	uint64_t timer;
	struct refresh_result result;
	refresh_channel_fn *each;
	refresh_end_fn *end;
	void *arg;
};

/* The newest of a followed channel are a list of their own, so that what was cleaned away is asked for again. */
char *refresh_key(const struct follow *f)
{
	return str_fmt("followed %s", f->claim_id);
}

static struct store_list find_list(struct core *core, const struct follow *f)
{
	struct store_list list;
	char *key = refresh_key(f);
	if (!store_cache_list(core->store, key, &list, NULL))
		list = (struct store_list){ 0 };
	free(key);
	return list;
}

bool refresh_is_stored(struct core *core, const struct follow *f)
{
	return find_list(core, f).found;
}

bool refresh_is_due(struct core *core, const struct follow *f)
{
	struct store_list list = find_list(core, f);
	int64_t age = clock_wall(core->clock) - list.fetched_at;
	return !list.found || age * 1000 >= core->settings->cache_ttl;
}

void refresh_cancel(struct refresh *r)
{
	if (!r)
		return;
	timer_drop(r->core->timers, r->timer);
	for (size_t i = 0; i < AT_ONCE; i++)
		if (r->asked[i].call)
			gateway_cancel(r->core->gateway, r->asked[i].call);
	follow_list_release(&r->list);
	free(r);
}

static void on_page(void *arg, struct page *page, bool last_page, const struct err *err);

static void go_on(struct refresh *r)
{
	bool open = false;
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct asked *a = &r->asked[i];
		if (!a->call && r->next < r->list.n) {
			struct claim_query q = { .released_before = TIME_UNKNOWN,
						 .page = 1,
						 .page_size = PAGE_SIZE };
			*a = (struct asked){ .refresh = r, .follow = &r->list.v[r->next++] };
			memcpy(q.channel_id, a->follow->claim_id, sizeof(q.channel_id));
			a->call = gateway_search(r->core->gateway, &q, on_page, a);
		}
		open |= a->call != 0;
	}
	if (open)
		return;
	refresh_end_fn *end = r->end;
	void *end_arg = r->arg;
	struct refresh_result result = r->result;
	refresh_cancel(r);
	end(end_arg, &result);
}

/* The claims of page that are not on this machine; owned. */
static struct page *only_new(struct core *core, const struct page *page)
{
	struct page *fresh = page_new();
	for (size_t i = 0; i < page->n; i++)
		if (!store_cache_has(core->store, page->items[i].id))
			claim_copy(page_add(fresh), &page->items[i], fresh->arena);
	return fresh;
}

/* How many, from the newest on, are before all that was known. The first time that a channel is asked nothing is news. */
static size_t count_news(struct core *core, const struct follow *f, const struct page *page)
{
	size_t n = 0;
	if (!hook_is_set(core, HOOK_NEW))
		return 0;
	while (n < page->n && !store_cache_has(core->store, page->items[n].id))
		n++;
	return n < page->n || refresh_is_stored(core, f) ? n : 0;
}

static void take(struct refresh *r, const struct follow *f, struct page *page, bool last_page)
{
	struct err err;
	struct page *fresh = r->each ? only_new(r->core, page) : NULL;
	size_t news = count_news(r->core, f, page);
	char *key = refresh_key(f);
	bool ok = store_cache_put(r->core->store, key, page, 0, true, last_page, &err);
	free(key);
	if (!ok) {
		r->result.first = r->result.n_failed++ ? r->result.first : err;
		if (r->each)
			r->each(r->arg, f, NULL, &err);
	} else if (r->each) {
		r->each(r->arg, f, fresh, NULL);
	}
	for (size_t i = 0; ok && i < news; i++)
		hook_claim(r->core, HOOK_NEW, &page->items[i]);
	page_free(fresh);
}

static void on_page(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct asked *a = arg;
	struct refresh *r = a->refresh;
	a->call = 0;
	r->result.n_asked++;
	if (page) {
		take(r, a->follow, page, last_page);
	} else {
		r->result.first = r->result.n_failed++ ? r->result.first : *err;
		if (r->each)
			r->each(r->arg, a->follow, NULL, err);
	}
	page_free(page);
	go_on(r);
}

static void begin(void *arg)
{
	struct refresh *r = arg;
	r->timer = 0;
	go_on(r);
}

struct refresh *refresh_start(struct core *core, struct follow_list *list, refresh_channel_fn *each,
			      refresh_end_fn *end, void *arg)
{
	struct refresh *r = NEW(struct refresh);
	*r = (struct refresh){ .core = core, .list = *list, .each = each, .end = end, .arg = arg };
	*list = (struct follow_list){ 0 };
	r->timer = timer_add(core->timers, 0, begin, r);
	return r;
}
