/* Answers scan: files of the vault that no row names get one, from what lies sealed in them. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "keep.h"
#include "restore.h"
#include "route.h"
#include "sink.h"
#include "ticket.h"
#include "unlock.h"

#define ROWS_AT_ONCE 20

struct found {
	struct copy copy;
	char *file;
	bool ok;
	struct err err;
};

struct scan {
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	struct known_files known;
	struct tally tally;
	bool running;
	atomic_bool cancelled;
	/* the chore's */
	bool ran, ok, more;
	struct err err;
	struct found *found;
	size_t n_found;

	uint64_t timer; /* the next rows */
	size_t next;
};

static void scan_free(struct scan *s)
{
	timer_drop(s->core->timers, s->timer);
	known_files_release(&s->known);
	for (size_t i = 0; i < s->n_found; i++) {
		if (s->found[i].ok)
			copy_release(&s->found[i].copy);
		free(s->found[i].file);
	}
	free(s->found);
	core_let_lock(s->core);
	free(s);
}

static void scan_cancel(void *arg)
{
	struct scan *s = arg;
	s->ticket = NULL;
	atomic_store(&s->cancelled, true);
	unlock_forget(s->core->unlock, s);
	if (!s->running)
		scan_free(s);
}

static bool is_vault_name(const char *name)
{
	return (str_ends(name, ".kyv") || str_ends(name, ".part")) && !sink_name_is_plain(name);
}

static void look_at(struct scan *s, const char *name)
{
	s->found = mem_grow(s->found, s->n_found + 1, sizeof(*s->found));
	struct found *f = &s->found[s->n_found++];
	*f = (struct found){ .file = str_dup(name) };
	/* What became of the records is for verify and repair, which need the row. */
	char *path = path_join(s->core->vault_dir, name);
	struct vault_header *h = vault_header_read(s->core->vault, path, &f->err);
	f->ok = h && restore_row(&f->copy, vault_header_info(h), name, &f->err);
	vault_header_free(h);
	free(path);
}

static void scan_run(void *arg)
{
	struct scan *s = arg;
	struct strs names;
	s->ran = true;
	s->ok = vault_files_list(s->core->vault_dir, &names, &s->more, &s->err);
	if (!s->ok)
		return;
	for (size_t i = 0; i < names.n && !atomic_load(&s->cancelled); i++)
		if (is_vault_name(names.v[i]) && !known_files_has(&s->known, names.v[i]))
			look_at(s, names.v[i]);
	strs_release(&names);
}

/* Complete ones first: where there are several of a claim and quality, the row is theirs. */
static int by_worth(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	bool left = x->ok && x->copy.complete, right = y->ok && y->copy.complete;
	return left != right ? right - left : strcmp(x->file, y->file);
}

static bool take(struct scan *s, struct found *f, struct err *err)
{
	if (!f->ok) {
		*err = f->err;
		return false;
	}
	struct copy *c = &f->copy;
	struct copy_list there;
	/* In the database as it is now: this scan may have put one there. */
	bool taken = known_files_waiting(&s->known, c->claim_id, c->quality) != NULL;
	bool replaces = false;
	if (store_copy_find(s->core->store, c->claim_id, c->quality, &there, NULL)) {
		replaces = !there.v[0].complete && c->complete && !taken;
		taken = taken || !replaces;
		copy_list_release(&there);
	}
	if (taken)
		return err_set(err, ERR_USAGE, 0,
			       "%s is left alone: there is another copy of \"%.100s\" in %s",
			       f->file, c->title ? c->title : c->claim_id, c->quality);
	c->added_at = clock_wall(s->core->clock);
	if (!store_copy_put(s->core->store, c, err))
		return false;
	keep_post(s->ticket, c);
	return true;
}

/* Each row is made durable by itself: some of them, then others get their turn. */
static void take_some(void *arg)
{
	struct scan *s = arg;
	s->timer = 0;
	for (int n = 0; n < ROWS_AT_ONCE && s->next < s->n_found; n++) {
		struct found *f = &s->found[s->next++];
		struct err err;
		if (known_files_has(&s->known, f->file))
			continue;
		bool ok = take(s, f, &err);
		if (!ok && err.kind == ERR_USAGE) { /* not a failure of the scan */
			post_note(s->core, s->ticket, "warn", "%s", err.text);
			continue;
		}
		if (!ok)
			post_row_failed(s->ticket, f->file, &err);
		tally_add(&s->tally, ok ? NULL : &err);
	}
	if (s->next < s->n_found) {
		s->timer = timer_add(s->core->timers, 0, take_some, s);
		return;
	}
	post_note(s->core, s->ticket, "info", "%d file%s restored", s->tally.n_ok,
		  s->tally.n_ok == 1 ? "" : "s");
	if (s->more)
		post_note(s->core, s->ticket, "warn", "only %u files were looked at",
			  VAULT_FILES_MAX);
	ticket_done_tally(s->ticket, &s->tally);
	scan_free(s);
}

static void scan_came_back(void *arg)
{
	struct scan *s = arg;
	s->running = false;
	if (!s->ticket || !s->ran) {
		if (s->ticket)
			ticket_done(s->ticket, NULL);
		scan_free(s);
		return;
	}
	if (!s->ok) {
		ticket_done(s->ticket, &s->err);
		scan_free(s);
		return;
	}
	/* Downloads may have begun since. */
	struct known_files now;
	if (!known_files_read(s->core, &now, &s->err)) {
		ticket_done(s->ticket, &s->err);
		scan_free(s);
		return;
	}
	known_files_release(&s->known);
	s->known = now;
	if (s->n_found)
		qsort(s->found, s->n_found, sizeof(*s->found), by_worth);
	take_some(s);
}

static void scan_unlocked(void *arg, const struct err *err)
{
	struct scan *s = arg;
	if (err) {
		ticket_done(s->ticket, err);
		scan_free(s);
		return;
	}
	s->running = true;
	chores_add(s->core->chores, 0, scan_run, scan_came_back, s);
}

void answer_scan(struct core *core, struct ticket *t, const struct req_scan *r)
{
	struct known_files known;
	struct err err;
	if (!core_hold_lock(core, &err)) {
		ticket_done(t, &err);
		return;
	}
	if (!known_files_read(core, &known, &err)) {
		ticket_done(t, &err);
		core_let_lock(core);
		return;
	}
	struct scan *s = NEW(struct scan);
	*s = (struct scan){ .core = core, .ticket = t, .known = known };
	atomic_init(&s->cancelled, false);
	ticket_on_cancel(t, scan_cancel, s);
	unlock_ensure(core->unlock, scan_unlocked, s);
}
