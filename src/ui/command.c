/* The table of commands, and how one is found and run. */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"
#include "state.h"

const struct command commands[] = {
#define X(ident, name, argument, hint, help) { name, argument, hint, help, cmd_##ident },
	COMMANDS(X)
#undef X
};
const size_t n_commands = sizeof(commands) / sizeof(commands[0]);

const struct command *command_find(const char *name, size_t len)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strlen(commands[i].name) == len && strncmp(commands[i].name, name, len) == 0)
			return &commands[i];
	return NULL;
}

void command_run(struct ui *ui, const char *line)
{
	line += strspn(line, " ");
	size_t len = strcspn(line, " ");
	const struct command *c = command_find(line, len);
	if (!c) {
		if (len > 0)
			ui_say_error(ui, "no command \"%.*s\"; ? lists them", (int)len, line);
		return;
	}
	const char *arg = line + len + strspn(line + len, " ");
	c->run(ui, *arg ? arg : NULL);
}

char *command_complete(const char *prefix, size_t *ret_matches)
{
	char *common = NULL;
	*ret_matches = 0;
	for (size_t i = 0; i < n_commands; i++) {
		if (!str_starts(commands[i].name, prefix))
			continue;
		++*ret_matches;
		if (!common) {
			common = str_dup(commands[i].name);
			continue;
		}
		size_t n = 0;
		while (common[n] && common[n] == commands[i].name[n])
			n++;
		common[n] = 0;
	}
	return common ? common : str_dup("");
}
