/* A whole command line, sorted: the options that work everywhere, and what is left. */
#include <stddef.h>
#include <stdlib.h>
#include "kiyya/cli.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "args.h"
#include "command.h"

#define AT(member) .at = offsetof(struct cli_line, member)

const struct opt everywhere_options[] = {
	{ "json", .help = "JSON Lines on standard output", AT(options.json) },
	{ "gateway", .type = OPT_TEXT, .many = true, .arg = "URL",
	  .help = "ask this gateway, not the configured ones; may be repeated", AT(gateways) },
	{ "offline", .help = "no network at all", AT(options.offline) },
	{ "home", .type = OPT_FILE, .arg = "DIR", .help = "keep all directories below this one",
	  AT(home) },
	{ "config", .type = OPT_FILE, .arg = "FILE", .help = "read this configuration file",
	  AT(config_file) },
	{ "no-color", .help = "no colours", AT(options.no_color) },
	{ "ascii", .help = "nothing but ASCII in bars and marks", AT(options.ascii) },
	{ "quiet", 'q', .help = "no notes and no progress on standard error", AT(options.quiet) },
	{ "verbose", 'v', .help = "say more on standard error", AT(options.verbose) },
	{ "yes", .help = "do not ask", AT(options.yes) },
	{ "help", 'h', .help = "help on the program or a command", AT(help) },
	{ "version", 'V', .help = "versions of kiyya and its libraries", AT(version) },
	{ .name = NULL },
};

const struct opt browser_options[] = {
	{ "script", .type = OPT_FILE, .arg = "FILE",
	  .help = "drive the browser by a script, without a terminal", AT(script) },
	{ "screen", .type = OPT_TEXT, .arg = "COLUMNSxLINES", .help = "the size of its screen",
	  AT(screen) },
	{ .name = NULL },
};

/* The option that a word names, if it is one of those that work everywhere. */
static const struct opt *find_everywhere(const char *word, const char **ret_value)
{
	const struct opt *o = opt_find(everywhere_options, word, ret_value);
	return o ? o : opt_find(browser_options, word, ret_value);
}

static void store(struct cli_line *l, const struct opt *o, const char *value)
{
	void *at = (char *)l + o->at;
	if (o->type == OPT_FLAG)
		*(bool *)at = true;
	else if (o->many)
		strs_add(at, value);
	else
		*(const char **)at = value;
}

/* Deals with the option at argv[*i]: stores it, or keeps it, with its value, for the command. */
static bool read_option(struct cli_line *l, const struct command *command, int argc, char **argv,
			int *i, struct err *err)
{
	const char *value, *word = argv[*i];
	const struct opt *own = command ? opt_find(command->options, word, &value) : NULL;
	const struct opt *o = own ? own : find_everywhere(word, &value);
	bool value_is_next = o && opt_takes_value(o) && !value;
	if (own || !o) {
		l->argv[l->argc++] = argv[*i];
		if (value_is_next && *i + 1 < argc)
			l->argv[l->argc++] = argv[++*i];
		return true;
	}
	if (!opt_takes_value(o) && value)
		return err_set(err, ERR_USAGE, 0, "--%s takes no value", o->name);
	if (value_is_next && *i + 1 >= argc)
		return err_set(err, ERR_USAGE, 0, "--%s needs a value: %s", o->name, o->arg);
	store(l, o, value_is_next ? argv[++*i] : value);
	return true;
}

bool cli_read_line(struct cli_line *ret, int argc, char **argv, struct err *err)
{
	struct cli_line l = { .argv = mem_array((size_t)argc + 1, sizeof(char *)) };
	const struct command *command = NULL;
	bool ok = true, ended = false, placed = false;
	for (int i = 1; ok && i < argc; i++) {
		char *word = argv[i];
		if (!ended && str_eq(word, "--")) {
			ended = true;
			if (placed)
				l.argv[l.argc++] = word;
		} else if (!ended && word[0] == '-' && word[1]) {
			ok = read_option(&l, command, argc, argv, &i, err);
		} else {
			if (!placed && !ended)
				command = cli_command_find(word);
			placed = true;
			l.argv[l.argc++] = word;
		}
	}
	if (ok)
		*ret = l;
	else
		cli_line_release(&l);
	return ok;
}

void cli_line_release(struct cli_line *l)
{
	strs_release(&l->gateways);
	free(l->argv);
	*l = (struct cli_line){ 0 };
}
