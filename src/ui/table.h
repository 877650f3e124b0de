/* A list as a table: cursor, mark, sign of its state, then columns, one of which takes the room
 * that is left. */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include <stdbool.h>
#include "canvas.h"
#include "listing.h"

struct column {
	int width;  /* 0: what is left */
	int from;   /* shown when the table has at least so many columns; 0: always */
	bool right; /* against the right edge */
	/* What stands there: buf, or a string that lives as long as the row. width: of the column.
	 */
	const char *(*text)(const struct item *it, const struct glyphs *g, int width, char *buf,
			    size_t size);
};

/* Columns that several lists have. */
const char *column_title(const struct item *it, const struct glyphs *g, int width, char *buf,
			 size_t size);
const char *column_channel(const struct item *it, const struct glyphs *g, int width, char *buf,
			   size_t size);
const char *column_signs(const struct item *it, const struct glyphs *g, int width, char *buf,
			 size_t size);
const char *column_size(const struct item *it, const struct glyphs *g, int width, char *buf,
			size_t size);
const char *column_duration(const struct item *it, const struct glyphs *g, int width, char *buf,
			    size_t size);
const char *column_date(const struct item *it, const struct glyphs *g, int width, char *buf,
			size_t size);
const char *column_quality(const struct item *it, const struct glyphs *g, int width, char *buf,
			   size_t size);

struct table {
	const struct column *columns;
	size_t n_columns;
	const char *playing; /* claim id; NULL none */
	bool has_keys;       /* the cursor is drawn as the one that moves */
	bool quiet;          /* without the keys it shows no cursor at all */
};
/* Draws the part of the listing that is in view; the hardware cursor goes to its row if it has the
 * keys. */
void table_draw(const struct table *t, struct listing *l, struct canvas *c, struct rect inside);

#endif
