/* Answers remove: copies, their files and rows go. */
#include <stdlib.h>
#include "engine.h"
#include "keep.h"
#include "playback.h"
#include "route.h"
#include "sink.h"
#include "ticket.h"

static bool remove_copy(struct core *core, struct ticket *t, const struct copy *c, struct err *err)
{
	keep_post(t, c);
	playback_withdraw(core->playback, c->claim_id);
	return sink_delete(core->vault_dir, c->file, err) &&
	       store_copy_remove(core->store, c->claim_id, c->quality, err);
}

/* The copies of an item, and its rows of the queue with their partial files. */
static bool remove_item(struct core *core, struct ticket *t, const char *item, const char *quality,
			struct err *err)
{
	struct copy_list copies;
	struct download_list rows;
	bool found = false, ok = true;
	if (store_copy_find(core->store, item, quality, &copies, err)) {
		found = true;
		for (size_t i = 0; i < copies.n && ok; i++)
			ok = remove_copy(core, t, &copies.v[i], err);
		copy_list_release(&copies);
	}
	struct err none;
	if (ok && store_queue_find(core->store, item, &rows, found ? &none : err)) {
		for (size_t i = 0; i < rows.n && ok; i++) {
			struct download *d = &rows.v[i];
			if (quality && !str_eq(quality, d->quality))
				continue;
			found = true;
			engine_stop_row(core->engine, d->id);
			ok = (!d->file || sink_delete(core->vault_dir, d->file, err)) &&
			     store_queue_remove(core->store, d->id, err);
			if (ok)
				engine_post_row(core->engine, NULL, d, "removed");
		}
		download_list_release(&rows);
	}
	return found && ok;
}

/* The copies that are meant: of the items, or those that are complete and were watched. */
static bool find_meant(struct core *core, const struct req_remove *r, struct copy_list *ret,
		       struct err *err)
{
	if (!keep_list(core, &r->items_, ret, err))
		return false;
	size_t n = 0;
	for (size_t i = 0; i < ret->n; i++) {
		struct copy *c = &ret->v[i];
		bool meant = r->watched_
				 ? c->complete && keep_was_watched(core, c->claim_id)
				 : str_empty(r->quality_) || str_eq(c->quality, r->quality_);
		if (meant)
			ret->v[n++] = *c;
		else
			copy_release(c);
	}
	ret->n = n;
	return true;
}

static void remove_watched(struct core *core, struct ticket *t, const struct req_remove *r,
			   struct tally *tally)
{
	struct copy_list list;
	struct err err;
	if (!find_meant(core, r, &list, &err)) {
		tally_add(tally, &err);
		return;
	}
	for (size_t i = 0; i < list.n; i++) {
		bool ok = remove_copy(core, t, &list.v[i], &err);
		if (!ok && list.n > 1)
			post_row_failed(t, list.v[i].claim_id, &err);
		tally_add(tally, ok ? NULL : &err);
	}
	copy_list_release(&list);
}

/* Only says what would go. */
static void rehearse(struct core *core, struct ticket *t, const struct req_remove *r)
{
	struct copy_list list;
	struct err err;
	bool ok = find_meant(core, r, &list, &err);
	for (size_t i = 0; ok && i < list.n; i++)
		keep_post(t, &list.v[i]);
	if (ok)
		copy_list_release(&list);
	ticket_done(t, ok ? NULL : &err);
}

void answer_remove(struct core *core, struct ticket *t, const struct req_remove *r)
{
	struct err err;
	struct tally tally = { 0 };
	if (r->dry_run_) {
		rehearse(core, t, r);
		return;
	}
	if (!core_take_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	if (r->watched_)
		remove_watched(core, t, r, &tally);
	for (size_t i = 0; i < r->items_.n && !r->watched_; i++) {
		bool ok = remove_item(core, t, r->items_.v[i],
				      str_empty(r->quality_) ? NULL : r->quality_, &err);
		if (!ok && r->items_.n > 1)
			post_row_failed(t, r->items_.v[i], &err);
		tally_add(&tally, ok ? NULL : &err);
	}
	engine_kick(core->engine);
	ticket_done_tally(t, &tally);
}
