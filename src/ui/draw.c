/* One frame: the whole screen drawn from what is known now. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"

void draw_frame(struct ui *ui, struct rect pane, const char *name, const char *right, bool here)
{
	struct canvas *c = &ui->canvas;
	int room = pane.columns - 4;
	canvas_box(c, pane);
	int right_columns = *right ? canvas_text_width(right, room / 2) + 2 : 0;
	if (right_columns > room - 8)
		right_columns = 0;
	int at = pane.column + 1;
	canvas_text(c, pane.line, at, 1, " ", ROLE_FRAME);
	at += 1 + canvas_text(c, pane.line, at + 1, room - right_columns, name,
			      here ? ROLE_FRAME_HERE : ROLE_FRAME_TITLE);
	canvas_text(c, pane.line, at, 1, " ", ROLE_FRAME);
	if (right_columns > 0) {
		at = pane.column + pane.columns - 1 - right_columns;
		canvas_text(c, pane.line, at, 1, " ", ROLE_FRAME);
		canvas_text(c, pane.line, at + 1, right_columns - 2, right, ROLE_FRAME_TITLE);
		canvas_text(c, pane.line, at + right_columns - 1, 1, " ", ROLE_FRAME);
	}
}

/* Puts in the key for each {command} of a sentence. */
static void expand_keys(struct ui *ui, const char *text, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "{");
		(void)!buf_add(out, text, len);
		text += len;
		if (!*text)
			break;
		char key[KEY_NAME_SIZE];
		size_t name = strcspn(text + 1, "}");
		char *line = str_dupn(text + 1, name);
		if (!keymap_key_of(&ui->keymap, ui_context(ui), line, key) &&
		    !keymap_key_of(&ui->keymap, IN_PANES, line, key))
			str_copy(key, sizeof(key), "?");
		(void)!buf_add_str(out, key);
		free(line);
		text += name + 1 + (text[name + 1] == '}');
	}
}

/* What an empty list says: each state in its own words, and the key that helps. */
static void draw_empty(struct ui *ui, const struct view *v, struct rect inside)
{
	struct buf text;
	struct lines l = { 0 };
	enum role role = ROLE_DIM;
	buf_init(&text, 2048);
	if (v->listing.filter && v->listing.rows->n > 0) {
		expand_keys(ui, "Nothing here has these words. {back} shows everything again.",
			    &text);
	} else if (ui_is_loading(ui, v->slot)) {
		expand_keys(ui, "Loading... {stop} stops it.", &text);
	} else if (v->state == VIEW_FAILED) {
		role = ROLE_WARN;
		(void)!buf_addf(&text, "%s\n", v->why);
		expand_keys(ui,
			    "{refresh} tries again; {view library} shows what is on this machine.",
			    &text);
	} else {
		expand_keys(ui, v->empty, &text);
	}
	lines_add(&l, inside.columns - 4, role, text.data);
	struct rect middle = { inside.line + (inside.lines > 4 ? 1 : 0), inside.column + 2,
			       inside.lines > 4 ? inside.lines - 1 : inside.lines,
			       inside.columns - 4 };
	lines_draw(&l, &ui->canvas, middle);
	lines_release(&l);
	buf_release(&text);
}

/* "50+", or "7 of 50+" under a filter. */
static void describe_count(const struct view *v, struct buf *out)
{
	const struct listing *l = &v->listing;
	size_t all = l->rows->n, shown = l->n;
	for (size_t i = 0; i < l->rows->n; i++)
		all -= item_is_heading(&l->rows->v[i]);
	for (size_t i = 0; i < l->n; i++)
		shown -= item_is_heading(listing_at(l, i));
	if (shown != all)
		(void)!buf_addf(out, "%zu of ", shown);
	(void)!buf_addf(out, "%zu%s", all, v->more ? "+" : "");
}

