/* Answers series: a channel's claims and its playlists, put together into series, seasons and episodes. */
#include <stdlib.h>
#include "byid.h"
#include "gather.h"
#include "idset.h"
#include "kiyya/season.h"
#include "route.h"
#include "ticket.h"
#include "whole.h"

struct series {
	struct core *core;
	struct ticket *ticket;
	char *channel; /* NULL: the setting's */
	bool refresh, with_claims;
	struct whole *whole;
	struct gather *gather;
	struct page *claims, *collections;
	struct page *others; /* items that the channel does not list; NULL none */
	bool cached;
	int64_t fetched_at;
};

static void series_free(struct series *s)
{
	whole_cancel(s->whole);
	gather_cancel(s->gather);
	page_free(s->claims);
	page_free(s->collections);
	page_free(s->others);
	free(s->channel);
	free(s);
}

static void series_cancel(void *arg)
{
	series_free(arg);
}

static void series_done(struct series *s, const struct err *err)
{
	ticket_done(s->ticket, err);
	series_free(s);
}

/* -- putting together -------------------------------------------------------------------------- */

static bool is_episode(const struct claim *c)
{
	return c && (c->kind == CLAIM_VIDEO || c->kind == CLAIM_AUDIO ||
		     c->kind == CLAIM_LIVESTREAM || c->kind == CLAIM_REPOST);
}

/* gone: what nobody has any more. What is merely not known just now is in neither. */
static void add_playlist(struct series_list *l, const struct claim *collection,
			 const struct byid *known, const struct byid *gone)
{
	const struct claim **items = mem_array(collection->n_item_ids, sizeof(*items));
	for (size_t i = 0; i < collection->n_item_ids; i++) {
		const struct claim *c = byid_find(known, collection->item_ids[i]);
		items[i] = is_episode(c) ? c : byid_find(gone, collection->item_ids[i]);
	}
	series_list_add_playlist(l, collection->title, items, collection->n_item_ids);
	free(items);
}

static struct series_list *put_together(const struct series *s)
{
	struct series_list *l = series_list_new();
	struct byid known = { 0 }, gone = { 0 };
	byid_add(&known, s->claims);
	byid_add(&known, s->others);
	byid_sort(&known);
	byid_add_missing(&gone, s->others);
	byid_sort(&gone);
	for (size_t i = 0; s->collections && i < s->collections->n; i++)
		add_playlist(l, &s->collections->items[i], &known, &gone);
	for (size_t i = 0; i < s->claims->n; i++)
		if (is_episode(&s->claims->items[i]))
			series_list_add_claim(l, &s->claims->items[i]);
	byid_release(&known);
	byid_release(&gone);
	series_list_finish(l);
	return l;
}

static void post_claims(const struct series *s, const struct series_list *l)
{
	struct event *e = ticket_event(s->ticket, EV_PAGE);
	e->u.page.first_ = 0;
	e->u.page.cached_ = s->cached;
	e->u.page.fetched_at_ = s->fetched_at;
	e->u.page.claims_ = page_new();
	for (size_t i = 0; i < l->n; i++)
		claim_copy(page_add(e->u.page.claims_), l->v[i].claim, e->u.page.claims_->arena);
	link_post(s->core->link, e);
}

static void post_episode(const struct series *s, const struct series_episode *row)
{
	struct event *e = ticket_event(s->ticket, EV_EPISODE);
	e->u.episode.series_ = str_dup(row->series);
	if (row->season != SEASON_UNKNOWN)
		e->u.episode.season_ = row->season;
	if (row->episode != SEASON_UNKNOWN)
		e->u.episode.episode_ = row->episode;
	e->u.episode.claim_id_ = str_dup(row->claim->id);
	e->u.episode.title_ = str_dup(row->claim->title);
	e->u.episode.inferred_ = row->inferred;
	e->u.episode.missing_ = row->claim->missing;
	link_post(s->core->link, e);
}

static void answer(struct series *s)
{
	struct series_list *l = put_together(s);
	if (s->with_claims)
		post_claims(s, l);
	for (size_t i = 0; i < l->n; i++)
		post_episode(s, &l->v[i]);
	series_list_free(l);
	series_done(s, NULL);
}

/* -- asking ------------------------------------------------------------------------------------ */

static void on_others(void *arg, struct gather_result *r, const struct err *err)
{
	struct series *s = arg;
	s->gather = NULL;
	s->others = r->page;
	if (!r->page)
		post_note(s->core, s->ticket, "warn", "not all items of playlists are here: %s",
			  err->text);
	answer(s);
}

static bool is_season(const struct claim *collection)
{
	struct season_title t;
	if (!season_title_read_season(&t, collection->title))
		return false;
	season_title_release(&t);
	return true;
}

/* Items of seasons that the channel's own list does not have: somebody else's, or kept off lists. */
static struct strs find_others(const struct series *s)
{
	struct strs ids = { 0 };
	struct idset seen = { 0 };
	for (size_t i = 0; i < s->claims->n; i++)
		idset_add(&seen, s->claims->items[i].id);
	for (size_t i = 0; i < s->collections->n; i++) {
		const struct claim *c = &s->collections->items[i];
		for (size_t k = 0; is_season(c) && k < c->n_item_ids; k++)
			if (ids.n < CLAIM_MAX_ITEMS && idset_add(&seen, c->item_ids[k]))
				strs_add(&ids, c->item_ids[k]);
	}
	idset_release(&seen);
	return ids;
}

static void on_collections(void *arg, struct whole_result *r, const struct err *err)
{
	struct series *s = arg;
	s->whole = NULL;
	s->collections = r->page;
	if (!r->page) {
		/* Without them there is still what titles say. */
		if (!s->core->offline)
			post_note(s->core, s->ticket, "warn", "without playlists: %s", err->text);
		answer(s);
		return;
	}
	struct strs ids = find_others(s);
	if (ids.n)
		s->gather = gather_start(s->core, &ids, s->refresh, on_others, s);
	else
		answer(s);
	strs_release(&ids);
}

static void on_claims(void *arg, struct whole_result *r, const struct err *err)
{
	struct series *s = arg;
	s->whole = NULL;
	if (!r->page) {
		series_done(s, err);
		return;
	}
	if (r->stale)
		post_stale_note(s->ticket, r->fetched_at, err);
	s->claims = r->page;
	s->cached = r->stale;
	s->fetched_at = r->fetched_at;
	s->whole = whole_start(s->core, s->channel, "collection", s->refresh, on_collections, s);
}

void answer_series(struct core *core, struct ticket *t, const struct req_series *r)
{
	struct series *s = NEW(struct series);
	*s = (struct series){ .core = core,
			      .ticket = t,
			      .channel = str_dup(r->channel_),
			      .refresh = r->refresh_,
			      .with_claims = r->claims_ };
	ticket_on_cancel(t, series_cancel, s);
	s->whole = whole_start(core, s->channel, NULL, s->refresh, on_claims, s);
}
