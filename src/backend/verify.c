/* Answers verify: one copy after another, each as a chore. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "keep.h"
#include "kiyya/hash.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"
#include "work.h"

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
	struct err err, why; /* why: the header is called bad */
	struct work work;
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
	work_end(&v->work);
	atomic_store(&v->cancel, true);
	unlock_forget(v->core->unlock, v);
	if (!v->running)
		verify_free(v);
}

static void verify_next(struct verify *v);

/* Opens everything, and looks whether it is the file that the database knows. */
static bool verify_sealed(struct verify *v, const struct copy *c)
{
	struct vault_verdict *r = &v->verdict;
	if (!vault_verify(v->core->vault, c->file, !v->no_hash, &v->cancel, r, &v->err))
		return false;
	if (r->n_bad || str_eq(r->header, "bad"))
		return true;
	struct source *s = keep_open(v->core, c, &v->why);
	source_free(s);
	if (!s && v->why.kind == ERR_DAMAGED) {
		r->header = "bad";
		r->hash[0] = '\0';
	}
	return true;
}

/* A plain file has no chunks that could be authenticated: its length and the publisher's hash must do. */
static bool verify_plain(struct verify *v, const struct copy *c)
{
	struct err err = { 0 };
	v->verdict = (struct vault_verdict){ .header = "ok" };
	if (!c->complete)
		return true; /* what is there of it nobody can tell by its bytes */
	struct source *s = keep_open(v->core, c, &err);
	if (!s && err.kind == ERR_DAMAGED) {
		v->verdict.header = "bad";
		v->why = err;
		return true;
	}
	if (!s) {
		v->err = err;
		return false;
	}
	uint64_t off = 0;
	struct hash *hash = hash_new(HASH_SHA384);
	unsigned char *block = mem_new(VAULT_CHUNK);
	ssize_t n = v->no_hash ? 0 : 1;
	while (n > 0 && !atomic_load(&v->cancel)) {
		n = source_read_at(s, off, block, VAULT_CHUNK, &v->err);
		if (n > 0)
			hash_add(hash, block, (size_t)n);
		off += n > 0 ? (uint64_t)n : 0;
	}
	if (n == 0 && !v->no_hash)
		hash_hex(hash, v->verdict.hash);
	if (n > 0)
		err_set(&v->err, ERR_CANCELLED, 0, "verifying was stopped");
	hash_free(hash);
	free(block);
	source_free(s);
	return n == 0;
}

static void verify_run(void *arg)
{
	struct verify *v = arg;
	const struct copy *c = &v->list.v[v->next];
	v->ran = true;
	v->why = (struct err){ 0 };
	v->ok = c->encrypted ? verify_sealed(v, c) : verify_plain(v, c);
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

#define CHUNKS_NAMED 8

static void say_what_is_wrong(const struct verify *v, const struct copy *c, const char *hash,
			      struct err *err)
{
	const struct vault_verdict *r = &v->verdict;
	const char *title = c->title ? c->title : c->claim_id;
	if (!c->complete) {
		err_set(err, ERR_UNFINISHED, 0, "\"%.100s\" is not completely downloaded", title);
		return;
	}
	struct buf what;
	buf_init(&what, 300);
	for (size_t i = 0; i < r->n_bad && i < CHUNKS_NAMED; i++)
		(void)!buf_addf(&what, "%s%llu",
				i              ? ", "
				: r->n_bad > 1 ? "chunks "
					       : "chunk ",
				(unsigned long long)r->bad[i]);
	if (r->n_bad > CHUNKS_NAMED)
		(void)!buf_addf(&what, " and %zu more", r->n_bad - CHUNKS_NAMED);
	const char *why = r->n_bad                        ? what.data
			  : v->why.kind                   ? v->why.text
			  : str_eq(r->header, "one_slot") ? "one of its two headers"
			  : str_eq(hash, "mismatch")      ? "it is not what the publisher signed"
							  : "its header";
	err_set(err, ERR_DAMAGED, 0, "\"%.100s\" is damaged: %.250s: %s", title, why,
		c->encrypted ? "kiyya repair" : "kiyya rm, then kiyya download");
	buf_release(&what);
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
	say_what_is_wrong(v, c, hash, &err);
	v->any_damaged = v->any_damaged || c->complete;
	tally_add(&v->tally, &err);
}

static void verify_came_back(void *arg)
{
	struct verify *v = arg;
	v->running = false;
	work_end(&v->work);
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
		work_begin(&v->work, v->ticket, "verify", &v->list.v[v->next], (int64_t)v->next + 1,
			   (int64_t)v->list.n, -1);
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

void answer_verify(struct core *core, struct ticket *t, const struct req_verify *r)
{
	struct verify *v = NEW(struct verify);
	*v = (struct verify){ .core = core, .ticket = t, .no_hash = r->no_hash_ };
	atomic_init(&v->cancel, false);
	struct err err;
	bool ok = keep_list(core, &r->items_, &v->list, &err);
	if (!ok || !v->list.n) {
		ticket_done(t, ok ? NULL : &err);
		verify_free(v);
		return;
	}
	ticket_on_cancel(t, verify_cancel, v);
	unlock_if(core->unlock, keep_any_encrypted(&v->list), verify_unlocked, v);
}
