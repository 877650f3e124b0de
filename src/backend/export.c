/* Answers export: a decrypted copy as a plain file, whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "keep.h"
#include "kiyya/file.h"
#include "kiyya/hash.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"
#include "work.h"

#define EXPORT_BLOCK (4 * VAULT_CHUNK)

struct export
{
	struct core *core;
	struct ticket *ticket; /* NULL: cancelled */
	struct copy copy;
	struct source *source;
	char *target, *temp; /* beside it */
	bool overwrite, running;
	struct work work;
	/* the chore's */
	bool ran;
	struct err err;
};

static void export_free(struct export *x)
{
	work_end(&x->work);
	source_free(x->source);
	copy_release(&x->copy);
	free(x->target);
	free(x->temp);
	free(x);
}

static void export_cancel(void *arg)
{
	struct export *x = arg;
	x->ticket = NULL;
	work_end(&x->work);
	unlock_forget(x->core->unlock, x);
	if (x->running)
		source_cancel(x->source);
	else
		export_free(x);
}

/* -- where to ------------------------------------------------------------------------------------ */

static const char *extension_of(const struct copy *c)
{
	static const struct {
		const char *type, *extension;
	} types[] = {
		{ "video/mp4", "mp4" },        { "video/webm", "webm" },
		{ "video/x-matroska", "mkv" }, { "video/quicktime", "mov" },
		{ "video/mp2t", "ts" },        { "video/x-msvideo", "avi" },
		{ "video/x-m4v", "m4v" },      { "video/m4v", "m4v" },
		{ "audio/mpeg", "mp3" },       { "audio/mp4", "m4a" },
		{ "audio/ogg", "ogg" },        { "audio/flac", "flac" },
		{ "audio/x-wav", "wav" },      { "image/jpeg", "jpg" },
		{ "image/png", "png" },        { "image/gif", "gif" },
		{ "image/webp", "webp" },      { "application/pdf", "pdf" },
		{ "application/zip", "zip" },  { "text/plain", "txt" },
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq(c->media_type, types[i].type))
			return types[i].extension;
	return NULL;
}

/* In a directory: named by title, and by quality where that is not the original. */
static char *target_of(const struct copy *c, const char *to)
{
	struct stat st;
	if (!str_ends(to, "/") && (stat(to, &st) != 0 || !S_ISDIR(st.st_mode)))
		return str_dup(to);
	bool original = str_eq(c->quality, "original");
	char *title = str_fmt("%s%s%s", c->title ? c->title : c->claim_id, original ? "" : " ",
			      original ? "" : c->quality);
	char *name = path_name_of_title(title, original ? extension_of(c) : "ts");
	char *target = path_join(to, name);
	free(title);
	free(name);
	return target;
}

/* -- writing ------------------------------------------------------------------------------------- */

static bool copy_bytes(struct export *x, int fd)
{
	uint64_t size = source_size(x->source), off = 0;
	unsigned char *block = mem_new(EXPORT_BLOCK);
	bool ok = true;
	while (ok && off < size) {
		ssize_t n = source_read_at(x->source, off, block, EXPORT_BLOCK, &x->err);
		if (n == 0)
			err_set(&x->err, ERR_DAMAGED, 0, "the copy ends too early");
		ok = n > 0 && file_write_at(NULL, fd, block, (size_t)n, off, &x->err);
		off += ok ? (uint64_t)n : 0;
		atomic_store(&x->work.have, (int64_t)off);
	}
	explicit_bzero(block, EXPORT_BLOCK);
	free(block);
	return ok;
}

/* Gives the finished file its name; without overwrite never to one that is there. */
static bool give_name(struct export *x)
{
	if (x->overwrite)
		return file_rename(NULL, x->temp, x->target, &x->err);
	if (link(x->temp, x->target) == 0) {
		unlink(x->temp);
		return true;
	}
	if (errno == EEXIST || access(x->target, F_OK) == 0)
		return err_set(&x->err, ERR_USAGE, EEXIST, "%s is there already", x->target);
	/* A file system without links, such as that of a USB stick. */
	return file_rename(NULL, x->temp, x->target, &x->err);
}

