/* One line at the bottom of the terminal that is drawn again and again. */
#include "bar.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "kiyya/clock.h"
#include "kiyya/text.h"

#define BAR_EVERY_MS 500
#define COLUMNS_SURE 80
#define COLUMNS_MOST 400

void bar_init(struct bar *b, const struct out *o)
{
	*b = (struct bar){ .ascii = o->ascii };
	if (o->json || o->quiet)
		return;
	b->to = o->err_is_tty ? o->err : o->out_is_tty ? o->out : NULL;
}

bool bar_due(const struct bar *b)
{
	return b->to && clock_mono_ms(clock_real()) >= b->next_ms;
}

/* One less than there are, so that no terminal wraps. */
static int columns(const struct bar *b)
{
	struct winsize size;
	if (ioctl(fileno(b->to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_SURE - 1;
	return size.ws_col < COLUMNS_MOST ? size.ws_col - 1 : COLUMNS_MOST;
}

void bar_draw(struct bar *b, const char *left, const char *right)
{
	if (!b->to)
		return;
	b->next_ms = clock_mono_ms(clock_real()) + BAR_EVERY_MS;
	b->shown = true;
	char *clean = text_clean(left, strlen(left), COLUMNS_MOST * 4, false);
	char *tail = text_clean(right, strlen(right), COLUMNS_MOST * 4, false);
	int room = columns(b) - text_width(tail) - 2;
	char *head = text_cut(clean, room > 0 ? room : 0, b->ascii ? "..." : "…");
	char *line = text_cut(tail, columns(b), "");
	int pad = room - text_width(head);
	fprintf(b->to, "\r%s%*s%s", head, pad > 0 ? pad + 2 : 2, "", line);
	fflush(b->to);
	free(line);
	free(head);
	free(tail);
	free(clean);
}

void bar_clear(struct bar *b)
{
	if (!b->shown)
		return;
	fprintf(b->to, "\r%*s\r", columns(b), "");
	fflush(b->to);
	b->shown = false;
	b->next_ms = 0;
}

void bar_gauge(const struct bar *b, struct buf *out, int cells, int64_t have, int64_t total)
{
	double share = total > 0 && have > 0 ? (double)have / (double)total : 0;
	int full = share >= 1 ? cells : (int)(share * cells);
	for (int i = 0; i < cells; i++)
		buf_add_str(out, i < full ? (b->ascii ? "#" : "█") : (b->ascii ? "-" : "░"));
}
