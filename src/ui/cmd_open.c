/* Commands that open and close: the detail, a channel, a link, a log. */
#include "state.h"

#include <stdlib.h>
#include "kiyya/str.h"
#include "kiyya/url.h"

#define LOG_ROWS 500

/* The description of a row that came without one. */
static void ask_for_detail(struct ui *ui, const struct item *it)
{
	if (it->claim || !item_claim_id(it)[0])
		return;
	struct req *r = req_new(REQ_SHOW);
	r->u.show.item_ = str_dup(item_claim_id(it));
	ui_send(ui, r, SLOT_DETAIL);
}

void cmd_open(struct ui *ui, const char *arg)
{
	struct view *v = ui_view(ui);
	struct item *it = ui_item(ui);
	if (!it)
		return;
	if (related_item(ui)) {
		view_channels_open(ui, it->claim->url ? it->claim->url : it->claim->id);
		return;
	}
	if (ui->focus == PANE_DETAIL) {
		cmd_play(ui, NULL);
		return;
	}
	if (ui->focus == PANE_LIST && v->ops->open && v->ops->open(ui, v, it))
		return;
	if (ui->focus == PANE_DOWNLOADS) {
		ui_show_view(ui, (size_t)(ui_view_of(ui, &view_queue) - ui->views));
		str_copy(ui_view(ui)->listing.key, ITEM_KEY_SIZE, it->key);
		listing_update(&ui_view(ui)->listing);
	}
	ui->detail_open = true;
	ui->focus = PANE_DETAIL;
	ask_for_detail(ui, it);
}

void cmd_back(struct ui *ui, const char *arg)
{
	struct view *v = ui_view(ui);
	if (ui->page.open) {
		page_close(ui);
	} else if (ui->focus != PANE_LIST) {
		ui->focus = PANE_LIST;
		ui->detail_open = false;
	} else if (ui->detail_open) {
		ui->detail_open = false;
	} else if (v->listing.filter) {
		listing_set_filter(&v->listing, NULL);
	} else if (v->ops->back && v->ops->back(ui, v)) {
		return;
	} else if (ui->view != ui->first_view) {
		ui_show_view(ui, ui->first_view);
	} else if (!str_eq(arg, "stay")) {
		cmd_quit(ui, NULL);
	}
}

static void entered_address(struct ui *ui, const char *text)
{
	if (*text)
		view_channels_open(ui, text);
}

void cmd_goto(struct ui *ui, const char *arg)
{
	if (arg)
		view_channels_open(ui, arg);
	else
		ui_prompt(ui, PROMPT_ADDRESS, "go to: ", "",
			  (struct asking){ .entered = entered_address });
}

void cmd_order(struct ui *ui, const char *arg)
{
	static const char *const orders[] = { "newest", "oldest", "trending", "name" };
	for (size_t i = 0; arg && i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (str_eq(orders[i], arg)) {
			view_channels_order(ui, arg);
			return;
		}
	}
	ui_say_error(ui, "an order is newest, oldest, trending or name");
}

void cmd_refresh(struct ui *ui, const char *arg)
{
	struct view *v = ui_view(ui);
	v->ops->load(ui, v, true);
}

void cmd_stop(struct ui *ui, const char *arg)
{
	if (!ui_stop_slot(ui, ui_view(ui)->slot) && !ui_stop_slot(ui, SLOT_WORK))
		ui_say(ui, "nothing is loading");
}

/* The address people can follow; of a row that came without one, its claim id. Owned. */
static char *link_of(const struct item *it, const char **ret_lbry)
{
	const char *lbry = it->claim ? it->claim->url : NULL;
	*ret_lbry = lbry;
	char *web = lbry ? url_web(lbry) : NULL;
	return web ? web : str_dup(item_claim_id(it));
}

void cmd_copy(struct ui *ui, const char *arg)
{
	const char *lbry;
	const struct item *it = ui_item(ui);
	if (!it || !item_claim_id(it)[0])
		return;
	char *link = link_of(it, &lbry);
	ui->term->ops->copy(ui->term, link);
	ui_say(ui, "copied %s", link);
	free(link);
}

void cmd_link(struct ui *ui, const char *arg)
{
	const char *lbry;
	const struct item *it = ui_item(ui);
	if (!it || !item_claim_id(it)[0])
		return;
	char *link = link_of(it, &lbry);
	strs_release(&ui->page.notes);
	strs_add(&ui->page.notes, item_title(it));
	strs_add(&ui->page.notes, link);
	if (lbry)
		strs_add(&ui->page.notes, lbry);
	strs_add(&ui->page.notes, item_claim_id(it));
	page_open(ui, "Link", page_write_notes);
	free(link);
}

void cmd_log(struct ui *ui, const char *arg)
{
	const struct item *it = ui_item(ui);
	const char *id = it ? item_claim_id(it) : "";
	char *title = id[0] ? str_fmt("Log of %s", item_title(it)) : str_dup("Log");
	strs_release(&ui->page.notes);
	strs_add(&ui->page.notes, id);
	page_open(ui, title, page_write_notes);
	free(title);
	struct req *r = req_new(REQ_LOG);
	r->u.log.which_ = str_dup("app");
	r->u.log.limit_ = LOG_ROWS;
	ui_send(ui, r, SLOT_LOG);
}
