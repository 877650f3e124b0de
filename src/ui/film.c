/* The film in a pane: its picture drawn past curses, beside the lists. */
#include "state.h"

#include "kiyya/str.h"

#define OUT_MAX (8 << 20)

/* Of 255, for each part of a colour. */
#define COARSE      6
#define COARSE_SLOW 28
#define COARSE_MOST 56
/* A line that takes longer for a picture gets coarser ones. */
#define LONG_MS 150
/* On their way at once: one is being shown, the next is travelling. */
#define AHEAD 2
/* A terminal that has said nothing for so long does not know the question. */
#define PATIENCE_MS 3000

void film_init(struct ui *ui)
{
	struct film *f = &ui->film;
	f->picture = ui->config->link->picture;
	picture_open(f->picture, &ui->config->link->to_front);
	blocks_init(&f->blocks, ui->term->ink, !ui->config->ascii && !ui->term->ascii);
	buf_init(&f->out, OUT_MAX);
	f->coarse = COARSE;
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

/* Whether the line is still busy with what it got. */
static bool is_held(struct ui *ui)
{
	struct term *t = ui->term;
	if (t->out_fd >= 0)
		t->ops->more(t);
	if (t->unanswered >= AHEAD && clock_mono_ms(ui->clock) - ui->film.sent > PATIENCE_MS)
		t->ops->mute(t);
	return t->out_fd >= 0 || t->unanswered >= AHEAD;
}

/* Coarser at once when the line is slow, finer again little by little. */
static void follow_line(struct ui *ui)
{
	struct film *f = &ui->film;
	int64_t now = clock_mono_ms(ui->clock);
	int finest = ui->config->settings->ui_slow_line ? COARSE_SLOW : COARSE;
	if (f->held && now - f->sent > LONG_MS)
		f->coarse = f->coarse * 3 / 2 < COARSE_MOST ? f->coarse * 3 / 2 : COARSE_MOST;
	else
		f->coarse = f->coarse - 1 > finest ? f->coarse - 1 : finest;
	f->sent = now;
	f->held = false;
}

void film_turn(struct ui *ui)
{
	struct film *f = &ui->film;
	if (ui->given || has_changed(ui) || !f->visible || ui->dirty)
		return;
	if (is_held(ui)) {
		f->held = true;
		return;
	}
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
	follow_line(ui);
	if (blocks_encode(&f->blocks, &f->pixels, f->coarse, &f->out) > 0)
		ui->term->ops->picture(ui->term, f->out.data, f->out.len);
}
