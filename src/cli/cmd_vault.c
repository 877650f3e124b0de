/* Commands on what is kept: offline, cat, verify, rm. */
#include <stdio.h>
#include <stdlib.h>
#include "kiyya/str.h"
#include "ask.h"
#include "command.h"
#include "wait.h"

static int run_offline(struct cli *c)
{
	return wait_for(c, req_new(REQ_OFFLINE), NULL, NULL);
}

const struct command cli_cmd_offline = {
	.name = "offline",
	.args = "",
	.help = "what is in the vault",
	.run = run_offline,
};

static int run_cat(struct cli *c)
{
	if (c->out.out_is_tty)
		return cli_misuse(c, "standard output is a terminal: send the bytes to a file or a "
				     "program, kiyya cat ITEM > FILE");
	struct req *r = req_new(REQ_CAT);
	str_set(&r->u.cat.item_, c->args.words[0]);
	str_set(&r->u.cat.quality_, args_text(&c->args, "quality"));
	str_set(&r->u.cat.range_, args_text(&c->args, "range"));
	r->u.cat.fd_ = fileno(c->out.out);
	return wait_for(c, r, NULL, NULL);
}

static const struct opt cat_options[] = {
	{ "range", .type = OPT_RANGE, .arg = "A-B",
	  .help = "these bytes only, the last included; A- to the end" },
	{ "quality", .type = OPT_QUALITY, .arg = "Q",
	  .help = "which copy; the original or the highest if absent" },
	{ .name = NULL },
};

const struct command cli_cmd_cat = {
	.name = "cat",
	.args = "ITEM",
	.help = "the decrypted bytes of a copy, to standard output",
	.min = 1,
	.max = 1,
	.options = cat_options,
	.run = run_cat,
};

static int run_verify(struct cli *c)
{
	bool all = args_has(&c->args, "all");
	if (all && c->args.n_words > 0)
		return cli_misuse(c, "either ITEM… or --all, not both");
	struct req *r = req_new(REQ_VERIFY);
	args_words(&c->args, 0, &r->u.verify.items_);
	r->u.verify.all_ = c->args.n_words == 0;
	r->u.verify.no_hash_ = args_has(&c->args, "no-hash");
	return wait_for(c, r, NULL, NULL);
}

static const struct opt verify_options[] = {
	{ "all", .help = "every copy, as without ITEM" },
	{ "no-hash", .help = "without the publisher's hash: chunks only" },
	{ .name = NULL },
};

const struct command cli_cmd_verify = {
	.name = "verify",
	.args = "[ITEM…]",
	.help = "authenticate every chunk of copies and check the publisher's hash",
	.max = ANY_NUMBER,
	.options = verify_options,
	.run = run_verify,
};

static int run_rm(struct cli *c)
{
	int code, n = c->args.n_words;
	const char *quality = args_text(&c->args, "quality");
	char *what = n == 1 ? str_dup(c->args.words[0]) : str_fmt("%d items", n);
	bool yes = ask_yes(c, &code, "delete %s%s%s from the vault", what, quality ? " in " : "",
			   quality ? quality : "");
	free(what);
	if (!yes)
		return code;
	struct req *r = req_new(REQ_REMOVE);
	args_words(&c->args, 0, &r->u.remove.items_);
	str_set(&r->u.remove.quality_, quality);
	return wait_for(c, r, NULL, NULL);
}

static const struct opt rm_options[] = {
	{ "quality", .type = OPT_QUALITY, .arg = "Q",
	  .help = "this copy only; every copy if absent" },
	{ .name = NULL },
};

const struct command cli_cmd_rm = {
	.name = "rm",
	.args = "ITEM…",
	.help = "delete copies from the vault and forget them",
	.min = 1,
	.max = ANY_NUMBER,
	.options = rm_options,
	.run = run_rm,
};
