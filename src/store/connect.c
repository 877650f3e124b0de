/* The connection to SQLite: how it is opened, and what its errors mean to a person. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <stdlib.h>
#include "kiyya/str.h"
#include "rescue.h"
#include "room.h"
#include "stmt.h"

#define BUSY_MS 5000

static const struct {
	int code; /* primary */
	enum err_kind kind;
	const char *why; /* NULL: what SQLite says */
} meanings[] = {
	{ SQLITE_FULL, ERR_SPACE, "the disk is full: make some space" },
	{ SQLITE_BUSY, ERR_BUSY, "another kiyya is writing to it: try again" },
	{ SQLITE_LOCKED, ERR_BUSY, "it is in use: try again" },
	{ SQLITE_CORRUPT, ERR_DATABASE,
	  "the file is damaged: the next start saves what can be read" },
	{ SQLITE_NOTADB, ERR_DATABASE,
	  "the file is damaged: the next start saves what can be read" },
	{ SQLITE_READONLY, ERR_DATABASE, "the file or its folder may not be written" },
	{ SQLITE_CANTOPEN, ERR_DATABASE, "the file or one beside it cannot be opened" },
	{ SQLITE_IOERR, ERR_IO, NULL },
	{ SQLITE_INTERRUPT, ERR_CANCELLED, "interrupted" },
	{ SQLITE_TOOBIG, ERR_LIMIT, "a text is too long" },
};

bool store_fail(sqlite3 *db, const char *path, int rc, const char *doing, struct err *err)
{
	int primary = rc & 0xff;
	if (path && store_is_damage(rc))
		rescue_suspect(path);
	int system = db ? sqlite3_system_errno(db) : 0;
	if (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT))
		primary = SQLITE_FULL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == primary)
			return err_set(err, meanings[i].kind, rc, "%s: %s", doing,
				       meanings[i].why ? meanings[i].why : sqlite3_errstr(rc));
	return err_set(err, ERR_DATABASE, rc, "%s: %s", doing,
		       db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
}

bool store_is_damage(int rc)
{
	int primary = rc & 0xff;
	return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

/* Somebody else's file is refused before anything of it is changed. */
static bool is_ours(struct store *s, bool *ret_empty, struct err *err)
{
	int64_t application, objects;
	if (!sql_number(s, err, &application, 0, "PRAGMA application_id") ||
	    !sql_number(s, err, &objects, 0, "SELECT count(*) FROM sqlite_schema"))
		return false;
	*ret_empty = objects == 0;
	if (application == STORE_APPLICATION_ID || (application == 0 && objects == 0))
		return true;
	return err_set(err, ERR_DATABASE, 0, "%s is not a database of kiyya: move it away",
		       s->path);
}

/* TRUSTED_SCHEMA stays on: without it FTS5 may not be written by a trigger. There are no functions
 * of ours and no extensions that a schema could misuse. */
static void restrict_connection(sqlite3 *db)
{
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 32 << 20);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM needs it */
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
}

bool store_connect(struct store *s, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
	if (rc != SQLITE_OK)
		return store_fail(s->db, s->path, rc, "opening the database", err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	restrict_connection(s->db);
	bool empty;
	if (!is_ours(s, &empty, err))
		return false;
	/* Takes only before the first table and before WAL; later it would write at each start. */
	if (empty && !sql_script(s, "PRAGMA auto_vacuum = INCREMENTAL", err))
		return false;
	/* The log is written back by a struct settler; here only where that has not come for long. */
	return sql_script(s,
			  "PRAGMA journal_mode = WAL;"
			  "PRAGMA synchronous = FULL;"
			  "PRAGMA foreign_keys = ON;"
			  "PRAGMA cache_size = -2048;"
			  "PRAGMA temp_store = MEMORY;"
			  "PRAGMA cell_size_check = ON;"
			  "PRAGMA wal_autocheckpoint = 8000;"
			  "PRAGMA journal_size_limit = 8388608;"
			  "CREATE TEMP TABLE held (key TEXT PRIMARY KEY) WITHOUT ROWID;",
			  err);
}

bool store_connect_reader(struct store *s, struct err *err)
{
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
	if (rc != SQLITE_OK)
		return store_fail(s->db, s->path, rc, "opening the database for searching", err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	restrict_connection(s->db);
	return sql_script(s,
			  "PRAGMA query_only = ON;"
			  "PRAGMA cache_size = -1024;"
			  "PRAGMA temp_store = MEMORY;",
			  err);
}

const char *store_library_version(void)
{
	return sqlite3_libversion();
}
