/* Answers feed and refresh: what followed channels have published, stored rows first. */
#include <stdlib.h>
#include <string.h>
#include "deepen.h"
#include "refresh.h"
#include "route.h"
#include "ticket.h"

#define DEFAULT_LIMIT 50

struct feed {
	struct core *core;
	struct ticket *ticket;
	struct feed_query query;
	char *after; /* owned; of query */
	int64_t first;
	bool any_stored; /* something of some channel has been fetched */
	struct refresh *refresh;
	struct deepen *deepen;
};

static void feed_free(struct feed *f)
{
	refresh_cancel(f->refresh);
	deepen_cancel(f->deepen);
	free(f->after);
	free(f);
}

static void feed_cancel(void *arg)
{
	feed_free(arg);
}

static void feed_done(struct feed *f, const struct err *err)
{
	ticket_done(f->ticket, err);
	feed_free(f);
}

static bool post_rows(struct feed *f, bool cached, struct err *err)
{
	bool more;
	struct page *page = store_feed(f->core->store, &f->query, &more, err);
	if (!page)
		return false;
	struct event *e = ticket_event(f->ticket, EV_PAGE);
	e->u.page.claims_ = page;
	e->u.page.first_ = f->first;
	e->u.page.cached_ = cached;
	e->u.page.more_ = more;
	link_post(f->core->link, e);
	return true;
}

static void finish(struct feed *f, bool cached)
{
	struct err err;
	bool ok = post_rows(f, cached, &err);
	feed_done(f, ok ? NULL : &err);
}

static void on_deepened(void *arg, const struct err *err)
{
	struct feed *f = arg;
	f->deepen = NULL;
	if (err)
		post_note(f->core, f->ticket, "warn", "showing what is stored: %s", err->text);
	finish(f, err != NULL);
}

/* The rows, once all that belong among them are stored. */
static void reach_down(struct feed *f)
{
	struct err err;
	if (core_gateway(f->core, &err))
		f->deepen = deepen_start(f->core, &f->query, on_deepened, f);
	else
		finish(f, true);
}

static void on_refreshed(void *arg, const struct refresh_result *result)
{
	struct feed *f = arg;
	f->refresh = NULL;
	bool none = result->n_failed == result->n_asked;
	if (result->n_failed && none && !f->any_stored) {
		feed_done(f, &result->first);
		return;
	}
	if (result->n_failed)
		post_note(f->core, f->ticket, "warn",
			  "showing what is stored of %zu of %zu channels: %s", result->n_failed,
			  result->n_asked, result->first.text);
	if (none)
		finish(f, true);
	else
		reach_down(f);
}

/* The channels of list that have to be asked. */
static struct follow_list take_due(struct feed *f, struct follow_list *list, bool all)
{
	struct follow_list due = { .v = mem_array(list->n, sizeof(*due.v)) };
	for (size_t i = 0; i < list->n; i++) {
		struct follow *one = &list->v[i];
		f->any_stored |= refresh_is_stored(f->core, one);
		if (!all && !refresh_is_due(f->core, one))
			continue;
		due.v[due.n++] = *one;
		*one = (struct follow){ 0 };
	}
	return due;
}

static void feed_offline(struct feed *f, const struct err *err)
{
	if (!f->any_stored)
		feed_done(f, err);
	else
		finish(f, true);
}

static void feed_begin(struct feed *f, struct follow_list *list, const struct req_feed *r)
{
	struct err err;
	struct follow_list due = take_due(f, list, r->refresh_);
	struct gateway *g = NULL;
	if (due.n == 0) {
		reach_down(f);
	} else if (!(g = core_gateway(f->core, &err))) {
		feed_offline(f, &err);
	} else if (!r->wait_fresh_ && f->any_stored && !post_rows(f, true, &err)) {
		feed_done(f, &err);
	} else {
		f->refresh = refresh_start(f->core, &due, NULL, on_refreshed, f);
	}
	follow_list_release(&due);
}

void answer_feed(struct core *core, struct ticket *t, const struct req_feed *r)
{
	struct err err;
	struct follow_list list;
	if (!store_follow_list(core->store, &list, &err)) {
		ticket_done(t, &err);
		return;
	}
	struct feed *f = NEW(struct feed);
	*f = (struct feed){ .core = core,
			    .ticket = t,
			    .after = str_dup(r->after_),
			    .first = r->first_ > 0 ? r->first_ : 0 };
	f->query = (struct feed_query){ .unwatched = r->unwatched_,
					.since = r->since_,
					.limit = r->limit_ > 0 ? r->limit_ : DEFAULT_LIMIT,
					.after = f->after };
	ticket_on_cancel(t, feed_cancel, f);
	if (list.n == 0) {
		post_note(core, t, "info", "no channel is followed yet: kiyya follow @channel");
		finish(f, false);
	} else if (f->after) {
		reach_down(f);
	} else {
		feed_begin(f, &list, r);
	}
	follow_list_release(&list);
}

/* -- refresh ------------------------------------------------------------------------------------------ */

struct renewal {
	struct core *core;
	struct ticket *ticket;
	struct refresh *refresh;
	struct tally tally;
	bool several;
};

static void renewal_cancel(void *arg)
{
	struct renewal *n = arg;
	refresh_cancel(n->refresh);
	free(n);
}

static void on_channel(void *arg, const struct follow *f, const struct page *fresh,
		       const struct err *err)
{
	struct renewal *n = arg;
	tally_add(&n->tally, err);
	if (err && n->several)
		post_row_failed(n->ticket, f->name, err);
	if (err || fresh->n == 0)
		return;
	struct event *e = ticket_event(n->ticket, EV_PAGE);
	e->u.page.claims_ = page_copy(fresh);
	link_post(n->core->link, e);
}

static void on_end(void *arg, const struct refresh_result *result)
{
	struct renewal *n = arg;
	ticket_done_tally(n->ticket, &n->tally);
	free(n);
}

/* The followed channels that are named, each once; none named: all. */
static bool find_channels(struct renewal *n, const struct strs *names, struct follow_list *ret,
			  struct err *err)
{
	struct follow_list l = { 0 };
	if (names->n == 0)
		return store_follow_list(n->core->store, ret, err);
	l.v = mem_array(names->n, sizeof(*l.v));
	for (size_t i = 0; i < names->n; i++) {
		struct err why;
		if (store_follow_find(n->core->store, names->v[i], &l.v[l.n], &why)) {
			l.n++;
			continue;
		}
		if (n->several)
			post_row_failed(n->ticket, names->v[i], &why);
		tally_add(&n->tally, &why);
	}
	*ret = l;
	return true;
}

void answer_refresh(struct core *core, struct ticket *t, const struct req_refresh *r)
{
	struct err err;
	struct follow_list list = { 0 };
	struct renewal *n = NEW(struct renewal);
	*n = (struct renewal){ .core = core, .ticket = t, .several = r->channels_.n != 1 };
	ticket_on_cancel(t, renewal_cancel, n);
	bool ok = find_channels(n, &r->channels_, &list, &err);
	if (ok && list.n == 0 && r->channels_.n == 0)
		post_note(core, t, "info", "no channel is followed yet: kiyya follow @channel");
	if (ok && list.n > 0 && core_gateway(core, &err)) {
		n->refresh = refresh_start(core, &list, on_channel, on_end, n);
		return;
	}
	if (!ok || list.n > 0)
		tally_add(&n->tally, &err);
	ticket_done_tally(t, &n->tally);
	follow_list_release(&list);
	free(n);
}
