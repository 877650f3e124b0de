/* The passphrases that are given from outside: KIYYA_PASSPHRASE_FILE or _FD, KIYYA_NEW_PASSPHRASE_FILE or _FD. */
#ifndef KIYYA_APP_PASSPHRASE_H
#define KIYYA_APP_PASSPHRASE_H

#include <stdbool.h>
#include "kiyya/err.h"

/* which: "KIYYA_PASSPHRASE" or "KIYYA_NEW_PASSPHRASE". The first line, without its end, 1–1024 bytes; NULL if none is
 * given. Owned: str_burn. */
bool passphrase_read(const char *which, char **ret, struct err *err) MUST_USE;

#endif
