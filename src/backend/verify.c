/* Answers verify: one copy after another, each as a chore. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "keep.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

struct verify {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled, the chore has yet to come back */
	struct copy_list list;
	size_t next;
	bool no_hash;
	atomic_bool cancel;
	struct tally tally;
	bool any_damaged;
	bool running;
	/* the chore's */
	bool ran, ok;
	struct vault_verdict verdict;
	struct err err;
};

static void verify_free(struct verify *v)
{
	copy_list_release(&v->list);
	free(v);
}

static void verify_cancel(void *arg)
{
	struct verify *v = arg;
	v->ticket = NULL;
	atomic_store(&v->cancel, true);
	unlock_forget(v->core->unlock, v);
	if (!v->running)
		verify_free(v);
}

static void verify_next(struct verify *v);

static void verify_run(void *arg)
{
	struct verify *v = arg;
	v->ran = true;
	v->ok = vault_verify(v->core->vault, v->list.v[v->next].file, !v->no_hash, &v->cancel,
			     &v->verdict, &v->err);
}

static const char *hash_verdict(const struct verify *v, const struct copy *c)
{
	if (!str_eq(c->quality, "original"))
		return "not_original";
	if (!c->source_hash[0])
		return "absent";
	if (v->no_hash || !v->verdict.hash[0])
		return "unchecked";
	return str_eq(v->verdict.hash, c->source_hash) ? "match" : "mismatch";
}

static void post_verdict(struct verify *v, struct copy *c)
{
	struct vault_verdict *r = &v->verdict;
	const char *hash = hash_verdict(v, c);
	bool good =
	    c->complete && !r->n_bad && str_eq(r->header, "ok") && !str_eq(hash, "mismatch");
	struct event *e = ticket_event(v->ticket, EV_VERIFY);
	e->u.verify.claim_id_ = str_dup(c->claim_id);
	e->u.verify.title_ = str_dup(c->title);
	e->u.verify.quality_ = str_dup(c->quality);
	e->u.verify.ok_ = good;
	e->u.verify.chunks_ = (int64_t)r->chunks;
	for (size_t i = 0; i < r->n_bad; i++)
		ints_add(&e->u.verify.bad_, (int64_t)r->bad[i]);
	e->u.verify.header_ = str_dup(r->header);
	e->u.verify.publisher_hash_ = str_dup(hash);
	link_post(v->core->link, e);
	struct err err;
	if (good) {
		c->verified_at = clock_wall(v->core->clock);
		str_set(&c->publisher_hash, hash);
		if (!store_copy_put(v->core->store, c, &err))
			log_warn("verify", c->claim_id, "the date was not kept: %s", err.text);
		tally_add(&v->tally, NULL);
		return;
	}
	if (!c->complete)
		err_set(&err, ERR_UNFINISHED, 0, "\"%.100s\" is not completely downloaded",
			c->title);
	else
		err_set(&err, ERR_DAMAGED, 0, "\"%.100s\" is damaged",
			c->title ? c->title : c->claim_id);
	v->any_damaged = v->any_damaged || c->complete;
	tally_add(&v->tally, &err);
}

static void verify_came_back(void *arg)
{
	struct verify *v = arg;
	v->running = false;
	if (!v->ticket) {
		if (v->ran && v->ok)
			vault_verdict_release(&v->verdict);
		verify_free(v);
		return;
	}
	struct copy *c = &v->list.v[v->next++];
	if (v->ok) {
		post_verdict(v, c);
		vault_verdict_release(&v->verdict);
	} else {
		if (v->err.kind == ERR_NOT_FOUND) /* the database says there is a file */
			v->err.kind = ERR_DAMAGED;
		v->any_damaged = v->any_damaged || v->err.kind == ERR_DAMAGED;
		if (v->list.n > 1)
			post_row_failed(v->ticket, c->claim_id, &v->err);
		tally_add(&v->tally, &v->err);
	}
	verify_next(v);
}

static void verify_next(struct verify *v)
{
	if (v->next < v->list.n) {
		v->running = true;
		v->ran = v->ok = false;
		chores_add(v->core->chores, 0, verify_run, verify_came_back, v);
		return;
	}
	/* Damage is worse news than that something else failed too. */
	if (v->any_damaged && v->tally.n_failed + v->tally.n_ok > 1) {
		struct err err;
		err_set(&err, ERR_DAMAGED, 0, "%d of %d copies did not pass", v->tally.n_failed,
			v->tally.n_failed + v->tally.n_ok);
		ticket_done(v->ticket, &err);
	} else {
		ticket_done_tally(v->ticket, &v->tally);
	}
	verify_free(v);
}

static void verify_unlocked(void *arg, const struct err *err)
{
	struct verify *v = arg;
	if (!err) {
		verify_next(v);
		return;
	}
	ticket_done(v->ticket, err);
	verify_free(v);
}

static void add_copies(struct copy_list *all, struct copy_list *more)
{
	all->v = mem_grow(all->v, all->n + more->n, sizeof(*all->v));
	memcpy(all->v + all->n, more->v, more->n * sizeof(*more->v));
	all->n += more->n;
	free(more->v);
}

void answer_verify(struct core *core, struct ticket *t, const struct req_verify *r)
{
	struct verify *v = NEW(struct verify);
	*v = (struct verify){ .core = core, .ticket = t, .no_hash = r->no_hash_ };
	atomic_init(&v->cancel, false);
	struct err err;
	bool ok = true;
	if (r->all_ || !r->items_.n)
		ok = store_copy_list(core->store, &v->list, &err);
	for (size_t i = 0; i < r->items_.n && ok; i++) {
		struct copy_list some;
		ok = store_copy_find(core->store, r->items_.v[i], NULL, &some, &err);
		if (ok)
			add_copies(&v->list, &some);
	}
	if (!ok || !v->list.n) {
		ticket_done(t, ok ? NULL : &err);
		verify_free(v);
		return;
	}
	ticket_on_cancel(t, verify_cancel, v);
	unlock_ensure(core->unlock, verify_unlocked, v);
}
