/* What is known of the gateways from run to run. */
#include "room.h"
#include "stmt.h"

bool store_health_put(struct store *s, const char *url, int64_t last_success, int failures,
		      struct err *err)
{
	return sql_change(s, TX_LAZY, err,
			  "INSERT INTO gateway_health (url, last_success, failures, updated_at) "
			  "VALUES (?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET "
			  "last_success = coalesce(excluded.last_success, last_success), "
			  "failures = excluded.failures, updated_at = excluded.updated_at",
			  sql_text(url), sql_known(last_success, TIME_UNKNOWN), sql_int(failures),
			  sql_int(clock_wall(s->clock)));
}

void store_health_each(struct store *s,
		       void (*fn)(void *arg, const char *url, int64_t last_success, int failures),
		       void *arg)
{
	struct stmt *q = sql_query(s, NULL,
				   "SELECT url, last_success, failures FROM gateway_health "
				   "ORDER BY url");
	while (sql_next(q)) {
		int64_t failures = col_int(q, 2, 0);
		if (col_text(q, 0) && failures >= 0 && failures <= INT32_MAX)
			fn(arg, col_text(q, 0), col_int(q, 1, TIME_UNKNOWN), (int)failures);
	}
	sql_stop(q);
}
