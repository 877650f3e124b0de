/* One line being typed: text, a cursor that moves by grapheme, a history, keys that edit it. Pure.
 *
 *	prompt_begin(&p, "/", "");   switch (prompt_key(&p, code)) { case PROMPT_ENTERED: use p.text
 *… } */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "canvas.h"
#include "kiyya/buf.h"
#include "kiyya/str.h"

#define PROMPT_MAX     2048
#define PROMPT_HISTORY 50

struct prompt {
	struct buf text;
	size_t cursor;       /* byte offset, on a grapheme */
	char *label;         /* owned */
	struct strs history; /* oldest first */
	size_t recall;       /* index into history; history.n: what is being typed */
	bool pasting;        /* keys are text, whatever they are */
};

enum prompt_result { PROMPT_NOTHING, PROMPT_CHANGED, PROMPT_ENTERED, PROMPT_LEFT, PROMPT_COMPLETE };

void prompt_init(struct prompt *p);
void prompt_release(struct prompt *p);
/* Starts a new line; the history stays. */
void prompt_begin(struct prompt *p, const char *label, const char *text);
void prompt_set(struct prompt *p, const char *text); /* cursor at the end */
void prompt_insert(struct prompt *p, const char *text, size_t len);
/* PROMPT_COMPLETE: Tab was pressed; PROMPT_LEFT: Esc, ^C, or Backspace in an empty line. */
enum prompt_result prompt_key(struct prompt *p, uint32_t code);
void prompt_remember(struct prompt *p); /* the text joins the history */
/* This one joins it as the oldest, unless it is there or there is no more room. */
void prompt_remember_older(struct prompt *p, const char *text);
void prompt_draw(const struct prompt *p, struct canvas *c, int line, int column, int width);

#endif
