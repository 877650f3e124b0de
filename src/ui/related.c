/* Claims like the one in the detail pane: rows below its text. With the keys in the pane the cursor goes down into them
 * when the text ends, and commands are then about the row it is on. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"
#include "kiyya/text.h"

#define MOST_RELATED 8

void related_release(struct related *r)
{
	item_release(&r->item);
	page_free(r->page);
	*r = (struct related){ .at = -1 };
}

void related_ask(struct ui *ui)
{
	struct related *r = &ui->related;
	const struct claim *c = ui->layout.pane[PANE_DETAIL].lines > 0 ? detail_claim(ui) : NULL;
	if (c && c->n_tags == 0)
		c = NULL;
	if (str_eq(r->of, c ? c->id : ""))
		return;
	related_release(r);
	detail_forget(ui);
	if (!c)
		return;
	str_copy(r->of, sizeof(r->of), c->id);
	struct req *q = req_new(REQ_RELATED);
	q->u.related.item_ = str_dup(c->id);
	q->u.related.limit_ = MOST_RELATED;
	ui_send(ui, q, SLOT_RELATED);
}

void related_take(struct ui *ui, struct page *claims)
{
	item_release(&ui->related.item);
	page_free(ui->related.page);
	ui->related.page = claims;
	ui->related.at = -1;
	detail_forget(ui);
}

static long count(const struct ui *ui)
{
	return ui->related.page ? (long)ui->related.page->n : 0;
}

/* With the keys that go there, since nothing else says that one can. */
static void write_heading(struct ui *ui, struct lines *l, int width)
{
	char down[KEY_NAME_SIZE], open[KEY_NAME_SIZE];
	if (keymap_key_of(&ui->keymap, IN_DETAIL, "down", down) &&
	    keymap_key_of(&ui->keymap, IN_DETAIL, "open", open))
		lines_addf(l, width, ROLE_STRONG, "Related (%s goes down to one, %s opens it)",
			   down, open);
	else
		lines_add(l, width, ROLE_STRONG, "Related");
}

void related_write(struct ui *ui, struct lines *l, int width)
{
	const struct glyphs *g = ui->canvas.glyphs;
	if (count(ui) == 0)
		return;
	lines_add(l, width, ROLE_TEXT, "");
	write_heading(ui, l, width);
	ui->related.line = l->n;
	for (long i = 0; i < count(ui); i++) {
		const struct claim *c = &ui->related.page->items[i];
		char duration[24];
		str_duration(duration, sizeof(duration), c->duration);
		int room = width - 4 - (int)strlen(duration);
		room = room > 8 ? room : 8;
		char *title = text_cut(c->title, room, g->more);
		lines_addf(l, width, ROLE_TEXT, "  %s%*s%s", title, room + 2 - text_width(title),
			   "", duration);
		free(title);
	}
}

struct item *related_item(struct ui *ui)
{
	struct related *r = &ui->related;
	if (ui->focus != PANE_DETAIL || r->at < 0 || r->at >= count(ui))
		return NULL;
	struct claim *c = &r->page->items[r->at];
	if (r->item.claim != c) {
		item_release(&r->item);
		item_init_claim(&r->item, c);
	}
	return &r->item;
}

void related_draw(struct ui *ui, struct rect inside)
{
	size_t top = ui->detail.top, line = ui->related.line + (size_t)ui->related.at;
	if (!related_item(ui) || line < top || line >= top + (size_t)inside.lines)
		return;
	int at = inside.line + (int)(line - top);
	canvas_text(&ui->canvas, at, inside.column, 1, ui->canvas.glyphs->cursor, ROLE_TEXT);
	canvas_paint(&ui->canvas, at, inside.column, inside.columns, ROLE_CURSOR);
	canvas_cursor(&ui->canvas, at, inside.column);
}

/* Scrolls so that the selected row is in view. */
static void keep_in_view(struct ui *ui, int height)
{
	struct related *r = &ui->related;
	long line = (long)r->line + r->at, top = (long)ui->detail.top;
	if (line < top)
		detail_scroll(ui, (int)(line - top));
	else if (line >= top + height)
		detail_scroll(ui, (int)(line - top) - height + 1);
}

/* One line down: into the rows as soon as the first is in view. */
static void step_down(struct ui *ui, int height)
{
	struct related *r = &ui->related;
	bool in_view = r->line < ui->detail.top + (size_t)height;
	if (r->at >= 0 || (count(ui) > 0 && in_view))
		r->at += r->at + 1 < count(ui);
	else
		detail_scroll(ui, 1);
}

void related_move(struct ui *ui, long by)
{
	struct related *r = &ui->related;
	int height = layout_inside(ui->layout.pane[PANE_DETAIL]).lines;
	if (by == 1)
		step_down(ui, height);
	else if (by == -1 && r->at >= 0)
		r->at--;
	else {
		detail_scroll(ui, (int)by);
		r->at =
		    by > 1 && ui->detail.n <= ui->detail.top + (size_t)height ? count(ui) - 1 : -1;
	}
	if (r->at >= 0)
		keep_in_view(ui, height);
}
