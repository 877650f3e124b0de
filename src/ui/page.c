/* Text over the panes: the help, made from the live tables; links; logs. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"

#define NAME_COLUMNS 26
#define KEYS_MAX     128

void page_open(struct ui *ui, const char *title,
	       void (*write)(struct ui *ui, struct lines *l, int width))
{
	str_set(&ui->page.title, title);
	ui->page.write = write;
	ui->page.open = true;
	ui->page.width = 0;
	ui->page.lines.top = 0;
	ui->dirty = true;
}

void page_close(struct ui *ui)
{
	ui->page.open = false;
	lines_clear(&ui->page.lines);
	strs_release(&ui->page.notes);
}

static struct rect page_pane(const struct ui *ui)
{
	int bottom = ui->layout.player >= 0 ? ui->layout.player : ui->layout.status;
	return (struct rect){ 1, 0, bottom - 1, ui->canvas.columns };
}

void page_scroll(struct ui *ui, int by)
{
	lines_scroll(&ui->page.lines, by, layout_inside(page_pane(ui)).lines);
}

void page_draw(struct ui *ui)
{
	struct rect pane = page_pane(ui), inside = layout_inside(pane);
	struct text_page *p = &ui->page;
	inside.column++;
	inside.columns -= 2;
	if (p->width != inside.columns) {
		lines_clear(&p->lines);
		p->write(ui, &p->lines, inside.columns);
		p->width = inside.columns;
	}
	page_scroll(ui, 0);
	size_t shown = p->lines.top + (size_t)inside.lines;
	char right[64] = "";
	if (p->lines.n > (size_t)inside.lines)
		snprintf(right, sizeof(right), "%zu of %zu lines",
			 shown < p->lines.n ? shown : p->lines.n, p->lines.n);
	draw_frame(ui, pane, p->title, right, true);
	lines_draw(&p->lines, &ui->canvas, inside);
	canvas_cursor(&ui->canvas, inside.line, inside.column);
}

/* -- help -------------------------------------------------------------------------------------- */

/* The keys of one binding line, in the order of the table: "j Down". */
static void keys_of(const struct ui *ui, const struct binding *b, char *out, size_t size)
{
	out[0] = 0;
	for (size_t i = 0; i < ui->keymap.n; i++) {
		const struct binding *other = &ui->keymap.v[i];
		char key[KEY_NAME_SIZE];
		if (other->where != b->where || strcmp(other->line, b->line) != 0 ||
		    keymap_find(&ui->keymap, b->where, other->key) != other->line)
			continue;
		key_to_name(other->key, key);
		size_t used = strlen(out);
		snprintf(out + used, size - used, "%s%s", used ? " " : "", key);
	}
}

static bool is_first_of_its_kind(const struct ui *ui, const struct binding *b)
{
	for (const struct binding *o = ui->keymap.v; o < b; o++)
		if (o->where == b->where && strcmp(o->line, b->line) == 0)
			return false;
	return b->line[0] != 0;
}

static void write_binding(struct ui *ui, const struct binding *b, struct lines *l, int width)
{
	char keys[KEYS_MAX], where[64];
	size_t len = strcspn(b->line, " ");
	const struct command *c = command_find(b->line, len);
	keys_of(ui, b, keys, sizeof(keys));
	if (!c || !keys[0])
		return;
	keymap_where(b->where, where, sizeof(where));
	bool somewhere = b->where != IN_ALL && b->where != IN_PANES;
	char *text =
	    str_fmt("%s%s%s%s%s%s%s", c->help, b->line[len] ? ":" : "", b->line + len,
		    somewhere ? "  (" : "", somewhere ? where : "", somewhere ? ")" : "", "");
	lines_add_pair(l, width, NAME_COLUMNS, keys, text);
	free(text);
}

void page_write_help(struct ui *ui, struct lines *l, int width)
{
	const struct glyphs *g = ui->canvas.glyphs;
	lines_addf(
	    l, width, ROLE_DIM,
	    "%s in the vault   %s downloading   %s playing   %s paused   %s waiting   %s failed   "
	    "%s watched   %s favourite   %s marked",
	    g->vault, g->downloading, g->playing, g->paused, g->waiting, g->failed, g->watched,
	    g->favorite, g->marked);
	lines_add(l, width, ROLE_TEXT, "");
	lines_add(l, width, ROLE_STRONG, "Keys");
	for (size_t i = 0; i < ui->keymap.n; i++)
		if (is_first_of_its_kind(ui, &ui->keymap.v[i]))
			write_binding(ui, &ui->keymap.v[i], l, width);
	lines_add(l, width, ROLE_TEXT, "");
	lines_add(l, width, ROLE_STRONG, "Commands, after :");
	for (size_t i = 0; i < n_commands; i++) {
		char *name = str_fmt("%s %s", commands[i].name, commands[i].argument);
		lines_add_pair(l, width, NAME_COLUMNS, name, commands[i].help);
		free(name);
	}
}

void page_write_notes(struct ui *ui, struct lines *l, int width)
{
	const struct strs *notes = &ui->page.notes;
	for (size_t i = 0; i < notes->n; i++)
		lines_add(l, width, i == 0 ? ROLE_STRONG : ROLE_TEXT, notes->v[i]);
	if (notes->n < 2)
		lines_add(l, width, ROLE_DIM, "Nothing was logged.");
}
