/* One list of what the followed channels have published, newest first.
 *
 * Of each channel the index gives the newest that fit, and no more than a page of them is looked at; a page begins
 * behind a row (its release time, then its row), so the thousandth costs what the first does. */
#include "claim_row.h"
#include "room.h"
#include "stmt.h"

#define MOST_ROWS 10000
#define LAST_TIME (INT64_MAX / 2)

struct place {
	int64_t time, row;
};

/* Where the page begins: behind this. */
static bool find_place(struct store *s, const char *after, struct place *ret, struct err *err)
{
	*ret = (struct place){ LAST_TIME, 0 };
	if (!after || !*after)
		return true;
	struct stmt *q =
	    sql_query(s, err, "SELECT release_time, id FROM content_cache WHERE claim_id = ?",
		      sql_text(after));
	bool found = sql_next(q);
	if (found)
		*ret = (struct place){ col_int(q, 0, LAST_TIME), col_int(q, 1, 0) };
	return sql_done(q, err) &&
	       (found || err_set(err, ERR_NOT_FOUND, 0, "%s is not stored any more", after));
}

struct page *store_feed(struct store *s, const struct feed_query *fq, bool *ret_more,
			struct err *err)
{
	struct place at;
	if (!find_place(s, fq->after, &at, err))
		return NULL;
	int64_t limit = fq->limit < 1 ? 1 : fq->limit > MOST_ROWS ? MOST_ROWS : fq->limit;
	struct page *page = page_new();
	/* What is announced for later is no news yet, and would stay on top. */
	struct stmt *q = sql_query(
	    s, err,
	    "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
	    " FROM (SELECT claim_id FROM follows UNION SELECT ?7) AS f "
	    "CROSS JOIN content_cache AS c ON c.id IN "
	    "(SELECT n.id FROM content_cache AS n WHERE n.channel_id = f.claim_id "
	    "AND n.release_time <= ?1 AND n.release_time >= ?2 "
	    "AND (n.release_time, n.id) < (?3, ?4) "
	    "AND n.kind NOT IN ('channel', 'collection') "
	    "AND NOT (?5 AND EXISTS (SELECT 1 FROM progress AS w "
	    "WHERE w.claim_id = n.claim_id AND w.watched)) "
	    "ORDER BY n.release_time DESC, n.id DESC LIMIT ?6) "
	    "LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
	    "ORDER BY c.release_time DESC, c.id DESC LIMIT ?6",
	    sql_int(clock_wall(s->clock)),
	    sql_int(fq->since == TIME_UNKNOWN ? -LAST_TIME : fq->since), sql_int(at.time),
	    sql_int(at.row), sql_int(fq->unwatched), sql_int(limit + 1), sql_word(fq->also));
	while (sql_next(q))
		claim_row_read(q, page);
	if (!sql_done(q, err)) {
		page_free(page);
		return NULL;
	}
	*ret_more = (int64_t)page->n > limit;
	if (*ret_more)
		page->n = (size_t)limit;
	return page;
}

bool store_cache_has(struct store *s, const char *claim_id)
{
	int64_t row;
	return sql_number(s, NULL, &row, 0, "SELECT id FROM content_cache WHERE claim_id = ?",
			  sql_text(claim_id)) &&
	       row != 0;
}
