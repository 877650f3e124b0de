/* The command line: a table of commands, each a front end on the same requests and events as the
 * screen. Main thread. Names, JSON fields and exit codes are a contract (kiyya.1).
 *
 *	struct cli_line line;
 *	if (!cli_read_line(&line, argc, argv, &err)) … exit 2
 *	paths, settings, link and backend, as line says …
 *	code = cli_run(&config, line.argc, line.argv);
 *	cli_line_release(&line);
 */
#ifndef KIYYA_CLI_H
#define KIYYA_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include "kiyya/err.h"
#include "kiyya/link.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"

struct cli_options { /* the ones that work everywhere */
	bool json, offline, no_color, ascii, quiet, verbose, yes;
};

/* A whole command line, sorted: what works everywhere, wherever it stood, and the rest. */
struct cli_line {
	struct cli_options options;
	bool help, version;
	const char *home,
	    *config_file;     /* as written; NULL not given; borrowed from argv, as all below */
	struct strs gateways; /* owned */
	const char *script, *screen; /* of the browser */
	int argc;                    /* what is left: a command and what is its own, or a place */
	char **argv; /* the list is owned, the words are borrowed; argv[argc] is NULL */
};
/* argv[0] is the program's name. ERR_USAGE. ret is initialised on success. An option that nobody
 * knows is left for cli_run to complain about, which knows the command's own. */
bool cli_read_line(struct cli_line *ret, int argc, char **argv, struct err *err) MUST_USE;
void cli_line_release(struct cli_line *l);

struct cli_config {
	struct link
	    *link; /* borrowed; the backend runs already; may be NULL if !cli_needs_backend */
	const struct settings *settings;
	struct cli_options options;
	int signal_fd; /* SIGINT, SIGTERM … arrive here (struct signalfd_siginfo); 0 or less: none
			*/
	int in_fd;     /* where answers to questions are typed; 0 is standard input */
	FILE *out, *err; /* NULL: stdout, stderr */
	/* Called when something plays: the player's libraries write to standard error what they please. May be NULL. */
	void (*playing)(void *arg);
	void *playing_arg;
	/* The screen's tables, for `keys` and `actions`; the two floors do not know each other. */
	void (*print_keys)(FILE *out, bool json);
	void (*print_actions)(FILE *out, bool json);
};
/* Whether a word is a command. */
bool cli_is_command(const char *word);
/* The command nearest to a misspelt one; never NULL. */
const char *cli_nearest_command(const char *word);
/* Whether that command needs the backend at all (help, completion do not). */
bool cli_needs_backend(const char *word);
/* Runs one command; argc and argv are those of a struct cli_line: argv[0] is the command's name.
 * Returns the exit code; errors have been said on standard error. Whether the queue is worked off
 * is the requests' business (download, queue run): they take the lock themselves. */
int cli_run(const struct cli_config *config, int argc, char **argv);
/* `kiyya --help` (command NULL) and `kiyya help COMMAND`. False: no such command. */
bool cli_print_help(FILE *out, const char *command);
/* shell: bash, zsh or fish. False: another one. */
bool cli_print_completion(FILE *out, const char *shell);
/* "kiyya: what: why" on standard error. */
void cli_say_error(const struct err *err);

#endif
