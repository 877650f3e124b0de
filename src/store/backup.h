/* Copies of the database that were looked through before they count. */
#ifndef KIYYA_STORE_BACKUP_H
#define KIYYA_STORE_BACKUP_H

#include <sqlite3.h>
#include <stdbool.h>
#include "kiyya/err.h"

/* What is committed in the database `from`, as one file `to`, which is replaced only by a good
 * copy. */
bool backup_file(const char *from, const char *to, struct err *err) MUST_USE;
/* "ok" or what is wrong, owned; NULL and *err when it could not be found out. full: indexes too. */
char *backup_check(sqlite3 *db, bool full, struct err *err);

#endif
