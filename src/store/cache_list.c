/* The lists of queries: dense, no claim twice, complete or cut but never with a hole. */
#include "cache_list.h"

#include "room.h"
#include "stmt.h"

struct list {
	int64_t id, length, doubles;
};

static bool find_list(struct store *s, const char *key, struct list *ret, struct err *err)
{
	struct list l = { 0 };
	struct stmt *q = sql_query(s, err, "SELECT id, length, doubles FROM queries WHERE key = ?",
				   sql_text(key));
	if (sql_next(q))
		l = (struct list){ col_int(q, 0, 0), col_int(q, 1, 0), col_int(q, 2, 0) };
	if (!sql_done(q, err))
		return false;
	*ret = l;
	return true;
}

static bool create_list(struct store *s, const char *key, struct list *l, struct err *err)
{
	int64_t now = clock_wall(s->clock);
	if (!sql_run(s, err, "INSERT INTO queries (key, fetched_at, last_used) VALUES (?, ?, ?)",
		     sql_text(key), sql_int(now), sql_int(now)))
		return false;
	l->id = sql_last_id(s);
	return true;
}

static bool cut_list(struct store *s, struct list *l, int64_t length, struct err *err)
{
	l->length = length;
	return sql_run(s, err, "DELETE FROM query_items WHERE query_id = ? AND position >= ?",
		       sql_int(l->id), sql_int(length));
}

/* Whether just these rows are at just this place already: then what follows them is still right
 * too. */
static bool is_there(struct store *s, const struct list *l, const int64_t *rows, size_t n,
		     int64_t first, bool *ret, struct err *err)
{
	size_t same = 0;
	struct stmt *q = sql_query(s, err,
				   "SELECT content_id FROM query_items "
				   "WHERE query_id = ? AND position >= ? AND position < ? "
				   "ORDER BY position",
				   sql_int(l->id), sql_int(first), sql_int(first + (int64_t)n));
	while (sql_next(q) && same < n && col_int(q, 0, 0) == rows[same])
		same++;
	if (!sql_done(q, err))
		return false;
	*ret = same == n;
	return true;
}

static bool append(struct store *s, struct list *l, const int64_t *rows, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i] == 0)
			continue;
		if (!sql_run(s, err,
			     "INSERT INTO query_items (query_id, position, content_id) "
			     "VALUES (?, ?, ?) ON CONFLICT (content_id, query_id) DO NOTHING",
			     sql_int(l->id), sql_int(l->length), sql_int(rows[i])))
			return false;
		if (sql_changed(s) == 1)
			l->length++;
		else
			l->doubles++;
	}
	return true;
}

/* The head of a list is what its age is counted from. */
static bool save_list(struct store *s, const struct list *l, bool head, bool complete,
		      struct err *err)
{
	int64_t now = clock_wall(s->clock);
	return sql_run(s, err,
		       "UPDATE queries SET length = ?, doubles = ?, complete = ?, last_used = ?, "
		       "fetched_at = coalesce(?, fetched_at) WHERE id = ?",
		       sql_int(l->length), sql_int(l->doubles), sql_int(complete), sql_int(now),
		       sql_known(head ? now : TIME_UNKNOWN, TIME_UNKNOWN), sql_int(l->id));
}

/* Where rows that are said to begin at `first` go; -1: beyond the end, where they would leave a
 * hole. Who counts what the gateway sent is ahead of us by the doubles that were left out. */
static int64_t place_in(const struct list *l, int64_t first)
{
	if (first <= l->length)
		return first;
	return first - l->length <= l->doubles ? l->length : -1;
}

bool cache_list_put(struct store *s, const char *key, const int64_t *rows, size_t n, int64_t first,
		    bool reset, bool complete, struct err *err)
{
	struct list l;
	bool same = false;
	if (reset && !sql_run(s, err, "DELETE FROM queries WHERE key = ?", sql_text(key)))
		return false;
	if (!find_list(s, key, &l, err))
		return false;
	first = place_in(&l, first);
	if (first < 0)
		return true; /* the claims are kept without a place */
	if (l.id == 0 && !create_list(s, key, &l, err))
		return false;
	s->in_hand = l.id;
	if (n > 0 && !is_there(s, &l, rows, n, first, &same, err))
		return false;
	int64_t end = first + (int64_t)n;
	if (same && complete && !cut_list(s, &l, end, err))
		return false;
	if (!same && (!cut_list(s, &l, first, err) || !append(s, &l, rows, n, err)))
		return false;
	return save_list(s, &l, first == 0, complete, err);
}

