/* Answers import: a vault file from elsewhere is looked at, copied in under a random name, verified, and gets its row. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine.h"
#include "keep.h"
#include "kiyya/file.h"
#include "kiyya/hash.h"
#include "restore.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"
#include "work.h"

#define IMPORT_BLOCK (4 * VAULT_CHUNK)

struct import {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	char *from;
	char *temp, *name; /* in the vault directory; NULL: not yet */
	struct copy copy;
	struct work work;
	bool running;
	atomic_bool cancelled;
	/* the chore's */
	bool ran, ok;
	struct err err;
};

static void import_free(struct import *m)
{
	work_end(&m->work);
	copy_release(&m->copy);
	free(m->from);
	free(m->temp);
	free(m->name);
	core_let_lock(m->core);
	free(m);
}

static void import_cancel(void *arg)
{
	struct import *m = arg;
	m->ticket = NULL;
	work_end(&m->work);
	atomic_store(&m->cancelled, true);
	unlock_forget(m->core->unlock, m);
	if (!m->running)
		import_free(m);
}

static void import_end(struct import *m, const struct err *err)
{
	ticket_done(m->ticket, err);
	import_free(m);
}

/* The chore is back; false: it is over. */
static bool came_back(struct import *m)
{
	m->running = false;
	if (m->ticket && m->ran && m->ok)
		return true;
	if (m->ticket)
		import_end(m, &m->err);
	else
		import_free(m);
	return false;
}

static void give(struct import *m, void (*run)(void *), void (*done)(void *))
{
	m->running = true;
	m->ran = m->ok = false;
	chores_add(m->core->chores, 0, run, done, m);
}

/* -- copying and verifying ----------------------------------------------------------------------- */

static bool copy_bytes(struct import *m, int from, int to)
{
	unsigned char *block = mem_new(IMPORT_BLOCK); /* sealed bytes */
	uint64_t off = 0;
	ssize_t n = 1;
	bool ok = true;
	while (ok && n > 0) {
		if (atomic_load(&m->cancelled)) {
			ok = err_set(&m->err, ERR_CANCELLED, 0, "taking it in was stopped");
			break;
		}
		n = pread(from, block, IMPORT_BLOCK, (off_t)off);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			ok = err_sys(&m->err, "reading %s", m->from);
		else if (n > 0)
			ok = file_write_at(NULL, to, block, (size_t)n, off, &m->err);
		off += n > 0 && ok ? (uint64_t)n : 0;
		atomic_store(&m->work.have, (int64_t)off);
	}
	free(block);
	return ok && file_sync(NULL, to, false, &m->err);
}

