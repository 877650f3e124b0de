/* Does one thing to each of the claims that the items of a request mean. */
#include "errand.h"

#include <stdlib.h>
#include "lookup.h"

struct errand {
	struct ticket *ticket;
	struct strs items;
	size_t next;
	enum errand_ids ids;
	errand_fn *fn;
	int64_t number;
	struct lookup *lookup;
	struct tally tally;
};

static void errand_free(struct errand *e)
{
	lookup_cancel(e->lookup);
	strs_release(&e->items);
	free(e);
}

static void errand_cancel(void *arg)
{
	errand_free(arg);
}

static void go_on(struct errand *e);

static void on_found(void *arg, struct page *one, bool stale, const struct err *err)
{
	struct errand *e = arg;
	struct ticket *t = e->ticket;
	const char *item = e->items.v[e->next++];
	struct err why;
	e->lookup = NULL;
	bool ok = false;
	if (one)
		ok = e->fn(t, e->number, one->items[0].id, one->items[0].title, &why);
	else if (e->ids == ERRAND_TRUST_IDS && claim_id_ok(item))
		ok = e->fn(t, e->number, item, NULL, &why);
	else
		why = *err;
	page_free(one);
	if (!ok && e->items.n > 1)
		post_row_failed(t, item, &why);
	tally_add(&e->tally, ok ? NULL : &why);
	go_on(e);
}

static void go_on(struct errand *e)
{
	if (e->next == e->items.n) {
		ticket_done_tally(e->ticket, &e->tally);
		errand_free(e);
		return;
	}
	const char *item = e->items.v[e->next];
	bool as_it_is = e->ids == ERRAND_TRUST_IDS && claim_id_ok(item);
	e->lookup = lookup_start(e->ticket->core, item,
				 as_it_is ? LOOKUP_STORED : LOOKUP_STORED_FIRST, on_found, e);
}

void errand_start(struct ticket *t, const struct strs *items, enum errand_ids ids, errand_fn *fn,
		  int64_t number)
{
	struct errand *e = NEW(struct errand);
	*e = (struct errand){ .ticket = t, .ids = ids, .fn = fn, .number = number };
	strs_copy(&e->items, items);
	ticket_on_cancel(t, errand_cancel, e);
	go_on(e);
}

void errand_start_one(struct ticket *t, const char *item, enum errand_ids ids, errand_fn *fn,
		      int64_t number)
{
	struct strs items = { 0 };
	strs_add(&items, item ? item : "");
	errand_start(t, &items, ids, fn, number);
	strs_release(&items);
}
