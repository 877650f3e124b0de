/* The vault keys: key. */
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

static int run_key(struct cli *c)
{
	struct req *r = req_new(REQ_KEY);
	str_set(&r->u.key.action_, c->args.action->name);
	return wait_for(c, r, key_event, NULL);
}

static const struct action key_actions[] = {
	{ "init", "", 0, 0,
	  "make the keyring: under a passphrase if one is given, else a key file" },
	{ "status", "", 0, 0, "whether there is one, and what opens it" },
	{ .name = NULL },
};

const struct command cli_cmd_key = {
	.name = "key",
	.help = "the keys of the vault",
	.actions = key_actions,
	.run = run_key,
};
