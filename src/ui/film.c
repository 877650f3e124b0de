/* The film in a pane: its picture drawn past curses, beside the lists. */
#include "state.h"

#include "kiyya/str.h"

#define OUT_MAX (8 << 20)

/* How far a colour may be off before its cell is sent again. */
#define COARSE      6
#define COARSE_SLOW 28

void film_init(struct ui *ui)
{
	struct film *f = &ui->film;
	f->picture = ui->config->link->picture;
	picture_open(f->picture, &ui->config->link->to_front);
	blocks_init(&f->blocks, ui->term->ink, !ui->config->ascii && !ui->term->ascii);
	buf_init(&f->out, OUT_MAX);
}

void film_release(struct ui *ui)
{
	struct film *f = &ui->film;
	picture_close(f->picture);
	pixels_release(&f->pixels);
	blocks_release(&f->blocks);
	buf_release(&f->out);
}

enum film_place film_place(const struct ui *ui)
{
	const struct film *f = &ui->film;
	if (!f->live || f->hidden)
		return FILM_NONE;
	return f->large ? FILM_LARGE : FILM_BESIDE;
}

bool film_change(struct ui *ui, bool large)
{
	struct film *f = &ui->film;
	if (!f->live)
		return false;
	if (large)
		f->large = f->hidden || !f->large;
	f->hidden = !large && !f->hidden;
	detail_forget(ui); /* has another width */
	return true;
}

void film_draw(struct ui *ui)
{
	const struct ev_player *p = ui->player ? &ui->player->u.player : NULL;
	if (ui->layout.film.lines == 0)
		return;
	const char *state = p && !str_eq(p->state_, "playing") ? p->state_ : NULL;
	draw_frame(ui, ui->layout.film, p && p->title_ ? p->title_ : "Film", state ? state : "",
		   false);
}

void film_settle(struct ui *ui)
{
	struct film *f = &ui->film;
	struct rect inside = layout_inside(ui->layout.film);
	bool was = f->visible;
	f->visible = !ui->page.open && inside.lines > 0 && inside.columns > 0;
	if (!f->visible)
		inside = (struct rect){ 0 };
	struct rect before = f->blocks.at;
	bool moved = blocks_place(&f->blocks, inside);
	/* The terminal shows more there than it was told by puts. */
	if (was && moved && before.line + before.lines <= ui->canvas.lines)
		ui->term->ops->redo(ui->term, before.line, before.lines);
	if (f->visible && canvas_differs(&ui->canvas, inside)) {
		blocks_forget(&f->blocks);
		f->due = true;
	}
	picture_want(f->picture, blocks_width(&f->blocks), blocks_height(&f->blocks));
}

/* Another film, or the end of one: the panes move. */
static bool has_changed(struct ui *ui)
{
	struct film *f = &ui->film;
	bool live = picture_is_live(f->picture);
	if (live == f->live)
		return false;
	f->live = live;
	f->hidden = f->large = f->due = false;
	detail_forget(ui);
	ui->dirty = true;
	return true;
}

void film_turn(struct ui *ui)
{
	struct film *f = &ui->film;
	if (has_changed(ui) || !f->visible || ui->dirty)
		return;
	if (ui->term->out_fd >= 0)
		ui->term->ops->more(ui->term);
	if (ui->term->out_fd >= 0)
		return;
	if (ui->term->torn) {
		ui->term->torn = false;
		blocks_forget(&f->blocks);
		f->due = true;
	}
	f->due = picture_take(f->picture, &f->pixels) || f->due;
	if (!f->due)
		return;
	f->due = false;
	buf_clear(&f->out);
	int coarse = ui->config->settings->ui_slow_line ? COARSE_SLOW : COARSE;
	if (blocks_encode(&f->blocks, &f->pixels, coarse, &f->out) > 0)
		ui->term->ops->picture(ui->term, f->out.data, f->out.len);
}
