/* Fuzzes search words. Input: what was typed.
 *
 * Properties: what prints parses to what prints the same; whatever was typed, the index and a scan
 * take what is made of it without an error; a snippet is clean and short. */
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/query.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what, const char *text)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_query: %s: %s\n", what, text);
	abort();
}

/* A small index with the columns of the real one. */
static sqlite3 *open_index(void)
{
	sqlite3 *db;
	require(sqlite3_open(":memory:", &db) == SQLITE_OK &&
		    sqlite3_exec(db,
				 "CREATE VIRTUAL TABLE t USING fts5(title, channel_name, tags, "
				 "description, prefix='2 3 4', "
				 "tokenize='unicode61 remove_diacritics 2');"
				 "INSERT INTO t VALUES ('Revenge S01E02', '@demo', '[\"movie\"]', "
				 "'An old story')",
				 NULL, NULL, NULL) == SQLITE_OK,
		"no index", "");
	return db;
}

/* Asks with the text bound, as the store does. */
static void ask(sqlite3 *db, const char *sql, const char *text)
{
	sqlite3_stmt *q;
	require(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "no question", sql);
	sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
	int rc;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW)
		;
	require(rc == SQLITE_DONE, sqlite3_errmsg(db), text);
	sqlite3_finalize(q);
}

static void check_questions(sqlite3 *db, const struct query *q)
{
	for (int prefix = 0; prefix < 2; prefix++) {
		char *fts = query_fts(q, prefix);
		char *title = fts ? str_fmt("{title} : (%s)", fts) : NULL;
		if (fts) {
			ask(db, "SELECT rowid FROM t WHERE t MATCH ?", fts);
			ask(db, "SELECT rowid FROM t WHERE t MATCH ?", title);
		}
		free(title);
		free(fts);
	}
	char *like = query_like(q);
	ask(db,
	    "SELECT 1 FROM json_each(?) AS term WHERE NOT EXISTS (SELECT 1 FROM "
	    "json_each(term.value) AS form WHERE 'Revenge' LIKE form.value ESCAPE '\\')",
	    like);
	free(like);
}

static void check_snippet(const struct query *q, const char *text)
{
	struct claim c;
	char *clean = text_clean(text, strlen(text), 1 << 16, true);
	claim_init(&c);
	c.title = "Revenge";
	c.description = clean;
	char *snippet = query_snippet(q, &c);
	if (snippet)
		require(strlen(snippet) < 256 && text_is_clean(snippet, strlen(snippet), false),
			"a bad snippet", snippet);
	free(snippet);
	free(clean);
}

static void check_print(const struct query *q)
{
	struct query again;
	struct err err = { 0 };
	char *text = query_print(q);
	size_t n = 0;
	for (const char *p = text; *p; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	/* Episodes and units are written out, so that it may be longer than what may be typed. */
	if (n <= QUERY_MAX_CHARS) {
		require(query_parse(&again, text, false, &err), err.text, text);
		char *twice = query_print(&again);
		require(strcmp(text, twice) == 0, "another print", twice);
		free(twice);
		query_release(&again);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query q;
	struct err err;
	char *text = mem_new(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	static sqlite3 *db; /* kept: nothing is written to it */
	db = db ? db : open_index();
	for (int typing = 0; typing < 2; typing++) {
		if (!query_parse(&q, text, typing, &err))
			continue;
		check_questions(db, &q);
		check_print(&q);
		check_snippet(&q, text);
		query_release(&q);
	}
	free(text);
	return 0;
}
