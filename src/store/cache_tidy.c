/* Making the cache smaller, a slice at a time, so that whoever else needs the database never waits long: claims and lists
 * go a few hundred rows a transaction, never what the user needs. */
#include "playlist.h"
#include "room.h"
#include "schema.h"
#include "stmt.h"

#define SLICE_CLAIMS 128
#define SLICE_PLACES 2048  /* of lists */
#define VACUUM_PAGES "256" /* 1 MiB given back at a time */

/* Claims that nothing of the user's is about, and that are in no list that is being filled or
 * shown. */
#define UNNEEDED                                                              \
	"claim_id NOT IN (SELECT claim_id FROM needed_claims) AND id NOT IN " \
	"(SELECT content_id FROM query_items WHERE query_id IN "              \
	"(SELECT id FROM queries WHERE key IN (SELECT key FROM temp.held)))"

enum { STEP_LISTS, STEP_CLAIMS, STEP_SPACE, STEP_NONE };

/* A long list goes from its end, and is a list until it is gone. */
static bool shorten(struct store *s, int64_t list, int64_t length, struct err *err)
{
	return sql_run(s, err, "DELETE FROM query_items WHERE query_id = ? AND position >= ?",
		       sql_int(list), sql_int(length)) &&
	       sql_run(s, err, "UPDATE queries SET length = ?, complete = 0 WHERE id = ?",
		       sql_int(length), sql_int(list));
}

/* One list, or the end of a long one. *ret_places: how many places of lists went; -1 there is none. */
static bool remove_list(struct store *s, const struct store_tidy *t, int64_t *ret_places,
			struct err *err)
{
	int64_t list = 0, length = 0;
	struct stmt *q = sql_query(s, err,
				   "SELECT id, length FROM queries WHERE ?1 OR (fetched_at < ?2 "
				   "AND key NOT IN (SELECT key FROM temp.held)) LIMIT 1",
				   sql_int(t->what == STORE_TIDY_ALL), sql_int(t->before));
	bool found = sql_next(q);
	if (found) {
		list = col_int(q, 0, 0);
		length = col_int(q, 1, 0);
	}
	if (!sql_done(q, err))
		return false;
	*ret_places = !found ? -1 : length < SLICE_PLACES ? length + 1 : SLICE_PLACES;
	if (!found)
		return true;
	return length > SLICE_PLACES
		   ? shorten(s, list, length - SLICE_PLACES, err)
		   : sql_run(s, err, "DELETE FROM queries WHERE id = ?", sql_int(list));
}

static bool tidy_lists(struct store *s, struct store_tidy *t, struct err *err)
{
	int64_t places = 0;
	for (int64_t gone = 0; places >= 0 && gone < SLICE_PLACES; gone += places)
		if (!remove_list(s, t, &places, err))
			return false;
	if (places < 0)
		t->step = STEP_CLAIMS;
	return true;
}

/* The next claims that go, in the order of their rows; those behind them are for the next slice. */
static bool find_claims(struct store *s, const struct store_tidy *t, int64_t rows[SLICE_CLAIMS],
			size_t *ret_n, struct err *err)
{
	int64_t count = 0, most = SLICE_CLAIMS;
	if (t->what == STORE_TIDY_OVER) {
		if (!sql_number(s, err, &count, 0, "SELECT count(*) FROM content_cache"))
			return false;
		most = count - t->limit < most ? count - t->limit : most;
	}
	size_t n = 0;
	struct stmt *q =
	    t->what == STORE_TIDY_OVER
		? sql_query(s, err,
			    "SELECT id FROM content_cache WHERE " UNNEEDED " AND id NOT IN "
			    "(SELECT content_id FROM query_items WHERE query_id = ?) "
			    "ORDER BY last_used, id LIMIT ?",
			    sql_int(s->in_hand), sql_int(most < 0 ? 0 : most))
		: sql_query(s, err,
			    "SELECT id FROM content_cache WHERE id > ?1 AND (?2 OR "
			    "(fetched_at < ?3 AND id NOT IN (SELECT content_id FROM query_items)))"
			    " AND " UNNEEDED " ORDER BY id LIMIT ?4",
			    sql_int(t->at), sql_int(t->what == STORE_TIDY_ALL), sql_int(t->before),
			    sql_int(most));
	while (sql_next(q) && n < SLICE_CLAIMS)
		rows[n++] = col_int(q, 0, 0);
	if (!sql_done(q, err))
		return false;
	*ret_n = n;
	return true;
}

static void use_triggers(struct store *s, bool on)
{
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, (int)on, NULL);
}

/* What the triggers do for one claim is done here for all of them at once. */
static bool remove_claims(struct store *s, const int64_t *rows, size_t n, struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = search_index_forget(s, rows[i], err);
	use_triggers(s, false);
	for (size_t i = 0; ok && i < n; i++)
		ok = sql_run(s, err,
			     "DELETE FROM queries WHERE id IN "
			     "(SELECT query_id FROM query_items WHERE content_id = ?)",
			     sql_int(rows[i])) &&
		     sql_run(s, err, "DELETE FROM content_cache WHERE id = ?", sql_int(rows[i]));
	use_triggers(s, true);
	return ok;
}

static bool tidy_claims(struct store *s, struct store_tidy *t, struct err *err)
{
	int64_t rows[SLICE_CLAIMS];
	size_t n;
	if (!find_claims(s, t, rows, &n, err))
		return false;
	if (!remove_claims(s, rows, n, err))
		return false;
	if (n > 0)
		t->at = rows[n - 1];
	if (n == SLICE_CLAIMS)
		return true;
	t->step = t->what == STORE_TIDY_OVER ? STEP_NONE : STEP_SPACE;
	return playlist_drop_strays(s, err);
}

static bool begin(struct store *s, struct store_tidy *t, struct err *err)
{
	t->begun = true;
	t->at = INT64_MIN;
	t->before = clock_wall(s->clock) - t->limit;
	t->step = t->what == STORE_TIDY_OVER ? STEP_CLAIMS : STEP_LISTS;
	return store_note_use(s, err);
}

static bool give_back(struct store *s, bool *ret_more, struct err *err)
{
	int64_t left;
	if (!sql_script(s, "PRAGMA incremental_vacuum(" VACUUM_PAGES ")", err) ||
	    !sql_number(s, err, &left, 0, "PRAGMA freelist_count"))
		return false;
	*ret_more = left > 0;
	return true;
}

/* After each fetch this is asked, and there is next to never anything to do: nothing is written for it then. */
static bool is_needless(struct store *s, const struct store_tidy *t)
{
	int64_t count;
	return t->what == STORE_TIDY_OVER &&
	       sql_number(s, NULL, &count, 0, "SELECT count(*) FROM content_cache") &&
	       count <= t->limit;
}

bool store_cache_tidy(struct store *s, struct store_tidy *t, bool *ret_more, struct err *err)
{
	if (t->begun && t->step == STEP_SPACE)
		return give_back(s, ret_more, err);
	*ret_more = false;
	if (is_needless(s, t))
		return true;
	struct store_tidy next = *t;
	if (!tx_begin(s, TX_LAZY, err) ||
	    !tx_end(s,
		    (next.begun || begin(s, &next, err)) &&
			(next.step == STEP_LISTS ? tidy_lists : tidy_claims)(s, &next, err),
		    err))
		return false;
	*t = next;
	*ret_more = next.step != STEP_NONE;
	return true;
}
