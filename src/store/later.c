/* What the user means to watch later. */
#include "claim_row.h"
#include "room.h"
#include "stmt.h"

bool store_later_add(struct store *s, const char *claim_id, struct err *err)
{
	/* Their order is that of adding, also within a second and when the clock was turned back. */
	return store_want_id(claim_id, err) &&
	       sql_change(s, TX_KEEP, err,
			  "INSERT INTO watch_later (claim_id, added_at) VALUES (?, max(?, "
			  "(SELECT coalesce(max(added_at), 0) + 1 FROM watch_later))) "
			  "ON CONFLICT (claim_id) DO NOTHING",
			  sql_text(claim_id), sql_int(clock_wall(s->clock)));
}

bool store_later_remove(struct store *s, const char *item, struct err *err)
{
	char id[CLAIM_ID_SIZE];
	return store_find_item(s, PLACE_LATER, item, id, err) &&
	       sql_change(s, TX_KEEP, err, "DELETE FROM watch_later WHERE claim_id = ?",
			  sql_text(id));
}

struct page *store_later_list(struct store *s, struct err *err)
{
	static const char sql[] = "SELECT " KEPT_COLUMNS("l") //
	    " FROM watch_later AS l " KEPT_JOINS("l") "ORDER BY l.added_at DESC, l.claim_id";
	return claim_row_kept(sql_query(s, err, sql), err);
}
