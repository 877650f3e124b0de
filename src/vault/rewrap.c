/* Every file of the vault under another master key: its file key is wrapped anew, in both header
 * slots, one after the other, so that one of them opens at any moment. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "header.h"
#include "key.h"
#include "kiyya/log.h"
#include "kiyya/path.h"
#include "kiyya/str.h"

/* The master key ids that the slots of a file name, read without any key. Returns how many. */
static size_t named_keys(int fd, unsigned char ids[KYV_SLOTS][KYV_ID])
{
	unsigned char raw[KYV_SLOT];
	size_t n = 0;
	for (unsigned which = 0; which < KYV_SLOTS; which++) {
		struct kyv_slot slot;
		if (file_read_at(fd, raw, KYV_SLOT, (uint64_t)which * KYV_SLOT, NULL) &&
		    kyv_slot_has_magic(raw) && kyv_slot_decode(raw, &slot, NULL))
			memcpy(ids[n++], slot.master_id, KYV_ID);
	}
	return n;
}

/* Calls fn for each vault file, partial ones too, with a descriptor that it does not keep. */
static bool each_file(struct vault *v, int flags,
		      bool (*fn)(void *arg, int fd, const char *name, struct err *err), void *arg,
		      struct err *err)
{
	DIR *dir = opendir(v->dir);
	if (!dir)
		return errno == ENOENT || err_sys(err, "reading the vault %s", v->dir);
	bool ok = true;
	const struct dirent *entry;
	while (ok && (entry = readdir(dir)) != NULL) {
		if (!path_is_name(entry->d_name))
			continue;
		struct err why;
		int fd = path_open_in(v->dir, entry->d_name, flags | O_NONBLOCK, 0, &why);
		if (fd < 0) {
			/* A folder, a link, a pipe: no file of ours. */
			ok = why.num == EISDIR || why.num == ELOOP || why.num == ENXIO ||
			     why.num == ENOENT || err_set(err, why.kind, why.num, "%s", why.text);
			continue;
		}
		ok = fn(arg, fd, entry->d_name, err);
		close(fd);
	}
	closedir(dir);
	return ok;
}

/* -- counting ------------------------------------------------------------------ */

struct counting {
	const unsigned char *id;
	size_t n;
};

static bool count_one(void *arg, int fd, const char *name, struct err *err)
{
	struct counting *c = arg;
	unsigned char ids[KYV_SLOTS][KYV_ID];
	size_t n = named_keys(fd, ids);
	bool named = false;
	for (size_t i = 0; i < n; i++)
		named |= memcmp(ids[i], c->id, KYV_ID) == 0;
	c->n += named;
	return true;
}

bool vault_count_files(struct vault *v, const unsigned char id[KYV_ID], size_t *ret,
		       struct err *err)
{
	struct counting c = { id, 0 };
	if (!each_file(v, O_RDONLY, count_one, &c, err))
		return false;
	*ret = c.n;
	return true;
}

/* -- wrapping anew ------------------------------------------------------------- */

/* Where both slots name the key already only a torn one is written anew, and what a kill left in the page cache is made
 * durable; *ret_done is false then. */
static bool rewrap(struct vault *v, int fd, struct secret *mk, const unsigned char id[KYV_ID],
		   bool due, bool *ret_done, struct err *err)
{
	struct header h = { 0 };
	if (!header_load(v, fd, &h, err))
		return false;
	*ret_done = due || h.one_slot;
	bool ok = true;
	if (memcmp(h.slot.master_id, id, KYV_ID) != 0) {
		struct secret *old;
		ok = vault_master_key(v, h.slot.master_id, NULL, &old, err) && old &&
		     file_key_rewrap(v->chain, old, mk, id, &v->seams.chance, &h.slot, err);
		secret_unref(old);
	}
	/* Each slot in its turn, as with every change of a header. */
	for (unsigned i = 0; ok && *ret_done && i < KYV_SLOTS; i++)
		ok = header_commit(&h, &v->seams, fd, h.slot.size, h.slot.complete, &h.meta, err);
	header_release(&h);
	return ok && (*ret_done || file_sync(v->seams.io, fd, true, err));
}

struct rewrapping {
	struct vault *v;
	struct secret *mk;
	unsigned char id[KYV_ID];
	struct vault_rotation *ret;
};

static bool rewrap_one(void *arg, int fd, const char *name, struct err *err)
{
	struct rewrapping *r = arg;
	unsigned char ids[KYV_SLOTS][KYV_ID];
	size_t n = named_keys(fd, ids);
	bool due = false;
	for (size_t i = 0; i < n; i++)
		due |= memcmp(ids[i], r->id, KYV_ID) != 0;
	/* A power cut may have torn the second slot behind the place where it names the key. */
	if (!due && !r->ret->resumed)
		return true;
	struct err why = { 0 };
	bool done = false;
	if (rewrap(r->v, fd, r->mk, r->id, due, &done, &why)) {
		r->ret->files += done;
		return true;
	}
	/* A disk that fails ends it all; what cannot be opened stays as it is. */
	if (why.kind != ERR_LOCKED && why.kind != ERR_DAMAGED) {
		if (err)
			*err = why;
		return err_wrap(err, "%s", name);
	}
	if (!due)
		return true;
	log_warn("vault", NULL, "%s stays under another key: %s", name, why.text);
	if (r->ret->failed++ == 0)
		r->ret->first = why;
	return true;
}

bool vault_rewrap_all(struct vault *v, struct vault_rotation *ret, struct err *err)
{
	struct rewrapping r = { .v = v, .ret = ret };
	if (!vault_master_key(v, NULL, r.id, &r.mk, err))
		return false;
	bool ok = each_file(v, O_RDWR, rewrap_one, &r, err);
	secret_unref(r.mk);
	return ok;
}
