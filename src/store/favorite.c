/* Favourites. */
#include "claim_row.h"
#include "room.h"
#include "stmt.h"

bool store_favorite_set(struct store *s, const char *claim_id, bool on, struct err *err)
{
	if (!store_want_id(claim_id, err))
		return false;
	if (!on)
		return sql_change(s, TX_KEEP, err, "DELETE FROM favorites WHERE claim_id = ?",
				  sql_text(claim_id));
	return sql_change(s, TX_KEEP, err,
			  "INSERT INTO favorites (claim_id, added_at) VALUES (?, ?) "
			  "ON CONFLICT (claim_id) DO NOTHING",
			  sql_text(claim_id), sql_int(clock_wall(s->clock)));
}

struct page *store_favorite_list(struct store *s, struct err *err)
{
	static const char sql[] = "SELECT " KEPT_COLUMNS("f") //
	    " FROM favorites AS f " KEPT_JOINS("f") "ORDER BY f.added_at DESC, f.claim_id";
	return claim_row_kept(sql_query(s, err, sql), err);
}
