/* Commands on what kiyya stores for itself: cache, db. */
#include <unistd.h>
#include "kiyya/str.h"
#include "ask.h"
#include "command.h"
#include "wait.h"

static int run_cache(struct cli *c)
{
	int code;
	if (args_action_is(&c->args, "clear") &&
	    !ask_yes(c, &code, "forget every stored claim and list"))
		return code;
	struct req *r = req_new(REQ_CACHE);
	str_set(&r->u.cache.action_, c->args.action->name);
	str_set(&r->u.cache.item_, c->args.n_words ? c->args.words[0] : NULL);
	return wait_for(c, r, NULL, NULL);
}

static const struct action cache_actions[] = {
	{ "stats", "", 0, 0, "how much there is, and how often it helped" },
	{ "cleanup", "", 0, 0, "drop what is stale and give the space back" },
	{ "clear", "", 0, 0, "drop everything that nothing else needs" },
	{ "drop", "ITEM", 1, 1, "drop one claim" },
	{ "optimize", "", 0, 0, "rewrite the database as small as it gets" },
	{ .name = NULL },
};

const struct command cli_cmd_cache = {
	.name = "cache",
	.help = "the metadata cache",
	.actions = cache_actions,
	.run = run_cache,
};

static int run_db(struct cli *c)
{
	const struct args *a = &c->args;
	bool dry_run = args_has(a, "dry-run");
	const char *file = a->n_words ? a->words[0] : NULL;
	int code;
	if (dry_run && !args_action_is(a, "migrate"))
		return cli_misuse(c, "--dry-run goes with migrate");
	if (file && access(file, F_OK) == 0 && !ask_yes(c, &code, "overwrite %s", file))
		return code;
	struct req *r = req_new(REQ_DB);
	str_set(&r->u.db.action_, a->action->name);
	str_set(&r->u.db.file_, file);
	r->u.db.dry_run_ = dry_run;
	return wait_for(c, r, NULL, NULL);
}

static const struct action db_actions[] = {
	{ "version", "", 0, 0, "of the database, and the newest this program knows" },
	{ "check", "", 0, 0, "whether it is whole" },
	{ "migrate", "[--dry-run]", 0, 0, "bring it to the newest version" },
	{ "backup", "FILE", 1, 1, "a copy that is whole, while others work" },
	{ .name = NULL },
};

static const struct opt db_options[] = {
	{ "dry-run", .help = "of migrate: only say what would happen" },
	{ .name = NULL },
};

const struct command cli_cmd_db = {
	.name = "db",
	.help = "the database file",
	.actions = db_actions,
	.options = db_options,
	.run = run_db,
};
