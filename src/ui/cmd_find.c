/* Commands that find and arrange rows: filter, next match, sort, marks. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static void filter_changed(struct ui *ui, const char *text)
{
	listing_set_filter(ui_listing(ui), text);
}

static void filter_entered(struct ui *ui, const char *text)
{
	filter_changed(ui, text);
	if (!*text)
		return;
	free(ui->searched);
	ui->searched = text_fold(text);
}

static void filter_left(struct ui *ui)
{
	listing_set_filter(ui_listing(ui), NULL);
}

void cmd_filter(struct ui *ui, const char *arg)
{
	if (ui->focus == PANE_DETAIL)
		ui->focus = PANE_LIST;
	ui->detail_open = false;
	if (arg)
		filter_entered(ui, arg);
	else
		ui_prompt(ui, PROMPT_FILTER, "/", "",
			  (struct asking){ .changed = filter_changed,
					   .entered = filter_entered,
					   .left = filter_left });
}

static void search(struct ui *ui, bool backwards)
{
	if (!ui->searched)
		ui_say(ui, "search for what? / asks");
	else if (!listing_search(ui_listing(ui), ui->searched, backwards))
		ui_say(ui, "nothing here has \"%s\"", ui->searched);
}

void cmd_next(struct ui *ui, const char *arg)
{
	search(ui, false);
}

void cmd_previous(struct ui *ui, const char *arg)
{
	search(ui, true);
}

static void say_sort(struct ui *ui, const struct listing *l)
{
	ui_say(ui, "sorted: %s%s", l->sorts[l->sort].word, l->reversed ? ", reversed" : "");
}

void cmd_sort(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	if (!l->sorts)
		return;
	size_t n = 0, found = (size_t)-1;
	for (; l->sorts[n].word; n++)
		if (arg && str_ieq(l->sorts[n].word, arg))
			found = n;
	if (arg && found == (size_t)-1) {
		ui_say_error(ui, "this list has no order \"%s\"", arg);
		return;
	}
	l->sort = arg ? found : (l->sort + 1) % n;
	listing_update(l);
	say_sort(ui, l);
}

void cmd_reverse(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	if (!l->sorts)
		return;
	l->reversed = !l->reversed;
	listing_update(l);
	say_sort(ui, l);
}

/* -- marks ------------------------------------------------------------------------------------- */

void cmd_mark(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	struct item *it = listing_current(l);
	if (!it)
		return;
	it->marked = !it->marked;
	str_copy(l->anchor, sizeof(l->anchor), it->key);
	cmd_down(ui, NULL);
}

void cmd_range(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	size_t from = l->cursor;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(listing_at(l, i)->key, l->anchor) == 0)
			from = i;
	size_t to = l->cursor;
	for (size_t i = from < to ? from : to; l->n > 0 && i <= (from < to ? to : from); i++)
		listing_at(l, i)->marked = true;
}

void cmd_invert(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	for (size_t i = 0; i < l->n; i++)
		listing_at(l, i)->marked = !listing_at(l, i)->marked;
}

void cmd_unmark(struct ui *ui, const char *arg)
{
	ui_unmark(ui);
}
