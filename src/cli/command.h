/* What a command is: an entry in its cmd_*.c, a line here, a paragraph in kiyya(1). */
#ifndef KIYYA_CLI_COMMAND_H
#define KIYYA_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/cli.h"
#include "args.h"
#include "out.h"

/* X(name), in the order of the help. */
#define COMMANDS(X)   \
	X(list)       \
	X(search)     \
	X(show)       \
	X(series)     \
	X(playlists)  \
	X(playlist)   \
	X(play)       \
	X(serve)      \
	X(download)   \
	X(queue)      \
	X(offline)    \
	X(cat)        \
	X(export)     \
	X(verify)     \
	X(repair)     \
	X(rm)         \
	X(vault)      \
	X(follow)     \
	X(unfollow)   \
	X(following)  \
	X(feed)       \
	X(refresh)    \
	X(favorite)   \
	X(later)      \
	X(watched)    \
	X(history)    \
	X(progress)   \
	X(key)        \
	X(cache)      \
	X(db)         \
	X(config)     \
	X(log)        \
	X(ping)       \
	X(doctor)     \
	X(keys)       \
	X(actions)    \
	X(completion) \
	X(help)

enum command_flag {
	CMD_NO_BACKEND = 1,     /* answers from the tables alone */
	CMD_REST = 2,           /* what stands behind -- is kept apart (args.rest) */
	CMD_SIGNAL_ENDS = 4,    /* a signal is how it is meant to end: exit code 0 */
	CMD_ACTION_OPTIONAL = 8 /* without an action word it does something, too */
};

/* `kiyya favorite add ITEM`: the word that says what to do, where a command has several. */
struct action {
	const char *name; /* NULL ends the table */
	const char *args; /* for the help: "ITEM…"; "" none */
	int min, max;     /* words behind it; max ANY_NUMBER */
	const char *help;
};
#define ANY_NUMBER (-1)

struct cli;
struct command {
	const char *name;
	const char *args;             /* for the help, where there is no action */
	const char *help;             /* one line, lower case, no full stop */
	int min, max;                 /* words, where there are no actions */
	unsigned flags;               /* enum command_flag */
	const struct action *actions; /* NULL none */
	const struct opt *options;    /* its own; NULL none */
	int (*run)(struct cli *c);    /* the exit code; has said its errors */
};

#define X(name) extern const struct command cli_cmd_##name;
COMMANDS(X)
#undef X

extern const struct command *const cli_commands[];        /* ends with NULL */
const struct command *cli_command_find(const char *name); /* NULL: none */

/* One run of one command. */
struct cli {
	const struct cli_config *config;
	const struct command *command;
	struct args args;
	struct out out;
	void (*on_key)(struct cli *c,
		       char key); /* gets what is typed while waiting; NULL: nobody listens */
};

/* Says a usage error of this command on standard error; returns 2. */
int cli_misuse(struct cli *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
