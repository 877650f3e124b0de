/* Commands on what is kept: offline, cat, export, verify, repair, rm, vault. */
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

static int run_repair(struct cli *c)
{
	if (args_has(&c->args, "all") && c->args.n_words > 0)
		return cli_misuse(c, "either ITEM… or --all, not both");
	struct req *r = req_new(REQ_REPAIR);
	args_words(&c->args, 0, &r->u.repair.items_);
	return wait_for(c, r, NULL, NULL);
}

static const struct opt repair_options[] = {
	{ "all", .help = "every copy, as without ITEM" },
	{ .name = NULL },
};

const struct command cli_cmd_repair = {
	.name = "repair",
	.args = "[ITEM…]",
	.help = "fetch again what is bad in copies, and nothing else",
	.max = ANY_NUMBER,
	.options = repair_options,
	.run = run_repair,
};

/* -- export ------------------------------------------------------------------------------------ */

struct exporting {
	char *in_the_way; /* owned; a file that is there already */
};

static bool export_event(struct cli *c, const struct event *e, void *arg)
{
	struct exporting *x = arg;
	if (e->kind != EV_EXPORT || !e->u.export.exists_)
		return false;
	str_set(&x->in_the_way, e->u.export.file_);
	return true;
}

static int send_export(struct cli *c, bool overwrite, struct exporting *x)
{
	struct req *r = req_new(REQ_EXPORT);
	r->u.export.item_ = str_dup(c->args.words[0]);
	r->u.export.to_ = str_dup(c->args.words[1]);
	r->u.export.quality_ = str_dup(args_text(&c->args, "quality"));
	r->u.export.overwrite_ = overwrite;
	return wait_for(c, r, export_event, x);
}

static int run_export(struct cli *c)
{
	struct exporting x = { 0 };
	int code = send_export(c, c->config->options.yes, &x);
	if (x.in_the_way && ask_yes(c, &code, "overwrite %s", x.in_the_way))
		code = send_export(c, true, &x);
	free(x.in_the_way);
	return code;
}

static const struct opt export_options[] = {
	{ "quality", .type = OPT_QUALITY, .arg = "Q",
	  .help = "which copy; the original or the highest if absent" },
	{ .name = NULL },
};

const struct command cli_cmd_export = {
	.name = "export",
	.args = "ITEM FILE|DIR",
	.help = "a copy as a plain file; in a directory named by its title",
	.min = 2,
	.max = 2,
	.options = export_options,
	.run = run_export,
};

/* -- rm ---------------------------------------------------------------------------------------- */

/* What a rehearsal names. */
struct doomed {
	int64_t copies, bytes;
};

static bool count_doomed(struct cli *c, const struct event *e, void *arg)
{
	struct doomed *d = arg;
	if (e->kind != EV_COPY)
		return false;
	d->copies++;
	d->bytes += e->u.copy.stored_size_ > 0 ? e->u.copy.stored_size_ : 0;
	return true;
}

static int rm_watched(struct cli *c)
{
	if (c->args.n_words > 0 || args_text(&c->args, "quality"))
		return cli_misuse(c, "either ITEM… or --watched, not both");
	struct doomed d = { 0 };
	char size[16];
	struct req *r = req_new(REQ_REMOVE);
	r->u.remove.watched_ = r->u.remove.dry_run_ = true;
	int code = wait_for(c, r, count_doomed, &d);
	if (code != 0)
		return code;
	if (d.copies == 0) {
		out_note(&c->out, "nothing that is kept was watched");
		return 0;
	}
	str_size(size, sizeof(size), (uint64_t)d.bytes);
	if (!ask_yes(c, &code, "delete %lld watched %s from the vault, %s", (long long)d.copies,
		     d.copies == 1 ? "copy" : "copies", size))
		return code;
	r = req_new(REQ_REMOVE);
	r->u.remove.watched_ = true;
	return wait_for(c, r, NULL, NULL);
}

static int run_rm(struct cli *c)
{
	int code, n = c->args.n_words;
	if (args_has(&c->args, "watched"))
		return rm_watched(c);
	if (n == 0)
		return cli_misuse(c, "which ITEM…? or --watched");
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
	{ "watched", .help = "every complete copy that was watched, instead of ITEM…" },
	{ .name = NULL },
};

const struct command cli_cmd_rm = {
	.name = "rm",
	.args = "[ITEM…]",
	.help = "delete copies from the vault and forget them",
	.max = ANY_NUMBER,
	.options = rm_options,
	.run = run_rm,
};

/* -- vault ------------------------------------------------------------------------------------- */

static int run_vault(struct cli *c)
{
	if (args_action_is(&c->args, "scan"))
		return wait_for(c, req_new(REQ_SCAN), NULL, NULL);
	struct req *r = req_new(REQ_IMPORT);
	r->u.import.file_ = str_dup(c->args.words[0]);
	return wait_for(c, r, NULL, NULL);
}

static const struct action vault_actions[] = {
	{ "import", "FILE", 1, 1, "take in a vault file from elsewhere" },
	{ "scan", "", 0, 0, "restore the rows of files that the database does not know" },
	{ .name = NULL },
};

const struct command cli_cmd_vault = {
	.name = "vault",
	.help = "vault files as files",
	.actions = vault_actions,
	.run = run_vault,
};
