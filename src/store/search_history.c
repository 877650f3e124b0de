/* What was searched: words, how often, and when the last time. */
#include "room.h"
#include "stmt.h"

#define MOST_WORDS 1000

static bool add(struct store *s, const char *words, struct err *err)
{
	/* Two searches of one second still have an order. */
	return sql_run(
		   s, err,
		   "INSERT INTO search_history (words, times, searched_at) VALUES (?, 1, max(?, "
		   "(SELECT coalesce(max(searched_at), 0) + 1 FROM search_history))) "
		   "ON CONFLICT (words) DO UPDATE SET times = times + 1, "
		   "searched_at = excluded.searched_at",
		   sql_text(words), sql_int(clock_wall(s->clock))) &&
	       sql_run(s, err,
		       "DELETE FROM search_history WHERE words IN (SELECT words "
		       "FROM search_history ORDER BY searched_at DESC, words LIMIT -1 OFFSET ?)",
		       sql_int(MOST_WORDS));
}

bool store_search_add(struct store *s, const char *words, struct err *err)
{
	return tx_begin(s, TX_KEEP, err) && tx_end(s, add(s, words, err), err);
}

bool store_search_each(struct store *s, int64_t limit,
		       void (*fn)(void *arg, const char *words, int64_t times, int64_t searched_at),
		       void *arg, struct err *err)
{
	struct stmt *q = sql_query(s, err,
				   "SELECT words, times, searched_at FROM search_history "
				   "ORDER BY searched_at DESC, words LIMIT ?",
				   sql_int(limit));
	while (sql_next(q))
		if (col_text(q, 0))
			fn(arg, col_text(q, 0), col_int(q, 1, 1), col_int(q, 2, 0));
	return sql_done(q, err);
}

bool store_search_clear(struct store *s, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "DELETE FROM search_history");
}
