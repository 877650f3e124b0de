/* Answers search and searches: what is stored first, then the gateway when that is thin, then the
 * newest uploads when nothing matches. */
#include <stdlib.h>
#include <string.h>
#include "idset.h"
#include "kiyya/query.h"
#include "kiyya/text.h"
#include "lookup.h"
#include "route.h"
#include "seek.h"
#include "ticket.h"

#define DEFAULT_LIMIT 20
#define MOST_ROWS     10000
#define THIN          5 /* fewer hits than these: the gateway is asked, too */
#define NEWEST_ROWS   10
#define PAGE_SIZE     50
#define MOST_PAGES    20  /* a query reaches no further */
#define MORE_PAGES    3   /* beyond those that would do, for what filters leave out */
#define TYPING_MS     300 /* a person who types is not asked about at a gateway until he stops */
#define TYPING_LEAST  3   /* characters */
#define HISTORY_ROWS  50

struct search {
	struct core *core;
	struct ticket *ticket;
	struct query query;
	char *text, *words; /* owned; as typed; for the gateway */
	bool typing, local_only, remote_only;
	int64_t limit, shown;
	struct idset seen;
	struct seek *seek;
	struct lookup *lookup; /* of the channel */
	uint64_t timer, call;
	struct claim_query remote;
	struct err
	    failed; /* why the gateways did not answer; ERR_NONE: they did, or were not asked */
};

static void search_free(struct search *s)
{
	timer_drop(s->core->timers, s->timer);
	if (s->call)
		gateway_cancel(s->core->gateway, s->call);
	seek_cancel(s->seek);
	lookup_cancel(s->lookup);
	idset_release(&s->seen);
	query_release(&s->query);
	free(s->text);
	free(s->words);
	free(s);
}

static void search_cancel(void *arg)
{
	search_free(arg);
}

static void search_done(struct search *s, const struct err *err)
{
	struct err why;
	if (!err && !s->typing && s->core->settings->history_searches &&
	    !store_search_add(s->core->store, s->text, &why))
		log_warn("backend", NULL, "what was searched is not remembered: %s", why.text);
	ticket_done(s->ticket, err);
	search_free(s);
}

/* Posts the claims of page that were not there yet and that the filters want; the page moves in. */
static void post_found(struct search *s, struct page *page, const char *from, int64_t most)
{
	struct event *e = ticket_event(s->ticket, EV_FOUND);
	struct page *fresh = page_new();
	int64_t now = clock_wall(s->core->clock);
	bool filtered = str_eq(from, "remote");
	for (size_t i = 0; i < page->n && (int64_t)fresh->n < most; i++) {
		const struct claim *c = &page->items[i];
		if ((filtered && !query_wants(&s->query, c, now)) || !idset_add(&s->seen, c->id))
			continue;
		char *snippet = query_snippet(&s->query, c);
		strs_add(&e->u.found.snippets_, snippet ? snippet : "");
		claim_copy(page_add(fresh), c, fresh->arena);
		free(snippet);
	}
	page_free(page);
	e->u.found.first_ = s->shown;
	e->u.found.from_ = str_dup(from);
	s->shown += (int64_t)fresh->n;
	e->u.found.claims_ = fresh;
	link_post(s->core->link, e);
}

/* What came from a gateway is kept, and gets what this machine knows of it. */
static void keep(struct search *s, struct page *page)
{
	struct err why;
	if (!store_cache_put(s->core->store, NULL, page, 0, false, false, &why) ||
	    !store_local_state(s->core->store, page, &why))
		log_warn("backend", NULL, "what was found is not stored: %s", why.text);
}

/* -- nothing matches --------------------------------------------------------------------------- */

static void post_newest(struct search *s, struct page *page)
{
	if (page->n > 0)
		post_note(s->core, s->ticket, "info", "nothing matches; newest uploads:");
	post_found(s, page, "newest", NEWEST_ROWS);
}

static void on_newest_remote(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct search *s = arg;
	s->call = 0;
	if (page) {
		keep(s, page);
		post_newest(s, page);
	}
	search_done(s, err);
}

