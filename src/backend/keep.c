/* Answers offline, verify, cat and remove: what is done with copies in the vault. */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine.h"
#include "kiyya/range.h"
#include "playback.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

#define CAT_BLOCK (4 * VAULT_CHUNK)

struct source *keep_open(struct core *core, const struct copy *c, struct err *err)
{
	if (!c->encrypted) {
		int fd = path_open_in(core->vault_dir, c->file, O_RDONLY, 0, err);
		return fd < 0 ? NULL : source_file_new(fd, err);
	}
	struct source *s = vault_open(core->vault, c->file, err);
	if (!s)
		return NULL;
	const struct vault_info *info = vault_source_info(s);
	bool ours = !c->file_id[0] || (str_eq(info->file_id, c->file_id) &&
				       (int64_t)info->generation >= c->generation &&
				       (info->complete || !c->complete));
	if (ours)
		return s;
	source_free(s);
	err_set(err, ERR_DAMAGED, 0, "%s is not the file that was stored under this name", c->file);
	return NULL;
}

bool keep_find(struct core *core, const char *item, const char *quality, bool complete_only,
	       struct copy *ret, struct err *err)
{
	struct copy_list list;
	if (!store_copy_find(core->store, item, quality, &list, err))
		return false;
	bool found = false;
	for (size_t i = 0; i < list.n && !found; i++) {
		if (complete_only && !list.v[i].complete)
			continue;
		copy_copy(ret, &list.v[i]);
		found = true;
	}
	copy_list_release(&list);
	return found || err_set(err, ERR_NOT_FOUND, 0, "%s is not completely downloaded", item);
}

/* -- offline ----------------------------------------------------------------------------------- */

static void post_copy(struct ticket *t, const struct copy *c)
{
	struct core *core = t->core;
	struct event *e = ticket_event(t, EV_COPY);
	struct ev_copy *row = &e->u.copy;
	row->claim_id_ = str_dup(c->claim_id);
	row->title_ = str_dup(c->title);
	row->channel_ = str_dup(c->channel);
	row->quality_ = str_dup(c->quality);
	if (c->size >= 0)
		row->size_ = c->size;
	if (c->duration >= 0)
		row->duration_ = c->duration;
	row->encrypted_ = c->encrypted;
	row->complete_ = c->complete;
	row->file_ = c->file ? path_join(core->vault_dir, c->file) : NULL;
	struct stat st;
	if (row->file_ && stat(row->file_, &st) == 0)
		row->stored_size_ = st.st_size;
	row->added_at_ = c->added_at;
	row->verified_at_ = c->verified_at;
	link_post(core->link, e);
}

void answer_offline(struct core *core, struct ticket *t, const struct req_offline *r)
{
	struct copy_list list;
	struct err err;
	if (!store_copy_list(core->store, &list, &err)) {
		ticket_done(t, &err);
		return;
	}
	for (size_t i = 0; i < list.n; i++)
		post_copy(t, &list.v[i]);
	copy_list_release(&list);
	ticket_done(t, NULL);
}

/* -- remove ------------------------------------------------------------------------------------ */

static bool remove_copy(struct core *core, struct ticket *t, const struct copy *c, struct err *err)
{
	post_copy(t, c);
	playback_withdraw(core->playback, c->claim_id);
	char *path = path_join(core->vault_dir, c->file);
	bool ok = (unlink(path) == 0 || errno == ENOENT) || err_sys(err, "deleting %s", path);
	free(path);
	return ok && store_copy_remove(core->store, c->claim_id, c->quality, err);
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
			char *path = d->file ? path_join(core->vault_dir, d->file) : NULL;
			if (path && unlink(path) != 0 && errno != ENOENT)
				ok = err_sys(err, "deleting %s", path);
			free(path);
			ok = ok && store_queue_remove(core->store, d->id, err);
			if (ok)
				engine_post_row(core->engine, NULL, d, "removed");
		}
		download_list_release(&rows);
	}
	return found && ok;
}

