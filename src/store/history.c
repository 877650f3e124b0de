/* What was played. */
#include "claim_row.h"
#include "room.h"
#include "stmt.h"

#define MOST_ROWS 10000

static bool add(struct store *s, const char *claim_id, const char *title, struct err *err)
{
	return sql_run(s, err, "DELETE FROM history WHERE claim_id = ?", sql_text(claim_id)) &&
	       sql_run(s, err, "INSERT INTO history (claim_id, title, played_at) VALUES (?, ?, ?)",
		       sql_text(claim_id), sql_text(title), sql_int(clock_wall(s->clock))) &&
	       sql_run(s, err,
		       "DELETE FROM history WHERE id <= "
		       "(SELECT id FROM history ORDER BY id DESC LIMIT 1 OFFSET ?)",
		       sql_int(MOST_ROWS));
}

bool store_history_add(struct store *s, const char *claim_id, const char *title, struct err *err)
{
	return store_want_id(claim_id, err) && tx_begin(s, TX_KEEP, err) &&
	       tx_end(s, add(s, claim_id, title, err), err);
}

/* A row taken out and put in again gets the highest id: their order is that of the last playing,
 * also when the clock has been turned back. */
struct page *store_history_list(struct store *s, struct err *err)
{
	static const char sql[] = "SELECT " KEPT_COLUMNS("h") //
	    ", h.played_at FROM history AS h " KEPT_JOINS("h") "ORDER BY h.id DESC";
	struct page *page = page_new();
	struct stmt *q = sql_query(s, err, sql);
	while (sql_next(q)) {
		size_t before = page->n;
		claim_row_read_kept(q, page);
		if (page->n > before)
			page->items[before].local.played_at = col_int(q, KEPT_ROW_END, 0);
	}
	if (sql_done(q, err))
		return page;
	page_free(page);
	return NULL;
}

bool store_history_clear(struct store *s, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "DELETE FROM history");
}
