/* Prints the tables of commands, options, settings and exit codes, a line each, for
 * tests/check-docs.sh. With "help": what `kiyya help` prints, of the command named behind it. */
#include <stdio.h>
#include "kiyya/cli.h"
#include "kiyya/err.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"
#include "../../src/cli/command.h"

static void print_options(const char *of, const struct opt *options)
{
	for (const struct opt *o = options; o && o->name; o++)
		printf("option\t%s\t%s\n", of, o->name);
}

static void print_tables(void)
{
	for (size_t i = 0; cli_commands[i]; i++) {
		const struct command *c = cli_commands[i];
		printf("command\t%s\n", c->name);
		for (const struct action *a = c->actions; a && a->name; a++)
			printf("action\t%s\t%s\n", c->name, a->name);
		print_options(c->name, c->options);
	}
	print_options("OPTIONS", everywhere_options);
	print_options("OPTIONS", browser_options);
	for (int i = 0; i < SETTING_COUNT; i++)
		printf("key\t%s\t%s\n", setting_defs[i].key, setting_defs[i].def);
#define X(name, word, code, retry) printf("exit\t%d\n", code);
	ERR_KINDS(X)
#undef X
}

int main(int argc, char **argv)
{
	if (argc > 1 && str_eq(argv[1], "help"))
		return cli_print_help(stdout, argc > 2 ? argv[2] : NULL) ? 0 : 2;
	print_tables();
	return 0;
}
