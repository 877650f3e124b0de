/* Prepared statements: kept by their text, bound by type, stepped with one way to fail. */
#include "stmt.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "room.h"

#define COL_MAX_TEXT (8 << 20)

struct stmt {
	struct store *store;
	sqlite3_stmt *handle;
	int rc;
	bool busy;
};

struct stmt_slot {
	const char *sql;
	struct stmt *stmt; /* own memory: the list may move while a query is open */
};

static struct stmt *stmt_find(struct store *s, const char *sql)
{
	for (size_t i = 0; i < s->n_stmts; i++)
		if (s->stmts[i].sql == sql)
			return s->stmts[i].stmt;
	return NULL;
}

static struct stmt *stmt_prepare(struct store *s, const char *sql, struct err *err)
{
	sqlite3_stmt *handle = NULL;
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
	if (rc != SQLITE_OK) {
		store_fail(s->db, s->path, rc, "asking the database", err);
		return NULL;
	}
	struct stmt *q = NEW(struct stmt);
	*q = (struct stmt){ .store = s, .handle = handle };
	s->stmts = mem_grow(s->stmts, s->n_stmts + 1, sizeof(*s->stmts));
	s->stmts[s->n_stmts++] = (struct stmt_slot){ .sql = sql, .stmt = q };
	return q;
}

static int bind_value(sqlite3_stmt *handle, int at, const struct sql_value *v)
{
	switch (v->type) {
	case SQL_NULL:
		return sqlite3_bind_null(handle, at);
	case SQL_INT:
		return sqlite3_bind_int64(handle, at, v->number);
	case SQL_TEXT:
		return sqlite3_bind_text(handle, at, v->text, -1, SQLITE_STATIC);
	case SQL_BLOB:
		return sqlite3_bind_blob64(handle, at, v->text, (uint64_t)v->number, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

struct stmt *sql_query_values(struct store *s, struct err *err, const char *sql,
			      const struct sql_value *v, size_t n)
{
	struct stmt *q = stmt_find(s, sql);
	if (!q)
		q = stmt_prepare(s, sql, err);
	if (!q)
		return NULL;
	if (q->busy || sqlite3_bind_parameter_count(q->handle) != (int)n)
		mem_die("a query of the store is used wrongly");
	q->rc = SQLITE_OK;
	for (size_t i = 0; i < n && q->rc == SQLITE_OK; i++)
		q->rc = bind_value(q->handle, (int)i + 1, &v[i]);
	if (q->rc != SQLITE_OK) {
		store_fail(s->db, s->path, q->rc, "asking the database", err);
		sql_stop(q);
		return NULL;
	}
	q->busy = true;
	return q;
}

bool sql_next(struct stmt *q)
{
	if (!q || q->rc == SQLITE_DONE)
		return false;
	q->rc = sqlite3_step(q->handle);
	return q->rc == SQLITE_ROW;
}

void sql_stop(struct stmt *q)
{
	if (!q)
		return;
	sqlite3_reset(q->handle);
	sqlite3_clear_bindings(q->handle); /* they are borrowed */
	q->busy = false;
}

bool sql_done(struct stmt *q, struct err *err)
{
	if (!q)
		return false; /* *err is filled already */
	bool ok = q->rc == SQLITE_OK || q->rc == SQLITE_ROW || q->rc == SQLITE_DONE;
	if (!ok)
		store_fail(q->store->db, q->store->path, q->rc,
			   sqlite3_stmt_readonly(q->handle) ? "reading the database"
							    : "writing the database",
			   err);
	sql_stop(q);
	return ok;
}

bool sql_run_values(struct store *s, struct err *err, const char *sql, const struct sql_value *v,
		    size_t n)
{
	struct stmt *q = sql_query_values(s, err, sql, v, n);
	while (sql_next(q))
		;
	return sql_done(q, err);
}

bool sql_number_values(struct store *s, struct err *err, int64_t *ret, int64_t fallback,
		       const char *sql, const struct sql_value *v, size_t n)
{
	struct stmt *q = sql_query_values(s, err, sql, v, n);
	int64_t found = sql_next(q) ? col_int(q, 0, fallback) : fallback;
	if (!sql_done(q, err))
		return false;
	*ret = found;
	return true;
}

bool col_null(struct stmt *q, int col)
{
	return sqlite3_column_type(q->handle, col) == SQLITE_NULL;
}

/* The connection is of one thread, so the value needs no lock: it is looked up once, not at each
 * question about it. */
int64_t col_int(struct stmt *q, int col, int64_t fallback)
{
	sqlite3_value *v = sqlite3_column_value(q->handle, col);
	return sqlite3_value_type(v) == SQLITE_INTEGER ? sqlite3_value_int64(v) : fallback;
}

const char *col_text(struct stmt *q, int col)
{
	sqlite3_value *v = sqlite3_column_value(q->handle, col);
	if (sqlite3_value_type(v) != SQLITE_TEXT || sqlite3_value_bytes(v) > COL_MAX_TEXT)
		return NULL;
	return (const char *)sqlite3_value_text(v);
}

char *col_dup(struct stmt *q, int col)
{
	return str_dup(col_text(q, col));
}

const void *col_blob(struct stmt *q, int col, size_t n)
{
	sqlite3_value *v = sqlite3_column_value(q->handle, col);
	if (sqlite3_value_type(v) != SQLITE_BLOB || (size_t)sqlite3_value_bytes(v) != n)
		return NULL;
	return sqlite3_value_blob(v);
}

bool sql_script(struct store *s, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK || store_fail(s->db, s->path, rc, "changing the database", err);
}

int64_t sql_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t sql_changed(struct store *s)
{
	return sqlite3_changes64(s->db);
}

bool tx_begin(struct store *s, enum tx_kind kind, struct err *err)
{
	bool lazy = kind == TX_LAZY;
	if (lazy != s->lazy) {
		if (!sql_script(s, lazy ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL",
				err))
			return false;
		s->lazy = lazy;
	}
	return sql_run(s, err, "BEGIN IMMEDIATE");
}

bool tx_end(struct store *s, bool ok, struct err *err)
{
	if (ok && sql_run(s, err, "COMMIT"))
		return true;
	/* A full disk may have rolled back by itself. */
	if (!sqlite3_get_autocommit(s->db) && !sql_run(s, NULL, "ROLLBACK"))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool sql_change_values(struct store *s, enum tx_kind kind, struct err *err, const char *sql,
		       const struct sql_value *v, size_t n)
{
	if (!tx_begin(s, kind, err))
		return false;
	return tx_end(s, sql_run_values(s, err, sql, v, n), err);
}

void stmt_forget_all(struct store *s)
{
	for (size_t i = 0; i < s->n_stmts; i++) {
		sqlite3_finalize(s->stmts[i].stmt->handle);
		free(s->stmts[i].stmt);
	}
	free(s->stmts);
	s->stmts = NULL;
	s->n_stmts = 0;
}
