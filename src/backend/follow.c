/* Answers follow, unfollow and following: which channels are followed on this machine. */
#include "follow.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/url.h"
#include "lookup.h"
#include "route.h"
#include "ticket.h"

#define MOST_CHANNELS 10000
#define AT_ONCE       4  /* look-ups by address */
#define BATCH         50 /* full ids in one call */

/* One channel on its way to being followed. */
struct wish {
	struct follow_job *job;
	char *item;              /* owned */
	char id[CLAIM_ID_SIZE];  /* "" until it is known */
	struct follow follow;    /* when ok */
	struct lookup *lookup;
	bool ended;
	struct err *err; /* owned; NULL: it went well, or has not ended */
};
/* First full ids, many in a call; then addresses, a few at a time. */
struct follow_job {
	struct core *core;
	struct ticket *ticket;
	struct wish *wishes;
	size_t n;
	size_t next;  /* wish to look at next, in either round */
	size_t batch; /* where the ids end that are being asked for */
	uint64_t call;
	size_t n_open;
	bool rows; /* a failure is a row */
};

void post_channel(const struct ticket *t, const struct follow *f)
{
	struct event *e = ticket_event(t, EV_CHANNEL);
	e->u.channel.claim_id_ = str_dup(f->claim_id);
	e->u.channel.name_ = str_dup(f->name);
	e->u.channel.title_ = str_dup(f->title);
	e->u.channel.followed_at_ = f->followed_at;
	link_post(t->core->link, e);
}

static void job_free(struct follow_job *j)
{
	if (j->call)
		gateway_cancel(j->core->gateway, j->call);
	for (size_t i = 0; i < j->n; i++) {
		lookup_cancel(j->wishes[i].lookup);
		follow_release(&j->wishes[i].follow);
		free(j->wishes[i].item);
		free(j->wishes[i].err);
	}
	free(j->wishes);
	free(j);
}

static void job_cancel(void *arg)
{
	job_free(arg);
}

static void job_done(struct follow_job *j)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < j->n; i++) {
		struct wish *w = &j->wishes[i];
		if (!w->err)
			post_channel(j->ticket, &w->follow);
		else if (j->rows)
			post_row_failed(j->ticket, w->item, w->err);
		tally_add(&tally, w->err);
	}
	ticket_done_tally(j->ticket, &tally);
	job_free(j);
}

static void wish_fail(struct wish *w, const struct err *err)
{
	w->ended = true;
	w->err = NEW(struct err);
	*w->err = *err;
}

/* Nobody answers: what has not begun would wait for the same. */
static void fail_rest(struct follow_job *j, const struct err *err)
{
	for (size_t i = 0; i < j->n; i++)
		if (!j->wishes[i].ended && !j->wishes[i].lookup)
			wish_fail(&j->wishes[i], err);
}

/* The claim has been found: if it is a channel, it is followed from now on. */
static void wish_take(struct wish *w, const struct claim *c)
{
	struct err err;
	if (c->kind != CLAIM_CHANNEL || !c->name) {
		err_set(&err, ERR_USAGE, 0, "%s is not a channel", w->item);
		wish_fail(w, &err);
		return;
	}
	struct follow *f = &w->follow;
	memcpy(f->claim_id, c->id, sizeof(f->claim_id));
	f->name = c->name[0] == '@' ? str_dup(c->name) : str_fmt("@%s", c->name);
	f->title = str_dup(c->title);
	f->url = str_dup(c->url);
	w->ended = store_follow_put(w->job->core->store, f, &err);
	if (!w->ended)
		wish_fail(w, &err);
}

/* -- the second round: addresses ------------------------------------------------------------------- */

static void go_on(struct follow_job *j);

static void on_channel(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct wish *w = arg;
	struct follow_job *j = w->job;
	w->lookup = NULL;
	j->n_open--;
	if (one)
		wish_take(w, &one->items[0]);
	else
		wish_fail(w, err);
	if (!one && err_can_retry(err->kind))
		fail_rest(j, err);
	page_free(one);
	go_on(j);
}

static void go_on(struct follow_job *j)
{
	while (j->next < j->n && j->n_open < AT_ONCE) {
		struct wish *w = &j->wishes[j->next++];
		if (w->ended)
			continue;
		w->lookup = lookup_start(j->core, w->item, LOOKUP_STORED_FIRST, on_channel, w);
		j->n_open++;
	}
	if (j->n_open == 0)
		job_done(j);
}

/* -- the first round: full ids ----------------------------------------------------------------------- */

static bool ask_for_ids(struct follow_job *j);

