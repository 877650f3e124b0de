/* Help, made from the tables: `kiyya --help`, `kiyya help COMMAND`. */
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "command.h"

#define HELP_COLUMN 30

/* "  what             help", the help on a line of its own where what is too long. */
static void help_line(FILE *out, const char *what, const char *help)
{
	int width = text_width(what);
	if (width > HELP_COLUMN - 4)
		fprintf(out, "  %s\n%*s%s\n", what, HELP_COLUMN, "", help);
	else
		fprintf(out, "  %s%*s%s\n", what, HELP_COLUMN - 2 - width, "", help);
}

static void help_options(FILE *out, const char *title, const struct opt *options)
{
	if (!options || !options->name)
		return;
	fprintf(out, "\n%s\n", title);
	for (const struct opt *o = options; o->name; o++) {
		struct buf what;
		buf_init(&what, 256);
		if (o->letter)
			buf_addf(&what, "-%c, ", o->letter);
		buf_addf(&what, "--%s", o->name);
		if (o->arg)
			buf_addf(&what, " %s", o->arg);
		if (o->many)
			buf_add_str(&what, " …");
		help_line(out, what.data, o->help);
		buf_release(&what);
	}
}

static void usage_line(FILE *out, const struct command *command, const struct action *action)
{
	const char *args = action ? action->args : command->args ? command->args : "";
	fprintf(out, "  kiyya %s%s%s%s%s%s\n", command->name, action ? " " : "",
		action ? action->name : "",
		command->options && !command->actions ? " [OPTION…]" : "", *args ? " " : "", args);
}

static void help_command(FILE *out, const struct command *command)
{
	fprintf(out, "kiyya %s: %s\n\n", command->name, command->help);
	if (!command->actions || (command->flags & CMD_ACTION_OPTIONAL))
		usage_line(out, command, NULL);
	for (const struct action *a = command->actions; a && a->name; a++)
		usage_line(out, command, a);
	if (command->actions)
		fputc('\n', out);
	for (const struct action *a = command->actions; a && a->name; a++)
		help_line(out, a->name, a->help);
	help_options(out, "Options", command->options);
	fputs("\nOptions that work everywhere: kiyya --help\n", out);
}

static void help_all(FILE *out)
{
	fputs("kiyya: browse Odysee channels, keep videos sealed, watch them offline\n\n"
	      "  kiyya [OPTION…]                  open the browser\n"
	      "  kiyya [OPTION…] @CHANNEL|URL     open it at that place\n"
	      "  kiyya [OPTION…] COMMAND …        do one thing and end\n\n"
	      "Commands (kiyya help COMMAND says more)\n",
	      out);
	for (size_t i = 0; cli_commands[i]; i++)
		help_line(out, cli_commands[i]->name, cli_commands[i]->help);
	help_options(out, "Options that work everywhere", everywhere_options);
	help_options(out, "Options of the browser", browser_options);
	fputs("\nAn ITEM is a claim id of 40 hex digits, lbry://…, https://odysee.com/… or "
	      "@channel:x/name:y;\n"
	      "of what is stored here, also the first digits of its id. The manual: man kiyya\n",
	      out);
}

bool cli_print_help(FILE *out, const char *command)
{
	const struct command *found = command ? cli_command_find(command) : NULL;
	if (command && !found)
		return false;
	if (found)
		help_command(out, found);
	else
		help_all(out);
	return true;
}

static int run_help(struct cli *c)
{
	const char *name = c->args.n_words ? c->args.words[0] : NULL;
	if (!cli_print_help(c->out.out, name))
		return cli_misuse(c, "unknown command %s; did you mean %s?", name,
				  cli_nearest_command(name));
	return 0;
}

const struct command cli_cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.help = "help on kiyya or one command",
	.max = 1,
	.flags = CMD_NO_BACKEND,
	.run = run_help,
};
