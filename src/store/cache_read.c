/* Claims coming out of the cache, with what this machine knows of them. */
#include <stdlib.h>
#include <string.h>
#include "claim_row.h"
#include "playlist.h"
#include "room.h"
#include "stmt.h"

#define MAX_PAGE 100000

/* Makes one of two stretches that overlap or follow each other, as when a list is scrolled. */
static bool join(struct store *s, size_t i, int64_t list, int64_t first, int64_t end)
{
	if (s->touched[i].list != list || list == 0 || s->touched[i].first > end ||
	    s->touched[i].end < first)
		return list == 0 && s->touched[i].list == 0 && s->touched[i].first == first;
	s->touched[i].first = first < s->touched[i].first ? first : s->touched[i].first;
	s->touched[i].end = end > s->touched[i].end ? end : s->touched[i].end;
	return true;
}

void store_touch(struct store *s, int64_t list, int64_t first, int64_t end)
{
	for (size_t i = 0; i < s->n_touched; i++)
		if (join(s, i, list, first, end))
			return;
	/* Reading writes nothing, ever: where there is too much to remember the oldest is forgotten. */
	if (s->n_touched == STORE_MAX_TOUCHED)
		memmove(s->touched, s->touched + 1, --s->n_touched * sizeof(s->touched[0]));
	s->touched[s->n_touched].list = list;
	s->touched[s->n_touched].first = first;
	s->touched[s->n_touched].end = end;
	s->n_touched++;
}

static bool find_list(struct store *s, const char *key, int64_t *ret_id, int64_t *ret_length,
		      bool *ret_complete, struct err *err)
{
	int64_t id = 0, length = 0;
	bool complete = false;
	struct stmt *q = sql_query(s, err, "SELECT id, length, complete FROM queries WHERE key = ?",
				   sql_text(key));
	if (sql_next(q)) {
		id = col_int(q, 0, 0);
		length = col_int(q, 1, 0);
		complete = col_int(q, 2, 0) != 0;
	}
	if (!sql_done(q, err))
		return false;
	*ret_id = id;
	*ret_length = length;
	*ret_complete = complete;
	return true;
}

struct page *store_cache_page(struct store *s, const char *key, int64_t first, int64_t limit,
			      struct err *err)
{
	int64_t list, length;
	bool complete;
	if (!find_list(s, key, &list, &length, &complete, err))
		return NULL;
	if (list == 0 || first < 0 || (first >= length && !complete)) {
		err_set(err, ERR_NOT_FOUND, 0, "that part of the list is not stored");
		return NULL;
	}
	limit = limit < 0 ? 0 : limit > MAX_PAGE ? MAX_PAGE : limit;
	struct page *page = page_new();
	struct stmt *q = sql_query(s, err,
				   "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
				   " FROM query_items AS i "
				   "CROSS JOIN content_cache AS c ON c.id = i.content_id "
				   "LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
				   "WHERE i.query_id = ? AND i.position >= ? AND i.position < ? "
				   "ORDER BY i.position",
				   sql_int(list), sql_int(first), sql_int(first + limit));
	while (sql_next(q))
		claim_row_read(q, page);
	if (!sql_done(q, err) || !playlist_fill(s, page, err)) {
		page_free(page);
		return NULL;
	}
	s->in_hand = list;
	if (page->n)
		store_touch(s, list, first, first + (int64_t)page->n);
	return page;
}

struct page *store_cache_claim(struct store *s, const char *id_or_url, struct err *err)
{
	char id[CLAIM_ID_SIZE];
	if (!store_find_item(s, PLACE_CACHE, id_or_url, id, err))
		return NULL;
	struct page *page = page_new();
	int64_t row = 0;
	struct stmt *q = sql_query(s, err,
				   "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
				   ", c.id FROM content_cache AS c "
				   "LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
				   "WHERE c.claim_id = ?",
				   sql_text(id));
	if (sql_next(q)) {
		claim_row_read(q, page);
		row = col_int(q, CLAIM_ROW_END, 0);
	}
	if (sql_done(q, err) && page->n == 1 && playlist_fill(s, page, err)) {
		store_touch(s, 0, row, row);
		return page;
	}
	page_free(page);
	return NULL;
}

bool store_local_state(struct store *s, struct page *page, struct err *err)
{
	/* One question a claim: SQLite is a library, a prepared question costs microseconds. Inside
	 * one transaction, so that the page is of one moment. */
	if (!sql_run(s, err, "BEGIN"))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < page->n; i++) {
		struct stmt *q = sql_query(s, err,
					   "SELECT " LOCAL_COLUMNS("a.claim_id") //
					   " FROM (SELECT ? AS claim_id) AS a "
					   "LEFT JOIN progress AS p ON p.claim_id = a.claim_id",
					   sql_text(page->items[i].id));
		if (sql_next(q))
			claim_row_read_local(q, 0, &page->items[i], page->arena);
		ok = sql_done(q, err);
	}
	return tx_end(s, ok, err);
}
