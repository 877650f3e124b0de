/* An error: a kind for code, a number for logs, a sentence for a tired person at night.
 *
 * Whoever can fail returns bool, takes `struct err *` last, writes its ret_ results only on success:
 *
 *	if (!file_read_all(path, CAP, &text, err))
 *		return err_wrap(err, "reading %s", path);
 *
 * err may be NULL where the caller does not care why. Any thread; a struct err belongs to its caller. */
#ifndef KIYYA_ERR_H
#define KIYYA_ERR_H

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* X(name, category word in JSON and logs, exit code (doc: kiyya.1), worth a retry by itself) */
#define ERR_KINDS(X)                                                                               \
	X(NONE, "none", 0, false)                                                                  \
	X(INTERNAL, "internal", 1, false)                                                          \
	X(USAGE, "usage", 2, false)                                                                \
	X(NOT_FOUND, "not_found", 3, false)                                                        \
	X(NET, "network", 4, true)                                                                 \
	X(TIMEOUT, "timeout", 4, true)                                                             \
	X(PARSE, "parse", 4, true)                                                                 \
	X(REFUSED, "refused", 5, false)                                                            \
	X(SPACE, "space", 6, true)                                                                 \
	X(UNFINISHED, "unfinished", 7, true)                                                       \
	X(DAMAGED, "integrity", 8, false)                                                          \
	X(LOCKED, "locked", 9, false)                                                              \
	X(BUSY, "busy", 10, true)                                                                  \
	X(CONFIG, "config", 11, false)                                                             \
	X(PLAYER, "player", 12, false)                                                             \
	X(SOME, "some_failed", 13, false)                                                          \
	X(DATABASE, "database", 14, false)                                                         \
	X(IO, "io", 1, true)                                                                       \
	X(LIMIT, "limit", 1, false)                                                                \
	X(CANCELLED, "cancelled", 1, false)

enum err_kind {
#define X(name, word, code, retry) ERR_##name,
	ERR_KINDS(X)
#undef X
};

struct err {
	enum err_kind kind;
	int num;        /* HTTP status, errno, JSON-RPC code … or 0 */
	char text[512]; /* one line, no secrets, no query strings, no control characters */
};

/* Fills *err and returns false, so that failing is one line. */
bool err_set(struct err *err, enum err_kind kind, int num, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The same from errno: appends ": <what the system says>"; ENOSPC and EDQUOT become ERR_SPACE. */
bool err_sys(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "<what we were doing>: " before the sentence; returns false. */
bool err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *err);

const char *err_category(enum err_kind kind);
int err_exit_code(enum err_kind kind);
bool err_can_retry(enum err_kind kind);
/* The kind of a category word; ERR_INTERNAL for an unknown one. */
enum err_kind err_kind_of(const char *category);

#endif
