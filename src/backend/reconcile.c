/* Files and rows at the start.
 *
 * First a chore looks at names only, which needs no key. Then, where a copy is called partial and the vault opens without
 * asking anybody, another looks whether it was finished after all: a kill between the file's last byte and its row. */
#include "reconcile.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "restore.h"
#include "sink.h"
#include "ticket.h"
#include "unlock.h"

#define LOG_MOST   20   /* single names in the log */
#define CHECK_MOST 1000 /* names looked at a second time: more are no download's doing */

/* What is wrong with names, in the order in which it is said. */
enum kind { LOST, LOST_PLAIN, BEGINS_ANEW, ORPHAN, ORPHAN_PLAIN, LEFTOVER, N_KINDS };
static const char *const words[N_KINDS][2] = {
	[LOST] = { "copy has lost its file: kiyya repair fetches it again, kiyya rm forgets it",
		   "copies have lost their files: kiyya repair fetches them again, kiyya rm "
		   "forgets "
		   "them" },
	[LOST_PLAIN] = { "unsealed copy has lost its file: kiyya rm, then kiyya download",
			 "unsealed copies have lost their files: kiyya rm, then kiyya download" },
	[BEGINS_ANEW] = { "download has lost its partial file and begins anew",
			  "downloads have lost their partial files and begin anew" },
	[ORPHAN] = { "file in the vault has no row: kiyya vault scan restores it",
		     "files in the vault have no rows: kiyya vault scan restores them" },
	[ORPHAN_PLAIN] = { "unsealed file has no row, and does not say what it is: it can be "
			   "deleted",
			   "unsealed files have no rows, and do not say what they are: they can be "
			   "deleted" },
	[LEFTOVER] = { "leftover of work that was cut off is in the vault: it can be deleted",
		       "leftovers of work that was cut off are in the vault: they can be deleted" },
};

struct reconcile {
	struct core *core;
	struct known_files known;
	atomic_bool stop;
	/* the chores' */
	bool ran, ok, more;
	struct err err;
	struct strs found[N_KINDS];
	struct finished {
		struct copy copy;
		bool ok;
	} * finished; /* copies that were complete after all */
	size_t n_finished;
};

void reconcile_stop(struct reconcile *r)
{
	if (r)
		atomic_store(&r->stop, true);
}

void reconcile_free(struct reconcile *r)
{
	if (!r)
		return;
	unlock_forget(r->core->unlock, r);
	known_files_release(&r->known);
	for (int i = 0; i < N_KINDS; i++)
		strs_release(&r->found[i]);
	for (size_t i = 0; i < r->n_finished; i++)
		copy_release(&r->finished[i].copy);
	free(r->finished);
	free(r);
}

/* -- names --------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_there(const struct strs *sorted, const char *name)
{
	return sorted->n && bsearch(&name, sorted->v, sorted->n, sizeof(*sorted->v), by_name);
}

static void look_for_files(struct reconcile *r, const struct strs *names)
{
	for (size_t i = 0; i < r->known.copies.n; i++) {
		const struct copy *c = &r->known.copies.v[i];
		if (!is_there(names, c->file))
			strs_add(&r->found[c->encrypted ? LOST : LOST_PLAIN], c->file);
	}
	for (size_t i = 0; i < r->known.rows.n; i++) {
		const struct download *d = &r->known.rows.v[i];
		if (d->state == DOWNLOAD_DONE || !d->file || !d->have)
			continue;
		char finished[SINK_NAME_SIZE]; /* renamed just before a kill */
		sink_last_name(d->file, finished);
		if (!is_there(names, d->file) && !is_there(names, finished))
			strs_add(&r->found[BEGINS_ANEW], d->file);
	}
}

static void look_for_rows(struct reconcile *r, const struct strs *names)
{
	for (size_t i = 0; i < names->n && !atomic_load(&r->stop); i++) {
		const char *name = names->v[i];
		if (str_ends(name, ".mend") || str_ends(name, ".import") || str_ends(name, ".tmp"))
			strs_add(&r->found[LEFTOVER], name);
		else if (known_files_has(&r->known, name))
			continue;
		else if (sink_name_is_plain(name))
			strs_add(&r->found[ORPHAN_PLAIN], name);
		else if (str_ends(name, ".kyv") || str_ends(name, ".part"))
			strs_add(&r->found[ORPHAN], name);
	}
}

static void run_names(void *arg)
{
	struct reconcile *r = arg;
	struct strs names;
	r->ran = true;
	r->ok = vault_files_list(r->core->vault_dir, &names, &r->more, &r->err);
	if (!r->ok)
		return;
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	if (!r->more) /* else what is not seen may be there all the same */
		look_for_files(r, &names);
	look_for_rows(r, &names);
	strs_release(&names);
}

/* Downloads may have begun or ended between reading the rows and the files: what is no longer so is not said. */
static bool is_still_so(struct reconcile *r, const struct known_files *now, int kind,
			const char *name)
{
	char *path = path_join(r->core->vault_dir, name);
	bool there = access(path, F_OK) == 0;
	free(path);
	bool expects_file = kind == LOST || kind == LOST_PLAIN || kind == BEGINS_ANEW;
	return there != expects_file && known_files_has(now, name) == expects_file;
}

