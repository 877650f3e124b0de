/* The log: JSON lines in one file, 5 MB x 3, 0600; one of the two mutable globals. Any thread.
 * Text is cleaned of control characters and tokens on the way in. Logging that fails stops nothing. */
#ifndef KIYYA_LOG_H
#define KIYYA_LOG_H

#include <stdbool.h>
#include "kiyya/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* level: "error" "warn" "info" "debug", NULL is "info". */
bool log_open(const char *path, const char *level, struct err *err);
void log_close(void);
bool log_wants(enum log_level level);
/* component: the module's name; claim_id may be NULL. */
void log_add(enum log_level level, const char *component, const char *claim_id, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
#define log_error(...) log_add(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_add(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_add(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_add(LOG_DEBUG, __VA_ARGS__)

/* Writes the last lines of the log that are kept in memory to fd (for the crash report; signal-safe). */
void log_dump_recent(int fd);

/* The one filter for secrets: /movies/TOKEN, key material, passphrases, query strings. In place. */
void log_redact(char *text);

#endif
