/* Opening and closing the database: who may, in what order, and what is done when it is damaged. */
#include "kiyya/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "backup.h"
#include "rescue.h"
#include "room.h"
#include "schema.h"
#include "stmt.h"

#define SQLITE_SMALLEST 512 /* bytes; what is shorter SQLite takes for empty and writes over */

char *store_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return str_dup(".");
	return slash == path ? str_dup("/") : str_dupn(path, (size_t)(slash - path));
}

bool store_create_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "creating %s", path);
	close(fd);
	return true;
}

/* The file is there, plain and private. It is not opened to find that out: closing it again would
 * take away the locks of another connection of this process (POSIX locks are like that). */
static bool prepare_file(const char *path, struct err *err)
{
	struct stat st;
	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return store_create_file(path, err);
		return err_sys(err, "looking at %s", path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DATABASE, 0, "%s is no plain file", path);
	if (st.st_size > 0 && st.st_size < SQLITE_SMALLEST)
		return err_set(err, ERR_DATABASE, SQLITE_NOTADB, "%s is cut short", path);
	if ((st.st_mode & 077) && chmod(path, st.st_mode & 0700) != 0)
		return err_sys(err, "making %s private", path);
	return true;
}

/* After damage was met: all of the file, and the search index, which can be made anew. */
static bool look_through(struct store *s, struct err *err)
{
	char *found = backup_check(s->db, false, err);
	if (!found)
		return false;
	bool ok = strcmp(found, "ok") == 0;
	if (!ok)
		err_set(err, ERR_DATABASE, SQLITE_CORRUPT, "the database is damaged: %.200s",
			found);
	free(found);
	return ok;
}

/* The first page of everything that was made by a user is read, so that a file whose head is gone
 * is noticed at the start, not in the middle of an evening. */
static bool touch_tables(struct store *s, struct err *err)
{
	int64_t n;
	return sql_number(
	    s, err, &n, 0,
	    "SELECT EXISTS (SELECT 1 FROM needed_claims)"
	    " + EXISTS (SELECT 1 FROM settings) + EXISTS (SELECT 1 FROM queries NOT INDEXED)"
	    " + EXISTS (SELECT 1 FROM content_cache NOT INDEXED)");
}

static struct store *open_once(const char *path, const struct clock *clock,
			       const struct migration *list, size_t n, struct err *err)
{
	struct store *s = NEW(struct store);
	*s = (struct store){ .path = str_dup(path), .clock = clock };
	bool suspect = rescue_is_suspect(path);
	if (prepare_file(path, err) && store_connect(s, err) &&
	    (!suspect || look_through(s, err)) && schema_bring_up(s, list, n, err) &&
	    touch_tables(s, err) && search_index_bring_up(s, suspect, err)) {
		if (suspect)
			rescue_unsuspect(path);
		return s;
	}
	/* A file that could not be opened stays as it was found, its log beside it. */
	if (s->db)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	store_close(s);
	return NULL;
}

/* One opener at a time, so that two starting at once do not migrate or rescue against each other.
 */
static int lock_folder(const char *path, struct err *err)
{
	char *dir = store_folder_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err_sys(err, "opening %s", dir);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	free(dir);
	return fd;
}

struct store *store_open_with(const char *path, const struct clock *clock,
			      const struct migration *list, size_t n, char **ret_note,
			      struct err *err)
{
	struct err why = { 0 };
	struct store *s = NULL;
	char *note = NULL;
	int folder = lock_folder(path, &why);
	if (folder >= 0 && rescue_finish(path, clock, &why)) {
		s = open_once(path, clock, list, n, &why);
		if (!s && why.kind == ERR_DATABASE && store_is_damage(why.num) &&
		    rescue_run(path, clock, list, n, &note, &why))
			s = open_once(path, clock, list, n, &why);
	}
	if (folder >= 0)
		close(folder);
	if (ret_note)
		*ret_note = note;
	else
		free(note);
	if (!s && err)
		*err = why;
	return s;
}

struct store *store_open(const char *path, const struct clock *clock, char **ret_note,
			 struct err *err)
{
	return store_open_with(path, clock, schema_migrations, schema_count, ret_note, err);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->n_touched || s->hits || s->misses) {
		sqlite3_busy_timeout(s->db, 100); /* not worth more waiting */
		if (tx_begin(s, TX_LAZY, NULL) && !tx_end(s, store_note_use(s, NULL), NULL))
			s->n_touched = 0;
	}
	stmt_forget_all(s);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

/* Words of the index against the texts they came from. */
static bool check_search(struct store *s, struct err *err)
{
	return !s->searchable || sql_run(s, err,
					 "INSERT INTO content_search (content_search, rank) VALUES "
					 "('integrity-check', 1)");
}

bool store_check(struct store *s, char **ret_text, struct err *err)
{
	char *found = backup_check(s->db, true, err);
	if (!found)
		return false;
	struct err why = { 0 };
	int64_t orphans = 0;
	const char *more = NULL;
	bool ok = true;
	if (!check_search(s, &why)) {
		more = "the search index does not fit the claims";
		ok = store_is_damage(why.num);
	} else if (!sql_number(s, &why, &orphans, 0,
			       "SELECT count(*) FROM pragma_foreign_key_check")) {
		ok = false;
	} else if (orphans) {
		more = "rows refer to rows that are not there";
	}
	if (ok && more) {
		char *all = str_eq(found, "ok") ? str_dup(more) : str_fmt("%s; %s", found, more);
		free(found);
		found = all;
	}
	if (ok) {
		*ret_text = found;
		return true;
	}
	free(found);
	if (err)
		*err = why;
	return false;
}