static void on_newest(void *arg, struct page *page, const struct err *err)
{
	struct search *s = arg;
	struct err why = s->failed;
	s->seek = NULL;
	if (!page) {
		search_done(s, err);
		return;
	}
	bool some = page->n > 0;
	if (some && why.kind != ERR_NONE && !s->core->offline)
		post_note(s->core, s->ticket, "warn", "only what is stored: %s", why.text);
	post_newest(s, page);
	struct gateway *g = NULL;
	if (!some && !s->local_only && why.kind == ERR_NONE)
		g = core_gateway(s->core, &why);
	if (!g) {
		search_done(s, some || s->local_only ? NULL : &why);
		return;
	}
	s->remote.text = NULL;
	s->remote.page = 1;
	s->remote.page_size = NEWEST_ROWS;
	s->call = gateway_search(g, &s->remote, on_newest_remote, s);
}

static void show_newest(struct search *s)
{
	struct err err;
	s->seek = seek_start(s->core, &s->query, FIND_NEWEST, NEWEST_ROWS, on_newest, s, &err);
	if (!s->seek)
		search_done(s, &err);
}

/* -- the gateway ------------------------------------------------------------------------------- */

static void remote_ended(struct search *s, const struct err *err)
{
	if (err)
		s->failed = *err;
	bool silent = err && err->kind != ERR_NOT_FOUND;
	if (s->shown > 0 && silent)
		post_note(s->core, s->ticket, "warn", "only what is stored: %s", err->text);
	if (s->shown > 0 || s->typing)
		search_done(s, NULL);
	else if (s->remote_only && silent)
		search_done(s, err);
	else
		show_newest(s);
}

static void ask_remote(struct search *s);

static void on_remote(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct search *s = arg;
	s->call = 0;
	if (!page) {
		remote_ended(s, err);
		return;
	}
	keep(s, page);
	post_found(s, page, "remote", s->limit - s->shown);
	int64_t pages = s->limit / PAGE_SIZE + 1 + (query_has_filters(&s->query) ? MORE_PAGES : 0);
	if (pages > MOST_PAGES)
		pages = MOST_PAGES;
	if (last_page || s->shown >= s->limit || s->remote.page >= pages) {
		remote_ended(s, NULL);
		return;
	}
	s->remote.page++;
	ask_remote(s);
}

static void ask_remote(struct search *s)
{
	struct err err;
	struct gateway *g = core_gateway(s->core, &err);
	if (!g) {
		remote_ended(s, &err);
		return;
	}
	s->remote.text = str_empty(s->words) ? NULL : s->words;
	s->remote.page_size = PAGE_SIZE;
	s->call = gateway_search(g, &s->remote, on_remote, s);
}

static void on_channel(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct search *s = arg;
	s->lookup = NULL;
	if (one && one->n && one->items[0].kind == CLAIM_CHANNEL) {
		memcpy(s->remote.channel_id, one->items[0].id, CLAIM_ID_SIZE);
		page_free(one);
		ask_remote(s);
		return;
	}
	struct err why = { 0 };
	if (one)
		err_set(&why, ERR_USAGE, 0, "%s is not a channel", s->query.channel_name);
	else
		why = *err;
	page_free(one);
	remote_ended(s, &why);
}

/* A gateway knows neither what was watched nor what is kept here, and without words, tags or a
 * channel there is nothing to ask it for. */
static bool can_ask_remote(const struct search *s)
{
	const struct query *q = &s->query;
	bool ours = q->states & ~(unsigned)QUERY_UNWATCHED;
	return !ours && (q->n_terms || q->tags.n || q->channel_name || q->channel_id[0]);
}

static void start_remote(void *arg)
{
	struct search *s = arg;
	const struct query *q = &s->query;
	s->timer = 0;
	if (!can_ask_remote(s)) {
		remote_ended(s, NULL);
		return;
	}
	s->remote =
	    (struct claim_query){ .tags = &q->tags, .released_before = TIME_UNKNOWN, .page = 1 };
	if (claim_id_ok(q->channel_id)) {
		memcpy(s->remote.channel_id, q->channel_id, CLAIM_ID_SIZE);
	} else if (q->channel_name) {
		char *address = str_fmt("lbry://%s%s%s", q->channel_name,
					q->channel_id[0] ? "#" : "", q->channel_id);
		s->lookup = lookup_start(s->core, address, LOOKUP_STORED_FIRST, on_channel, s);
		free(address);
		return;
	}
	ask_remote(s);
}