static void take_batch(struct follow_job *j, size_t from, const struct page *page)
{
	struct err err;
	if (!store_cache_put(j->core->store, NULL, page, 0, false, false, &err))
		log_warn("backend", NULL, "not stored: %s", err.text);
	for (size_t i = from; i < j->batch; i++) {
		struct wish *w = &j->wishes[i];
		for (size_t k = 0; k < page->n && !w->ended; k++)
			if (w->id[0] && strcmp(w->id, page->items[k].id) == 0)
				wish_take(w, &page->items[k]);
	}
}

/* What no answer names is asked for by itself in the second round, which finds the right words. */
static void on_batch(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct follow_job *j = arg;
	size_t from = j->next;
	j->call = 0;
	if (page)
		take_batch(j, from, page);
	else if (err_can_retry(err->kind))
		fail_rest(j, err);
	page_free(page);
	j->next = j->batch;
	if (ask_for_ids(j))
		return;
	j->next = 0;
	go_on(j);
}

/* The next batch; false when there is none, or just one: that is a look-up like any other. */
static bool ask_for_ids(struct follow_job *j)
{
	struct strs ids = { 0 };
	size_t i = j->next;
	for (; i < j->n && ids.n < BATCH; i++)
		if (!j->wishes[i].ended && j->wishes[i].id[0])
			strs_add(&ids, j->wishes[i].id);
	j->batch = i;
	struct gateway *g = ids.n > 1 ? core_gateway(j->core, NULL) : NULL;
	if (g) {
		struct claim_query q = { .claim_ids = &ids,
					 .released_before = TIME_UNKNOWN,
					 .page = 1,
					 .page_size = BATCH };
		j->call = gateway_search(g, &q, on_batch, j);
	}
	strs_release(&ids);
	return g != NULL;
}

/* What can be told without asking: what is no address, and what is stored. */
static void wish_begin(struct wish *w)
{
	struct err err;
	struct url u;
	if (!url_parse(&u, w->item, &err)) {
		wish_fail(w, &err);
		return;
	}
	bool channel = u.is_channel || !u.lbry;
	memcpy(w->id, u.claim_id, sizeof(w->id));
	url_release(&u);
	struct page *one = w->id[0] ? store_cache_claim(w->job->core->store, w->id, NULL) : NULL;
	if (!channel) {
		err_set(&err, ERR_USAGE, 0, "%s is not a channel", w->item);
		wish_fail(w, &err);
	} else if (one) {
		wish_take(w, &one->items[0]);
	}
	page_free(one);
}

void answer_follow(struct core *core, struct ticket *t, const struct req_follow *r)
{
	struct err err;
	if (r->channels_.n > MOST_CHANNELS) {
		err_set(&err, ERR_LIMIT, 0, "no more than %d channels at once", MOST_CHANNELS);
		ticket_done(t, &err);
		return;
	}
	struct follow_job *j = NEW(struct follow_job);
	*j = (struct follow_job){ .core = core, .ticket = t, .n = r->channels_.n,
				  .rows = r->listed_ || r->channels_.n > 1 };
	j->wishes = mem_array(j->n, sizeof(*j->wishes));
	ticket_on_cancel(t, job_cancel, j);
	for (size_t i = 0; i < j->n; i++) {
		j->wishes[i].job = j;
		j->wishes[i].item = str_dup(r->channels_.v[i]);
		wish_begin(&j->wishes[i]);
	}
	if (ask_for_ids(j))
		return;
	j->next = 0;
	go_on(j);
}

/* -- what is followed --------------------------------------------------------------------------------- */

void answer_unfollow(struct core *core, struct ticket *t, const struct req_unfollow *r)
{
	struct tally tally = { 0 };
	for (size_t i = 0; i < r->channels_.n; i++) {
		struct err err;
		struct follow f = { 0 };
		bool ok = store_follow_find(core->store, r->channels_.v[i], &f, &err) &&
			  store_follow_remove(core->store, f.claim_id, &err);
		if (ok)
			post_channel(t, &f);
		else if (r->channels_.n > 1)
			post_row_failed(t, r->channels_.v[i], &err);
		tally_add(&tally, ok ? NULL : &err);
		follow_release(&f);
	}
	ticket_done_tally(t, &tally);
}

void answer_following(struct core *core, struct ticket *t, const struct req_following *r)
{
	struct err err;
	struct follow_list list;
	if (!store_follow_list(core->store, &list, &err)) {
		ticket_done(t, &err);
		return;
	}
	for (size_t i = 0; i < list.n; i++)
		post_channel(t, &list.v[i]);
	follow_list_release(&list);
	ticket_done(t, NULL);
}
