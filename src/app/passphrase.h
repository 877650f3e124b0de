/* The passphrase that is given from outside: KIYYA_PASSPHRASE_FILE, KIYYA_PASSPHRASE_FD. */
#ifndef KIYYA_APP_PASSPHRASE_H
#define KIYYA_APP_PASSPHRASE_H

#include <stdbool.h>
#include "kiyya/err.h"

/* The first line, without its end, 1–1024 bytes; NULL if none is given. Owned: passphrase_free. */
bool passphrase_read(char **ret, struct err *err) MUST_USE;
void passphrase_free(char *p); /* wipes; NULL is fine */

#endif
