/* Commands about channels that are followed, and about what is to be watched later. */
#include "state.h"

#include <stdlib.h>
#include "kiyya/str.h"

static void send_follow(struct ui *ui, const char *address)
{
	if (!*address)
		return;
	struct req *r = req_new(REQ_FOLLOW);
	strs_add(&r->u.follow.channels_, address);
	ui_send(ui, r, 0);
}

/* The channel that is shown, else that of the row under the cursor; owned, NULL: none. */
static char *channel_here(struct ui *ui)
{
	const char *shown = view_channels_address(ui);
	const struct item *it = ui_item(ui);
	const struct claim *c = it ? it->claim : NULL;
	if (shown)
		return str_dup(shown);
	if (c && c->kind == CLAIM_CHANNEL)
		return str_dup(c->url ? c->url : c->id);
	if (c && c->channel_name && c->channel_id[0])
		return str_fmt("%s:%s", c->channel_name, c->channel_id);
	if (it && item_channel_row(it))
		return str_dup(item_channel_row(it)->claim_id_);
	return NULL;
}

void cmd_follow(struct ui *ui, const char *arg)
{
	if (arg) {
		send_follow(ui, arg);
		return;
	}
	char *here = channel_here(ui);
	ui_prompt(ui, PROMPT_ADDRESS, "follow: ", here ? here : "",
		  (struct asking){ .entered = send_follow });
	free(here);
}

static void yes_unfollow(struct ui *ui, const struct strs *channels)
{
	struct req *r = req_new(REQ_UNFOLLOW);
	strs_copy(&r->u.unfollow.channels_, channels);
	ui_send(ui, r, 0);
	ui_unmark(ui);
}

static void add_row(void *arg, struct item *it)
{
	const struct ev_channel *row = item_channel_row(it);
	if (row && row->claim_id_)
		strs_add(arg, row->claim_id_);
}

void cmd_unfollow(struct ui *ui, const char *arg)
{
	struct strs channels = { 0 };
	struct item *it = ui_item(ui);
	char *here = channel_here(ui);
	if (it && item_channel_row(it) && listing_count_marked(ui_listing(ui)) > 0)
		ui_each_target(ui, add_row, &channels);
	else if (here)
		strs_add(&channels, here);
	if (channels.n == 0)
		ui_say(ui, "there is no channel here");
	else if (channels.n > 1)
		ui_ask(ui, yes_unfollow, &channels, "unfollow %zu channels?", channels.n);
	else
		ui_ask(ui, yes_unfollow, &channels, "unfollow %s?",
		       it && item_channel_row(it) ? item_channel(it) : channels.v[0]);
	strs_release(&channels);
	free(here);
}

void cmd_following(struct ui *ui, const char *arg)
{
	view_channels_list(ui, "following");
}

void cmd_feed(struct ui *ui, const char *arg)
{
	view_channels_list(ui, "feed");
}

void cmd_history(struct ui *ui, const char *arg)
{
	view_channels_list(ui, "history");
}

/* -- later ------------------------------------------------------------------------------------- */

void cmd_later(struct ui *ui, const char *arg)
{
	if (str_eq(arg, "list")) {
		view_channels_list(ui, "later");
		return;
	}
	struct strs ids;
	bool there = view_channels_is_list(ui, "later");
	ui_targets(ui, &ids);
	for (size_t i = 0; i < ids.n; i++) {
		struct req *r = req_new(REQ_LATER);
		r->u.later.action_ = str_dup(there ? "rm" : "add");
		r->u.later.item_ = str_dup(ids.v[i]);
		ui_send(ui, r, 0);
	}
	if (ids.n > 0)
		ui_say(ui, there ? "taken off the list" : "kept to watch later");
	ui_unmark(ui);
	strs_release(&ids);
}
