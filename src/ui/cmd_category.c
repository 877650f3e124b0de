/* Commands that show a part of a channel: a category, a filter in it, the playlists. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/str.h"

static const struct category_list *categories(const struct ui *ui)
{
	return &ui->config->settings->catalog_categories;
}

static void add_row(struct rows *rows, const char *channel, const struct category *c,
		    const char *title, const char *filter)
{
	struct event *e = event_new(EV_SHELF);
	e->u.shelf.kind_ = str_dup(ITEM_CHOICE);
	e->u.shelf.title_ = str_dup(c ? c->name : title);
	e->u.shelf.channel_ = str_dup(channel);
	if (c)
		strs_add(&e->u.shelf.tags_, c->tag);
	if (filter)
		strs_add(&e->u.shelf.tags_, filter);
	struct item it;
	item_init_event(&it, e);
	if (filter)
		str_copy(it.key, sizeof(it.key), filter);
	rows_put(rows, it);
}

void category_rows(const struct ui *ui, struct rows *rows, const char *channel,
		   const char *category)
{
	const struct category_list *l = categories(ui);
	const struct category *open = category_find(l, category);
	rows_clear(rows);
	if (!open) {
		add_row(rows, channel, NULL, "Everything", NULL);
		for (size_t i = 0; i < l->n; i++)
			add_row(rows, channel, &l->v[i], NULL, NULL);
		return;
	}
	add_row(rows, channel, open, NULL, NULL);
	for (size_t i = 0; i < open->filters.n; i++)
		add_row(rows, channel, open, NULL, open->filters.v[i]);
}

/* The category whose name the text begins with; *ret_rest is what follows. */
static const struct category *read_category(const struct category_list *l, const char *text,
					    const char **ret_rest)
{
	const struct category *best = NULL;
	size_t longest = 0;
	for (size_t i = 0; i < l->n; i++) {
		size_t n = strlen(l->v[i].name);
		if (n <= longest || strncasecmp(l->v[i].name, text, n) != 0 ||
		    (text[n] && text[n] != ' '))
			continue;
		best = &l->v[i];
		longest = n;
	}
	*ret_rest = text + longest + strspn(text + longest, " ");
	return best;
}

static void go_to(struct ui *ui, const char *channel, const char *text)
{
	const char *filter;
	const struct category *c = read_category(categories(ui), text, &filter);
	if (!c || (*filter && !strs_has(&c->filters, filter))) {
		ui_say_error(ui, c ? "%s has no filter \"%s\"" : "no category \"%s\"",
			     c ? c->name : text, filter);
		return;
	}
	struct strs tags = { 0 };
	strs_add(&tags, c->tag);
	if (*filter)
		strs_add(&tags, filter);
	view_channels_category(ui, channel, c->name, &tags);
	strs_release(&tags);
}

/* The channel that is shown, or of which the row under the cursor is a part; else the default one. NULL: there is none,
 * and that is said. */
static const char *channel_here(struct ui *ui, const char **ret_category)
{
	const char *channel = view_channels_here(ui, ret_category);
	const struct item *it = ui_item(ui);
	if (it && item_shelf(it) && item_shelf(it)->channel_) {
		channel = item_shelf(it)->channel_;
		*ret_category = item_shelf(it)->title_;
	}
	if (str_empty(channel))
		channel = ui->config->settings->channel_default;
	if (!str_empty(channel))
		return channel;
	ui_say(ui, "there is no channel here");
	return NULL;
}

void cmd_playlists(struct ui *ui, const char *arg)
{
	const char *category, *channel = channel_here(ui, &category);
	if (channel)
		view_channels_playlists(ui, channel);
}

void cmd_category(struct ui *ui, const char *arg)
{
	const char *category, *channel = channel_here(ui, &category);
	if (!channel)
		return;
	if (arg)
		go_to(ui, channel, arg);
	else if (categories(ui)->n == 0)
		ui_say(ui, "no categories are set: catalog.categories");
	else
		view_channels_choose(ui, channel, category);
}
