/* Backups through SQLite's own interface, so that a copy is of one moment whoever writes meanwhile.
 */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/buf.h"
#include "kiyya/file.h"
#include "kiyya/str.h"
#include "room.h"

#define CHECK_MAX_TEXT 4000

char *backup_check(sqlite3 *db, bool full, struct err *err)
{
	sqlite3_stmt *q = NULL;
	const char *sql = full ? "PRAGMA integrity_check(20)" : "PRAGMA quick_check(20)";
	struct buf text;
	buf_init(&text, CHECK_MAX_TEXT);
	int rc = sqlite3_prepare_v2(db, sql, -1, &q, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(q, 0);
		buf_addf(&text, "%s%s", text.len ? "; " : "", line ? line : "?");
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	if (store_is_damage(rc)) {
		buf_addf(&text, "%s%s", text.len ? "; " : "", sqlite3_errstr(rc));
	} else if (rc != SQLITE_DONE) {
		buf_release(&text);
		store_fail(db, NULL, rc, "checking the database", err);
		return NULL;
	}
	return buf_steal(&text);
}

static bool copy_pages(sqlite3 *from, sqlite3 *to, struct err *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	if (!b)
		return store_fail(to, NULL, sqlite3_errcode(to), "copying the database", err);
	sqlite3_backup_step(b, -1);
	int rc = sqlite3_backup_finish(b);
	return rc == SQLITE_OK || store_fail(to, NULL, rc, "copying the database", err);
}

static bool open_pair(const char *from, const char *to, sqlite3 **a, sqlite3 **b, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(from, a, SQLITE_OPEN_READONLY | flags, NULL);
	if (rc != SQLITE_OK)
		return store_fail(*a, NULL, rc, "opening the database", err);
	sqlite3_busy_timeout(*a, 5000);
	rc = sqlite3_open_v2(to, b, SQLITE_OPEN_READWRITE | flags, NULL);
	return rc == SQLITE_OK || store_fail(*b, NULL, rc, "opening the copy", err);
}

/* The copy stands alone, without a log beside it, and is sound. */
static bool settle(sqlite3 *copy, struct err *err)
{
	int rc = sqlite3_exec(copy, "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE;",
			      NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return store_fail(copy, NULL, rc, "writing the copy", err);
	char *found = backup_check(copy, true, err);
	bool ok = found && strcmp(found, "ok") == 0;
	if (found && !ok)
		err_set(err, ERR_DATABASE, 0, "the copy is not sound: %.200s", found);
	free(found);
	return ok;
}

static bool remove_old(const char *path, struct err *err)
{
	return unlink(path) == 0 || errno == ENOENT || err_sys(err, "removing %s", path);
}

/* A database that is renamed over itself while it is open would lose its log. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool backup_file(const char *from, const char *to, struct err *err)
{
	if (is_same_file(from, to))
		return err_set(err, ERR_USAGE, 0, "%s is the database itself", to);
	char *part = str_fmt("%s.part", to), *dir = store_folder_of(to);
	sqlite3 *a = NULL, *b = NULL;
	bool ok = remove_old(part, err) && store_create_file(part, err) &&
		  open_pair(from, part, &a, &b, err) && copy_pages(a, b, err) && settle(b, err);
	sqlite3_close(a);
	sqlite3_close(b);
	int fd = ok ? open(part, O_RDWR | O_CLOEXEC) : -1;
	if (ok && fd < 0)
		ok = err_sys(err, "opening %s", part);
	ok = ok && file_sync(NULL, fd, false, err) && file_rename(NULL, part, to, err) &&
	     file_sync_dir(NULL, dir, err);
	if (fd >= 0)
		close(fd);
	if (!ok)
		unlink(part);
	free(part);
	free(dir);
	return ok;
}

bool store_backup(struct store *s, const char *file, struct err *err)
{
	return backup_file(s->path, file, err) || err_wrap(err, "backing up to %s", file);
}
