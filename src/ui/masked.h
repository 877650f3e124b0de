/* A passphrase being typed: shown as stars, kept in one place, wiped when it is given away or dropped. Pure.
 *
 *	masked_begin(&m, label);   switch (masked_key(&m, code)) { case PROMPT_ENTERED: text = masked_take(&m); … } */
#ifndef UI_MASKED_H
#define UI_MASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "canvas.h"
#include "prompt.h"

#define MASKED_MAX 1024

struct masked {
	char *text; /* owned, MASKED_MAX + 1 bytes, zero behind len; NULL: nothing is asked */
	size_t len;
	const char *label; /* a literal */
	bool pasting;
};

void masked_begin(struct masked *m, const char *label);
/* PROMPT_ENTERED, PROMPT_LEFT (Esc, ^C, ^G), or PROMPT_CHANGED and PROMPT_NOTHING. */
enum prompt_result masked_key(struct masked *m, uint32_t code);
char *masked_take(struct masked *m); /* moves out; str_burn */
void masked_drop(struct masked *m);  /* wipes; nothing is asked any more */
void masked_draw(const struct masked *m, struct canvas *c, int line, int column, int width);

#endif
