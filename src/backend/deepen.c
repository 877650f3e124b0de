/* Fetches older claims of followed channels.
 *
 * Of each channel the newest are stored as a list, down to some moment. A page of the feed is right as far as it ends
 * above that moment for every channel; a channel for which it does not gets one more page of the gateway, and the
 * question is asked again. */
#include "deepen.h"

#include <stdlib.h>
#include <string.h>
#include "fetch.h"
#include "refresh.h"

#define PAGE_SIZE 50

struct deepen {
	struct core *core;
	const struct feed_query *query;
	struct follow_list channels;
	struct fetch *fetch;
	uint64_t timer;
	deepen_fn *fn;
	void *arg;
};

void deepen_cancel(struct deepen *d)
{
	if (!d)
		return;
	timer_drop(d->core->timers, d->timer);
	fetch_cancel(d->fetch);
	follow_list_release(&d->channels);
	free(d);
}

static void finish(struct deepen *d, const struct err *err)
{
	deepen_fn *fn = d->fn;
	void *arg = d->arg;
	struct err copy = err ? *err : (struct err){ 0 };
	deepen_cancel(d);
	fn(arg, err ? &copy : NULL);
}

/* The release time that the page reaches down to. */
static bool find_end(struct deepen *d, int64_t *ret, struct err *err)
{
	bool more;
	struct page *page = store_feed(d->core->store, d->query, &more, err);
	if (!page)
		return false;
	*ret = d->query->since; /* TIME_UNKNOWN is before all */
	if (more && page->n > 0)
		*ret = page->items[page->n - 1].release_time;
	page_free(page);
	return true;
}

/* Whether a list goes on behind what is stored of it, and what is stored ends above that moment. Pages may be short
 * without being the last, but not by half: a channel that has no more is not asked twice for it each time. */
static bool is_short(struct deepen *d, const char *key, const struct store_list *list, int64_t end)
{
	if (!list->found || list->complete || list->count < PAGE_SIZE / 2)
		return false;
	struct page *last = store_cache_page(d->core->store, key, list->count - 1, 1, NULL);
	bool is = last && last->n == 1 && last->items[0].release_time > end;
	page_free(last);
	return is;
}

static void go_on(void *arg);

static void on_fetched(void *arg, bool end, const struct err *err)
{
	struct deepen *d = arg;
	if (!end)
		return;
	d->fetch = NULL;
	if (err)
		finish(d, err);
	else
		d->timer = timer_add(d->core->timers, 0, go_on, d);
}

static void go_on(void *arg)
{
	struct deepen *d = arg;
	struct err err;
	int64_t end;
	d->timer = 0;
	if (!find_end(d, &end, &err)) {
		finish(d, &err);
		return;
	}
	for (size_t i = 0; i < d->channels.n && !d->fetch; i++) {
		const struct follow *f = &d->channels.v[i];
		struct store_list list;
		struct claim_query q = { .released_before = TIME_UNKNOWN };
		char *key = refresh_key(f);
		str_copy(q.channel_id, sizeof(q.channel_id), f->claim_id);
		if (store_cache_list(d->core->store, key, &list, NULL) &&
		    is_short(d, key, &list, end))
			d->fetch = fetch_start(d->core, &q, key, list.count, list.count + PAGE_SIZE,
					       on_fetched, d);
		free(key);
	}
	if (!d->fetch)
		finish(d, NULL);
}

struct deepen *deepen_start(struct core *core, const struct feed_query *query, deepen_fn *fn,
			    void *arg)
{
	struct deepen *d = NEW(struct deepen);
	*d = (struct deepen){ .core = core, .query = query, .fn = fn, .arg = arg };
	if (!store_follow_list(core->store, &d->channels, NULL))
		d->channels = (struct follow_list){ 0 };
	d->timer = timer_add(core->timers, 0, go_on, d);
	return d;
}
