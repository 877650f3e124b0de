/* Salvage: table by table, row by row, from both ends towards the damage. */
#include "salvage.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/log.h"
#include "kiyya/str.h"
#include "backup.h"
#include "room.h"
#include "schema.h"
#include "stmt.h"

/* What cannot be had again comes first. The lists of the cache and the logs are let go. */
static const char *const tables[] = {
	"offline_meta",  "download_queue", "favorites",      "progress",
	"follows",       "watch_later",    "history",        "settings",
	"playlists",     "playlist_items", "search_history", "content_cache",
	"segment_lists", "segments",       "plain_files",    "plain_chunks",
};
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))
#define MAX_SQL  8192

struct job {
	sqlite3 *from, *to;
	int64_t rows;
};

/* Names of the columns that the table has in both, by commas, and as many marks. The names are
 * those of our own layout, never of the damaged file. */
static bool common_columns(struct job *j, const char *table, struct strs *ret)
{
	sqlite3_stmt *q = NULL;
	if (sqlite3_prepare_v2(j->to, "SELECT name FROM pragma_table_info(?)", -1, &q, NULL) !=
	    SQLITE_OK)
		return false;
	sqlite3_bind_text(q, 1, table, -1, SQLITE_STATIC);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(q, 0);
		char *probe = str_fmt("SELECT %s FROM %s", name, table);
		sqlite3_stmt *p = NULL;
		if (sqlite3_prepare_v2(j->from, probe, -1, &p, NULL) == SQLITE_OK)
			strs_add(ret, name);
		sqlite3_finalize(p);
		free(probe);
	}
	sqlite3_finalize(q);
	return ret->n > 0;
}

static void write_sql(const struct strs *columns, const char *table, bool backwards,
		      struct buf *select, struct buf *insert)
{
	buf_clear(select);
	buf_clear(insert);
	buf_add_str(select, "SELECT ");
	buf_addf(insert, "INSERT OR IGNORE INTO %s (", table);
	for (size_t i = 0; i < columns->n; i++) {
		buf_addf(select, "%s%s", i ? ", " : "", columns->v[i]);
		buf_addf(insert, "%s%s", i ? ", " : "", columns->v[i]);
	}
	/* Each of our tables is stored in the order of its first column. */
	buf_addf(select, " FROM %s NOT INDEXED ORDER BY %s.%s %s", table, table, columns->v[0],
		 backwards ? "DESC" : "ASC");
	buf_add_str(insert, ") VALUES (");
	for (size_t i = 0; i < columns->n; i++)
		buf_add_str(insert, i ? ", ?" : "?");
	buf_add_char(insert, ')');
}

/* Copies rows until the damage or the end; false when the new file cannot take them. A row that the
 * new layout refuses is damaged too. */
static bool copy_rows(struct job *j, sqlite3_stmt *select, sqlite3_stmt *insert, bool *ret_cut,
		      struct err *err)
{
	int n = sqlite3_column_count(select), rc;
	while ((rc = sqlite3_step(select)) == SQLITE_ROW) {
		for (int i = 0; i < n; i++)
			sqlite3_bind_value(insert, i + 1, sqlite3_column_value(select, i));
		int put = sqlite3_step(insert);
		j->rows += put == SQLITE_DONE ? sqlite3_changes(j->to) : 0;
		sqlite3_reset(insert);
		if (put != SQLITE_DONE && (put & 0xff) != SQLITE_CONSTRAINT)
			return store_fail(j->to, NULL, put, "saving what can be read", err);
	}
	*ret_cut = rc != SQLITE_DONE;
	return true;
}

