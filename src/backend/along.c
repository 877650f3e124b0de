/* Reading an item of the queue before all of it is there. */
#include "along.h"

#include <stdlib.h>
#include <string.h>
#include "arrival.h"
#include "engine.h"
#include "keep.h"
#include "unlock.h"

struct along {
	struct core *core;
	struct download row;
	bool fetched; /* further */
	struct want *want;
	along_fn *fn;
	void *arg;
};

static void give(struct along *a, const struct download *row, struct source *s)
{
	struct copy c;
	copy_of_download(&c, row);
	const struct source *file = arrival_file(s);
	str_copy(c.file_id, sizeof(c.file_id), keep_source_id(file ? file : s));
	a->fn(a->arg, &c, s, NULL);
	copy_release(&c);
}

static void on_open(void *arg, const struct download *row, struct source *s, const struct err *err)
{
	struct along *a = arg;
	if (err)
		a->fn(a->arg, NULL, NULL, err);
	else
		give(a, row, s);
}

static void on_unlocked(void *arg, const struct err *err)
{
	struct along *a = arg;
	struct err why;
	if (err) {
		a->fn(a->arg, NULL, NULL, err);
		return;
	}
	if (a->fetched) {
		a->want = engine_want(a->core->engine, a->row.id, on_open, a);
		return;
	}
	struct source *s = keep_open_partial(a->core, a->row.file, a->row.encrypted, &why);
	if (s)
		give(a, &a->row, s);
	else
		a->fn(a->arg, NULL, NULL, &why);
}

static bool find(struct along *a, const char *item, const char *quality, bool only_fetched,
		 struct err *err)
{
	struct download_list rows;
	struct err busy;
	bool found = false;
	if (!store_queue_find(a->core->store, item, &rows, err))
		return false;
	for (size_t i = 0; i < rows.n && !found; i++) {
		const struct download *d = &rows.v[i];
		bool runs = d->state == DOWNLOAD_QUEUED || d->state == DOWNLOAD_ACTIVE;
		if (d->state == DOWNLOAD_DONE || (quality && !str_eq(quality, d->quality)))
			continue;
		a->fetched = runs && !a->core->offline && core_take_lock(a->core, &busy);
		found = a->fetched || (!only_fetched && d->file);
		if (found)
			download_copy(&a->row, d);
	}
	download_list_release(&rows);
	return found || err_set(err, ERR_NOT_FOUND, 0, "%s is not downloaded", item);
}

struct along *along_start(struct core *core, const char *item, const char *quality,
			  bool only_fetched, along_fn *fn, void *arg, struct err *err)
{
	struct along *a = NEW(struct along);
	*a = (struct along){ .core = core, .fn = fn, .arg = arg };
	download_init(&a->row);
	if (!find(a, item, quality, only_fetched, err)) {
		along_free(a);
		return NULL;
	}
	unlock_if(core->unlock, a->row.encrypted, on_unlocked, a);
	return a;
}

void along_free(struct along *a)
{
	if (!a)
		return;
	unlock_forget(a->core->unlock, a);
	engine_unwant(a->core->engine, a->want);
	download_release(&a->row);
	free(a);
}
