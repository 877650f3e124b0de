/* The film in a pane: its picture drawn past curses, beside the lists. */
#ifndef UI_FILM_H
#define UI_FILM_H

#include <stdbool.h>
#include "blocks.h"
#include "kiyya/buf.h"
#include "kiyya/picture.h"
#include "layout.h"

struct ui;

struct film {
	struct picture *picture; /* the link's */
	struct pixels pixels;    /* the last one taken */
	struct blocks blocks;
	struct buf out;
	bool live;          /* somebody paints */
	bool hidden, large; /* what the person wants */
	bool visible;       /* it is on the screen now */
	bool due;           /* pixels are to be drawn */
	bool held;          /* the line has not taken the last picture yet */
	int64_t sent;       /* mono ms, of that one */
	int coarse;         /* how far a colour may be off before its cell is sent again */
};

void film_init(struct ui *ui);
void film_release(struct ui *ui);
/* Where it should be now. */
enum film_place film_place(const struct ui *ui);
void film_draw(struct ui *ui); /* its frame */
/* Between drawing and flushing: what will be painted over must be drawn again. */
void film_settle(struct ui *ui);
/* Takes the newest picture and sends it, if the terminal has taken the last. */
void film_turn(struct ui *ui);
/* Hides or shows it, or makes it large and small. False: there is none. */
bool film_change(struct ui *ui, bool large);

#endif