void answer_remove(struct core *core, struct ticket *t, const struct req_remove *r)
{
	struct err err;
	struct tally tally = { 0 };
	if (!core_take_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	for (size_t i = 0; i < r->items_.n; i++) {
		bool ok = remove_item(core, t, r->items_.v[i],
				      str_empty(r->quality_) ? NULL : r->quality_, &err);
		if (!ok && r->items_.n > 1)
			post_row_failed(t, r->items_.v[i], &err);
		tally_add(&tally, ok ? NULL : &err);
	}
	engine_kick(core->engine);
	ticket_done_tally(t, &tally);
}

/* -- verify: one copy after another, each as a chore ------------------------------------------------ */

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

/* -- cat ----------------------------------------------------------------------------------------- */

struct cat {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	struct copy copy;
	struct source *source;
	char *range;
	int fd;
	bool running;
	atomic_bool cancelled;
	/* the chore's */
	bool ran;
	struct err err;
	uint64_t first, end;
};

static void cat_free(struct cat *c)
{
	source_free(c->source);
	copy_release(&c->copy);
	free(c->range);
	free(c);
}

static void cat_cancel(void *arg)
{
	struct cat *c = arg;
	c->ticket = NULL;
	unlock_forget(c->core->unlock, c);
	atomic_store(&c->cancelled, true);
	if (c->running)
		source_cancel(c->source);
	else
		cat_free(c);
}

/* A pipe may take as long as it likes: this is why it is a chore. It must not hold up the end of the program, so it is
 * written to in pieces that do not block once poll has said so. */
static bool write_all(struct cat *c, const unsigned char *p, size_t n, struct err *err)
{
	while (n) {
		struct pollfd ready = { .fd = c->fd, .events = POLLOUT };
		if (atomic_load(&c->cancelled))
			return err_set(err, ERR_CANCELLED, 0, "stopped");
		if (poll(&ready, 1, 100) == 0)
			continue;
		ssize_t put = write(c->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
		if (put < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (put < 0)
			return err_sys(err, "writing to standard output");
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static void cat_run(void *arg)
{
	struct cat *c = arg;
	c->ran = true;
	unsigned char *block = mem_new(CAT_BLOCK);
	for (uint64_t off = c->first; off < c->end;) {
		size_t want = CAT_BLOCK - off % VAULT_CHUNK; /* later blocks begin with a chunk */
		if (want > c->end - off)
			want = (size_t)(c->end - off);
		ssize_t got = source_read_at(c->source, off, block, want, &c->err);
		if (got == 0)
			err_set(&c->err, ERR_DAMAGED, 0, "the copy ends too early");
		if (got <= 0 || !write_all(c, block, (size_t)got, &c->err))
			break;
		off += (uint64_t)got;
	}
	explicit_bzero(block, CAT_BLOCK);
	free(block);
}

static void cat_came_back(void *arg)
{
	struct cat *c = arg;
	if (c->ticket)
		ticket_done(c->ticket, &c->err);
	cat_free(c);
}

static bool cat_begin(struct cat *c, struct err *err)
{
	c->source = keep_open(c->core, &c->copy, err);
	if (!c->source)
		return false;
	uint64_t size = source_size(c->source);
	c->end = size;
	struct range part;
	if (c->range) {
		if (!range_parse_plain(c->range, size, &part))
			return err_set(err, ERR_USAGE, 0,
				       "range \"%.60s\" is not A-B or A- inside %llu bytes",
				       c->range, (unsigned long long)size);
		c->first = part.first;
		c->end = part.last + 1;
	}
	c->running = true;
	chores_add(c->core->chores, 0, cat_run, cat_came_back, c);
	return true;
}

static void cat_unlocked(void *arg, const struct err *err)
{
	struct cat *c = arg;
	struct err why;
	if (!err && cat_begin(c, &why))
		return;
	ticket_done(c->ticket, err ? err : &why);
	cat_free(c);
}

void answer_cat(struct core *core, struct ticket *t, const struct req_cat *r)
{
	struct cat *c = NEW(struct cat);
	*c = (struct cat){ .core = core, .ticket = t, .fd = (int)r->fd_ };
	atomic_init(&c->cancelled, false);
	copy_init(&c->copy);
	struct err err;
	if (!keep_find(core, r->item_ ? r->item_ : "", str_empty(r->quality_) ? NULL : r->quality_,
		       false, &c->copy, &err)) {
		ticket_done(t, &err);
		cat_free(c);
		return;
	}
	if (!str_empty(r->range_))
		c->range = str_dup(r->range_);
	ticket_on_cancel(t, cat_cancel, c);
	unlock_ensure(core->unlock, cat_unlocked, c);
}
