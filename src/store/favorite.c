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

/* A favourite that was marked by its bare id may be unknown to the cache: it is called by what else
 * names it, at worst by its id. */
static void add_stranger(struct stmt *q, struct page *page)
{
	const char *id = col_text(q, CLAIM_ROW_END);
	if (!id || !claim_id_ok(id))
		return;
	struct claim *c = page_add(page);
	str_copy(c->id, sizeof(c->id), id);
	str_copy(c->stream_id, sizeof(c->stream_id), id);
	c->title = row_text(q, CLAIM_ROW_END + 1, false, page->arena);
	if (!c->title)
		c->title = arena_str(page->arena, id);
	claim_row_read_local(q, CLAIM_LOCAL_AT, &c->local);
}

struct page *store_favorite_list(struct store *s, struct err *err)
{
	static const char sql[] = "SELECT " CLAIM_ROW_COLUMNS(
	    "f.claim_id") ", f.claim_id, coalesce("
			  "(SELECT title FROM offline_meta WHERE claim_id = f.claim_id), "
			  "(SELECT title FROM download_queue WHERE claim_id = f.claim_id), "
			  "p.title) "
			  "FROM favorites AS f "
			  "LEFT JOIN content_cache AS c ON c.claim_id = f.claim_id "
			  "LEFT JOIN progress AS p ON p.claim_id = f.claim_id "
			  "ORDER BY f.added_at DESC, f.claim_id";
	struct page *page = page_new();
	struct stmt *q = sql_query(s, err, sql);
	while (sql_next(q)) {
		size_t before = page->n;
		claim_row_read(q, page);
		if (page->n == before)
			add_stranger(q, page);
	}
	if (sql_done(q, err))
		return page;
	page_free(page);
	return NULL;
}
