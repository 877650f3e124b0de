/* Commands that fetch: download, queue. */
#include "kiyya/str.h"
#include "kiyya/url.h"
#include "ask.h"
#include "command.h"
#include "transfers.h"
#include "wait.h"

static int watch(struct cli *c, struct req *r)
{
	struct transfers t;
	transfers_init(&t, &c->out);
	int code = wait_for(c, r, transfers_event, &t);
	transfers_finish(&t, &c->out);
	transfers_release(&t);
	return code;
}

static bool is_channel(const char *item)
{
	struct url u;
	if (!url_parse(&u, item, NULL))
		return false;
	bool is = u.is_channel;
	url_release(&u);
	return is;
}

/* All that a channel ever published is not asked for by a slip of the finger. */
static bool means_it(struct cli *c, int *ret_code)
{
	for (int i = 0; i < c->args.n_words; i++)
		if (is_channel(c->args.words[i]) &&
		    !ask_yes(c, ret_code, "download everything that %s has published",
			     c->args.words[i]))
			return false;
	return true;
}

static int run_download(struct cli *c)
{
	int code;
	bool seal = args_has(&c->args, "encrypt"), plain = args_has(&c->args, "no-encrypt");
	if (seal && plain)
		return cli_misuse(c, "--encrypt and --no-encrypt exclude each other");
	if (!means_it(c, &code))
		return code;
	struct req *r = req_new(REQ_DOWNLOAD);
	struct req_download *d = &r->u.download;
	args_words(&c->args, 0, &d->items_);
	str_set(&d->quality_, args_text(&c->args, "quality"));
	if (seal || plain)
		d->encrypt_ = seal;
	d->queue_only_ = args_has(&c->args, "queue-only");
	return watch(c, r);
}

static const struct opt download_options[] = {
	{ "quality", .type = OPT_QUALITY, .arg = "Q",
	  .help = "original, best or a height such as 720p" },
	{ "encrypt", .help = "seal it, whatever the setting says" },
	{ "no-encrypt", .help = "keep it as it is, readable by anybody who has the disk" },
	{ "queue-only", .help = "queue, and leave the work to another run" },
	{ .name = NULL },
};

const struct command cli_cmd_download = {
	.name = "download",
	.args = "ITEM…",
	.help = "queue items and fetch them into the vault",
	.min = 1,
	.max = ANY_NUMBER,
	.options = download_options,
	.run = run_download,
};

static int run_queue(struct cli *c)
{
	const struct args *a = &c->args;
	bool all = args_has(a, "all");
	if (args_has(a, "done") && a->action)
		return cli_misuse(c, "--done goes with the list of the queue only");
	if (all && (!a->action || args_action_is(a, "run") || args_action_is(a, "up") ||
		    args_action_is(a, "down")))
		return cli_misuse(c, "--all goes with pause, resume, retry, cancel and discard");
	if (args_action_is(a, "run"))
		return watch(c, req_new(REQ_QUEUE_RUN));
	if (!a->action) {
		struct req *r = req_new(REQ_QUEUE);
		r->u.queue.done_ = args_has(a, "done");
		return wait_for(c, r, NULL, NULL);
	}
	if ((a->n_words > 0) == all)
		return cli_misuse(c, "%s needs %s", a->action->name,
				  all ? "either ITEM… or --all, not both" : "ITEM… or --all");
	int code;
	if (args_action_is(a, "discard") && !ask_yes(c, &code, "delete what was fetched of %s",
						     all               ? "everything in the queue"
						     : a->n_words == 1 ? a->words[0]
								       : "these items"))
		return code;
	struct req *r = req_new(REQ_QUEUE_ACT);
	str_set(&r->u.queue_act.action_, a->action->name);
	args_words(a, 0, &r->u.queue_act.items_);
	r->u.queue_act.all_ = all;
	return wait_for(c, r, NULL, NULL);
}

static const struct action queue_actions[] = {
	{ "pause", "ITEM…|--all", 0, ANY_NUMBER, "stop fetching, keep what is there" },
	{ "resume", "ITEM…|--all", 0, ANY_NUMBER, "go on" },
	{ "retry", "ITEM…|--all", 0, ANY_NUMBER, "try failed ones again" },
	{ "cancel", "ITEM…|--all", 0, ANY_NUMBER, "take the row away; what was fetched stays" },
	{ "discard", "ITEM…|--all", 0, ANY_NUMBER,
	  "take the row away and delete what was fetched" },
	{ "up", "ITEM…", 0, ANY_NUMBER, "earlier in the order" },
	{ "down", "ITEM…", 0, ANY_NUMBER, "later in the order" },
	{ "run", "", 0, 0, "work the queue off" },
	{ .name = NULL },
};

static const struct opt queue_options[] = {
	{ "done", .help = "finished rows too" },
	{ "all", .help = "every row it applies to" },
	{ .name = NULL },
};

const struct command cli_cmd_queue = {
	.name = "queue",
	.args = "[--done]",
	.help = "the download queue: show it, change it, work it off",
	.flags = CMD_ACTION_OPTIONAL,
	.actions = queue_actions,
	.options = queue_options,
	.run = run_queue,
};
