/* Commands on what is remembered of items: favorite, watched, progress. */
#include "kiyya/str.h"
#include "ask.h"
#include "command.h"
#include "wait.h"

static int run_favorite(struct cli *c)
{
	struct req *r = req_new(REQ_FAVORITE);
	str_set(&r->u.favorite.action_, c->args.action->name);
	str_set(&r->u.favorite.item_, c->args.n_words ? c->args.words[0] : NULL);
	return wait_for(c, r, NULL, NULL);
}

static const struct action favorite_actions[] = {
	{ "add", "ITEM", 1, 1, "keep it in mind" },
	{ "rm", "ITEM", 1, 1, "forget it" },
	{ "list", "", 0, 0, "all of them, newest first" },
	{ .name = NULL },
};

const struct command cli_cmd_favorite = {
	.name = "favorite",
	.help = "favourites, kept across runs",
	.actions = favorite_actions,
	.run = run_favorite,
};

static int run_watched(struct cli *c)
{
	struct req *r = req_new(REQ_WATCHED);
	args_words(&c->args, 0, &r->u.watched.items_);
	r->u.watched.not_ = args_has(&c->args, "not");
	return wait_for(c, r, NULL, NULL);
}

static const struct opt watched_options[] = {
	{ "not", .help = "take the mark away" },
	{ .name = NULL },
};

const struct command cli_cmd_watched = {
	.name = "watched",
	.args = "ITEM…",
	.help = "mark items as seen",
	.min = 1,
	.max = ANY_NUMBER,
	.options = watched_options,
	.run = run_watched,
};

static int run_progress(struct cli *c)
{
	const struct args *a = &c->args;
	const char *item = a->n_words ? a->words[0] : NULL;
	int64_t seconds = MSG_UNKNOWN;
	int code;
	if (a->n_words == 2 && !str_to_seconds(a->words[1], &seconds))
		return cli_misuse(c, "a position is seconds or [[h:]m:]s, not \"%s\"", a->words[1]);
	if (args_action_is(a, "clear") && !item && !ask_yes(c, &code, "forget every position"))
		return code;
	struct req *r = req_new(REQ_PROGRESS);
	str_set(&r->u.progress.action_, a->action->name);
	str_set(&r->u.progress.item_, item);
	r->u.progress.seconds_ = seconds;
	return wait_for(c, r, NULL, NULL);
}

static const struct action progress_actions[] = {
	{ "get", "ITEM", 1, 1, "where you stopped" },
	{ "set", "ITEM SECONDS", 2, 2, "as if you had stopped there" },
	{ "list", "", 0, 0, "all positions, newest first" },
	{ "clear", "[ITEM]", 0, 1, "forget one, or all" },
	{ .name = NULL },
};

const struct command cli_cmd_progress = {
	.name = "progress",
	.help = "where you stopped, kept across runs",
	.actions = progress_actions,
	.run = run_progress,
};