static void draw_list(struct ui *ui, struct rect pane)
{
	struct view *v = ui_view(ui);
	struct rect inside = layout_inside(pane);
	struct buf name, right;
	buf_init(&name, 4096);
	buf_init(&right, 64);
	v->ops->title(v, ui->canvas.glyphs, &name);
	const struct listing *l = &v->listing;
	if (l->sorts && l->sort > 0)
		(void)!buf_addf(&name, ", by %s", l->sorts[l->sort].word);
	if (l->reversed)
		(void)!buf_add_str(&name, ", reversed");
	if (l->filter)
		(void)!buf_addf(&name, " /%s", l->filter);
	describe_count(v, &right);
	bool here = ui->focus == PANE_LIST;
	draw_frame(ui, pane, name.data, right.data, here);
	struct table t = {
		.columns = v->columns,
		.n_columns = v->n_columns,
		.playing = ui->player ? ui->player->u.player.claim_id_ : NULL,
		.has_keys = here,
	};
	table_draw(&t, &v->listing, &ui->canvas, inside);
	if (v->listing.n == 0) {
		draw_empty(ui, v, inside);
		if (here)
			canvas_cursor(&ui->canvas, inside.line, inside.column);
	}
	buf_release(&name);
	buf_release(&right);
}

static void draw_too_small(struct ui *ui)
{
	struct canvas *c = &ui->canvas;
	struct lines l = { 0 };
	lines_addf(&l, c->columns, ROLE_STRONG,
		   "kiyya needs %d columns and %d lines; this is %d by %d.", LAYOUT_MIN_COLUMNS,
		   LAYOUT_MIN_LINES, c->columns, c->lines);
	lines_draw(&l, c, (struct rect){ 0, 0, c->lines, c->columns });
	lines_release(&l);
	canvas_cursor(c, 0, 0);
}

static struct layout layout_now(struct ui *ui)
{
	return layout_compute(&(struct layout_wish){
	    .columns = ui->canvas.columns,
	    .lines = ui->canvas.lines,
	    .focus = ui->focus,
	    .detail_open = ui->detail_open,
	    .has_downloads = !ui_view(ui)->ops->no_downloads,
	    .downloads = ui->pane.n > 1000 ? 1000 : (int)ui->pane.n,
	    .playing = ui->player != NULL,
	    .film = film_place(ui),
	});
}

/* The keys go to a pane that is there, whatever became of the window. */
static void keep_focus(struct ui *ui)
{
	if (ui->layout.too_small || ui->layout.pane[ui->focus].lines > 0)
		return;
	ui->focus = ui->layout.pane[PANE_LIST].lines > 0 ? PANE_LIST : PANE_DETAIL;
}

static void draw_panes(struct ui *ui)
{
	static void (*const draw[])(struct ui * ui, struct rect pane) = {
		[PANE_LIST] = draw_list,
		[PANE_DETAIL] = detail_draw,
		[PANE_DOWNLOADS] = downloads_draw,
	};
	film_draw(ui);
	for (int p = 0; p < PANE_COUNT && film_place(ui) != FILM_LARGE; p++)
		if (ui->layout.pane[p].lines > 0)
			draw[p](ui, ui->layout.pane[p]);
}

void ui_draw(struct ui *ui)
{
	if (ui->given) {
		ui->dirty = ui->stirred = false;
		ui->last_draw = clock_mono_ms(ui->clock);
		return;
	}
	canvas_clear(&ui->canvas);
	ui->layout = layout_now(ui);
	keep_focus(ui);
	related_ask(ui);
	if (ui->layout.too_small) {
		draw_too_small(ui);
	} else {
		bar_draw_top(ui);
		if (ui->page.open)
			page_draw(ui);
		else
			draw_panes(ui);
		bar_draw_player(ui);
		bar_draw_status(ui);
	}
	film_settle(ui);
	canvas_flush(&ui->canvas, ui->term);
	ui->dirty = ui->stirred = false;
	ui->last_draw = clock_mono_ms(ui->clock);
}
