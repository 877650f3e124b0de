/* The vault keys: key. */
#include <unistd.h>
#include "ask.h"
#include "kiyya/json.h"
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

/* The contract has an object for each slot, the message a word. */
static bool key_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_KEY || e->ticket == 0 || !c->out.json)
		return false;
	const struct ev_key *k = &e->u.key;
	struct buf b;
	struct json_out o;
	buf_init(&b, 64 << 10);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_put_str(&o, "state", k->state_);
	json_open(&o, "slots", '[');
	for (size_t i = 0; i < k->slots_.n; i++) {
		json_open(&o, NULL, '{');
		json_put_str(&o, "type", k->slots_.v[i]);
		json_close(&o, '}');
	}
	json_close(&o, ']');
	json_put_str(&o, "ring", str_empty(k->ring_) ? NULL : k->ring_);
	if (k->agent_seconds_ != MSG_UNKNOWN)
		json_put_i64(&o, "agent_seconds", k->agent_seconds_);
	json_close(&o, '}');
	out_json(&c->out, &b);
	buf_release(&b);
	return true;
}

/* Whether what is destroyed may go. */
static bool may_go_on(struct cli *c, int *ret_code)
{
	const char *word = c->args.n_words ? c->args.words[0] : "";
	if (args_action_is(&c->args, "forget"))
		return ask_yes(c, ret_code, "forget the keyring of the key %s", word);
	if (args_action_is(&c->args, "export") && access(word, F_OK) == 0)
		return ask_yes(c, ret_code, "%s is there already; replace it", word);
	return true;
}

static int run_key(struct cli *c)
{
	int code;
	if (!may_go_on(c, &code))
		return code;
	struct req *r = req_new(REQ_KEY);
	const char *word = c->args.n_words ? c->args.words[0] : NULL;
	str_set(&r->u.key.action_, c->args.action->name);
	if (args_action_is(&c->args, "forget"))
		str_set(&r->u.key.id_, word);
	else
		str_set(&r->u.key.file_, word);
	r->u.key.overwrite_ = c->config->options.yes;
	return wait_for(c, r, key_event, NULL);
}

static const struct action key_actions[] = {
	{ "init", "", 0, 0,
	  "make the keyring: under a passphrase if one is given or typed, else a key file" },
	{ "status", "", 0, 0,
	  "whether there is one, what opens it, and how long the agent keeps it" },
	{ "unlock", "", 0, 0, "open it and hand the key to the agent in the kernel" },
	{ "lock", "", 0, 0, "take it from the agent, and wipe it from every running kiyya" },
	{ "passwd", "", 0, 0,
	  "put a new passphrase in the place of the old one or of the key file" },
	{ "rotate", "", 0, 0, "make a new key and put every file under it" },
	{ "export", "FILE", 1, 1, "write the key to a file, under a passphrase of its own" },
	{ "import", "FILE", 1, 1, "take in a keyring that was exported" },
	{ "forget", "ID", 1, 1, "delete a keyring that no file needs any more" },
	{ .name = NULL },
};

const struct command cli_cmd_key = {
	.name = "key",
	.help = "the keys of the vault",
	.actions = key_actions,
	.run = run_key,
};
