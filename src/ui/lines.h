/* Text to read, as wrapped lines with a role each, and how far it is scrolled. Pure.
 *
 *	lines_clear(&l); lines_add(&l, width, ROLE_TEXT, description); lines_draw(&l, canvas,
 * inside); */
#ifndef UI_LINES_H
#define UI_LINES_H

#include <stddef.h>
#include "canvas.h"
#include "kiyya/err.h"

struct line {
	char *text; /* owned */
	enum role role;
	int key_columns; /* the first columns are drawn as a key */
};
/* Zero-initialised is empty. */
struct lines {
	struct line *v;
	size_t n;
	size_t top; /* first line shown */
};

#define LINES_MAX 20000 /* what is beyond is not kept: outside text decides how much there is */

void lines_release(struct lines *l);
void lines_clear(struct lines *l); /* keeps top */
/* Wraps at width; '\n' begins a new line. */
void lines_add(struct lines *l, int width, enum role role, const char *text);
void lines_addf(struct lines *l, int width, enum role role, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* "name  what it is", the name in a column of its own, wrapped text hanging below what it is. */
void lines_add_pair(struct lines *l, int width, int name_columns, const char *name,
		    const char *text);
/* by lines; stays within what there is for a window of `height`. */
void lines_scroll(struct lines *l, int by, int height);
void lines_draw(const struct lines *l, struct canvas *c, struct rect inside);

#endif
