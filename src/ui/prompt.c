/* Line editing for filters, addresses and commands. */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>
#include "keys.h"
#include "kiyya/mem.h"
#include "kiyya/text.h"

void prompt_init(struct prompt *p)
{
	*p = (struct prompt){ 0 };
	buf_init(&p->text, PROMPT_MAX);
}

void prompt_release(struct prompt *p)
{
	buf_release(&p->text);
	strs_release(&p->history);
	free(p->label);
	*p = (struct prompt){ 0 };
}

void prompt_begin(struct prompt *p, const char *label, const char *text)
{
	str_set(&p->label, label);
	p->recall = p->history.n;
	p->pasting = false;
	prompt_set(p, text);
}

void prompt_set(struct prompt *p, const char *text)
{
	buf_clear(&p->text);
	p->cursor = 0;
	prompt_insert(p, text, strlen(text));
}

void prompt_insert(struct prompt *p, const char *text, size_t len)
{
	/* A paste may hold anything: only what is clean gets in, as much as there is room for. */
	char *clean = text_clean(text, len, PROMPT_MAX - p->text.len, false);
	char *rest = str_dup(p->text.data + p->cursor);
	buf_cut(&p->text, p->cursor);
	if (buf_add_str(&p->text, clean))
		p->cursor = p->text.len;
	(void)!buf_add_str(&p->text, rest);
	free(rest);
	free(clean);
}

/* Where the grapheme before the cursor begins. */
static size_t before(const struct prompt *p)
{
	size_t at = 0;
	int width;
	for (size_t len; at < p->cursor; at += len) {
		len = text_next(p->text.data + at, &width);
		if (len == 0 || at + len >= p->cursor)
			break;
	}
	return at;
}

static size_t after(const struct prompt *p)
{
	int width;
	return p->cursor + text_next(p->text.data + p->cursor, &width);
}

static size_t word_before(const struct prompt *p)
{
	size_t at = p->cursor;
	while (at > 0 && p->text.data[at - 1] == ' ')
		at--;
	while (at > 0 && p->text.data[at - 1] != ' ')
		at--;
	return at;
}

static enum prompt_result drop(struct prompt *p, size_t from, size_t to)
{
	if (from == to)
		return PROMPT_NOTHING;
	char *rest = str_dup(p->text.data + to);
	buf_cut(&p->text, from);
	(void)!buf_add_str(&p->text, rest);
	free(rest);
	p->cursor = from;
	return PROMPT_CHANGED;
}

static enum prompt_result move_to(struct prompt *p, size_t cursor)
{
	p->cursor = cursor;
	return PROMPT_NOTHING;
}

static enum prompt_result recall(struct prompt *p, bool older)
{
	if (older ? p->recall == 0 : p->recall >= p->history.n)
		return PROMPT_NOTHING;
	p->recall += older ? (size_t)-1 : 1;
	prompt_set(p, p->recall < p->history.n ? p->history.v[p->recall] : "");
	return PROMPT_CHANGED;
}

static enum prompt_result type(struct prompt *p, uint32_t code)
{
	char text[5];
	if (!key_is_text(code))
		return PROMPT_NOTHING;
	prompt_insert(p, text, key_utf8(code, text));
	return PROMPT_CHANGED;
}

static enum prompt_result paste(struct prompt *p, uint32_t code)
{
	if (code == K_PASTE_END)
		p->pasting = false;
	else if (code == K_ENTER || code == '\n' || code == K_TAB)
		return type(p, ' ');
	return type(p, code);
}

enum prompt_result prompt_key(struct prompt *p, uint32_t code)
{
	if (p->pasting)
		return paste(p, code);
	switch (code) {
	case K_ENTER:
	case '\n':
		return PROMPT_ENTERED;
	case K_ESC:
	case K_CTRL('C'):
	case K_CTRL('G'):
		return PROMPT_LEFT;
	case K_TAB:
		return PROMPT_COMPLETE;
	case K_BACKSPACE:
	case K_CTRL('H'):
		return p->text.len == 0 ? PROMPT_LEFT : drop(p, before(p), p->cursor);
	case K_DELETE:
	case K_CTRL('D'):
		return drop(p, p->cursor, after(p));
	case K_CTRL('W'):
		return drop(p, word_before(p), p->cursor);
	case K_CTRL('U'):
		return drop(p, 0, p->cursor);
	case K_CTRL('K'):
		return drop(p, p->cursor, p->text.len);
	case K_LEFT:
	case K_CTRL('B'):
		return move_to(p, before(p));
	case K_RIGHT:
	case K_CTRL('F'):
		return move_to(p, after(p));
	case K_HOME:
	case K_CTRL('A'):
		return move_to(p, 0);
	case K_END:
	case K_CTRL('E'):
		return move_to(p, p->text.len);
	case K_UP:
	case K_CTRL('P'):
		return recall(p, true);
	case K_DOWN:
	case K_CTRL('N'):
		return recall(p, false);
	case K_PASTE_BEGIN:
		p->pasting = true;
		return PROMPT_NOTHING;
	default: /* not an enum: every character there is */
		return type(p, code);
	}
}

void prompt_remember(struct prompt *p)
{
	struct strs *h = &p->history;
	if (p->text.len == 0 || (h->n > 0 && strcmp(h->v[h->n - 1], p->text.data) == 0))
		return;
	strs_add(h, p->text.data);
	if (h->n > PROMPT_HISTORY) {
		free(h->v[0]);
		memmove(h->v, h->v + 1, --h->n * sizeof(*h->v));
	}
}

void prompt_remember_older(struct prompt *p, const char *text)
{
	struct strs *h = &p->history;
	if (h->n >= PROMPT_HISTORY || strs_has(h, text))
		return;
	strs_add(h, text);
	char *added = h->v[h->n - 1];
	memmove(h->v + 1, h->v, (h->n - 1) * sizeof(*h->v));
	h->v[0] = added;
	p->recall++; /* it points to the same line as before */
}

void prompt_draw(const struct prompt *p, struct canvas *c, int line, int column, int width)
{
	int used = canvas_text(c, line, column, width, p->label, ROLE_PROMPT);
	int room = width - used - 1;
	/* A long line scrolls: it is drawn from the first grapheme from which the cursor still
	 * fits. */
	const char *from = p->text.data;
	const char *cursor = p->text.data + p->cursor;
	int before_cursor = 0, w;
	for (const char *s = from; s < cursor; s += text_next(s, &w)) {
		if (text_next(s, &w) == 0)
			break;
		before_cursor += w;
	}
	while (before_cursor > room && from < cursor) {
		from += text_next(from, &w);
		before_cursor -= w;
	}
	canvas_text(c, line, column + used, room + 1, from, ROLE_TEXT);
	canvas_cursor(c, line, column + used + before_cursor);
}
