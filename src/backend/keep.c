/* Copies in the vault, found and opened; answers offline. */
#include "keep.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "parts.h"
#include "route.h"
#include "ticket.h"

bool keep_is_ours(const struct copy *c, const struct vault_info *info)
{
	/* The newest slot may be the one that is bad; the other is one generation behind, and says the same. */
	int64_t generation = (int64_t)info->generation + (info->one_slot ? 1 : 0);
	return !c->file_id[0] || (str_eq(info->file_id, c->file_id) &&
				  generation >= c->generation && (info->complete || !c->complete));
}

struct source *keep_open_partial(struct core *core, const char *file, bool encrypted,
				 struct err *err)
{
	if (encrypted)
		return vault_open(core->vault, file, err);
	struct part *p = parts_find(core, file, err);
	struct source *s = p ? part_open(p, core->vault_dir, file, err) : NULL;
	part_unref(p);
	return s;
}

const char *keep_source_id(const struct source *s)
{
	const struct vault_info *info = vault_source_info(s);
	return info ? info->file_id : part_source_id(s);
}

static bool not_ours(const struct copy *c, struct err *err)
{
	return err_set(err, ERR_DAMAGED, 0, "%s is not the file that was stored under this name",
		       c->file);
}

static struct source *open_plain(struct core *core, const struct copy *c, struct err *err)
{
	if (!c->complete)
		return keep_open_partial(core, c->file, false, err);
	int fd = path_open_in(core->vault_dir, c->file, O_RDONLY, 0, err);
	struct source *s = fd < 0 ? NULL : source_file_new(fd, err);
	if (!s || source_size(s) == (uint64_t)c->size)
		return s;
	source_free(s);
	not_ours(c, err);
	return NULL;
}

struct source *keep_open(struct core *core, const struct copy *c, struct err *err)
{
	if (!c->encrypted)
		return open_plain(core, c, err);
	struct source *s = vault_open(core->vault, c->file, err);
	if (!s)
		return NULL;
	if (keep_is_ours(c, vault_source_info(s)))
		return s;
	source_free(s);
	not_ours(c, err);
	return NULL;
}

bool keep_any_encrypted(const struct copy_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].encrypted)
			return true;
	return false;
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

static void add_copies(struct copy_list *all, struct copy_list *more)
{
	all->v = mem_grow(all->v, all->n + more->n, sizeof(*all->v));
	memcpy(all->v + all->n, more->v, more->n * sizeof(*more->v));
	all->n += more->n;
	free(more->v);
}

bool keep_list(struct core *core, const struct strs *items, struct copy_list *ret, struct err *err)
{
	struct copy_list all = { 0 };
	bool ok = items->n || store_copy_list(core->store, &all, err);
	for (size_t i = 0; i < items->n && ok; i++) {
		struct copy_list some;
		ok = store_copy_find(core->store, items->v[i], NULL, &some, err);
		if (ok)
			add_copies(&all, &some);
	}
	if (ok)
		*ret = all;
	else
		copy_list_release(&all);
	return ok;
}

bool keep_was_watched(struct core *core, const char *claim_id)
{
	struct progress p;
	if (!store_progress_get(core->store, claim_id, &p, NULL))
		return false;
	bool watched = p.watched;
	progress_release(&p);
	return watched;
}

void keep_post(struct ticket *t, const struct copy *c)
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
		keep_post(t, &list.v[i]);
	copy_list_release(&list);
	ticket_done(t, NULL);
}