static void drop_what_passed(struct reconcile *r)
{
	struct known_files now;
	if (!known_files_read(r->core, &now, NULL))
		return;
	for (int kind = 0; kind < N_KINDS; kind++) {
		struct strs still = { 0 };
		if (r->found[kind].n > CHECK_MOST)
			continue;
		for (size_t i = 0; i < r->found[kind].n; i++)
			if (is_still_so(r, &now, kind, r->found[kind].v[i]))
				strs_add(&still, r->found[kind].v[i]);
		strs_release(&r->found[kind]);
		r->found[kind] = still;
	}
	known_files_release(&now);
}

static void say_names(struct reconcile *r)
{
	struct buf text;
	drop_what_passed(r);
	buf_init(&text, 4096);
	for (int kind = 0; kind < N_KINDS; kind++) {
		const struct strs *l = &r->found[kind];
		for (size_t i = 0; i < l->n && i < LOG_MOST; i++)
			log_warn("vault", NULL, "%s: %s", l->v[i], words[kind][0]);
		if (l->n)
			(void)!buf_addf(&text, "%s%zu %s", text.len ? "; " : "", l->n,
					words[kind][l->n > 1]);
	}
	if (text.len)
		post_note(r->core, NULL, "warn", "%s", text.data);
	buf_release(&text);
}

/* -- finished after all -------------------------------------------------------------------------- */

static bool may_be_finished(const struct reconcile *r, const struct copy *c)
{
	return !c->complete && c->encrypted &&
	       !known_files_waiting(&r->known, c->claim_id, c->quality);
}

/* The last steps of a finish once more, so that no slot says partial and the name is the last one. */
static bool finish(struct reconcile *r, struct copy *c)
{
	struct vault_info info;
	struct err err;
	char name[SINK_NAME_SIZE];
	sink_last_name(c->file, name);
	struct vault_writer *w = vault_resume(r->core->vault, c->file, NULL, NULL, &err);
	bool ok = w && vault_finish(w, name, &info, &err);
	if (ok) {
		str_set(&c->file, name);
		memcpy(c->file_id, info.file_id, sizeof(c->file_id));
		c->generation = (int64_t)info.generation;
		c->size = (int64_t)info.size;
		c->complete = true;
	} else {
		log_warn("vault", c->claim_id, "%s says it is complete and is not: %s", c->file,
			 err.text);
	}
	vault_writer_free(w);
	return ok;
}

static void run_headers(void *arg)
{
	struct reconcile *r = arg;
	r->ran = true;
	for (size_t i = 0; i < r->known.copies.n && !atomic_load(&r->stop); i++) {
		const struct copy *c = &r->known.copies.v[i];
		if (!may_be_finished(r, c))
			continue;
		char *path = path_join(r->core->vault_dir, c->file);
		struct vault_header *h = vault_header_read(r->core->vault, path, NULL);
		free(path);
		if (h && vault_header_info(h)->complete &&
		    str_eq(vault_header_info(h)->meta.claim_id, c->claim_id)) {
			r->finished =
			    mem_grow(r->finished, r->n_finished + 1, sizeof(*r->finished));
			struct finished *f = &r->finished[r->n_finished++];
			copy_copy(&f->copy, c);
			f->ok = finish(r, &f->copy);
		}
		vault_header_free(h);
	}
}

static void headers_came_back(void *arg)
{
	struct reconcile *r = arg;
	for (size_t i = 0; r->ran && i < r->n_finished; i++) {
		const struct copy *c = &r->finished[i].copy;
		struct err err;
		if (!r->finished[i].ok)
			continue;
		if (store_copy_put(r->core->store, c, &err))
			post_note(r->core, NULL, "info",
				  "\"%.100s\" was complete already: its row says so now",
				  c->title ? c->title : c->claim_id);
		else
			log_error("vault", c->claim_id, "%s", err.text);
	}
}

static void unlocked(void *arg, const struct err *err)
{
	struct reconcile *r = arg;
	r->ran = false;
	if (!err)
		chores_add(r->core->chores, 0, run_headers, headers_came_back, r);
}

/* Whether the vault opens without asking anybody. */
static bool opens_by_itself(struct core *core)
{
	char id[33];
	unsigned char types[8];
	size_t n = 0;
	struct vault *v = core_vault(core, NULL);
	if (!v || vault_is_unlocked(v))
		return v != NULL;
	vault_ring_info(v, id, types, &n);
	return memchr(types, 2, n) != NULL;
}

static void names_came_back(void *arg)
{
	struct reconcile *r = arg;
	if (!r->ran)
		return;
	if (!r->ok) {
		log_warn("vault", NULL, "%s", r->err.text);
		return;
	}
	say_names(r);
	bool any = false;
	for (size_t i = 0; i < r->known.copies.n; i++)
		any = any || may_be_finished(r, &r->known.copies.v[i]);
	if (any && opens_by_itself(r->core))
		unlock_ensure(r->core->unlock, unlocked, r);
}

struct reconcile *reconcile_new(struct core *core)
{
	struct known_files known;
	struct err err;
	if (!known_files_read(core, &known, &err)) {
		log_warn("vault", NULL, "%s", err.text);
		return NULL;
	}
	struct reconcile *r = NEW(struct reconcile);
	*r = (struct reconcile){ .core = core, .known = known };
	atomic_init(&r->stop, false);
	chores_add(core->chores, 0, run_names, names_came_back, r);
	return r;
}
