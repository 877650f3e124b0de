/* Keeping the cache in bounds: counted, cleaned, evicted, never what the user needs. */
#include <stdlib.h>
#include "playlist.h"
#include "room.h"
#include "schema.h"
#include "stmt.h"

#define VACUUM_PAGES "4096" /* 16 MiB given back at a time */

/* Claims that nothing of the user's is about, and that are in no list that is being filled or
 * shown. */
#define UNNEEDED                                                              \
	"claim_id NOT IN (SELECT claim_id FROM needed_claims) AND id NOT IN " \
	"(SELECT content_id FROM query_items WHERE query_id IN "              \
	"(SELECT id FROM queries WHERE key IN (SELECT key FROM temp.held)))"

bool store_cache_count_hit(struct store *s, bool hit)
{
	*(hit ? &s->hits : &s->misses) += 1;
	return true;
}

static bool add_count(struct store *s, const char *key, int64_t n, struct err *err)
{
	if (n == 0)
		return true;
	return sql_run(s, err,
		       "INSERT INTO settings (key, value, updated_at) "
		       "VALUES (?1, CAST(?2 AS TEXT), ?3) ON CONFLICT (key) DO UPDATE SET "
		       "value = CAST(CAST(value AS INTEGER) + ?2 AS TEXT), updated_at = ?3",
		       sql_text(key), sql_int(n), sql_int(clock_wall(s->clock)));
}

static bool note_list(struct store *s, int64_t list, int64_t first, int64_t end, int64_t now,
		      struct err *err)
{
	return sql_run(s, err, "UPDATE queries SET last_used = ? WHERE id = ?", sql_int(now),
		       sql_int(list)) &&
	       sql_run(s, err,
		       "UPDATE content_cache SET last_used = ?1 WHERE last_used < ?1 AND id IN "
		       "(SELECT content_id FROM query_items "
		       "WHERE query_id = ?2 AND position >= ?3 AND position < ?4)",
		       sql_int(now), sql_int(list), sql_int(first), sql_int(end));
}

static bool note_claim(struct store *s, int64_t row, int64_t now, struct err *err)
{
	return sql_run(s, err, "UPDATE content_cache SET last_used = ? WHERE id = ?", sql_int(now),
		       sql_int(row));
}

bool store_note_use(struct store *s, struct err *err)
{
	int64_t now = clock_wall(s->clock);
	bool ok = add_count(s, "cache.hits", s->hits, err) &&
		  add_count(s, "cache.misses", s->misses, err);
	for (size_t i = 0; ok && i < s->n_touched; i++) {
		int64_t list = s->touched[i].list, first = s->touched[i].first;
		ok = list ? note_list(s, list, first, s->touched[i].end, now, err)
			  : note_claim(s, first, now, err);
	}
	if (ok)
		s->hits = s->misses = (int64_t)(s->n_touched = 0);
	return ok;
}

static bool read_count(struct store *s, const char *key, int64_t *ret, struct err *err)
{
	return sql_number(s, err, ret, 0,
			  "SELECT CAST(value AS INTEGER) FROM settings WHERE key = ?",
			  sql_text(key));
}

bool store_cache_stats(struct store *s, struct store_cache_stats *ret, struct err *err)
{
	struct store_cache_stats r;
	if (!sql_number(s, err, &r.claims, 0, "SELECT count(*) FROM content_cache") ||
	    !sql_number(s, err, &r.queries, 0, "SELECT count(*) FROM queries") ||
	    !sql_number(s, err, &r.bytes, 0,
			"SELECT (page_count - freelist_count) * page_size "
			"FROM pragma_page_count, pragma_freelist_count, pragma_page_size") ||
	    !read_count(s, "cache.hits", &r.hits, err) ||
	    !read_count(s, "cache.misses", &r.misses, err))
		return false;
	r.hits += s->hits;
	r.misses += s->misses;
	*ret = r;
	return true;
}

bool store_cache_drop(struct store *s, const char *claim_id, struct err *err)
{
	if (!store_want_id(claim_id, err) ||
	    !sql_change(s, TX_LAZY, err, "DELETE FROM content_cache WHERE claim_id = ?",
			sql_text(claim_id)))
		return false;
	return sql_changed(s) > 0 ||
	       err_set(err, ERR_NOT_FOUND, 0, "%s is not in the cache", claim_id);
}

static bool give_back(struct store *s, struct err *err)
{
	return sql_script(s, "PRAGMA incremental_vacuum(" VACUUM_PAGES ")", err);
}

static bool delete_expired(struct store *s, int64_t before, struct err *err)
{
	return store_note_use(s, err) &&
	       sql_run(s, err,
		       "DELETE FROM queries WHERE fetched_at < ? "
		       "AND key NOT IN (SELECT key FROM temp.held)",
		       sql_int(before)) &&
	       sql_run(s, err,
		       "DELETE FROM content_cache WHERE fetched_at < ? AND " UNNEEDED
		       " AND id NOT IN (SELECT content_id FROM query_items)",
		       sql_int(before)) &&
	       playlist_drop_strays(s, err);
}

bool store_cache_cleanup(struct store *s, int64_t ttl_s, struct err *err)
{
	int64_t before = clock_wall(s->clock) - ttl_s;
	return tx_begin(s, TX_LAZY, err) && tx_end(s, delete_expired(s, before, err), err) &&
	       give_back(s, err);
}

/* Word by word the index would take minutes to forget a full cache. */
static bool delete_all(struct store *s, struct err *err)
{
	return search_index_suspend(s, err) && sql_run(s, err, "DELETE FROM queries") &&
	       sql_run(s, err, "DELETE FROM content_cache WHERE " UNNEEDED) &&
	       playlist_drop_strays(s, err) && search_index_make(s, err);
}

bool store_cache_clear(struct store *s, struct err *err)
{
	s->n_touched = 0;
	return tx_begin(s, TX_LAZY, err) && tx_end(s, delete_all(s, err), err) && give_back(s, err);
}

bool store_cache_optimize(struct store *s, struct err *err)
{
	return (!s->searchable ||
		sql_change(s, TX_LAZY, err,
			   "INSERT INTO content_search (content_search) VALUES ('optimize')")) &&
	       sql_script(s, "PRAGMA optimize; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);", err);
}

static bool evict(struct store *s, int64_t max_items, struct err *err)
{
	int64_t count;
	if (!sql_number(s, err, &count, 0, "SELECT count(*) FROM content_cache"))
		return false;
	return count <= max_items ||
	       (store_note_use(s, err) &&
		sql_run(s, err,
			"DELETE FROM content_cache WHERE id IN (SELECT id FROM content_cache "
			"WHERE " UNNEEDED " AND id NOT IN "
			"(SELECT content_id FROM query_items WHERE query_id = ?) "
			"ORDER BY last_used, id LIMIT ?)",
			sql_int(s->in_hand), sql_int(count - max_items)) &&
		playlist_drop_strays(s, err));
}

bool store_cache_evict(struct store *s, int64_t max_items, struct err *err)
{
	int64_t count;
	if (!sql_number(s, err, &count, 0, "SELECT count(*) FROM content_cache"))
		return false;
	return count <= max_items ||
	       (tx_begin(s, TX_LAZY, err) && tx_end(s, evict(s, max_items, err), err));
}
