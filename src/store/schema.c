/* Migrations: what was applied is proved by checksum, what is missing is applied after a backup. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/hash.h"
#include "kiyya/log.h"
#include "kiyya/str.h"
#include "backup.h"
#include "room.h"
#include "stmt.h"

const struct migration schema_migrations[] = {
	{ "first layout", schema_migration_1 },
	{ "segments", schema_migration_2 },
	{ "plain files", schema_migration_3 },
};
const size_t schema_count = sizeof(schema_migrations) / sizeof(schema_migrations[0]);

int store_latest_version(void)
{
	return (int)schema_count;
}

int store_version(const struct store *s)
{
	return s->version;
}

int store_peek_version(const char *path, struct err *err)
{
	struct store s = { .path = str_dup(path) };
	int64_t known = 0, version = 0;
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	bool ok = true;
	if (access(path, F_OK) == 0) {
		int rc = sqlite3_open_v2(path, &s.db, flags, NULL);
		ok = rc == SQLITE_OK ? sql_number(&s, err, &known, 0,
						  "SELECT count(*) FROM sqlite_schema "
						  "WHERE name = 'migrations'")
				     : store_fail(s.db, NULL, rc, "opening the database", err);
	}
	if (ok && known)
		ok = sql_number(&s, err, &version, 0, "SELECT max(number) FROM migrations");
	stmt_forget_all(&s);
	sqlite3_close(s.db);
	free(s.path);
	return ok ? (int)version : -1;
}

static void checksum(const struct migration *m, char hex[HASH_HEX_MAX])
{
	hash_once_hex(HASH_SHA256, m->sql, strlen(m->sql), hex);
}

/* Every applied migration must be one of ours, unchanged; *ret is how many there are. */
static bool check_applied(struct store *s, const struct migration *list, size_t n, int64_t *ret,
			  struct err *err)
{
	int64_t known;
	*ret = 0;
	if (!sql_number(s, err, &known, 0,
			"SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'"))
		return false;
	if (!known)
		return true;
	struct stmt *q =
	    sql_query(s, err, "SELECT number, checksum FROM migrations ORDER BY number");
	bool ok = q != NULL;
	while (ok && sql_next(q)) {
		int64_t number = col_int(q, 0, -1);
		char ours[HASH_HEX_MAX];
		if (number > (int64_t)n)
			ok = err_set(err, ERR_DATABASE, 0,
				     "the database is newer than this kiyya (layout %lld, this one "
				     "knows %zu): use the newer kiyya, or another --home",
				     (long long)number, n);
		else if (number != *ret + 1)
			ok = err_set(err, ERR_DATABASE, 0,
				     "the database lacks migration %lld: restore a backup",
				     (long long)*ret + 1);
		else if (checksum(&list[number - 1], ours), !str_eq(col_text(q, 1), ours))
			ok = err_set(err, ERR_DATABASE, 0,
				     "migration %lld of the database is not the one of this kiyya "
				     "(another checksum): use the kiyya that made it, or restore a "
				     "backup",
				     (long long)number);
		else
			*ret = number;
	}
	if (!ok) {
		sql_stop(q);
		return false;
	}
	return sql_done(q, err);
}

static bool record(struct store *s, const struct migration *m, size_t number, struct err *err)
{
	char sum[HASH_HEX_MAX];
	checksum(m, sum);
	return sql_run(s, err,
		       "INSERT INTO migrations (number, name, checksum, applied_at) "
		       "VALUES (?, ?, ?, ?)",
		       sql_int((int64_t)number), sql_text(m->name), sql_text(sum),
		       sql_int(clock_wall(s->clock)));
}

/* The table of migrations is older than all of them. */
static bool begin_database(struct store *s, struct err *err)
{
	char *text = str_fmt("CREATE TABLE IF NOT EXISTS migrations ("
			     "	number INTEGER PRIMARY KEY,"
			     "	name TEXT NOT NULL,"
			     "	checksum TEXT NOT NULL,"
			     "	applied_at INTEGER NOT NULL"
			     ") STRICT;"
			     "PRAGMA application_id = %d;",
			     STORE_APPLICATION_ID);
	bool ok = sql_script(s, text, err);
	free(text);
	return ok;
}

/* Migration number *applied + 1. Under the write lock it is looked at again: another process may
 * have been quicker. */
static bool apply_next(struct store *s, const struct migration *list, size_t n, int64_t *applied,
		       bool *backed_up, struct err *err)
{
	if (!tx_begin(s, TX_KEEP, err))
		return false;
	bool ok = check_applied(s, list, n, applied, err);
	int64_t number = *applied + 1;
	bool needed = ok && number <= (int64_t)n;
	if (needed && !*backed_up) {
		char *file = str_fmt("%s.before-%lld", s->path, (long long)number);
		ok = backup_file(s->path, file, err) ||
		     err_wrap(err, "keeping a copy before the database is changed");
		free(file);
		*backed_up = ok;
	}
	if (needed && ok) {
		const struct migration *m = &list[number - 1];
		ok = begin_database(s, err) && sql_script(s, m->sql, err) &&
		     record(s, m, (size_t)number, err);
		if (!ok)
			err_wrap(err, "migration %lld (%s)", (long long)number, m->name);
	}
	if (!tx_end(s, ok, err))
		return false;
	if (needed)
		*applied = number;
	return true;
}

bool schema_bring_up(struct store *s, const struct migration *list, size_t n, struct err *err)
{
	int64_t applied;
	if (!check_applied(s, list, n, &applied, err))
		return false;
	bool backed_up = !applied; /* of nothing no copy is kept */
	if (applied && applied < (int64_t)n)
		log_info("store", NULL, "migrating the database from %lld to %zu",
			 (long long)applied, n);
	while (applied < (int64_t)n)
		if (!apply_next(s, list, n, &applied, &backed_up, err))
			return false;
	s->version = (int)applied;
	return true;
}
