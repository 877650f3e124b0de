/* Answers playlists and playlist: a channel's collections, and the claims of one in its own order. */
#include <stdlib.h>
#include "gather.h"
#include "kiyya/url.h"
#include "lookup.h"
#include "route.h"
#include "ticket.h"
#include "whole.h"

static void post_page(struct ticket *t, struct page *page, bool cached, int64_t fetched_at)
{
	struct event *e = ticket_event(t, EV_PAGE);
	e->u.page.first_ = 0;
	e->u.page.claims_ = page;
	e->u.page.cached_ = cached;
	e->u.page.fetched_at_ = fetched_at;
	link_post(t->core->link, e);
}

/* -- of a channel ------------------------------------------------------------------------------ */

struct playlists {
	struct ticket *ticket;
	struct whole *whole;
};

static void playlists_cancel(void *arg)
{
	struct playlists *p = arg;
	whole_cancel(p->whole);
	free(p);
}

static void on_playlists(void *arg, struct whole_result *r, const struct err *err)
{
	struct playlists *p = arg;
	struct ticket *t = p->ticket;
	free(p);
	if (!r->page) {
		ticket_done(t, err);
		return;
	}
	if (r->stale)
		post_stale_note(t, r->fetched_at, err);
	post_page(t, r->page, r->stale, r->fetched_at);
	ticket_done(t, NULL);
}

void answer_playlists(struct core *core, struct ticket *t, const struct req_playlists *r)
{
	struct playlists *p = NEW(struct playlists);
	p->ticket = t;
	ticket_on_cancel(t, playlists_cancel, p);
	p->whole = whole_start(core, r->channel_, "collection", r->refresh_, on_playlists, p);
}

/* -- of one ------------------------------------------------------------------------------------ */

struct playlist {
	struct core *core;
	struct ticket *ticket;
	char *item;
	struct lookup *lookup;
	struct gather *gather;
};

static void playlist_free(struct playlist *p)
{
	lookup_cancel(p->lookup);
	gather_cancel(p->gather);
	free(p->item);
	free(p);
}

static void playlist_cancel(void *arg)
{
	playlist_free(arg);
}

static void playlist_done(struct playlist *p, const struct err *err)
{
	ticket_done(p->ticket, err);
	playlist_free(p);
}

static void on_gathered(void *arg, struct gather_result *r, const struct err *err)
{
	struct playlist *p = arg;
	p->gather = NULL;
	if (!r->page) {
		playlist_done(p, err);
		return;
	}
	if (r->stale)
		post_stale_note(p->ticket, r->fetched_at, err);
	if (r->n_unknown)
		post_note(p->core, p->ticket, "warn", "%zu items are not stored and not shown",
			  r->n_unknown);
	post_page(p->ticket, r->page, r->stale, r->fetched_at);
	playlist_done(p, NULL);
}

static struct strs ids_of(const struct claim *c)
{
	struct strs ids = { 0 };
	for (size_t i = 0; i < c->n_item_ids; i++)
		strs_add(&ids, c->item_ids[i]);
	return ids;
}

static void on_found(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct playlist *p = arg;
	struct err why;
	p->lookup = NULL;
	if (!one) {
		playlist_done(p, err);
		return;
	}
	if (one->items[0].kind == CLAIM_COLLECTION) {
		struct strs ids = ids_of(&one->items[0]);
		p->gather = gather_start(p->core, &ids, !stale, on_gathered, p);
		strs_release(&ids);
	} else {
		err_set(&why, ERR_USAGE, 0, "%s is not a playlist: try kiyya show", p->item);
		playlist_done(p, &why);
	}
	page_free(one);
}

/* The collection as it is stored, if all its items have been asked for not long ago; NULL if not. */
static struct page *fresh_collection(struct core *core, const char *item)
{
	struct url u;
	struct page *one = store_cache_claim(core->store, item, NULL);
	if (!one && url_parse(&u, item, NULL)) {
		one = store_cache_claim(core->store, u.claim_id[0] ? u.claim_id : u.lbry, NULL);
		url_release(&u);
	}
	if (!one)
		return NULL;
	struct strs ids = ids_of(&one->items[0]);
	bool fresh = one->items[0].kind == CLAIM_COLLECTION && gather_is_fresh(core, &ids);
	strs_release(&ids);
	if (fresh)
		return one;
	page_free(one);
	return NULL;
}

void answer_playlist(struct core *core, struct ticket *t, const struct req_playlist *r)
{
	struct playlist *p = NEW(struct playlist);
	*p = (struct playlist){ .core = core,
				.ticket = t,
				.item = str_dup(r->item_ ? r->item_ : "") };
	ticket_on_cancel(t, playlist_cancel, p);
	struct page *one = r->refresh_ ? NULL : fresh_collection(core, p->item);
	store_cache_count_hit(core->store, one != NULL);
	if (!one) {
		p->lookup = lookup_start(core, p->item, LOOKUP_GATEWAY_FIRST, on_found, p);
		return;
	}
	struct strs ids = ids_of(&one->items[0]);
	p->gather = gather_start(core, &ids, false, on_gathered, p);
	strs_release(&ids);
	page_free(one);
}
