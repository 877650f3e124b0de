/* Commands that move: within a list or a text, and between panes and views. */
#include "state.h"

#include <string.h>
#include "kiyya/str.h"

/* Rows or lines of what the keys move. */
static int height_here(struct ui *ui)
{
	struct rect pane = ui->layout.pane[ui->page.open ? PANE_LIST : ui->focus];
	int lines = layout_inside(pane).lines;
	return lines > 1 ? lines : 1;
}

static long amount(struct ui *ui, const char *arg)
{
	int64_t n;
	if (str_eq(arg, "page"))
		return height_here(ui) > 2 ? height_here(ui) - 1 : 1;
	if (str_eq(arg, "half"))
		return height_here(ui) > 1 ? height_here(ui) / 2 : 1;
	return arg && str_to_i64(arg, &n) && n > 0 && n < 1000000 ? (long)n : 1;
}

static void after_move(struct ui *ui)
{
	struct view *v = ui_view(ui);
	if (ui->focus == PANE_LIST && v->ops->near_end)
		v->ops->near_end(ui, v);
}

static void move(struct ui *ui, long by)
{
	if (ui->page.open)
		page_scroll(ui, (int)by);
	else if (ui->focus == PANE_DETAIL)
		related_move(ui, by);
	else
		listing_move(ui_listing(ui), by);
	after_move(ui);
}

void cmd_down(struct ui *ui, const char *arg)
{
	move(ui, amount(ui, arg));
}

void cmd_up(struct ui *ui, const char *arg)
{
	move(ui, -amount(ui, arg));
}

void cmd_first(struct ui *ui, const char *arg)
{
	move(ui, -LINES_MAX);
	if (!ui->page.open && ui->focus != PANE_DETAIL)
		listing_move_to(ui_listing(ui), 0);
}

void cmd_last(struct ui *ui, const char *arg)
{
	struct listing *l = ui_listing(ui);
	if (ui->page.open || ui->focus == PANE_DETAIL)
		move(ui, LINES_MAX);
	else
		listing_move_to(l, (long)l->n);
	after_move(ui);
}

/* Panes that can be gone to; where there is room for one, each can. */
static bool can_focus(const struct ui *ui, enum pane p)
{
	if (ui->layout.one_pane)
		return p != PANE_DOWNLOADS || !ui->views[ui->view].ops->no_downloads;
	return ui->layout.pane[p].lines > 0;
}

static void focus_step(struct ui *ui, int by)
{
	for (int i = 1; i <= PANE_COUNT; i++) {
		enum pane p =
		    (enum pane)(((int)ui->focus + i * by + PANE_COUNT * PANE_COUNT) % PANE_COUNT);
		if (!can_focus(ui, p))
			continue;
		ui->focus = p;
		return;
	}
}

void cmd_focus(struct ui *ui, const char *arg)
{
	if (str_eq(arg, "next") || str_eq(arg, "previous")) {
		focus_step(ui, str_eq(arg, "next") ? 1 : -1);
	} else if (str_eq(arg, "right") && ui->focus == PANE_LIST) {
		ui->focus = PANE_DETAIL;
		ui->detail_open = true;
	} else if (str_eq(arg, "left") && ui->focus != PANE_LIST) {
		ui->focus = PANE_LIST;
		ui->detail_open = false;
	}
}

void cmd_view(struct ui *ui, const char *arg)
{
	for (size_t i = 0; arg && i < n_views; i++) {
		if (str_ieq(view_table[i]->word, arg)) {
			ui_show_view(ui, i);
			return;
		}
	}
	ui_say_error(ui, "no view \"%s\"", arg ? arg : "");
}
