/* What a shell needs to complete kiyya's words, made from the tables: completion. */
#include <string.h>
#include "kiyya/str.h"
#include "command.h"

#define QUALITIES "original best 1080p 720p 480p 360p"

/* Text between single quotes: `special` characters get a backslash before them, a quote is written
 * as `quote`. */
static void put_escaped(FILE *out, const char *text, const char *special, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, out);
			continue;
		}
		if (strchr(special, *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* The words that a value may be; nothing where we know none. */
static void put_values(FILE *out, const struct opt *o)
{
	if (o->type == OPT_QUALITY)
		fputs(QUALITIES, out);
	for (const char *c = o->type == OPT_CHOICE ? o->arg : ""; *c; c++)
		fputc(*c == '|' ? ' ' : *c, out);
}

static void put_command_names(FILE *out)
{
	for (size_t i = 0; cli_commands[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", cli_commands[i]->name);
}

static void put_action_names(FILE *out, const struct command *command)
{
	for (const struct action *a = command->actions; a && a->name; a++)
		fprintf(out, "%s%s", a == command->actions ? "" : " ", a->name);
}

/* -- bash -- */

static void bash_values(FILE *out, const char *command, const struct opt *options)
{
	for (const struct opt *o = options; o && o->name; o++) {
		if (!opt_takes_value(o))
			continue;
		fprintf(out, "\t%s:--%s) ", command, o->name);
		if (o->type == OPT_FILE) {
			fputs("files=yes", out);
		} else {
			fputs("words='", out);
			put_values(out, o);
			fputc('\'', out);
		}
		fputs(" ;;\n", out);
	}
}

static void bash_words(FILE *out, const struct command *command)
{
	fprintf(out, "\t%s:*) words='", command->name);
	put_action_names(out, command);
	for (const struct opt *o = command->options; o && o->name; o++)
		fprintf(out, " --%s", o->name);
	fputs("'\"$everywhere\" ;;\n", out);
}

static void print_bash(FILE *out)
{
	fputs("# bash completion for kiyya: source <(kiyya completion bash)\n"
	      "_kiyya()\n"
	      "{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal word command= words= files=no everywhere='",
	      out);
	for (const struct opt *o = everywhere_options; o->name; o++)
		fprintf(out, " --%s", o->name);
	fputs("'\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase $word in -*) ;; *) command=$word; break ;; esac\n"
	      "\tdone\n"
	      "\tcase $command:$prev in\n",
	      out);
	bash_values(out, "*", everywhere_options);
	bash_values(out, "*", browser_options);
	for (size_t i = 0; cli_commands[i]; i++)
		bash_values(out, cli_commands[i]->name, cli_commands[i]->options);
	fputs("\thelp:help) words='", out);
	put_command_names(out);
	fputs("' ;;\n", out);
	for (size_t i = 0; cli_commands[i]; i++)
		bash_words(out, cli_commands[i]);
	fputs("\t:*) words='", out);
	put_command_names(out);
	fputs("'\"$everywhere\" ;;\n"
	      "\tesac\n"
	      "\tif [[ $files = yes ]]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	      "\telse\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "\tfi\n"
	      "}\n"
	      "complete -F _kiyya kiyya\n",
	      out);
}

/* -- zsh -- */

static void zsh_options(FILE *out, const struct opt *options)
{
	for (const struct opt *o = options; o && o->name; o++) {
		fprintf(out, " '%s--%s[", o->many ? "*" : "", o->name);
		put_escaped(out, o->help, "[]:\\", "'\\''");
		fputc(']', out);
		if (o->type == OPT_FILE)
			fputs(":file:_files", out);
		else if (o->type == OPT_CHOICE || o->type == OPT_QUALITY) {
			fputs(":value:(", out);
			put_values(out, o);
			fputc(')', out);
		} else if (opt_takes_value(o)) {
			fputs(":value: ", out);
		}
		fputc('\'', out);
	}
}

static void print_zsh(FILE *out)
{
	fputs("#compdef kiyya\n# zsh completion for kiyya\n_kiyya()\n{\n"
	      "\tlocal context state state_descr line\n\ttypeset -A opt_args\n"
	      "\tlocal -a everywhere=(",
	      out);
	zsh_options(out, everywhere_options);
	fputs(" )\n\tlocal -a commands=(", out);
	for (size_t i = 0; cli_commands[i]; i++) {
		fprintf(out, " '%s:", cli_commands[i]->name);
		put_escaped(out, cli_commands[i]->help, ":\\", "'\\''");
		fputc('\'', out);
	}
	fputs(" )\n\t_arguments -C $everywhere", out);
	zsh_options(out, browser_options);
	fputs(
	    " '1: :->command' '*:: :->rest'\n"
	    "\tif [[ $state = command ]]; then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	    "\tcase $words[1] in\n",
	    out);
	for (size_t i = 0; cli_commands[i]; i++) {
		fprintf(out, "\t%s) _arguments $everywhere", cli_commands[i]->name);
		zsh_options(out, cli_commands[i]->options);
		if (cli_commands[i]->actions) {
			fputs(" '1:action:(", out);
			put_action_names(out, cli_commands[i]);
			fputs(")'", out);
		}
		fputs(" '*: : ' ;;\n", out);
	}
	fputs("\tesac\n}\nif [[ $funcstack[1] = _kiyya ]]; then\n\t_kiyya\nelse\n"
	      "\tcompdef _kiyya kiyya\nfi\n",
	      out);
}

/* -- fish -- */

static void fish_options(FILE *out, const char *command, const struct opt *options)
{
	for (const struct opt *o = options; o && o->name; o++) {
		fputs("complete -c kiyya", out);
		if (command)
			fprintf(out, " -n '__fish_seen_subcommand_from %s'", command);
		fprintf(out, " -l %s", o->name);
		if (o->letter)
			fprintf(out, " -s %c", o->letter);
		if (o->type == OPT_FILE) {
			fputs(" -r -F", out);
		} else if (opt_takes_value(o)) {
			fputs(" -x -a '", out);
			put_values(out, o);
			fputc('\'', out);
		}
		fputs(" -d '", out);
		put_escaped(out, o->help, "\\", "\\'");
		fputs("'\n", out);
	}
}

static void fish_actions(FILE *out, const struct command *command)
{
	for (const struct action *a = command->actions; a && a->name; a++) {
		fprintf(out,
			"complete -c kiyya -n '__fish_seen_subcommand_from %s; "
			"and not __fish_seen_subcommand_from ",
			command->name);
		put_action_names(out, command);
		fprintf(out, "' -a %s -d '", a->name);
		put_escaped(out, a->help, "\\", "\\'");
		fputs("'\n", out);
	}
}

static void print_fish(FILE *out)
{
	fputs("# fish completion for kiyya: kiyya completion fish | source\ncomplete -c kiyya -f\n",
	      out);
	fish_options(out, NULL, everywhere_options);
	fish_options(out, NULL, browser_options);
	for (size_t i = 0; cli_commands[i]; i++) {
		fprintf(out, "complete -c kiyya -n __fish_use_subcommand -a %s -d '",
			cli_commands[i]->name);
		put_escaped(out, cli_commands[i]->help, "\\", "\\'");
		fputs("'\n", out);
		fish_actions(out, cli_commands[i]);
		fish_options(out, cli_commands[i]->name, cli_commands[i]->options);
	}
}

static const struct {
	const char *shell;
	void (*print)(FILE *out);
} shells[] = {
	{ "bash", print_bash },
	{ "zsh", print_zsh },
	{ "fish", print_fish },
};

bool cli_print_completion(FILE *out, const char *shell)
{
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (str_eq(shells[i].shell, shell)) {
			shells[i].print(out);
			return true;
		}
	return false;
}

static int run_completion(struct cli *c)
{
	cli_print_completion(c->out.out, c->args.action->name);
	return 0;
}

static const struct action completion_actions[] = {
	{ "bash", "", 0, 0, "source <(kiyya completion bash)" },
	{ "zsh", "", 0, 0, "source <(kiyya completion zsh), after compinit" },
	{ "fish", "", 0, 0, "kiyya completion fish | source" },
	{ .name = NULL },
};

const struct command cli_cmd_completion = {
	.name = "completion",
	.help = "what a shell needs to complete words of kiyya",
	.flags = CMD_NO_BACKEND,
	.actions = completion_actions,
	.run = run_completion,
};
