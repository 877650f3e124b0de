/* A passphrase being typed. */
#include "masked.h"

#include <string.h>
#include "keys.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

void masked_begin(struct masked *m, const char *label)
{
	masked_drop(m);
	*m = (struct masked){ .text = mem_new(MASKED_MAX + 1), .label = label };
}

void masked_drop(struct masked *m)
{
	str_burn(m->text);
	*m = (struct masked){ 0 };
}

char *masked_take(struct masked *m)
{
	char *text = m->text;
	*m = (struct masked){ 0 };
	return text;
}

static void cut(struct masked *m, size_t len)
{
	explicit_bzero(m->text + len, m->len - len);
	m->len = len;
}

/* The last code point. */
static enum prompt_result rub_out(struct masked *m)
{
	size_t len = m->len;
	while (len > 0 && (m->text[--len] & 0xc0) == 0x80)
		;
	cut(m, len);
	return PROMPT_CHANGED;
}

/* What does not fit any more is not taken, so that nobody believes in an end that is not there. */
static enum prompt_result type(struct masked *m, uint32_t code)
{
	char text[5];
	if (!key_is_text(code))
		return PROMPT_NOTHING;
	size_t n = key_utf8(code, text);
	bool fits = m->len + n <= MASKED_MAX;
	if (fits) {
		memcpy(m->text + m->len, text, n);
		m->len += n;
	}
	explicit_bzero(text, sizeof(text));
	return fits ? PROMPT_CHANGED : PROMPT_NOTHING;
}

enum prompt_result masked_key(struct masked *m, uint32_t code)
{
	switch (code) {
	case K_PASTE_BEGIN:
	case K_PASTE_END:
		m->pasting = code == K_PASTE_BEGIN;
		return PROMPT_NOTHING;
	case K_ENTER:
	case '\n': /* the line end behind what is pasted is for the person to give */
		return m->pasting ? PROMPT_NOTHING : PROMPT_ENTERED;
	case K_ESC:
	case K_CTRL('C'):
	case K_CTRL('G'):
		return PROMPT_LEFT;
	case K_BACKSPACE:
	case K_CTRL('H'):
		return rub_out(m);
	case K_CTRL('U'):
		cut(m, 0);
		return PROMPT_CHANGED;
	default: /* not an enum: every character there is */
		return type(m, code);
	}
}

void masked_draw(const struct masked *m, struct canvas *c, int line, int column, int width)
{
	int at = column + canvas_text(c, line, column, width, m->label, ROLE_PROMPT);
	int end = column + width - 1;
	for (size_t i = 0; i < m->len && at < end; i++)
		if ((m->text[i] & 0xc0) != 0x80)
			at += canvas_text(c, line, at, 1, "*", ROLE_TEXT);
	canvas_cursor(c, line, at);
}
