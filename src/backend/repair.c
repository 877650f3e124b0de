/* Answers repair: one copy after another is mended, as far as it needs it. */
#include <stdlib.h>
#include "keep.h"
#include "mend.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"
#include "work.h"

struct repair {
	struct core *core;
	struct ticket *ticket;
	struct copy_list list;
	size_t next; /* the copy that is being mended, or will be */
	struct mend *mend;
	struct work work;
	struct tally tally;
};

static void repair_free(struct repair *r)
{
	work_end(&r->work);
	mend_free(r->mend);
	copy_list_release(&r->list);
	core_let_lock(r->core);
	free(r);
}

static void repair_cancel(void *arg)
{
	struct repair *r = arg;
	unlock_forget(r->core->unlock, r);
	repair_free(r);
}

static void repair_next(struct repair *r);

static void on_begun(void *arg, uint64_t bytes)
{
	struct repair *r = arg;
	work_end(&r->work);
	work_begin(&r->work, r->ticket, "repair", &r->list.v[r->next], (int64_t)r->next + 1,
		   (int64_t)r->list.n, (int64_t)bytes);
}

static void on_moved(void *arg, uint64_t have)
{
	struct repair *r = arg;
	atomic_store(&r->work.have, (int64_t)have);
}

static void post_report(struct repair *r, const struct mend_report *m)
{
	const struct copy *c = &m->copy;
	struct event *e = ticket_event(r->ticket, EV_VERIFY);
	struct ev_verify *row = &e->u.verify;
	row->claim_id_ = str_dup(c->claim_id);
	row->title_ = str_dup(c->title);
	row->quality_ = str_dup(c->quality);
	row->ok_ = !str_eq(m->hash, "mismatch");
	row->chunks_ = (int64_t)m->chunks;
	row->header_ = str_dup("ok");
	row->publisher_hash_ = str_dup(m->hash);
	row->fetched_ = m->fetched;
	link_post(r->core->link, e);
	const char *title = c->title ? c->title : c->claim_id;
	if (m->header_mended && !m->fetched)
		post_note(r->core, r->ticket, "info", "\"%.100s\": the header was written anew",
			  title);
}

static void on_ended(void *arg, const struct mend_report *report, const struct err *err)
{
	struct repair *r = arg;
	if (report)
		post_report(r, report);
	else if (r->list.n > 1)
		post_row_failed(r->ticket, r->list.v[r->next].claim_id, err);
	tally_add(&r->tally, err);
	mend_free(r->mend);
	r->mend = NULL;
	r->next++;
	repair_next(r);
}

static void repair_next(struct repair *r)
{
	work_end(&r->work);
	if (r->next < r->list.n) {
		const struct copy *c = &r->list.v[r->next];
		work_begin(&r->work, r->ticket, "repair", c, (int64_t)r->next + 1,
			   (int64_t)r->list.n, -1);
		r->mend = mend_start(
		    r->core, c,
		    &(struct mend_events){
			.arg = r, .begun = on_begun, .moved = on_moved, .ended = on_ended });
		return;
	}
	ticket_done_tally(r->ticket, &r->tally);
	repair_free(r);
}

static void repair_unlocked(void *arg, const struct err *err)
{
	struct repair *r = arg;
	if (!err) {
		repair_next(r);
		return;
	}
	ticket_done(r->ticket, err);
	repair_free(r);
}

void answer_repair(struct core *core, struct ticket *t, const struct req_repair *q)
{
	struct copy_list list = { 0 };
	struct err err;
	if (!core_hold_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	bool ok = keep_list(core, &q->items_, &list, &err);
	if (!ok || !list.n) {
		ticket_done(t, ok ? NULL : &err);
		core_let_lock(core);
		return;
	}
	struct repair *r = NEW(struct repair);
	*r = (struct repair){ .core = core, .ticket = t, .list = list };
	ticket_on_cancel(t, repair_cancel, r);
	unlock_if(core->unlock, keep_any_encrypted(&r->list), repair_unlocked, r);
}
