/* The items of collections, in their order. */
#include "playlist.h"

#include "kiyya/mem.h"
#include "room.h"
#include "stmt.h"

static bool put_items(struct store *s, int64_t playlist, const struct claim *c, struct err *err)
{
	for (size_t i = 0; i < c->n_item_ids && i < CLAIM_MAX_ITEMS; i++)
		if (!sql_run(s, err,
			     "INSERT INTO playlist_items (playlist_id, position, claim_id) "
			     "VALUES (?, ?, ?)",
			     sql_int(playlist), sql_int((int64_t)i), sql_text(c->item_ids[i])))
			return false;
	return true;
}

bool playlist_put(struct store *s, const struct claim *c, struct err *err)
{
	int64_t id;
	return sql_run(s, err,
		       "INSERT INTO playlists (claim_id, channel_id, title, fetched_at) "
		       "VALUES (?, ?, ?, ?) ON CONFLICT (claim_id) DO UPDATE SET "
		       "channel_id = excluded.channel_id, title = excluded.title, "
		       "fetched_at = excluded.fetched_at",
		       sql_text(c->id), sql_word(c->channel_id), sql_text(c->title),
		       sql_int(clock_wall(s->clock))) &&
	       sql_number(s, err, &id, 0, "SELECT id FROM playlists WHERE claim_id = ?",
			  sql_text(c->id)) &&
	       sql_run(s, err, "DELETE FROM playlist_items WHERE playlist_id = ?", sql_int(id)) &&
	       put_items(s, id, c, err);
}

bool playlist_drop_strays(struct store *s, struct err *err)
{
	return sql_run(s, err,
		       "DELETE FROM playlists WHERE claim_id NOT IN "
		       "(SELECT claim_id FROM content_cache)");
}

static bool fill(struct store *s, struct claim *c, struct arena *a, struct err *err)
{
	int64_t n;
	if (!sql_number(s, err, &n, 0,
			"SELECT count(*) FROM playlist_items WHERE playlist_id = "
			"(SELECT id FROM playlists WHERE claim_id = ?)",
			sql_text(c->id)))
		return false;
	n = n < CLAIM_MAX_ITEMS ? n : CLAIM_MAX_ITEMS;
	c->item_ids = arena_take(a, (size_t)n * sizeof(*c->item_ids));
	struct stmt *q = sql_query(s, err,
				   "SELECT claim_id FROM playlist_items WHERE playlist_id = "
				   "(SELECT id FROM playlists WHERE claim_id = ?) "
				   "ORDER BY position",
				   sql_text(c->id));
	while (sql_next(q) && c->n_item_ids < (size_t)n)
		if (claim_id_ok(col_text(q, 0)))
			c->item_ids[c->n_item_ids++] = arena_str(a, col_text(q, 0));
	return sql_done(q, err);
}

bool playlist_fill(struct store *s, struct page *page, struct err *err)
{
	for (size_t i = 0; i < page->n; i++)
		if (page->items[i].kind == CLAIM_COLLECTION &&
		    !fill(s, &page->items[i], page->arena, err))
			return false;
	return true;
}
