/* The rows of the first view, as they are stored. */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>
#include "fetch.h"
#include "ticket.h"

#define FEATURED_FROM 50 /* the newest of the featured ones, of which one is chosen */

static const struct {
	const char *word, *title;
} kinds[] = {
	[SHELF_CONTINUE] = { "continue", "Continue watching" },
	[SHELF_FEATURED] = { "featured", "Featured" },
	[SHELF_ADDED] = { "added", "Recently added" },
	[SHELF_CATEGORY] = { "category", NULL },
};

static void add(struct shelf *v, size_t *n, enum shelf_kind kind, const char *title,
		const char *tag, const char *address)
{
	struct shelf *s = &v[*n];
	*s = (struct shelf){ .kind = kind,
			     .place = (int)(*n)++,
			     .title = title ? title : kinds[kind].title };
	if (tag)
		strs_add(&s->tags, tag);
	if (address && kind != SHELF_CONTINUE)
		s->key = fetch_key(address, &(struct claim_query){ .tags = &s->tags });
}

struct shelf *shelves_new(const struct settings *settings, const char *address, size_t *ret_n)
{
	const struct category_list *l = &settings->catalog_categories;
	struct shelf *v = mem_array(SHELF_CATEGORY + l->n, sizeof(*v));
	size_t n = 0;
	add(v, &n, SHELF_CONTINUE, NULL, NULL, address);
	if (address && !str_empty(settings->catalog_featured))
		add(v, &n, SHELF_FEATURED, NULL, settings->catalog_featured, address);
	add(v, &n, SHELF_ADDED, NULL, NULL, address);
	for (size_t i = 0; address && i < l->n; i++)
		add(v, &n, SHELF_CATEGORY, l->v[i].name, l->v[i].tag, address);
	*ret_n = n;
	return v;
}

void shelves_free(struct shelf *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strs_release(&v[i].tags);
		free(v[i].key);
	}
	free(v);
}

bool shelf_is_due(const struct shelf *s, struct core *core)
{
	struct store_list list;
	if (!s->key)
		return false;
	if (!store_cache_list(core->store, s->key, &list, NULL) || !list.found)
		return true;
	return (clock_wall(core->clock) - list.fetched_at) * 1000 >= core->settings->cache_ttl;
}

/* The first rows of its list; where that has never been fetched, what is known of the channel. */
static struct page *tagged(const struct shelf *s, struct store *store, const char *channel_id,
			   int64_t limit, struct err *err)
{
	struct page *page = store_cache_page(store, s->key, 0, limit, err);
	if (!page && err->kind == ERR_NOT_FOUND)
		page = channel_id[0] ? store_tagged(store, channel_id, &s->tags, limit, err)
				     : page_new();
	return page;
}

/* One of the featured ones for as long as the program runs, so that it does not change under a person's eyes. */
static struct page *featured(const struct shelf *s, struct core *core, const char *channel_id,
			     struct err *err)
{
	struct page *page =
	    core->featured[0] ? store_cache_claim(core->store, core->featured, NULL) : NULL;
	if (page)
		return page;
	page = tagged(s, core->store, channel_id, FEATURED_FROM, err);
	if (page && page->n > 0) {
		struct claim *any = &page->items[(uint64_t)clock_wall(core->clock) % page->n];
		page->items[0] = *any;
		page->n = 1;
		memcpy(core->featured, page->items[0].id, CLAIM_ID_SIZE);
	}
	return page;
}

static struct page *rows_of(const struct shelf *s, struct core *core, const char *channel_id,
			    int64_t limit, struct err *err)
{
	bool more;
	switch (s->kind) {
	case SHELF_CONTINUE:
		return store_progress_begun(core->store, limit, err);
	case SHELF_FEATURED:
		return featured(s, core, channel_id, err);
	case SHELF_ADDED:
		return store_feed(core->store,
				  &(struct feed_query){
				      .since = TIME_UNKNOWN, .limit = limit, .also = channel_id },
				  &more, err);
	case SHELF_CATEGORY:
		return tagged(s, core->store, channel_id, limit, err);
	}
	return NULL;
}

bool shelf_post(const struct shelf *s, const struct ticket *t, const char *channel_id,
		int64_t limit, bool *ret_any, struct err *err)
{
	struct core *core = t->core;
	struct store_list list = { 0 };
	struct page *page = rows_of(s, core, channel_id, limit, err);
	if (!page)
		return false;
	struct event *e = ticket_event(t, EV_SHELF);
	e->u.shelf.place_ = s->place;
	e->u.shelf.kind_ = str_dup(kinds[s->kind].word);
	e->u.shelf.title_ = str_dup(s->title);
	if (s->kind == SHELF_FEATURED || s->kind == SHELF_CATEGORY)
		e->u.shelf.channel_ = str_dup(core->settings->channel_default);
	strs_copy(&e->u.shelf.tags_, &s->tags);
	e->u.shelf.claims_ = page;
	*ret_any |= page->n > 0;
	if (s->key && store_cache_list(core->store, s->key, &list, NULL) && list.found) {
		e->u.shelf.fetched_at_ = list.fetched_at;
		e->u.shelf.cached_ = shelf_is_due(s, core);
	}
	link_post(core->link, e);
	return true;
}
