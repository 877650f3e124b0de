/* The command that looks for words: search. */
#include <stdlib.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

#define LIMIT         20
#define LIMIT_MAX     10000
#define JSON_MAX_LINE (32u << 20)

/* A claim, and where the words are in it. */
static void put_json(struct out *o, const struct claim *k, const char *snippet, const char *from)
{
	struct buf b;
	struct json_out j;
	buf_init(&b, JSON_MAX_LINE);
	json_out_init(&j, &b);
	json_open(&j, NULL, '{');
	claim_members_to_json(k, &j);
	json_put_str(&j, "snippet", str_empty(snippet) ? NULL : snippet);
	json_put_str(&j, "from", from);
	json_close(&j, '}');
	out_json(o, &b);
	buf_release(&b);
}

static bool search_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_FOUND || e->ticket == 0)
		return false;
	const struct ev_found *f = &e->u.found;
	for (size_t i = 0; f->claims_ && i < f->claims_->n; i++) {
		if (c->out.json)
			put_json(&c->out, &f->claims_->items[i],
				 i < f->snippets_.n ? f->snippets_.v[i] : NULL, f->from_);
		else
			out_claim(&c->out, &f->claims_->items[i]);
	}
	return true;
}

static int run_past(struct cli *c, const char *action)
{
	struct req *r = req_new(REQ_SEARCHES);
	r->u.searches.action_ = str_dup(action);
	r->u.searches.limit_ = args_number(&c->args, "limit", LIMIT);
	return wait_for(c, r, NULL, NULL);
}

/* Words that the shell parted are one search. */
static char *joined_words(const struct args *a)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < a->n_words; i++)
		(void)!buf_addf(&b, "%s%s", i ? " " : "", a->words[i]);
	return buf_steal(&b);
}

static int run_search(struct cli *c)
{
	const struct args *a = &c->args;
	bool past = args_has(a, "past"), forget = args_has(a, "forget");
	bool local = args_has(a, "local"), remote = args_has(a, "remote");
	if ((past || forget) && (a->n_words > 0 || past == forget))
		return cli_misuse(c, "--past and --forget stand alone");
	if (past || forget)
		return run_past(c, past ? "list" : "clear");
	if (a->n_words == 0)
		return cli_misuse(c, "something is missing: kiyya search TEXT");
	if (local && remote)
		return cli_misuse(c, "--local and --remote exclude each other");
	struct req *r = req_new(REQ_SEARCH);
	r->u.search.text_ = joined_words(a);
	str_set(&r->u.search.channel_, args_text(a, "channel"));
	str_set(&r->u.search.from_, local ? "local" : remote ? "remote" : NULL);
	r->u.search.limit_ = args_number(a, "limit", LIMIT);
	return wait_for(c, r, search_event, NULL);
}

static const struct opt search_options[] = {
	{ "channel", .type = OPT_TEXT, .arg = "@CHANNEL", .help = "only claims of this channel" },
	{ "local", .help = "only what is stored on this machine" },
	{ "remote", .help = "only what the gateway knows" },
	{ "limit", .type = OPT_NUMBER, .arg = "N", .min = 1, .max = LIMIT_MAX,
	  .help = "rows; 20 if absent" },
	{ "past", .help = "list what was searched, newest first" },
	{ "forget", .help = "forget what was searched" },
	{ .name = NULL },
};

const struct command cli_cmd_search = {
	.name = "search",
	.args = "TEXT",
	.help = "claims by words, stored ones first",
	.min = 0,
	.max = ANY_NUMBER,
	.options = search_options,
	.run = run_search,
};
