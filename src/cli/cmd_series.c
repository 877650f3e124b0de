/* Commands about what belongs together: series, playlists, playlist. */
#include "kiyya/str.h"
#include "command.h"
#include "wait.h"

static const struct opt refresh_options[] = {
	{ "refresh", .help = "ask the gateway even if what is stored is fresh" },
	{ .name = NULL },
};

static int run_series(struct cli *c)
{
	struct req *r = req_new(REQ_SERIES);
	str_set(&r->u.series.channel_, c->args.words[0]);
	r->u.series.refresh_ = args_has(&c->args, "refresh");
	return wait_for(c, r, NULL, NULL);
}

const struct command cli_cmd_series = {
	.name = "series",
	.args = "@CHANNEL",
	.help = "series, seasons and episodes of a channel",
	.min = 1,
	.max = 1,
	.options = refresh_options,
	.run = run_series,
};

/* For people a line says how much is in it, and not how long it plays. */
static bool playlists_event(struct cli *c, const struct event *e, void *arg)
{
	if (e->kind != EV_PAGE || e->ticket == 0)
		return false;
	const struct page *p = e->u.page.claims_;
	for (size_t i = 0; p && i < p->n; i++) {
		const struct claim *k = &p->items[i];
		if (c->out.json)
			out_json_claim(&c->out, k);
		else
			out_row(&c->out, "%s  %5zu items  %s", k->id, k->n_item_ids, k->title);
	}
	return true;
}

static int run_playlists(struct cli *c)
{
	struct req *r = req_new(REQ_PLAYLISTS);
	str_set(&r->u.playlists.channel_, c->args.words[0]);
	r->u.playlists.refresh_ = args_has(&c->args, "refresh");
	return wait_for(c, r, playlists_event, NULL);
}

const struct command cli_cmd_playlists = {
	.name = "playlists",
	.args = "@CHANNEL",
	.help = "the playlists of a channel",
	.min = 1,
	.max = 1,
	.options = refresh_options,
	.run = run_playlists,
};

static int run_playlist(struct cli *c)
{
	struct req *r = req_new(REQ_PLAYLIST);
	str_set(&r->u.playlist.item_, c->args.words[0]);
	r->u.playlist.refresh_ = args_has(&c->args, "refresh");
	return wait_for(c, r, NULL, NULL);
}

const struct command cli_cmd_playlist = {
	.name = "playlist",
	.args = "ITEM",
	.help = "what is in a playlist, in its order",
	.min = 1,
	.max = 1,
	.options = refresh_options,
	.run = run_playlist,
};