static bool copy_table(struct job *j, const char *table, bool backwards, bool *ret_cut,
		       struct err *err)
{
	struct strs columns = { 0 };
	struct buf select, insert;
	buf_init(&select, MAX_SQL);
	buf_init(&insert, MAX_SQL);
	sqlite3_stmt *from = NULL, *to = NULL;
	bool ok = true;
	*ret_cut = false;
	if (!common_columns(j, table, &columns))
		goto out; /* not even the layout of it can be read */
	write_sql(&columns, table, backwards, &select, &insert);
	if (sqlite3_prepare_v2(j->from, select.data, -1, &from, NULL) != SQLITE_OK)
		goto out;
	int rc = sqlite3_prepare_v2(j->to, insert.data, -1, &to, NULL);
	ok = rc == SQLITE_OK ? copy_rows(j, from, to, ret_cut, err)
			     : store_fail(j->to, NULL, rc, "saving what can be read", err);
out:
	sqlite3_finalize(from);
	sqlite3_finalize(to);
	buf_release(&select);
	buf_release(&insert);
	strs_release(&columns);
	return ok;
}

static bool copy_tables(struct job *j, struct err *err)
{
	for (size_t i = 0; i < N_TABLES; i++) {
		bool cut;
		int64_t before = j->rows;
		if (!copy_table(j, tables[i], false, &cut, err) ||
		    (cut && !copy_table(j, tables[i], true, &cut, err)))
			return false;
		log_info("store", NULL, "%lld rows of %s saved", (long long)(j->rows - before),
			 tables[i]);
	}
	return true;
}

/* The layout, in a store of its own that is closed again. */
static bool make_empty(const char *path, const struct clock *clock, const struct migration *list,
		       size_t n, struct err *err)
{
	struct store s = { .path = str_dup(path), .clock = clock };
	bool ok = store_create_file(path, err) && store_connect(&s, err) &&
		  schema_bring_up(&s, list, n, err);
	stmt_forget_all(&s);
	sqlite3_close(s.db);
	free(s.path);
	return ok;
}

/* A layout that we do not know is not for us to take apart. */
static bool is_known_layout(sqlite3 *from, size_t n, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int64_t version = 0;
	if (sqlite3_prepare_v2(from, "SELECT max(number) FROM migrations", -1, &q, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		version = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return version <= (int64_t)n ||
	       err_set(err, ERR_DATABASE, 0, "it is newer than this kiyya: use the newer one");
}

/* One transaction, checked before it counts, the file complete without a log beside it. Rows may
 * refer to rows that are lost: those go. */
static bool fill(struct job *j, struct err *err)
{
	static const char after[] =
	    "DELETE FROM playlist_items WHERE playlist_id NOT IN (SELECT id FROM playlists);"
	    "COMMIT;"
	    "PRAGMA wal_checkpoint(TRUNCATE);";
	int rc =
	    sqlite3_exec(j->to, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return store_fail(j->to, NULL, rc, "saving what can be read", err);
	if (!copy_tables(j, err))
		return false;
	rc = sqlite3_exec(j->to, after, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return store_fail(j->to, NULL, rc, "saving what can be read", err);
	char *found = backup_check(j->to, false, err);
	bool ok = found && str_eq(found, "ok");
	if (found && !ok)
		err_set(err, ERR_DATABASE, 0, "what was saved is not sound: %.200s", found);
	free(found);
	return ok;
}

bool salvage(const char *from, const char *to, const struct clock *clock,
	     const struct migration *list, size_t n, int64_t *ret_rows, struct err *err)
{
	if (!make_empty(to, clock, list, n, err))
		return false;
	struct job j = { 0 };
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	/* If even opening fails, there is nothing to read: the new database begins empty. */
	sqlite3_open_v2(from, &j.from, SQLITE_OPEN_READONLY | flags, NULL);
	sqlite3_exec(j.from, "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;", NULL,
		     NULL, NULL);
	int rc = sqlite3_open_v2(to, &j.to, SQLITE_OPEN_READWRITE | flags, NULL);
	bool ok = rc == SQLITE_OK ? is_known_layout(j.from, n, err) && fill(&j, err)
				  : store_fail(j.to, NULL, rc, "saving what can be read", err);
	sqlite3_close(j.from);
	sqlite3_close(j.to);
	if (ok)
		*ret_rows = j.rows;
	return ok;
}
