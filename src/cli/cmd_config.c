/* The settings: config. */
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "ask.h"
#include "command.h"
#include "wait.h"

/* `get` and `path` answer a question: the value alone. */
static bool value_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_CONFIG || e->ticket == 0 || c->out.json)
		return false;
	out_row(&c->out, "%s", e->u.config.value_ ? e->u.config.value_ : "");
	return true;
}

static bool keep_value(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_CONFIG || e->ticket == 0)
		return false;
	str_set(arg, e->u.config.value_);
	return true;
}

static struct req *config_request(const char *action, const char *key, const char *value)
{
	struct req *r = req_new(REQ_CONFIG);
	str_set(&r->u.config.action_, action);
	str_set(&r->u.config.key_, key);
	str_set(&r->u.config.value_, value);
	return r;
}

static int run_init(struct cli *c)
{
	char *path = NULL;
	int code = wait_for(c, config_request("path", NULL, NULL), keep_value, &path);
	if (code == 0 && path && access(path, F_OK) == 0 &&
	    !ask_yes(c, &code, "overwrite %s", path))
		goto out;
	if (code == 0 || c->config->options.yes)
		code = wait_for(c, config_request("init", NULL, NULL), value_event, NULL);
out:
	free(path);
	return code;
}

static int run_config(struct cli *c)
{
	const struct args *a = &c->args;
	const char *key = a->n_words > 0 ? a->words[0] : NULL;
	if (key && settings_find(key) < 0)
		return cli_misuse(c, "unknown key %s; did you mean %s?", key,
				  settings_nearest(key));
	if (args_action_is(a, "init"))
		return run_init(c);
	bool one_value = args_action_is(a, "get") || args_action_is(a, "path");
	return wait_for(c,
			config_request(a->action->name, key, a->n_words > 1 ? a->words[1] : NULL),
			one_value ? value_event : NULL, NULL);
}

static const struct action config_actions[] = {
	{ "list", "", 0, 0, "every key, its value and where that comes from" },
	{ "get", "KEY", 1, 1, "one value" },
	{ "set", "KEY VALUE", 2, 2, "change one line of the file" },
	{ "path", "", 0, 0, "where the file is" },
	{ "init", "", 0, 0, "write a file with every key explained and commented out" },
	{ .name = NULL },
};

const struct command cli_cmd_config = {
	.name = "config",
	.help = "the settings",
	.actions = config_actions,
	.run = run_config,
};