static bool copy_in(struct import *m)
{
	int from = open(m->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (from < 0)
		return err_sys(&m->err, "opening %s", m->from);
	int to =
	    path_open_in(m->core->vault_dir, m->temp, O_WRONLY | O_CREAT | O_EXCL, 0600, &m->err);
	bool ok = to >= 0 && copy_bytes(m, from, to);
	if (to >= 0)
		close(to);
	close(from);
	return ok;
}

/* Of a complete file every record must open; of a partial one those that do are what is there. */
static bool verify(struct import *m)
{
	struct copy *c = &m->copy;
	bool hash = c->complete && c->source_hash[0] && str_eq(c->quality, "original");
	struct vault_verdict v;
	if (!vault_verify(m->core->vault, m->temp, hash, &m->cancelled, &v, &m->err))
		return false;
	bool ok = !str_eq(v.header, "bad") && (!c->complete || !v.n_bad);
	if (!ok)
		err_set(&m->err, ERR_DAMAGED, 0,
			"%s is damaged, %zu of %llu chunks do not open: it was not taken in",
			m->from, v.n_bad, (unsigned long long)v.chunks);
	if (hash && ok) {
		str_set(&c->publisher_hash, str_eq(v.hash, c->source_hash) ? "match" : "mismatch");
		c->verified_at = clock_wall(m->core->clock);
	}
	vault_verdict_release(&v);
	return ok;
}

static bool take_in(struct import *m)
{
	if (!copy_in(m) || !verify(m))
		return false;
	char *from = path_join(m->core->vault_dir, m->temp);
	char *to = path_join(m->core->vault_dir, m->name);
	bool ok = file_rename(NULL, from, to, &m->err) &&
		  file_sync_dir(NULL, m->core->vault_dir, &m->err);
	free(from);
	free(to);
	return ok;
}

static void run_take_in(void *arg)
{
	struct import *m = arg;
	m->ran = true;
	m->ok = take_in(m);
	if (m->ok)
		return;
	char *temp = path_join(m->core->vault_dir, m->temp);
	unlink(temp);
	free(temp);
}

/* -- the row ------------------------------------------------------------------------------------- */

/* What there was of it before, of which the row now says that it is complete elsewhere. */
static void drop_partial(const struct import *m, const char *file)
{
	char *path = file ? path_join(m->core->vault_dir, file) : NULL;
	if (path && unlink(path) != 0 && errno != ENOENT)
		log_warn("import", m->copy.claim_id, "%s stays: %s", path, strerror(errno));
	free(path);
}

/* A download of it that is under way has got what it wanted. */
static bool store_row(struct import *m, struct err *err)
{
	struct store *store = m->core->store;
	struct copy *c = &m->copy;
	struct known_files known;
	if (!known_files_read(m->core, &known, err))
		return false;
	const struct download *d = known_files_waiting(&known, c->claim_id, c->quality);
	const struct copy *old = known_files_copy(&known, c->claim_id, c->quality);
	bool ok;
	if (d && c->complete) {
		engine_stop_row(m->core->engine, d->id);
		ok = store_copy_finish(store, c, d, err);
		engine_post_row(m->core->engine, NULL, d, "done");
	} else {
		ok = store_copy_put(store, c, err);
	}
	if (ok && d)
		drop_partial(m, d->file);
	if (ok && old)
		drop_partial(m, old->file);
	known_files_release(&known);
	return ok;
}

static void taken_in(void *arg)
{
	struct import *m = arg;
	struct err err = { 0 };
	if (!came_back(m))
		return;
	struct copy *c = &m->copy;
	str_set(&c->file, m->name);
	c->added_at = clock_wall(m->core->clock);
	if (store_row(m, &err)) {
		keep_post(m->ticket, c);
		if (str_eq(c->publisher_hash, "mismatch"))
			err_set(&err, ERR_DAMAGED, 0,
				"\"%.100s\" was taken in, but it is not what the publisher signed",
				c->title ? c->title : c->claim_id);
	}
	import_end(m, err.kind ? &err : NULL);
}

/* Nothing is taken in twice, and nothing partial over what is there. */
static bool is_welcome(struct import *m, struct err *err)
{
	const struct copy *c = &m->copy;
	struct known_files known;
	if (!known_files_read(m->core, &known, err))
		return false;
	const struct copy *there = known_files_copy(&known, c->claim_id, c->quality);
	bool waiting = known_files_waiting(&known, c->claim_id, c->quality) != NULL;
	bool ok = true;
	if ((there && (there->complete || !c->complete)) || (waiting && !c->complete))
		ok = err_set(err, ERR_USAGE, 0, "\"%.100s\" in %s is in the vault already%s",
			     c->title ? c->title : c->claim_id, c->quality,
			     there && there->complete ? ": kiyya rm it first if this one is better"
						      : "");
	known_files_release(&known);
	return ok;
}

static void run_look(void *arg)
{
	struct import *m = arg;
	m->ran = true;
	struct vault_header *h = vault_header_read(m->core->vault, m->from, &m->err);
	m->ok = h && restore_row(&m->copy, vault_header_info(h), m->from, &m->err);
	vault_header_free(h);
}

static void looked(void *arg)
{
	struct import *m = arg;
	struct err err;
	if (!came_back(m))
		return;
	if (!is_welcome(m, &err)) {
		import_end(m, &err);
		return;
	}
	char id[33];
	random_hex(id, 16);
	m->temp = str_fmt("%s.import", id);
	m->name = str_fmt("%s.%s", id, m->copy.complete ? "kyv" : "part");
	work_begin(&m->work, m->ticket, "import", &m->copy, 1, 1,
		   m->copy.size >= 0 ? m->copy.size : -1);
	give(m, run_take_in, taken_in);
}

static void import_unlocked(void *arg, const struct err *err)
{
	struct import *m = arg;
	if (err)
		import_end(m, err);
	else
		give(m, run_look, looked);
}

void answer_import(struct core *core, struct ticket *t, const struct req_import *r)
{
	struct err err;
	if (!core_hold_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	struct import *m = NEW(struct import);
	*m =
	    (struct import){ .core = core, .ticket = t, .from = str_dup(r->file_ ? r->file_ : "") };
	atomic_init(&m->cancelled, false);
	copy_init(&m->copy);
	ticket_on_cancel(t, import_cancel, m);
	unlock_ensure(core->unlock, import_unlocked, m);
}