static bool write_file(struct export *x)
{
	int fd = open(x->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(&x->err, "creating %s", x->temp);
	bool ok = copy_bytes(x, fd);
	/* A file like any other of this user, once it is whole. */
	if (ok && fchmod(fd, 0666 & ~x->core->umask) != 0)
		log_info("export", NULL, "%s stays readable for its owner only", x->target);
	ok = ok && file_sync(NULL, fd, false, &x->err);
	close(fd);
	char *for_dir = str_dup(x->target);
	ok = ok && give_name(x) && file_sync_dir(NULL, dirname(for_dir), &x->err);
	free(for_dir);
	if (!ok)
		unlink(x->temp);
	return ok;
}

static void export_run(void *arg)
{
	struct export *x = arg;
	x->ran = true;
	if (!write_file(x))
		err_wrap(&x->err, "exporting to %s", x->target);
}

/* -- on the backend thread ----------------------------------------------------------------------- */

static void post_export(struct export *x, bool exists)
{
	struct event *e = ticket_event(x->ticket, EV_EXPORT);
	struct ev_export *row = &e->u.export;
	row->claim_id_ = str_dup(x->copy.claim_id);
	row->title_ = str_dup(x->copy.title);
	row->quality_ = str_dup(x->copy.quality);
	row->file_ = str_dup(x->target);
	if (x->copy.size >= 0)
		row->size_ = x->copy.size;
	row->exists_ = exists;
	link_post(x->core->link, e);
}

static void export_came_back(void *arg)
{
	struct export *x = arg;
	if (x->ticket && x->ran) {
		if (!x->err.kind)
			post_export(x, false);
		ticket_done(x->ticket, &x->err);
	}
	export_free(x);
}

static bool export_begin(struct export *x, struct err *err)
{
	x->source = keep_open(x->core, &x->copy, err);
	if (!x->source)
		return false;
	char id[17];
	random_hex(id, 8);
	/* The name itself may be as long as names can be. */
	char *for_dir = str_dup(x->target);
	char *name = str_fmt(".kiyya-%s.tmp", id);
	x->temp = path_join(dirname(for_dir), name);
	free(name);
	free(for_dir);
	x->running = true;
	work_begin(&x->work, x->ticket, "export", &x->copy, 1, 1, (int64_t)source_size(x->source));
	chores_add(x->core->chores, 0, export_run, export_came_back, x);
	return true;
}

static void export_unlocked(void *arg, const struct err *err)
{
	struct export *x = arg;
	struct err why;
	if (!err && export_begin(x, &why))
		return;
	ticket_done(x->ticket, err ? err : &why);
	export_free(x);
}

void answer_export(struct core *core, struct ticket *t, const struct req_export *r)
{
	struct export *x = NEW(struct export);
	*x = (struct export){ .core = core, .ticket = t, .overwrite = r->overwrite_ };
	copy_init(&x->copy);
	struct err err;
	if (str_empty(r->to_)) {
		err_set(&err, ERR_USAGE, 0, "export where to? a file, or a directory");
		ticket_done(t, &err);
		export_free(x);
		return;
	}
	if (!keep_find(core, r->item_ ? r->item_ : "", str_empty(r->quality_) ? NULL : r->quality_,
		       true, &x->copy, &err)) {
		ticket_done(t, &err);
		export_free(x);
		return;
	}
	x->target = target_of(&x->copy, r->to_);
	if (!x->overwrite && access(x->target, F_OK) == 0) {
		/* The front end asks, and comes again. */
		post_export(x, true);
		ticket_done_code(t, NULL, err_exit_code(ERR_USAGE));
		export_free(x);
		return;
	}
	ticket_on_cancel(t, export_cancel, x);
	unlock_if(core->unlock, x->copy.encrypted, export_unlocked, x);
}
