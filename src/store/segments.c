/* Films that are put together of segments: which have come whole, and where each ends in the film. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "room.h"
#include "stmt.h"

void segment_list_release(struct segment_list *l)
{
	free(l->ends);
	*l = (struct segment_list){ 0 };
}

/* Also of files that nobody has any more: they were discarded, removed, or made anew. */
static bool begin(struct store *s, const char *file, const char *playlist, int64_t total,
		  struct err *err)
{
	return sql_run(s, err,
		       "DELETE FROM segment_lists WHERE file NOT IN "
		       "(SELECT file FROM download_queue WHERE file IS NOT NULL "
		       "UNION ALL SELECT file FROM offline_meta)") &&
	       sql_run(s, err, "DELETE FROM segment_lists WHERE file = ?", sql_text(file)) &&
	       sql_run(s, err, "INSERT INTO segment_lists (file, playlist, total) VALUES (?, ?, ?)",
		       sql_text(file), sql_text(playlist), sql_int(total));
}

bool store_segments_begin(struct store *s, const char *file, const char *playlist, int64_t total,
			  struct err *err)
{
	return tx_begin(s, TX_KEEP, err) && tx_end(s, begin(s, file, playlist, total, err), err);
}

bool store_segments_add(struct store *s, const char *file, int64_t number, int64_t ends,
			struct err *err)
{
	return sql_change(s, TX_KEEP, err,
			  "INSERT OR REPLACE INTO segments (file, number, ends) VALUES (?, ?, ?)",
			  sql_text(file), sql_int(number), sql_int(ends));
}

bool store_segments_forget(struct store *s, const char *file, struct err *err)
{
	return sql_change(s, TX_KEEP, err, "DELETE FROM segment_lists WHERE file = ?",
			  sql_text(file));
}

/* From the first on, as long as each is behind the one before. */
static bool read_ends(struct store *s, const char *file, struct segment_list *l, struct err *err)
{
	size_t cap = 0;
	struct stmt *q =
	    sql_query(s, err, "SELECT number, ends FROM segments WHERE file = ? ORDER BY number",
		      sql_text(file));
	while (sql_next(q)) {
		int64_t ends = col_int(q, 1, 0), before = l->n ? l->ends[l->n - 1] : 0;
		if (col_int(q, 0, -1) != (int64_t)l->n || (int64_t)l->n >= l->total ||
		    ends <= before)
			break;
		if (l->n == cap) {
			cap = cap ? 2 * cap : 64;
			l->ends = mem_grow(l->ends, cap, sizeof(*l->ends));
		}
		l->ends[l->n++] = ends;
	}
	return sql_done(q, err);
}

bool store_segments_read(struct store *s, const char *file, struct segment_list *ret,
			 struct err *err)
{
	struct segment_list l = { 0 };
	struct stmt *q = sql_query(
	    s, err, "SELECT playlist, total FROM segment_lists WHERE file = ?", sql_text(file));
	if (sql_next(q)) {
		const char *playlist = col_text(q, 0);
		str_copy(l.playlist, sizeof(l.playlist), playlist ? playlist : "");
		l.total = col_int(q, 1, 0);
	}
	if (!sql_done(q, err) || !read_ends(s, file, &l, err)) {
		segment_list_release(&l);
		return false;
	}
	*ret = l;
	return true;
}
