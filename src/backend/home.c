/* Answers home: the rows of the first view, at once as they are stored, then again as the gateway answers. */
#include <stdlib.h>
#include <string.h>
#include "fetch.h"
#include "kiyya/url.h"
#include "lookup.h"
#include "refresh.h"
#include "route.h"
#include "shelf.h"
#include "ticket.h"

#define DEFAULT_LIMIT 10
#define MOST_ROWS     50 /* a page of the gateway */
#define AT_ONCE       3

/* The list of a shelf being fetched; its place is free when fetch is NULL. */
struct asked {
	struct home *home;
	const struct shelf *shelf;
	struct fetch *fetch;
};
struct home {
	struct core *core;
	struct ticket *ticket;
	int64_t limit;
	bool any;                       /* something was shown */
	char *address;                  /* of the default channel; NULL: there is none */
	char channel_id[CLAIM_ID_SIZE]; /* "" not known yet */
	struct shelf *shelves;          /* owned */
	size_t n_shelves;
	bool *due;       /* owned; of each shelf: its list is to be asked for */
	bool asks_lists; /* the channel is known: what is due can be asked for */
	struct lookup *lookup;
	struct refresh *refresh; /* of the followed channels */
	struct asked asked[AT_ONCE];
	bool failed;
	struct err why; /* the first failure */
};

static void home_free(struct home *h)
{
	lookup_cancel(h->lookup);
	refresh_cancel(h->refresh);
	for (size_t i = 0; i < AT_ONCE; i++)
		fetch_cancel(h->asked[i].fetch);
	shelves_free(h->shelves, h->n_shelves);
	free(h->due);
	free(h->address);
	free(h);
}

static void home_cancel(void *arg)
{
	home_free(arg);
}

static void note_failure(struct home *h, const struct err *err)
{
	if (!h->failed)
		h->why = *err;
	h->failed = true;
}

static void post(struct home *h, const struct shelf *s)
{
	struct err err;
	if (!shelf_post(s, h->ticket, h->channel_id, h->limit, &h->any, &err))
		note_failure(h, &err);
}

static void post_kind(struct home *h, enum shelf_kind kind)
{
	for (size_t i = 0; i < h->n_shelves; i++)
		if (h->shelves[i].kind == kind)
			post(h, &h->shelves[i]);
}

/* Ends it when nothing is under way any more. */
static void end_if_done(struct home *h)
{
	bool open = h->lookup || h->refresh;
	for (size_t i = 0; i < AT_ONCE; i++)
		open |= h->asked[i].fetch != NULL;
	if (open)
		return;
	if (h->failed && h->any)
		post_note(h->core, h->ticket, "warn", "showing what is stored: %s", h->why.text);
	ticket_done(h->ticket, h->failed && !h->any ? &h->why : NULL);
	home_free(h);
}

static void on_fetched(void *arg, bool end, const struct err *err);

static void ask(struct home *h, struct asked *a, const struct shelf *s)
{
	struct claim_query q = { .released_before = TIME_UNKNOWN, .tags = &s->tags };
	memcpy(q.channel_id, h->channel_id, CLAIM_ID_SIZE);
	*a = (struct asked){ .home = h, .shelf = s };
	a->fetch = fetch_start(h->core, &q, s->key, 0, MOST_ROWS, on_fetched, a);
}

/* Asks for what is due, a few lists at a time. */
static void go_on(struct home *h)
{
	size_t next = 0;
	for (size_t i = 0; h->asks_lists && i < AT_ONCE; i++) {
		while (next < h->n_shelves && !h->due[next])
			next++;
		if (next == h->n_shelves)
			break;
		if (h->asked[i].fetch)
			continue;
		h->due[next] = false;
		ask(h, &h->asked[i], &h->shelves[next]);
	}
	end_if_done(h);
}

static void on_fetched(void *arg, bool end, const struct err *err)
{
	struct asked *a = arg;
	if (!end && !err)
		return;
	a->fetch = NULL;
	if (err)
		note_failure(a->home, err);
	else
		post(a->home, a->shelf);
	go_on(a->home);
}

