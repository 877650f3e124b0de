/* Commands on followed channels: follow, unfollow, following, feed, refresh. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/channel_list.h"
#include "kiyya/file.h"
#include "kiyya/since.h"
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

#define LIMIT_MAX 10000

/* -- follow ------------------------------------------------------------------------------------ */

/* A list being imported: failures are said by its lines. */
struct import {
	const char *file;
	struct channel_list list;
};

static bool is_entry_failure(const struct event *e)
{
	return e->kind == EV_ROW_FAILED && e->ticket != 0 && e->u.row_failed.claim_id_;
}

static bool import_event(struct cli *c, const struct event *e, void *arg)
{
	const struct import *m = arg;
	if (!is_entry_failure(e))
		return false;
	for (size_t i = 0; i < m->list.n; i++) {
		const struct channel_entry *entry = &m->list.v[i];
		if (!str_eq(entry->address, e->u.row_failed.claim_id_))
			continue;
		if (c->out.json)
			out_json_event(&c->out, e);
		out_error(&c->out, "%s: %s %d: %s", m->file, m->list.numbered ? "entry" : "line",
			  entry->line, e->u.row_failed.error_ ? e->u.row_failed.error_ : "failed");
		return true;
	}
	return false;
}

static bool import_read(struct import *m, struct err *err)
{
	struct buf text;
	if (!file_read_all(m->file, CHANNEL_LIST_MAX_BYTES, &text, err))
		return false;
	bool ok =
	    channel_list_read(&m->list, text.data, text.len, err) || err_wrap(err, "%s", m->file);
	buf_release(&text);
	return ok;
}

static int import(struct cli *c, const char *file)
{
	struct err err;
	struct import m = { .file = file };
	if (!import_read(&m, &err)) {
		out_error(&c->out, "follow: %s", err.text);
		return err_exit_code(err.kind);
	}
	if (m.list.n_foreign)
		out_note(&c->out, "%s: %zu feeds of other places were left out", file,
			 m.list.n_foreign);
	struct req *r = req_new(REQ_FOLLOW);
	for (size_t i = 0; i < m.list.n; i++)
		strs_add(&r->u.follow.channels_, m.list.v[i].address);
	r->u.follow.listed_ = true;
	int code = wait_for(c, r, import_event, &m);
	channel_list_release(&m.list);
	return code;
}

static int run_follow(struct cli *c)
{
	const char *file = args_text(&c->args, "import");
	if (file && c->args.n_words)
		return cli_misuse(c, "either @CHANNEL… or --import FILE, not both");
	if (!file && !c->args.n_words)
		return cli_misuse(c, "needs @CHANNEL… or --import FILE");
	if (file)
		return import(c, file);
	struct req *r = req_new(REQ_FOLLOW);
	args_words(&c->args, 0, &r->u.follow.channels_);
	return wait_for(c, r, NULL, NULL);
}

static const struct opt follow_options[] = {
	{ "import", .type = OPT_FILE, .arg = "FILE",
	  .help = "those of a plain list, an OPML file or Odysee's preferences" },
	{ .name = NULL },
};

const struct command cli_cmd_follow = {
	.name = "follow",
	.args = "@CHANNEL… | --import FILE",
	.help = "follow channels, on this machine only",
	.max = ANY_NUMBER,
	.options = follow_options,
	.run = run_follow,
};

static int run_unfollow(struct cli *c)
{
	struct req *r = req_new(REQ_UNFOLLOW);
	args_words(&c->args, 0, &r->u.unfollow.channels_);
	return wait_for(c, r, NULL, NULL);
}

const struct command cli_cmd_unfollow = {
	.name = "unfollow",
	.args = "@CHANNEL…",
	.help = "follow channels no more",
	.min = 1,
	.max = ANY_NUMBER,
	.run = run_unfollow,
};

/* -- following --------------------------------------------------------------------------------- */

struct export
{
	enum channel_format format;
	struct buf text; /* one channel at a time */
};

static void export_flush(struct cli *c, struct export *x)
{
	fwrite(x->text.data, 1, x->text.len, c->out.out);
	buf_clear(&x->text);
}

static bool export_event(struct cli *c, const struct event *e, void *arg)
{
	struct export *x = arg;
	const struct ev_channel *ch = &e->u.channel;
	if (e->kind != EV_CHANNEL || e->ticket == 0 || !ch->name_ || !ch->claim_id_)
		return false;
	channel_list_write(&x->text, x->format, ch->name_, ch->claim_id_, ch->title_);
	export_flush(c, x);
	return true;
}

static int run_following(struct cli *c)
{
	const char *format = args_text(&c->args, "export");
	struct req *r = req_new(REQ_FOLLOWING);
	if (!format)
		return wait_for(c, r, NULL, NULL);
	struct export x = { .format = str_eq(format, "opml") ? CHANNEL_OPML : CHANNEL_PLAIN };
	buf_init(&x.text, CHANNEL_LIST_MAX_BYTES);
	channel_list_begin(&x.text, x.format);
	export_flush(c, &x);
	int code = wait_for(c, r, export_event, &x);
	channel_list_end(&x.text, x.format);
	export_flush(c, &x);
	buf_release(&x.text);
	return code;
}

static const struct opt following_options[] = {
	{ "export", .type = OPT_CHOICE, .arg = "opml|plain",
	  .help = "as a list for other programs, and for follow --import" },
	{ .name = NULL },
};

const struct command cli_cmd_following = {
	.name = "following",
	.args = "",
	.help = "the followed channels, by name",
	.options = following_options,
	.run = run_following,
};

/* -- feed, refresh ----------------------------------------------------------------------------- */

static bool feed_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind == EV_PAGE && e->ticket != 0)
		*(bool *)arg = e->u.page.more_;
	return false;
}

static int run_feed(struct cli *c)
{
	bool more = false;
	struct req *r = req_new(REQ_FEED);
	r->u.feed.unwatched_ = args_has(&c->args, "unwatched");
	r->u.feed.limit_ = args_number(&c->args, "limit", 50);
	r->u.feed.refresh_ = args_has(&c->args, "refresh");
	r->u.feed.wait_fresh_ = true;
	struct since since;
	if (since_parse(args_text(&c->args, "since"), &since))
		r->u.feed.since_ = since_moment(&since, clock_wall(clock_real()));
	int code = wait_for(c, r, feed_event, &more);
	if (more)
		out_note(&c->out, "there is more: --limit says how much is listed");
	return code;
}

static const struct opt feed_options[] = {
	{ "unwatched", .help = "without what you have watched" },
	{ "since", .type = OPT_SINCE, .arg = "T",
	  .help = "released in the last T (7d, 36h, seconds), or since a date" },
	{ "limit", .type = OPT_NUMBER, .arg = "N", .min = 1, .max = LIMIT_MAX,
	  .help = "rows; 50 if absent" },
	{ "refresh", .help = "ask the gateway even if what is stored is fresh" },
	{ .name = NULL },
};

const struct command cli_cmd_feed = {
	.name = "feed",
	.args = "",
	.help = "what followed channels have published, newest first",
	.options = feed_options,
	.run = run_feed,
};

static int run_refresh(struct cli *c)
{
	struct req *r = req_new(REQ_REFRESH);
	args_words(&c->args, 0, &r->u.refresh.channels_);
	return wait_for(c, r, NULL, NULL);
}

const struct command cli_cmd_refresh = {
	.name = "refresh",
	.args = "[@CHANNEL…]",
	.help = "fetch what is new in followed channels, and list it",
	.max = ANY_NUMBER,
	.run = run_refresh,
};
