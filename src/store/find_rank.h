/* How well a row of the search index fits: an FTS5 function for a connection that searches. */
#ifndef KIYYA_STORE_FIND_RANK_H
#define KIYYA_STORE_FIND_RANK_H

#include <sqlite3.h>

/* Makes fit(content_search) known: the higher the better. An SQLite result code; SQLITE_ERROR where
 * there is no FTS5. */
int find_rank_register(sqlite3 *db);

#endif