/* -- what is stored ---------------------------------------------------------------------------- */

static void on_local(void *arg, struct page *page, const struct err *err)
{
	struct search *s = arg;
	s->seek = NULL;
	if (!page) {
		search_done(s, err);
		return;
	}
	post_found(s, page, "local", s->limit);
	bool thin = s->shown < THIN && s->shown < s->limit;
	if (s->local_only || !thin || (s->core->offline && (s->shown || s->typing))) {
		if (s->shown || s->typing)
			search_done(s, NULL);
		else
			show_newest(s);
	} else if (!s->typing) {
		start_remote(s);
	} else if (strlen(s->words) < TYPING_LEAST) {
		search_done(s, NULL);
	} else {
		s->timer = timer_add(s->core->timers, TYPING_MS, start_remote, s);
	}
}

static bool read_query(struct search *s, const struct req_search *r, struct err *err)
{
	struct query q;
	if (!query_parse(&q, r->text_ ? r->text_ : "", r->typing_, err))
		return false;
	s->query = q;
	if (r->channel_ && !query_set_channel(&s->query, r->channel_, err))
		return false;
	const char *text = r->text_ ? r->text_ : "";
	bool blank = text[strspn(text, " ")] == '\0';
	return s->typing || !blank || r->channel_ ||
	       err_set(err, ERR_USAGE, 0, "there is nothing to search for");
}

void answer_search(struct core *core, struct ticket *t, const struct req_search *r)
{
	struct err err;
	struct search *s = NEW(struct search);
	*s = (struct search){
		.core = core,
		.ticket = t,
		.typing = r->typing_,
		.local_only = str_eq(r->from_, "local"),
		.remote_only = str_eq(r->from_, "remote"),
		.limit = r->limit_ > 0 && r->limit_ <= MOST_ROWS ? r->limit_ : DEFAULT_LIMIT,
	};
	ticket_on_cancel(t, search_cancel, s);
	if (!read_query(s, r, &err)) {
		search_done(s, &err);
		return;
	}
	s->text = text_clean(r->text_ ? r->text_ : "", r->text_ ? strlen(r->text_) : 0,
			     QUERY_MAX_CHARS * 4, false);
	s->words = query_words(&s->query);
	if (query_is_empty(&s->query) && s->typing) {
		post_found(s, page_new(), "local", 0);
		search_done(s, NULL);
	} else if (query_is_empty(&s->query)) { /* nothing but signs: no claim has them */
		show_newest(s);
	} else if (s->remote_only) {
		start_remote(s);
	} else {
		s->seek = seek_start(core, &s->query, s->typing ? FIND_TYPING : FIND_WORDS,
				     s->limit, on_local, s, &err);
		if (!s->seek)
			search_done(s, &err);
	}
}

/* -- what was searched ------------------------------------------------------------------------- */

static void post_searched(void *arg, const char *words, int64_t times, int64_t searched_at)
{
	struct ticket *t = arg;
	struct event *e = ticket_event(t, EV_SEARCHED);
	e->u.searched.words_ = text_clean(words, strlen(words), QUERY_MAX_CHARS * 4, false);
	e->u.searched.times_ = times;
	e->u.searched.searched_at_ = searched_at;
	link_post(t->core->link, e);
}

void answer_searches(struct core *core, struct ticket *t, const struct req_searches *r)
{
	struct err err;
	int64_t limit = r->limit_ > 0 ? r->limit_ : HISTORY_ROWS;
	bool ok = str_eq(r->action_, "clear")
		      ? store_search_clear(core->store, &err)
		      : store_search_each(core->store, limit, post_searched, t, &err);
	ticket_done(t, ok ? NULL : &err);
}
