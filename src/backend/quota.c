/* vault.quota. What counts are the files of the vault, whoever they belong to, as long as they are. */
#include "quota.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "keep.h"
#include "kiyya/buf.h"
#include "sink.h"

#define LOOK_MS     2000
#define MOST_OLDEST 3

/* Of a file with holes only what has been written. */
static uint64_t stored(const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size, blocks = (uint64_t)st->st_blocks * 512;
	return blocks < size ? blocks : size;
}

/* A folder that is not there yet holds nothing. */
static uint64_t measure(const char *dir)
{
	uint64_t used = 0;
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		struct stat st;
		if ((str_ends(e->d_name, ".kyv") || str_ends(e->d_name, ".part") ||
		     sink_name_is_plain(e->d_name)) &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			used += stored(&st);
	}
	if (d)
		closedir(d);
	return used;
}

/* -- what could go ---------------------------------------------------------------------------------- */

struct offer {
	struct core *core;
	uint64_t missing; /* still, after what is offered so far */
	struct buf text;
};

static uint64_t size_of(const struct core *core, const struct copy *c)
{
	struct stat st;
	char *path = path_join(core->vault_dir, c->file);
	uint64_t size = stat(path, &st) == 0 ? stored(&st) : 0;
	free(path);
	return size;
}

static void offer(struct offer *o, const char *command, const char *what, uint64_t size)
{
	char text[16];
	str_size(text, sizeof(text), size);
	(void)!buf_addf(&o->text, "%s%s frees %s%s", o->text.len ? ", " : "", command, text, what);
	o->missing -= size < o->missing ? size : o->missing;
}

static void offer_watched(struct offer *o, const struct copy_list *all)
{
	uint64_t size = 0;
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].complete && keep_was_watched(o->core, all->v[i].claim_id))
			size += size_of(o->core, &all->v[i]);
	if (size)
		offer(o, "kiyya rm --watched", "", size);
}

/* Newest first is how they are listed. */
static void offer_oldest(struct offer *o, const struct copy_list *all)
{
	int n = 0;
	for (size_t i = all->n; i-- > 0 && o->missing && n < MOST_OLDEST;) {
		const struct copy *c = &all->v[i];
		uint64_t size = size_of(o->core, c);
		if (!c->complete || !size || keep_was_watched(o->core, c->claim_id))
			continue;
		char *command = str_fmt("kiyya rm %.8s", c->claim_id);
		char *what = str_fmt(" (\"%.40s\")", c->title ? c->title : "");
		offer(o, command, what, size);
		free(what);
		free(command);
		n++;
	}
}

static bool no_room(struct core *core, const char *title, uint64_t used, uint64_t more,
		    struct err *err)
{
	char has[16], wants[16], most[16];
	uint64_t quota = (uint64_t)core->settings->vault_quota;
	struct offer o = { .core = core, .missing = used + more - quota };
	struct copy_list all;
	buf_init(&o.text, 400);
	str_size(has, sizeof(has), used);
	str_size(wants, sizeof(wants), more);
	str_size(most, sizeof(most), quota);
	if (store_copy_list(core->store, &all, NULL)) {
		offer_watched(&o, &all);
		offer_oldest(&o, &all);
		copy_list_release(&all);
	}
	err_set(err, ERR_SPACE, 0, "no room for \"%.60s\" in vault.quota: %s of %s taken%s%s: %s%s",
		title, has, most, more ? ", to come " : "", more ? wants : "",
		o.text.len ? o.text.data : "raise it",
		o.text.len && o.missing ? ": not enough, so raise it" : "");
	buf_release(&o.text);
	return false;
}

/* -- asked -------------------------------------------------------------------------------------------- */

bool quota_has_room(struct core *core, const char *title, uint64_t more, struct err *err)
{
	uint64_t quota = (uint64_t)core->settings->vault_quota;
	if (!quota)
		return true;
	uint64_t used = measure(core->vault_dir);
	core->quota_ms = clock_mono_ms(core->clock);
	return used + more <= quota || no_room(core, title, used, more, err);
}

bool quota_keeps(struct core *core, const char *title, struct err *err)
{
	if (clock_mono_ms(core->clock) - core->quota_ms < LOOK_MS)
		return true;
	return quota_has_room(core, title, 0, err);
}
