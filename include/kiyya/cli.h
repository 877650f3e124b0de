/* The command line: a table of commands, each a front end on the same requests and events as the screen.
 * Main thread. Names, JSON fields and exit codes are a contract (kiyya.1). */
#ifndef KIYYA_CLI_H
#define KIYYA_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include "kiyya/err.h"
#include "kiyya/link.h"
#include "kiyya/settings.h"

struct cli_options { /* the ones that work everywhere */
	bool json, offline, no_color, ascii, quiet, verbose, yes;
};
struct cli_config {
	struct link *link; /* borrowed; the backend runs already */
	const struct settings *settings;
	struct cli_options options;
	int signal_fd; /* SIGINT, SIGTERM … arrive here */
};
/* Whether a word is a command. */
bool cli_is_command(const char *word);
/* Whether that command needs the backend at all (help, keys, actions, completion do not). */
bool cli_needs_backend(const char *word);
/* Whether it may work the queue off itself (download, queue run): backend_config.work_off stays false, the
 * requests themselves take the lock. */
/* Runs one command; argv[0] is its name. Returns the exit code; errors have been said on standard error. */
int cli_run(const struct cli_config *config, int argc, char **argv);
/* `kiyya --help` and `kiyya help COMMAND`. False: no such command. */
bool cli_print_help(FILE *out, const char *command);
void cli_print_completion(FILE *out, const char *shell);
/* "kiyya: what: why" on standard error. */
void cli_say_error(const struct err *err);

#endif
