/* What storing claims leaves for later: merging the pieces of the search index, writing the log back.
 *
 * FTS5 would merge inside the transaction that has filled a piece, many times its own work at once.
 * Here it is told not to, and does the same work a bite at a time between those transactions. The
 * commit of each bite writes the log back when that has grown: SQLite's own rule, on this
 * connection's thread. */
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "room.h"
#include "stmt.h"

#define BITE    64    /* pages of the index */
#define BUSY_MS "100" /* it is not worth more waiting: the end of the program waits for it */

struct settler {
	struct store base; /* a connection of its own; the rest of a store is not used */
};

bool store_wants_settling(struct store *s)
{
	bool unsettled = s->unsettled;
	s->unsettled = false;
	return unsettled;
}

/* Remembered in the index itself, for every connection. */
static bool merge_only_here(struct store *s, struct err *err)
{
	int64_t automerge;
	return sql_number(s, err, &automerge, -1,
			  "SELECT v FROM content_search_config WHERE k = 'automerge'") &&
	       (automerge == 0 || sql_change(s, TX_LAZY, err,
					     "INSERT INTO content_search (content_search, rank) "
					     "VALUES ('automerge', 0)"));
}

struct settler *store_settler_open(const char *path, struct err *err)
{
	int64_t tables;
	struct settler *z = NEW(struct settler);
	struct store *s = &z->base;
	*s = (struct store){ .path = str_dup(path) };
	if (store_connect(s, err) &&
	    sql_script(s,
		       "PRAGMA cache_size = -512; PRAGMA wal_autocheckpoint = 1000;"
		       "PRAGMA busy_timeout = " BUSY_MS,
		       err) &&
	    sql_number(s, err, &tables, 0,
		       "SELECT count(*) FROM sqlite_schema WHERE name = 'content_search'")) {
		s->searchable = tables > 0;
		if (!s->searchable || merge_only_here(s, err))
			return z;
	}
	store_settler_close(z);
	return NULL;
}

void store_settler_close(struct settler *z)
{
	if (!z)
		return;
	stmt_forget_all(&z->base);
	sqlite3_close(z->base.db);
	free(z->base.path);
	free(z);
}

bool store_settle(struct settler *z, bool *ret_more, struct err *err)
{
	struct store *s = &z->base;
	*ret_more = false;
	if (!s->searchable)
		return sql_script(s, "PRAGMA wal_checkpoint(PASSIVE)", err);
	int64_t before = sqlite3_total_changes64(s->db);
	if (!sql_change(s, TX_LAZY, err,
			"INSERT INTO content_search (content_search, rank) VALUES ('merge', ?)",
			sql_int(BITE)))
		return false;
	/* FTS5's own sign that there was something to merge. */
	*ret_more = sqlite3_total_changes64(s->db) - before >= 2;
	return true;
}
