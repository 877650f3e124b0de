/* The logs that are kept in the database: errors, security events, calls to gateways. */
#include <stdlib.h>
#include "room.h"
#include "row.h"
#include "stmt.h"

/* X(member and column, kind) */
// clang-format off
#define LOG_FIELDS(X) \
	X(level, TEXT) X(component, TEXT) X(claim_id, TEXT) X(message, TEXT) \
	X(category, TEXT) X(event, TEXT) X(severity, TEXT) X(gateway, TEXT) \
	X(code, TIME) X(ms, TIME) X(http_status, TIME)
// clang-format on
#define AS_FIELD(name, kind) FIELD_OF(kind, struct log_row, name)
#define AS_NAME(name, kind)  #name ", "
#define AS_MARK(name, kind)  "?, "
static const struct field fields[] = { LOG_FIELDS(AS_FIELD) FIELD_OF(INT, struct log_row, time) };
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define COLUMNS  LOG_FIELDS(AS_NAME) "time"

/* Ids have no holes but at the old end, so the newest one says which are too many. */
#define LOG(which, table)                                                                       \
	{                                                                                       \
		which, "INSERT INTO " table " (" COLUMNS ") VALUES (" LOG_FIELDS(AS_MARK) "?)", \
		    "DELETE FROM " table " WHERE id <= ? - 10000",                              \
		    "SELECT " COLUMNS " FROM " table " ORDER BY id DESC LIMIT ?"                \
	}
static const struct log_table {
	const char *which, *insert, *trim, *select;
} logs[] = {
	LOG("errors", "error_logs"),
	LOG("security", "security_logs"),
	LOG("gateway", "gateway_logs"),
};

static const struct log_table *find_log(const char *which, struct err *err)
{
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		if (str_eq(logs[i].which, which))
			return &logs[i];
	err_set(err, ERR_USAGE, 0, "there is no log of that name");
	return NULL;
}

bool store_log_put(struct store *s, const char *which, const struct log_row *row, struct err *err)
{
	const struct log_table *log = find_log(which, err);
	if (!log || !tx_begin(s, TX_LAZY, err))
		return false;
	struct sql_value v[N_FIELDS];
	row_values(row, fields, N_FIELDS, v);
	bool ok = sql_run_values(s, err, log->insert, v, N_FIELDS) &&
		  sql_run(s, err, log->trim, sql_int(sql_last_id(s)));
	return tx_end(s, ok, err);
}

static void free_texts(struct log_row *row)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].type == FIELD_TEXT)
			free(*(char **)((char *)row + fields[i].at));
}

bool store_log_each(struct store *s, const char *which, int64_t limit,
		    void (*fn)(void *arg, const struct log_row *row), void *arg, struct err *err)
{
	const struct log_table *log = find_log(which, err);
	if (!log)
		return false;
	struct stmt *q = sql_query(s, err, log->select, sql_int(limit));
	while (sql_next(q)) {
		struct log_row row = { 0 };
		row_read(q, 0, &row, fields, N_FIELDS, NULL);
		fn(arg, &row);
		free_texts(&row);
	}
	return sql_done(q, err);
}
