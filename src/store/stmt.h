/* SQL with its values bound by type: prepared once, kept, reset after each use.
 *
 *	sql_run(s, err, "DELETE FROM settings WHERE key = ?", sql_text(key));
 *
 *	struct stmt *q = sql_query(s, err, "SELECT value FROM settings WHERE key = ?",
 * sql_text(key)); while (sql_next(q)) … col_text(q, 0) … return sql_done(q, err);
 *
 * SQL texts are literals: they are remembered by address. A query may not be asked again until it
 * is done. */
#ifndef KIYYA_STORE_STMT_H
#define KIYYA_STORE_STMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/err.h"

struct store;
struct stmt;

struct sql_value {
	enum { SQL_NULL, SQL_INT, SQL_TEXT, SQL_BLOB } type;
	int64_t number;   /* of a blob its length */
	const char *text; /* borrowed until the statement is done */
};

static inline struct sql_value sql_int(int64_t v)
{
	return (struct sql_value){ .type = SQL_INT, .number = v };
}

/* NULL is NULL. */
static inline struct sql_value sql_text(const char *v)
{
	return (struct sql_value){ .type = v ? SQL_TEXT : SQL_NULL, .text = v };
}

static inline struct sql_value sql_blob(const void *v, size_t n)
{
	return (struct sql_value){ .type = SQL_BLOB, .number = (int64_t)n, .text = v };
}

/* "" is NULL too. */
static inline struct sql_value sql_word(const char *v)
{
	return sql_text(v && *v ? v : NULL);
}

/* `unknown` is NULL. */
static inline struct sql_value sql_known(int64_t v, int64_t unknown)
{
	return (struct sql_value){ .type = v == unknown ? SQL_NULL : SQL_INT, .number = v };
}

#define SQL_VALUES(...)                            \
	(const struct sql_value[]){ __VA_ARGS__ }, \
	    sizeof((const struct sql_value[]){ __VA_ARGS__ }) / sizeof(struct sql_value)

/* Runs to the end; rows are not looked at. */
#define sql_run(s, err, sql, ...) sql_run_values(s, err, sql, SQL_VALUES(__VA_ARGS__))
/* Ready for sql_next; NULL and *err when it cannot be prepared or bound. */
#define sql_query(s, err, sql, ...) sql_query_values(s, err, sql, SQL_VALUES(__VA_ARGS__))
/* The first column of the first row; `fallback` when there is no row or it is NULL. */
#define sql_number(s, err, ret, fallback, sql, ...) \
	sql_number_values(s, err, ret, fallback, sql, SQL_VALUES(__VA_ARGS__))

bool sql_run_values(struct store *s, struct err *err, const char *sql, const struct sql_value *v,
		    size_t n) MUST_USE;
struct stmt *sql_query_values(struct store *s, struct err *err, const char *sql,
			      const struct sql_value *v, size_t n) MUST_USE;
bool sql_number_values(struct store *s, struct err *err, int64_t *ret, int64_t fallback,
		       const char *sql, const struct sql_value *v, size_t n) MUST_USE;

bool sql_next(struct stmt *q); /* a row is there; q NULL: false */
/* Ends it, wherever it is. False when q is NULL or stepping failed: *err says why. */
bool sql_done(struct stmt *q, struct err *err) MUST_USE;
/* The same where rows were all we wanted: a query that has its answer cannot fail any more. */
void sql_stop(struct stmt *q);

/* Columns of the row at hand. Text is borrowed until the next row; NULL if it is NULL, no text, or
 * too long. */
bool col_null(struct stmt *q, int col);
int64_t col_int(struct stmt *q, int col, int64_t fallback);
const char *col_text(struct stmt *q, int col);
char *col_dup(struct stmt *q, int col); /* owned */
const void *col_blob(struct stmt *q, int col,
		     size_t n); /* borrowed; NULL: no blob of that length */

/* Several statements in one text, nothing bound: migrations and pragmas. Not kept. */
bool sql_script(struct store *s, const char *sql, struct err *err) MUST_USE;
int64_t sql_last_id(struct store *s);
int64_t sql_changed(struct store *s); /* rows by the last statement */

/* KEEP: on disk when tx_end returns; for what a user did. LAZY: safe from a crash of ours, but a
 * power cut may take the last moments with it; for what can be had again. */
enum tx_kind { TX_KEEP, TX_LAZY };
bool tx_begin(struct store *s, enum tx_kind kind, struct err *err) MUST_USE;
/* Commits when ok; otherwise, or when that fails, everything since tx_begin is undone. Returns
 * whether it was committed; *err is touched only by a failing commit. */
bool tx_end(struct store *s, bool ok, struct err *err) MUST_USE;
/* One statement as a transaction of its own. */
#define sql_change(s, kind, err, sql, ...) \
	sql_change_values(s, kind, err, sql, SQL_VALUES(__VA_ARGS__))
bool sql_change_values(struct store *s, enum tx_kind kind, struct err *err, const char *sql,
		       const struct sql_value *v, size_t n) MUST_USE;

void stmt_forget_all(struct store *s); /* before closing */

#endif
