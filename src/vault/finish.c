/* Finishing a file, in an order of which any part may be the last one before a power cut. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "writer.h"

/* Whatever lies behind the last record is not ours. */
static bool cut_to_length(const struct vault_writer *w, struct err *err)
{
	struct stat st;
	uint64_t len = kyv_file_len(w->header.slot.size);
	if (fstat(w->fd, &st) != 0)
		return err_sys(err, "looking at a vault file");
	if ((uint64_t)st.st_size > len && w->seams.io->truncate(w->fd, (off_t)len) != 0)
		return err_sys(err, "cutting a vault file to its length");
	return true;
}

/* No slot of a complete file says partial. */
static bool mark_complete(struct vault_writer *w, struct err *err)
{
	for (unsigned i = 0; i < KYV_SLOTS && !w->header.both_complete; i++)
		if (!writer_commit(w, w->header.slot.size, true, err))
			return false;
	return true;
}

static bool give_name(struct vault_writer *w, const char *name, struct err *err)
{
	if (!str_eq(w->name, name)) {
		char *from = path_join(w->dir, w->name), *to = path_join(w->dir, name);
		bool ok = access(to, F_OK) != 0 ? file_rename(w->seams.io, from, to, err)
						: err_set(err, ERR_USAGE, EEXIST,
							  "there is a file of the name %s", name);
		free(from);
		free(to);
		if (!ok)
			return false;
		str_set(&w->name, name);
	}
	return file_sync_dir(w->seams.io, w->dir, err);
}

bool vault_finish(struct vault_writer *w, const char *final_name, struct vault_info *ret_info,
		  struct err *err)
{
	if (!path_is_name(final_name))
		return err_set(err, ERR_USAGE, 0, "not a plain file name");
	if (w->header.slot.size == KYV_SIZE_UNKNOWN)
		return err_set(err, ERR_UNFINISHED, 0, "the size is not known yet");
	/* What is there was written or opened by this writer, and a failed sync takes it back. */
	uint64_t missing = vault_first_missing(w);
	if (missing != kyv_chunks(w->header.slot.size))
		return err_set(err, ERR_UNFINISHED, 0, "chunk %llu is missing",
			       (unsigned long long)missing);
	if (!cut_to_length(w, err) || !vault_writer_sync(w, err) || !mark_complete(w, err) ||
	    !give_name(w, final_name, err))
		return err_wrap(err, "finishing a vault file");
	if (ret_info)
		*ret_info = w->info;
	return true;
}
