/* The table of commands, and running one of them. */
#include "kiyya/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include "kiyya/buf.h"
#include "command.h"

#define SENTENCE_MAX 4096

const struct command *const cli_commands[] = {
#define X(name) &cli_cmd_##name,
	COMMANDS(X)
#undef X
	    NULL,
};

const struct command *cli_command_find(const char *name)
{
	for (size_t i = 0; cli_commands[i]; i++)
		if (str_eq(cli_commands[i]->name, name))
			return cli_commands[i];
	return NULL;
}

bool cli_is_command(const char *word)
{
	return cli_command_find(word) != NULL;
}

bool cli_needs_backend(const char *word)
{
	const struct command *command = cli_command_find(word);
	return command && !(command->flags & CMD_NO_BACKEND);
}

const char *cli_nearest_command(const char *word)
{
	const struct command *best = cli_commands[0];
	for (size_t i = 0; cli_commands[i]; i++)
		if (str_distance(word, cli_commands[i]->name) < str_distance(word, best->name))
			best = cli_commands[i];
	return best->name;
}

int cli_misuse(struct cli *c, const char *fmt, ...)
{
	struct buf b;
	va_list ap;
	buf_init(&b, SENTENCE_MAX);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	out_error(&c->out, "%s: %s", c->command->name, b.data);
	buf_release(&b);
	return err_exit_code(ERR_USAGE);
}

void cli_say_error(const struct err *err)
{
	struct out o;
	out_init(&o, stdout, stderr);
	out_error(&o, "%s", err->text);
}

int cli_run(const struct cli_config *config, int argc, char **argv)
{
	struct cli c = { .config = config, .command = cli_command_find(argv[0]) };
	out_init(&c.out, config->out ? config->out : stdout, config->err ? config->err : stderr);
	c.out.json = config->options.json;
	c.out.quiet = config->options.quiet;
	c.out.verbose = config->options.verbose;
	c.out.ascii = config->options.ascii;
	if (!c.command) {
		out_error(&c.out, "unknown command %s; did you mean %s?", argv[0],
			  cli_nearest_command(argv[0]));
		return err_exit_code(ERR_USAGE);
	}
	struct err err;
	if (!args_parse(&c.args, c.command, argc, argv, &err))
		return cli_misuse(&c, "%s", err.text);
	int code = c.command->run(&c);
	if (!out_flush(&c.out) && code == 0)
		code = out_broken(&c.out);
	args_release(&c.args);
	return code;
}
