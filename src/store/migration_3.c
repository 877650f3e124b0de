/* Migration 3: plain files that are being filled. */
#include "schema.h"

/* By the partial file, as in migration 2. A page of the bitmap is a row, so that a chunk more costs no more in a large
 * file than in a small one. */
const char schema_migration_3[] =
    "CREATE TABLE plain_files ("
    "	file TEXT PRIMARY KEY,"
    "	id TEXT NOT NULL," /* random, and the copy's when it is whole */
    "	size INTEGER"      /* NULL: not known yet */
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE plain_chunks ("
    "	file TEXT NOT NULL REFERENCES plain_files ON DELETE CASCADE,"
    "	page INTEGER NOT NULL,"
    "	bits BLOB NOT NULL," /* 512 bytes: chunk 4096 * page + i is bit i % 8 of byte i / 8 */
    "	PRIMARY KEY (file, page)"
    ") STRICT, WITHOUT ROWID;";
