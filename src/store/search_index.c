/* The search index over the cached claims: an FTS5 table without texts of its own.
 *
 * Changes and deletions are kept up by triggers; new claims are put in by cache_put.c, a page at a
 * time, which is several times as fast. */
#include <stdlib.h>
#include "kiyya/log.h"
#include "kiyya/str.h"
#include "room.h"
#include "schema.h"
#include "stmt.h"

#define TABLE                                                                                   \
	"CREATE VIRTUAL TABLE content_search USING fts5("                                       \
	"title, channel_name, tags, description, content='content_cache', content_rowid='id', " \
	"prefix='2 3 4', tokenize='unicode61 remove_diacritics 2')"

static const char drop_triggers[] = "DROP TRIGGER IF EXISTS content_search_insert;"
				    "DROP TRIGGER IF EXISTS content_search_delete;"
				    "DROP TRIGGER IF EXISTS content_search_update;";

/* 'delete' must be told exactly the words that went in: those of the old row. A claim that was
 * fetched again without a change of its words costs the index nothing. */
static const char create_triggers[] =
    "CREATE TRIGGER content_search_delete AFTER DELETE ON content_cache BEGIN"
    "	INSERT INTO content_search"
    "		(content_search, rowid, title, channel_name, tags, description)"
    "	VALUES ('delete', old.id, old.title, old.channel_name, old.tags, old.description);"
    "END;"
    "CREATE TRIGGER content_search_update"
    "	AFTER UPDATE OF title, channel_name, tags, description ON content_cache"
    "	WHEN old.title IS NOT new.title OR old.channel_name IS NOT new.channel_name"
    "	OR old.tags IS NOT new.tags OR old.description IS NOT new.description "
    "BEGIN"
    "	INSERT INTO content_search"
    "		(content_search, rowid, title, channel_name, tags, description)"
    "	VALUES ('delete', old.id, old.title, old.channel_name, old.tags, old.description);"
    "	INSERT INTO content_search (rowid, title, channel_name, tags, description)"
    "	VALUES (new.id, new.title, new.channel_name, new.tags, new.description);"
    "END;";

/* Whether the index of this very kind is there, with its two triggers. */
static bool is_current(struct store *s, bool *ret, int64_t *ret_triggers, struct err *err)
{
	int64_t table;
	if (!sql_number(
		s, err, &table, 0,
		"SELECT count(*) FROM sqlite_schema WHERE name = 'content_search' AND sql = ?",
		sql_text(TABLE)) ||
	    !sql_number(s, err, ret_triggers, 0,
			"SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' "
			"AND name LIKE 'content\\_search\\_%' ESCAPE '\\'"))
		return false;
	*ret = table == 1 && *ret_triggers == 2;
	return true;
}

bool search_index_suspend(struct store *s, struct err *err)
{
	return sql_script(s, drop_triggers, err);
}

bool search_index_make(struct store *s, struct err *err)
{
	if (!s->searchable)
		return true;
	return search_index_suspend(s, err) &&
	       sql_script(s, "DROP TABLE IF EXISTS content_search;" TABLE ";", err) &&
	       sql_script(s, create_triggers, err) &&
	       sql_script(s, "INSERT INTO content_search (content_search) VALUES ('rebuild')", err);
}

bool search_index_bring_up(struct store *s, bool anew, struct err *err)
{
	int64_t module, triggers;
	bool current;
	if (!sql_number(s, err, &module, 0,
			"SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'") ||
	    !is_current(s, &current, &triggers, err))
		return false;
	s->searchable = module > 0;
	if (module ? current && !anew : triggers == 0)
		return true;
	if (!module)
		log_warn("store", NULL, "this SQLite has no FTS5: search reads every row");
	return tx_begin(s, TX_KEEP, err) &&
	       tx_end(s, module ? search_index_make(s, err) : search_index_suspend(s, err), err);
}

bool search_index_forget(struct store *s, int64_t row, struct err *err)
{
	if (!s->searchable)
		return true;
	char *words[4] = { NULL };
	struct stmt *q = sql_query(s, err,
				   "SELECT title, channel_name, tags, description "
				   "FROM content_cache WHERE id = ?",
				   sql_int(row));
	bool found = sql_next(q);
	for (int i = 0; found && i < 4; i++)
		words[i] = col_dup(q, i);
	bool ok =
	    sql_done(q, err) &&
	    (!found || sql_run(s, err,
			       "INSERT INTO content_search "
			       "(content_search, rowid, title, channel_name, tags, description) "
			       "VALUES ('delete', ?, ?, ?, ?, ?)",
			       sql_int(row), sql_text(words[0]), sql_text(words[1]),
			       sql_text(words[2]), sql_text(words[3])));
	for (int i = 0; i < 4; i++)
		free(words[i]);
	return ok;
}
