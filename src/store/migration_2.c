/* Migration 2: films in other qualities, which are put together of segments. */
#include "schema.h"

/* By the partial file and not by the row of the queue: a cancelled download keeps its file, and may go on later. */
const char schema_migration_2[] =
    "CREATE TABLE segment_lists ("
    "	file TEXT PRIMARY KEY,"
    "	playlist TEXT NOT NULL," /* digest of its names: another one is another film */
    "	total INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE segments ("
    "	file TEXT NOT NULL REFERENCES segment_lists ON DELETE CASCADE,"
    "	number INTEGER NOT NULL," /* from 0 */
    "	ends INTEGER NOT NULL,"   /* byte of the film behind its last one */
    "	PRIMARY KEY (file, number)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE renditions ("
    "	claim_id TEXT PRIMARY KEY CHECK (length(claim_id) = 40),"
    "	sd_hash TEXT NOT NULL," /* of this content; another one has others */
    "	sources TEXT NOT NULL"  /* JSON array of {quality,type,url} */
    ") STRICT, WITHOUT ROWID;";
