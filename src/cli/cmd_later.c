/* Commands on what is to be watched and what was: later, history. */
#include "kiyya/str.h"
#include "ask.h"
#include "command.h"
#include "wait.h"

static int run_later(struct cli *c)
{
	struct req *r = req_new(REQ_LATER);
	str_set(&r->u.later.action_, c->args.action->name);
	str_set(&r->u.later.item_, c->args.n_words ? c->args.words[0] : NULL);
	return wait_for(c, r, NULL, NULL);
}

static const struct action later_actions[] = {
	{ "add", "ITEM", 1, 1, "watch it later" },
	{ "rm", "ITEM", 1, 1, "take it off the list" },
	{ "list", "", 0, 0, "all of them, newest first" },
	{ .name = NULL },
};

const struct command cli_cmd_later = {
	.name = "later",
	.help = "the watch-later list",
	.actions = later_actions,
	.run = run_later,
};

static int run_history(struct cli *c)
{
	int code;
	if (args_action_is(&c->args, "clear") && !ask_yes(c, &code, "forget everything you played"))
		return code;
	struct req *r = req_new(REQ_HISTORY);
	str_set(&r->u.history.action_, c->args.action->name);
	return wait_for(c, r, NULL, NULL);
}

static const struct action history_actions[] = {
	{ "list", "", 0, 0, "everything, newest first" },
	{ "clear", "", 0, 0, "forget it all" },
	{ .name = NULL },
};

const struct command cli_cmd_history = {
	.name = "history",
	.help = "what you played",
	.actions = history_actions,
	.run = run_history,
};
