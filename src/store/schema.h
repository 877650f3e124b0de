/* The layout of the database: numbered migrations, applied in order, never edited after a release.
 */
#ifndef KIYYA_STORE_SCHEMA_H
#define KIYYA_STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"

struct store;
struct migration {
	const char *name;
	const char *sql;
};
/* Number n is at n - 1. */
extern const struct migration schema_migrations[];
extern const size_t schema_count;
extern const char schema_migration_1[], schema_migration_2[], schema_migration_3[];

/* Checks what was applied and applies the rest, each in one transaction; before the first that
 * changes a database with something in it, a verified backup goes to PATH.before-N. */
bool schema_bring_up(struct store *s, const struct migration *list, size_t n,
		     struct err *err) MUST_USE;

/* store_open with other migrations than the program's: for their tests. */
struct store *store_open_with(const char *path, const struct clock *clock,
			      const struct migration *list, size_t n, char **ret_note,
			      struct err *err);

/* The search index: made from content_cache, so no part of the migrations. Made or made anew where
 * it is missing or of an older kind; where this SQLite has no FTS5 the triggers that keep it are
 * taken away, so that everything but the index goes on, and the next start with FTS5 makes it anew.
 */
bool search_index_bring_up(struct store *s, bool anew, struct err *err) MUST_USE;
/* Takes the words of a row out before it is deleted with the triggers off: many in one transaction cost a fraction of
 * what the trigger takes, which writes the index out for each. */
bool search_index_forget(struct store *s, int64_t row, struct err *err) MUST_USE;
/* Around a change of very many claims, in its transaction: none is indexed, then all that are
 * there. */
bool search_index_suspend(struct store *s, struct err *err) MUST_USE;
bool search_index_make(struct store *s, struct err *err) MUST_USE;

#endif
