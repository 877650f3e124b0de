/* Rescue of a damaged database, in steps of which each can be the last before a power cut:
 *
 *	PATH.rescue-part    is being filled; thrown away when found
 *	PATH.rescue-ready   is whole; from here on it will become the database
 *	PATH.damaged-TIME   the damaged file, with its log beside it if it had one */
#include "rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/file.h"
#include "kiyya/log.h"
#include "kiyya/str.h"
#include "room.h"
#include "salvage.h"
#include "schema.h"

static char *suspect_name(const char *path)
{
	return str_fmt("%s.suspect", path);
}

void rescue_suspect(const char *path)
{
	char *mark = suspect_name(path);
	int fd = open(mark, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	free(mark);
}

bool rescue_is_suspect(const char *path)
{
	char *mark = suspect_name(path);
	bool there = access(mark, F_OK) == 0;
	free(mark);
	return there;
}

void rescue_unsuspect(const char *path)
{
	char *mark = suspect_name(path);
	unlink(mark);
	free(mark);
}

/* Moves PATH+tail to ASIDE+tail if it is there. */
static bool move_aside(const char *path, const char *aside, const char *tail, struct err *err)
{
	char *from = str_fmt("%s%s", path, tail), *to = str_fmt("%s%s", aside, tail);
	bool ok = rename(from, to) == 0 || errno == ENOENT;
	if (!ok)
		err_sys(err, "moving %s aside", from);
	free(from);
	free(to);
	return ok;
}

/* A name that is not taken yet. */
static char *aside_name(const char *path, const struct clock *clock)
{
	char time[CLOCK_ISO_SIZE];
	clock_iso(clock_wall(clock), time);
	char *name = str_fmt("%s.damaged-%s", path, time);
	for (int i = 2; access(name, F_OK) == 0; i++) {
		free(name);
		name = str_fmt("%s.damaged-%s-%d", path, time, i);
	}
	return name;
}

static bool sync_folder(const char *path, struct err *err)
{
	char *dir = store_folder_of(path);
	bool ok = file_sync_dir(NULL, dir, err);
	free(dir);
	return ok;
}

/* What SQLite keeps beside the file while it is open: nothing is lost with an index of shared
 * memory, nor with an empty log. */
static void drop_empty(const char *path)
{
	char *shm = str_fmt("%s-shm", path), *wal = str_fmt("%s-wal", path);
	struct stat st;
	unlink(shm);
	if (stat(wal, &st) == 0 && st.st_size == 0)
		unlink(wal);
	free(shm);
	free(wal);
}

/* The log first: beside the new database it would be taken for its own. */
static bool exchange(const char *path, const char *ready, const struct clock *clock,
		     char **ret_aside, struct err *err)
{
	char *aside = aside_name(path, clock);
	drop_empty(path);
	bool ok = move_aside(path, aside, "-wal", err) && move_aside(path, aside, "", err) &&
		  file_rename(NULL, ready, path, err) && sync_folder(path, err);
	if (ok && ret_aside)
		*ret_aside = aside;
	else
		free(aside);
	return ok;
}

bool rescue_finish(const char *path, const struct clock *clock, struct err *err)
{
	char *ready = str_fmt("%s.rescue-ready", path);
	bool ok = true;
	if (access(ready, F_OK) == 0) {
		ok = exchange(path, ready, clock, NULL, err);
		if (ok)
			rescue_unsuspect(path);
	}
	free(ready);
	return ok;
}

static void remove_part(const char *part)
{
	static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		char *name = str_fmt("%s%s", part, tails[i]);
		unlink(name);
		free(name);
	}
}

bool rescue_run(const char *path, const struct clock *clock, const struct migration *list, size_t n,
		char **ret_note, struct err *err)
{
	char *part = str_fmt("%s.rescue-part", path), *ready = str_fmt("%s.rescue-ready", path);
	char *aside = NULL;
	int64_t rows = 0;
	remove_part(part);
	bool ok = salvage(path, part, clock, list, n, &rows, err) &&
		  file_rename(NULL, part, ready, err) && sync_folder(path, err) &&
		  exchange(path, ready, clock, &aside, err);
	if (ok) {
		log_error("store", NULL,
			  "the database was damaged: %lld rows taken over, kept as %s",
			  (long long)rows, aside);
		rescue_unsuspect(path);
		if (ret_note)
			*ret_note =
			    str_fmt("the database was damaged: %lld rows could be read and were "
				    "taken over; the damaged file is kept as %s",
				    (long long)rows, aside);
	} else {
		err_wrap(err, "the database is damaged, and saving what can be read failed");
		remove_part(part);
	}
	free(part);
	free(ready);
	free(aside);
	return ok;
}
