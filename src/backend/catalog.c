/* Answers browse and show: a channel's claims, stored ones first, and one claim resolved. */
#include <stdlib.h>
#include <string.h>
#include "fetch.h"
#include "kiyya/url.h"
#include "lookup.h"
#include "route.h"
#include "ticket.h"

#define DEFAULT_LIMIT 50
#define MOST_ROWS     100000

struct browse {
	struct core *core;
	struct ticket *ticket;
	struct claim_query query;
	struct strs tags;
	char *order, *address, *key;
	int64_t first, limit;
	bool all, refresh, wait_fresh;
	int64_t posted; /* rows that went up already, of --all */
	struct store_list list;
	struct lookup *lookup; /* of the channel */
	struct fetch *fetch;
};

static void browse_free(struct browse *b)
{
	lookup_cancel(b->lookup);
	fetch_cancel(b->fetch);
	strs_release(&b->tags);
	free(b->order);
	free(b->address);
	free(b->key);
	free(b);
}

static void browse_cancel(void *arg)
{
	browse_free(arg);
}

static void browse_done(struct browse *b, const struct err *err)
{
	ticket_done(b->ticket, err);
	browse_free(b);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The list that there is to read: while it is fetched anew for --all, the new one. */
static const char *list_now(const struct browse *b)
{
	return b->fetch && b->all ? fetch_list(b->fetch) : b->key;
}

/* Posts rows [first, first + limit) of the stored list. */
static bool post_rows(struct browse *b, int64_t first, int64_t limit, bool cached, struct err *err)
{
	struct page *page = store_cache_page(b->core->store, list_now(b), first, limit, err);
	if (!page)
		return false;
	struct event *e = ticket_event(b->ticket, EV_PAGE);
	e->u.page.first_ = first;
	e->u.page.cached_ = cached;
	e->u.page.more_ = !b->list.complete || b->list.count > first + (int64_t)page->n;
	e->u.page.fetched_at_ = b->list.fetched_at;
	e->u.page.claims_ = page;
	link_post(b->core->link, e);
	return true;
}

static bool covered(const struct browse *b)
{
	return b->list.complete || (!b->all && b->list.count >= b->first + b->limit);
}

/* Lists in an order that the gateway does not let us continue end where one query does: that is said. */
static void end_all(struct browse *b)
{
	if (!fetch_is_endless(b->order) && b->list.count >= FETCH_REACHABLE)
		post_note(b->core, b->ticket, "warn",
			  "by %s the gateway gives only the first %d: try --order newest", b->order,
			  FETCH_REACHABLE);
	browse_done(b, NULL);
}

/* What is stored, as far as it goes: what the person sees when nobody answers. */
static void post_stored(struct browse *b, bool cached)
{
	struct err err;
	int64_t limit = b->all ? MOST_ROWS : b->limit;
	if (!post_rows(b, b->all ? 0 : b->first, limit, cached, &err))
		browse_done(b, &err);
	else if (b->all)
		end_all(b);
	else
		browse_done(b, NULL);
}

/* Some of what is wanted is stored, or it is stored that there is no more. */
static bool some_stored(const struct browse *b)
{
	return b->list.found && (b->list.complete || b->list.count > (b->all ? 0 : b->first));
}

static void fall_back(struct browse *b, const struct err *err)
{
	if (!some_stored(b)) {
		browse_done(b, err);
		return;
	}
	post_note(b->core, b->ticket, "warn", "showing what is stored: %s", err->text);
	if (b->wait_fresh)
		post_stored(b, true);
	else
		browse_done(b, NULL);
}

/* After each page of the gateway: rows that are wanted go up. */
static void on_fetched(void *arg, bool end, const struct err *err)
{
	struct browse *b = arg;
	struct err why;
	if (end)
		b->fetch = NULL; /* it frees itself, its list has its place */
	bool ok = store_cache_list(b->core->store, list_now(b), &b->list, &why);
	if (ok && err) {
		fall_back(b, err);
		return;
	}
	if (ok && b->all && b->list.count > b->posted) {
		ok = post_rows(b, b->posted, b->list.count - b->posted, false, &why);
		b->posted = b->list.count;
	}
	if (!ok) {
		browse_done(b, &why);
		return;
	}
	if (!end)
		return;
	if (b->all)
		end_all(b);
	else
		post_stored(b, false);
}

static void ask(struct browse *b)
{
	struct err err;
	struct gateway *g = core_gateway(b->core, &err);
	if (!g) {
		fall_back(b, &err);
		return;
	}
	/* A list that is fresh and only too short is continued; anything else begins anew. */
	int64_t age = clock_wall(b->core->clock) - b->list.fetched_at;
	bool go_on = b->list.found && !b->refresh && age * 1000 < b->core->settings->cache_ttl;
	b->fetch = fetch_start(b->core, &b->query, b->key, go_on ? b->list.count : 0,
			       b->all ? MOST_ROWS : b->first + b->limit, on_fetched, b);
}

static void on_channel(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct browse *b = arg;
	b->lookup = NULL;
	if (one && one->n && one->items[0].kind == CLAIM_CHANNEL) {
		memcpy(b->query.channel_id, one->items[0].id, CLAIM_ID_SIZE);
		page_free(one);
		ask(b);
		return;
	}
	struct err why;
	if (one)
		err_set(&why, ERR_USAGE, 0, "%s is not a channel: try kiyya show", b->address);
	else
		why = *err;
	page_free(one);
	fall_back(b, &why);
}

/* Stored rows first, when they may be shown; then, unless they are fresh, the gateway. */
static void begin(struct browse *b)
{
	struct err err;
	if (!store_cache_list(b->core->store, b->key, &b->list, &err)) {
		browse_done(b, &err);
		return;
	}
	int64_t age = b->list.found ? clock_wall(b->core->clock) - b->list.fetched_at : 0;
	bool fresh = b->list.found && age * 1000 < b->core->settings->cache_ttl && !b->refresh;
	bool enough = b->core->offline ? some_stored(b) : fresh && covered(b);
	struct store *store = b->core->store;
	if (enough) {
		if (b->core->offline && !fresh)
			post_note(b->core, b->ticket, "info", "stored %lld minutes ago",
				  (long long)age / 60);
		post_stored(b, true);
		store_cache_count_hit(store, true); /* after the rows: it waits for the disk */
		return;
	}
	if (b->list.found && !b->wait_fresh && b->list.count > b->first &&
	    !post_rows(b, b->first, b->limit, true, &err))
		b->list.found = false; /* a claim of it was evicted: a miss */
	store_cache_count_hit(store, false);
	if (b->query.channel_id[0])
		ask(b);
	else
		b->lookup = lookup_start(b->core, b->address, LOOKUP_STORED_FIRST, on_channel, b);
}

void answer_browse(struct core *core, struct ticket *t, const struct req_browse *r)
{
	struct err err;
	struct url u;
	if (!url_parse(&u, r->channel_ ? r->channel_ : core->settings->channel_default, &err)) {
		ticket_done(t, &err);
		return;
	}
	struct browse *b = NEW(struct browse);
	*b = (struct browse){ .core = core,
			      .ticket = t,
			      .query = { .released_before = TIME_UNKNOWN },
			      .limit =
				  r->limit_ > 0 && r->limit_ <= 10000 ? r->limit_ : DEFAULT_LIMIT,
			      .all = r->all_,
			      .refresh = r->refresh_,
			      .wait_fresh = r->wait_fresh_ };
	b->first = r->page_ > 1 && r->page_ < MOST_ROWS ? (r->page_ - 1) * b->limit : 0;
	b->order = str_dup(r->order_);
	strs_copy(&b->tags, &r->tags_);
	if (b->tags.n)
		qsort(b->tags.v, b->tags.n, sizeof(*b->tags.v), compare_strings);
	/* One list for each different question, whatever order its tags were typed in. */
	b->query.tags = &b->tags;
	b->query.order = b->order;
	memcpy(b->query.channel_id, u.claim_id, CLAIM_ID_SIZE);
	b->address = str_dup(u.lbry ? u.lbry : u.claim_id);
	b->key = fetch_key(b->address, &b->query);
	url_release(&u);
	ticket_on_cancel(t, browse_cancel, b);
	begin(b);
}

struct show {
	struct core *core;
	struct ticket *ticket;
	struct lookup *lookup;
};

static void show_cancel(void *arg)
{
	struct show *s = arg;
	lookup_cancel(s->lookup);
	free(s);
}

static void on_shown(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct show *s = arg;
	if (one && stale && !s->core->offline)
		post_note(s->core, s->ticket, "warn", "showing what is stored: %s", err->text);
	if (one) {
		struct event *e = ticket_event(s->ticket, EV_PAGE);
		e->u.page.claims_ = one;
		e->u.page.first_ = 0;
		e->u.page.cached_ = stale;
		link_post(s->core->link, e);
		ticket_done(s->ticket, NULL);
	} else {
		ticket_done(s->ticket, err);
	}
	free(s);
}

void answer_show(struct core *core, struct ticket *t, const struct req_show *r)
{
	struct show *s = NEW(struct show);
	*s = (struct show){ .core = core, .ticket = t };
	ticket_on_cancel(t, show_cancel, s);
	s->lookup =
	    lookup_start(core, r->item_ ? r->item_ : "",
			 r->refresh_ ? LOOKUP_GATEWAY_FIRST : LOOKUP_STORED_FIRST, on_shown, s);
}