static void on_channel(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct home *h = arg;
	struct err why;
	h->lookup = NULL;
	h->asks_lists = one && one->items[0].kind == CLAIM_CHANNEL;
	if (h->asks_lists)
		memcpy(h->channel_id, one->items[0].id, CLAIM_ID_SIZE);
	else if (one)
		err_set(&why, ERR_CONFIG, 0, "channel.default: %s is not a channel", h->address);
	else
		why = *err;
	if (!h->asks_lists)
		note_failure(h, &why);
	page_free(one);
	go_on(h);
}

static void on_refreshed(void *arg, const struct refresh_result *result)
{
	struct home *h = arg;
	h->refresh = NULL;
	if (result->n_failed)
		note_failure(h, &result->first);
	post_kind(h, SHELF_ADDED);
	go_on(h);
}

/* The followed channels that have to be asked. */
static void ask_follows(struct home *h, bool all)
{
	struct follow_list list, due = { 0 };
	struct err err;
	if (!store_follow_list(h->core->store, &list, &err)) {
		note_failure(h, &err);
		return;
	}
	due.v = mem_array(list.n, sizeof(*due.v));
	for (size_t i = 0; i < list.n; i++) {
		if (!all && !refresh_is_due(h->core, &list.v[i]))
			continue;
		due.v[due.n++] = list.v[i];
		list.v[i] = (struct follow){ 0 };
	}
	if (due.n > 0)
		h->refresh = refresh_start(h->core, &due, NULL, on_refreshed, h);
	follow_list_release(&due);
	follow_list_release(&list);
}

static bool mark_due(struct home *h, bool all)
{
	bool any = false;
	h->due = mem_array(h->n_shelves, sizeof(*h->due));
	for (size_t i = 0; i < h->n_shelves; i++) {
		h->due[i] = h->shelves[i].key && (all || shelf_is_due(&h->shelves[i], h->core));
		any |= h->due[i];
	}
	return any;
}

/* The id of the default channel, where it is stored and not in its address. */
static void find_channel(struct home *h)
{
	struct page *one = store_cache_claim(h->core->store, h->address, NULL);
	if (one && one->items[0].kind == CLAIM_CHANNEL)
		memcpy(h->channel_id, one->items[0].id, CLAIM_ID_SIZE);
	page_free(one);
}

void answer_home(struct core *core, struct ticket *t, const struct req_home *r)
{
	struct err err;
	struct url u;
	bool channel = !str_empty(core->settings->channel_default);
	if (channel && !url_parse(&u, core->settings->channel_default, &err)) {
		err_wrap(&err, "channel.default");
		ticket_done(t, &err);
		return;
	}
	struct home *h = NEW(struct home);
	*h = (struct home){ .core = core, .ticket = t };
	h->limit = r->limit_ > 0 && r->limit_ <= MOST_ROWS ? r->limit_ : DEFAULT_LIMIT;
	if (channel) {
		h->address = str_dup(u.lbry ? u.lbry : u.claim_id);
		memcpy(h->channel_id, u.claim_id, CLAIM_ID_SIZE);
		url_release(&u);
	}
	h->shelves = shelves_new(core->settings, h->address, &h->n_shelves);
	ticket_on_cancel(t, home_cancel, h);
	if (channel && !h->channel_id[0])
		find_channel(h);
	for (size_t i = 0; i < h->n_shelves; i++)
		post(h, &h->shelves[i]);
	bool due = mark_due(h, r->refresh_);
	store_cache_count_hit(core->store, !due);
	if (core->offline) {
		/* Nothing can be asked for: what there is has been shown. */
	} else if (!core_gateway(core, &err)) {
		note_failure(h, &err);
	} else {
		ask_follows(h, r->refresh_);
		h->asks_lists = due && h->channel_id[0];
		if (due && !h->asks_lists)
			h->lookup =
			    lookup_start(core, h->address, LOOKUP_STORED_FIRST, on_channel, h);
	}
	go_on(h);
}
