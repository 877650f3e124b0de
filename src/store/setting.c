/* What the program itself remembers: words by key. */
#include "room.h"
#include "stmt.h"

char *store_setting(struct store *s, const char *key)
{
	char *value = NULL;
	struct stmt *q =
	    sql_query(s, NULL, "SELECT value FROM settings WHERE key = ?", sql_text(key));
	if (sql_next(q))
		value = col_dup(q, 0);
	sql_stop(q);
	return value;
}

bool store_setting_put(struct store *s, const char *key, const char *value, struct err *err)
{
	if (!value)
		return sql_change(s, TX_KEEP, err, "DELETE FROM settings WHERE key = ?",
				  sql_text(key));
	return sql_change(s, TX_KEEP, err,
			  "INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?) "
			  "ON CONFLICT (key) DO UPDATE SET "
			  "value = excluded.value, updated_at = excluded.updated_at",
			  sql_text(key), sql_text(value), sql_int(clock_wall(s->clock)));
}
