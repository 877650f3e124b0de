/* The many claims that one item stands for. */
#include "bulk.h"

#include <stdlib.h>
#include "gather.h"
#include "ticket.h"
#include "whole.h"

struct bulk {
	struct ticket *ticket;
	struct gather *gather;
	struct whole *whole;
	bulk_fn *fn;
	void *arg;
};

bool bulk_is_many(const struct claim *c)
{
	return c->kind == CLAIM_CHANNEL || c->kind == CLAIM_COLLECTION;
}

static void finish(struct bulk *b, struct page *page, const struct err *err)
{
	bulk_fn *fn = b->fn;
	void *arg = b->arg;
	free(b);
	fn(arg, page, err);
}

static void on_gathered(void *arg, struct gather_result *r, const struct err *err)
{
	struct bulk *b = arg;
	if (r->page && r->stale)
		post_stale_note(b->ticket, r->fetched_at, err);
	if (r->page && r->n_unknown)
		post_note(b->ticket->core, b->ticket, "warn",
			  "%zu items are not stored and left out", r->n_unknown);
	finish(b, r->page, err);
}

static void on_whole(void *arg, struct whole_result *r, const struct err *err)
{
	struct bulk *b = arg;
	if (r->page && r->stale)
		post_stale_note(b->ticket, r->fetched_at, err);
	finish(b, r->page, err);
}

struct bulk *bulk_start(struct ticket *t, const struct claim *of, bulk_fn *fn, void *arg)
{
	struct bulk *b = NEW(struct bulk);
	*b = (struct bulk){ .ticket = t, .fn = fn, .arg = arg };
	if (of->kind == CLAIM_CHANNEL) {
		b->whole = whole_start(t->core, of->id, "stream", false, on_whole, b);
		return b;
	}
	struct strs ids = { 0 };
	for (size_t i = 0; i < of->n_item_ids; i++)
		strs_add(&ids, of->item_ids[i]);
	b->gather = gather_start(t->core, &ids, true, on_gathered, b);
	strs_release(&ids);
	return b;
}

void bulk_cancel(struct bulk *b)
{
	if (!b)
		return;
	gather_cancel(b->gather);
	whole_cancel(b->whole);
	free(b);
}
