/* What is known of the cache as a whole, one claim out of it, and its file written anew. */
#include <stdlib.h>
#include "room.h"
#include "stmt.h"

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

static bool optimize(struct store *s, struct err *err)
{
	int64_t searchable;
	return sql_number(
		   s, err, &searchable, 0,
		   "SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'content_search')"
		   " AND (SELECT count(*) FROM pragma_module_list WHERE name = 'fts5')") &&
	       (!searchable ||
		sql_run(s, err,
			"INSERT INTO content_search (content_search) VALUES ('optimize')")) &&
	       sql_script(s, "PRAGMA optimize; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);", err);
}

bool store_cache_optimize(const char *path, struct err *err)
{
	struct store s = { .path = str_dup(path) };
	bool ok = store_connect(&s, err) && optimize(&s, err);
	stmt_forget_all(&s);
	sqlite3_close(s.db);
	free(s.path);
	return ok;
}