bool store_cache_list(struct store *s, const char *key, struct store_list *ret, struct err *err)
{
	struct store_list l = { 0 };
	struct stmt *q =
	    sql_query(s, err, "SELECT fetched_at, length, complete FROM queries WHERE key = ?",
		      sql_text(key));
	if (sql_next(q))
		l = (struct store_list){
			.found = true,
			.fetched_at = col_int(q, 0, 0),
			.count = col_int(q, 1, 0),
			.complete = col_int(q, 2, 0) != 0,
		};
	if (!sql_done(q, err))
		return false;
	*ret = l;
	return true;
}

bool store_cache_forget(struct store *s, const char *key, struct err *err)
{
	return sql_change(s, TX_LAZY, err, "DELETE FROM queries WHERE key = ?", sql_text(key));
}

/* How many claims before a place of the old list the new head has not. */
static bool count_gone(struct store *s, const struct list *old, const struct list *head, int64_t at,
		       int64_t *ret, struct err *err)
{
	return sql_number(s, err, ret, 0,
			  "SELECT count(*) FROM query_items WHERE query_id = ? AND position < ? "
			  "AND content_id NOT IN "
			  "(SELECT content_id FROM query_items WHERE query_id = ?)",
			  sql_int(old->id), sql_int(at), sql_int(head->id));
}

/* A new head of a longer list: where its last claim stood in the old one, what followed there follows still. A few
 * claims before that may be gone; are they many, then it was that claim that has moved. *ret_whole: none is gone. */
static bool keep_rest(struct store *s, const struct list *old, struct list *head, bool *ret_whole,
		      struct err *err)
{
	int64_t at = -1, gone = 0;
	*ret_whole = false;
	if (!sql_number(
		s, err, &at, -1,
		"SELECT o.position FROM query_items o JOIN query_items h USING (content_id) "
		"WHERE o.query_id = ? AND h.query_id = ? AND h.position = ?",
		sql_int(old->id), sql_int(head->id), sql_int(head->length - 1)) ||
	    !count_gone(s, old, head, at, &gone, err))
		return false;
	if (at < 0 || gone > head->length / 2)
		return true;
	if (!sql_run(s, err,
		     "INSERT INTO query_items (query_id, position, content_id) "
		     "SELECT ?1, ?2 + row_number() OVER (ORDER BY position) - 1, content_id "
		     "FROM query_items WHERE query_id = ?3 AND position > ?4 AND content_id NOT IN "
		     "(SELECT content_id FROM query_items WHERE query_id = ?1)",
		     sql_int(head->id), sql_int(head->length), sql_int(old->id), sql_int(at)))
		return false;
	head->length += sql_changed(s);
	*ret_whole = gone == 0;
	return true;
}

static bool replace(struct store *s, const char *key, const char *by, bool by_time, struct err *err)
{
	struct list old, new;
	struct store_list was, is;
	bool whole = false;
	if (!find_list(s, key, &old, err) || !find_list(s, by, &new, err) ||
	    !store_cache_list(s, key, &was, err) || !store_cache_list(s, by, &is, err))
		return false;
	if (new.id == 0)
		return true;
	if (old.id && by_time && !is.complete && !keep_rest(s, &old, &new, &whole, err))
		return false;
	return sql_run(s, err, "DELETE FROM queries WHERE id = ?", sql_int(old.id)) &&
	       sql_run(s, err, "UPDATE queries SET key = ?, length = ?, complete = ? WHERE id = ?",
		       sql_text(key), sql_int(new.length),
		       sql_int(is.complete || (whole && was.complete)), sql_int(new.id));
}

bool store_cache_replace(struct store *s, const char *key, const char *by, bool by_time,
			 struct err *err)
{
	return tx_begin(s, TX_LAZY, err) && tx_end(s, replace(s, key, by, by_time, err), err);
}

bool store_cache_hold(struct store *s, const char *key, bool on, struct err *err)
{
	if (on)
		return sql_run(s, err, "INSERT OR IGNORE INTO temp.held (key) VALUES (?)",
			       sql_text(key));
	return sql_run(s, err, "DELETE FROM temp.held WHERE key = ?", sql_text(key));
}
