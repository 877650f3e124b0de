/* A terminal that is a grid in memory, with keys that are fed to it: for tests, scripts and bug
 * reports. */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

struct term_memory {
	struct term term; /* first */
	int columns, lines;
	struct cell *cells; /* owned */
	int cursor_line, cursor_column;
	struct key *keys; /* owned; fed and not yet read */
	size_t n_keys;
	char *copied; /* owned */
	unsigned puts;
};

static struct term_memory *of(struct term *t)
{
	return (struct term_memory *)t;
}

static void memory_size(struct term *t, int *ret_columns, int *ret_lines)
{
	*ret_columns = of(t)->columns;
	*ret_lines = of(t)->lines;
}

static void memory_put(struct term *t, int line, int column, const struct cell *cell)
{
	struct term_memory *m = of(t);
	if (line >= m->lines || column >= m->columns)
		return;
	m->cells[(size_t)line * (size_t)m->columns + (size_t)column] = *cell;
	m->puts++;
}

static void memory_cursor(struct term *t, int line, int column)
{
	of(t)->cursor_line = line;
	of(t)->cursor_column = column;
}

static bool memory_key(struct term *t, struct key *ret)
{
	struct term_memory *m = of(t);
	if (m->n_keys == 0)
		return false;
	*ret = m->keys[0];
	memmove(m->keys, m->keys + 1, --m->n_keys * sizeof(*m->keys));
	return true;
}

static void memory_copy(struct term *t, const char *text)
{
	str_set(&of(t)->copied, text);
}

static void memory_nothing(struct term *t)
{
}

static void memory_end(struct term *t)
{
	struct term_memory *m = of(t);
	free(m->cells);
	free(m->keys);
	free(m->copied);
	free(m);
}

static const struct term_ops memory_ops = {
	.size = memory_size,
	.put = memory_put,
	.cursor = memory_cursor,
	.flush = memory_nothing,
	.key = memory_key,
	.resized = memory_nothing,
	.spoilt = memory_nothing,
	.suspend = memory_nothing,
	.copy = memory_copy,
	.forget = memory_nothing, /* what is fed stands in a script */
	.end = memory_end,
};

struct term *term_memory_new(int columns, int lines)
{
	struct term_memory *m = NEW(struct term_memory);
	m->term = (struct term){ .ops = &memory_ops, .fd = -1 };
	term_memory_resize(&m->term, columns, lines);
	return &m->term;
}

void term_memory_feed(struct term *t, struct key key)
{
	struct term_memory *m = of(t);
	m->keys = mem_grow(m->keys, m->n_keys + 1, sizeof(*m->keys));
	m->keys[m->n_keys++] = key;
}

void term_memory_resize(struct term *t, int columns, int lines)
{
	struct term_memory *m = of(t);
	free(m->cells);
	m->columns = columns;
	m->lines = lines;
	m->cells = mem_array((size_t)columns * (size_t)lines, sizeof(*m->cells));
	m->cursor_line = -1;
}

const struct cell *term_memory_cell(const struct term *t, int line, int column)
{
	const struct term_memory *m = (const struct term_memory *)t;
	return &m->cells[(size_t)line * (size_t)m->columns + (size_t)column];
}

char *term_memory_line(const struct term *t, int line)
{
	const struct term_memory *m = (const struct term_memory *)t;
	struct buf b;
	buf_init(&b, (size_t)m->columns * CELL_BYTES + 1);
	size_t end = 0;
	for (int i = 0; i < m->columns; i++) {
		const struct cell *cell = term_memory_cell(t, line, i);
		(void)!buf_add_str(&b, cell->text);
		if (strcmp(cell->text, " ") != 0 && cell->text[0])
			end = b.len;
	}
	buf_cut(&b, end);
	char *text = buf_steal(&b);
	buf_release(&b);
	return text;
}

const char *term_memory_copied(const struct term *t)
{
	return ((const struct term_memory *)t)->copied;
}

unsigned term_memory_puts(const struct term *t)
{
	return ((const struct term_memory *)t)->puts;
}

void term_memory_cursor(const struct term *t, int *ret_line, int *ret_column)
{
	*ret_line = ((const struct term_memory *)t)->cursor_line;
	*ret_column = ((const struct term_memory *)t)->cursor_column;
}
