/* The text of the configuration file, kiyya.conf(5): read, edited in place, written afresh. Pure;
 * any thread.
 *
 *	[gateway]
 *	timeout = 10s     # a comment: '#' or ';' at the start of a line or after a blank
 *	urls = "a; b"     # in quotes where the value itself holds a blank and one of these
 *
 * Inside quotes \" and \\ stand for the characters; quotes that do not span the whole value are
 * part of it. A value holds no control characters. The last line of a key wins. */
#ifndef KIYYA_CONFIG_TEXT_H
#define KIYYA_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

/* One setting: key is "section.name". False ends the reading; file and line are put before the
 * sentence. */
typedef bool (*config_pair_fn)(void *arg, int line, const char *key, const char *value,
			       struct err *err);
/* Calls fn for each `name = value`, in order. file is for the sentences only. ERR_CONFIG
 * "file:line: …", or what fn said. */
bool config_read_text(const char *file, const char *text, size_t len, config_pair_fn fn, void *arg,
		      struct err *err) MUST_USE;

/* The text with `key` set to `value` and every other byte as it was: the last line of that key is
 * changed, or one is added to its section, or the section to the end. Owned. NULL if the key is not
 * "section.name" in [A-Za-z0-9_.-], or the value cannot stand on a line (control characters, not
 * UTF-8). */
char *config_edit_text(const char *text, const char *key, const char *value);

/* What `config init` writes: every key with its meaning, commented out, at its default. Owned. */
char *config_commented_file(void);

#endif
