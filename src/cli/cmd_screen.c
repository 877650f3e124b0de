/* keys, actions: the screen's tables, printed by the screen itself. */
#include "command.h"

/* The command line does not know the screen: whoever starts it hands the printer in. */
static int print(struct cli *c, void (*table)(FILE *out, bool json))
{
	if (!table)
		return cli_misuse(c, "there is no screen in this program");
	table(c->out.out, c->config->options.json);
	return 0;
}

static int run_keys(struct cli *c)
{
	return print(c, c->config->print_keys);
}

static int run_actions(struct cli *c)
{
	return print(c, c->config->print_actions);
}

const struct command cli_cmd_keys = {
	.name = "keys",
	.help = "the keys of the browser, and where they work",
	.flags = CMD_NO_BACKEND,
	.run = run_keys,
};

const struct command cli_cmd_actions = {
	.name = "actions",
	.help = "the commands of the browser, for keys and the : line",
	.flags = CMD_NO_BACKEND,
	.run = run_actions,
};
