/* Keys: to the question that is asked, the line being typed, or the command they are bound to. */
#include "state.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include "kiyya/buf.h"
#include "kiyya/str.h"

#define DOUBLE_CLICK_MS 400
#define QUESTION_MAX    1024

unsigned ui_context(struct ui *ui)
{
	static const unsigned pane[] = {
		[PANE_LIST] = IN_LIST,
		[PANE_DETAIL] = IN_DETAIL,
		[PANE_DOWNLOADS] = IN_DOWNLOADS,
	};
	if (ui->page.open)
		return IN_PAGE;
	return pane[ui->focus] | (ui->focus == PANE_LIST ? ui_view(ui)->ops->where : 0);
}

/* -- questions --------------------------------------------------------------------------------- */

static void forget_question(struct ui *ui)
{
	str_set(&ui->question.text, NULL);
	strs_release(&ui->question.items);
}

static void ask(struct ui *ui, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void ask(struct ui *ui, const char *fmt, va_list ap)
{
	struct buf b;
	forget_question(ui);
	buf_init(&b, QUESTION_MAX);
	(void)!buf_vaddf(&b, fmt, ap);
	ui->question.text = buf_steal(&b);
	buf_release(&b);
}

void ui_ask(struct ui *ui, void (*yes)(struct ui *ui, const struct strs *items),
	    const struct strs *items, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	ask(ui, fmt, ap);
	va_end(ap);
	ui->question.keys = NULL;
	ui->question.yes = yes;
	if (items)
		strs_copy(&ui->question.items, items);
}

void ui_ask_which(struct ui *ui, void (*chosen)(struct ui *ui, uint32_t key), const char *keys,
		  const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	ask(ui, fmt, ap);
	va_end(ap);
	ui->question.keys = keys;
	ui->question.chosen = chosen;
}

static void answer(struct ui *ui, uint32_t code)
{
	struct strs items;
	if (ui->question.keys) {
		forget_question(ui);
		ui->question.chosen(ui, code);
		return;
	}
	bool yes = code == 'y' || code == 'Y';
	strs_copy(&items, &ui->question.items);
	forget_question(ui);
	if (yes)
		ui->question.yes(ui, &items);
	strs_release(&items);
}

/* -- the line being typed ---------------------------------------------------------------------- */

void ui_prompt(struct ui *ui, int which, const char *label, const char *text, struct asking asking)
{
	ui->prompt = &ui->prompts[which];
	ui->asking = asking;
	prompt_begin(ui->prompt, label, text);
}

static void complete(struct ui *ui)
{
	size_t matches;
	if (!ui->asking.completes)
		return;
	char *whole = command_complete(ui->prompt->text.data, &matches);
	if (matches > 0) {
		prompt_set(ui->prompt, whole);
		if (matches == 1)
			prompt_insert(ui->prompt, " ", 1);
	}
	free(whole);
}

static void prompt_takes(struct ui *ui, uint32_t code)
{
	struct prompt *p = ui->prompt;
	switch (prompt_key(p, code)) {
	case PROMPT_NOTHING:
		break;
	case PROMPT_COMPLETE:
		complete(ui);
		break;
	case PROMPT_CHANGED:
		if (ui->asking.changed)
			ui->asking.changed(ui, p->text.data);
		break;
	case PROMPT_ENTERED:
		prompt_remember(p);
		ui->prompt = NULL; /* the command may open another one */
		ui->asking.entered(ui, p->text.data);
		break;
	case PROMPT_LEFT:
		ui->prompt = NULL;
		if (ui->asking.left)
			ui->asking.left(ui);
		break;
	}
}

/* -- the mouse --------------------------------------------------------------------------------- */

static bool is_inside(struct rect r, const struct key *k)
{
	return k->line >= r.line && k->line < r.line + r.lines && k->column >= r.column &&
	       k->column < r.column + r.columns;
}

static bool is_double(struct ui *ui, const struct key *k)
{
	int64_t now = clock_mono_ms(ui->clock);
	bool twice = now - ui->last_click < DOUBLE_CLICK_MS && ui->last_click_at.line == k->line;
	ui->last_click = twice ? 0 : now;
	ui->last_click_at = *k;
	return twice;
}

static void click(struct ui *ui, const struct key *k)
{
	int view = k->line == ui->layout.top ? bar_view_at(ui, k->column) : -1;
	if (view >= 0)
		ui_show_view(ui, (size_t)view);
	for (int p = 0; p < PANE_COUNT && !ui->page.open; p++) {
		struct rect inside = layout_inside(ui->layout.pane[p]);
		if (!is_inside(inside, k))
			continue;
		ui->focus = (enum pane)p;
		if (p == PANE_DETAIL)
			return;
		struct listing *l = ui_listing(ui);
		if (l->top + (size_t)(k->line - inside.line) >= l->n)
			return;
		listing_move_to(l, (long)l->top + k->line - inside.line);
		if (is_double(ui, k))
			cmd_open(ui, NULL);
		return;
	}
}

/* ---------------------------------------------------------------------------------------------- */

static void paste_begins(struct ui *ui)
{
	/* What is pasted into a list can only be an address to go to. */
	cmd_goto(ui, NULL);
	prompt_takes(ui, K_PASTE_BEGIN);
}

void ui_take_key(struct ui *ui, struct key key)
{
	ui->dirty = true;
	if (key.code == K_GONE) {
		ui->signal = SIGHUP;
		ui->quit = true;
		return;
	}
	if (key.code == K_RESIZED) {
		ui_resize(ui);
		return;
	}
	ui->last_key = clock_mono_ms(ui->clock);
	ui->idle_locked = false;
	if (ui->message_ends == 0)
		ui_say_nothing(ui);
	if (ui->given) {
		ui_key_to_player(ui, key.code);
	} else if (ui->masked.text) {
		ui_masked_takes(ui, key.code);
	} else if (ui->question.text) {
		answer(ui, key.code);
	} else if (ui->prompt) {
		prompt_takes(ui, key.code);
	} else if (upnext_takes(ui, key.code)) {
		return;
	} else if (key.code == K_PASTE_BEGIN) {
		paste_begins(ui);
	} else if (key.code == K_CLICK) {
		click(ui, &key);
	} else {
		const char *line = keymap_find(&ui->keymap, ui_context(ui), key.code);
		if (line)
			command_run(ui, line);
	}
	ui_show_ask(ui);
}
