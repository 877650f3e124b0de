/* A command of the configuration, run without a shell: its first line of output. */
#ifndef KIYYA_BACKEND_COMMAND_H
#define KIYYA_BACKEND_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kiyya/err.h"
#include "kiyya/str.h"

/* The words of a line: blanks part them, '…' and "…" hold them together, a backslash takes the next character as it
 * is (but within '…'). ERR_CONFIG for a quote without its end, and for no word at all. */
bool command_words(const char *line, struct strs *ret, struct err *err) MUST_USE;

/* Descriptors of its standard files; -1: input and output go nowhere, errors to where ours go. */
struct command_files {
	int in, out, err;
};
/* Starts it in a process group of its own. more: variables for it, NULL none; without those that hold our passphrases. 0
 * or an errno. Any thread. */
int command_spawn(const struct strs *words, const struct strs *more, const struct command_files *f,
		  pid_t *ret);

/* Runs it with standard input closed and reads the first line it prints, at most max bytes, which then belongs to the
 * caller (str_burn). It is killed after ms milliseconds, or when stop_fd becomes readable. Without the variables that
 * hold our passphrases. Blocks: a chore's. ERR_LOCKED with a sentence whatever went wrong. */
bool command_first_line(const char *line, size_t max, int64_t ms, int stop_fd, char **ret,
			struct err *err) MUST_USE;

#endif
