/* Rows to structs and back, by a table of fields: what is stored of a download, a copy, a claim is
 * written down once, in one X-macro list whose names are both the members' and the columns'.
 *
 *	#define DOG_FIELDS(X) X(NAME, TEXT) …
 */
#ifndef KIYYA_STORE_ROW_H
#define KIYYA_STORE_ROW_H

#include <stddef.h>
#include "kiyya/mem.h"
#include "stmt.h"

enum field_type {
	FIELD_HEX,   /* char[n]: n - 1 lower-case hex digits, or "" for NULL */
	FIELD_CHARS, /* char[n]: what fits, or "" for NULL */
	FIELD_TEXT,  /* char *: one line, NULL for NULL */
	FIELD_LINES, /* char *: may hold '\n' */
	FIELD_COUNT, /* int64_t: -1 for NULL */
	FIELD_TIME,  /* int64_t: TIME_UNKNOWN for NULL */
	FIELD_INT,   /* int64_t, never NULL */
	FIELD_FLAG,  /* bool */
};
struct field {
	enum field_type type;
	size_t at, size; /* of the member in its struct */
};

#define FIELD_OF(kind, type_, member) \
	{ FIELD_##kind, offsetof(type_, member), sizeof(((type_ *)0)->member) },

/* n values, borrowed from obj. */
void row_values(const void *obj, const struct field *f, size_t n, struct sql_value *out);
/* Columns [col, col + n). Text goes into the arena, or is owned by the struct when a is NULL; it
 * comes out clean, whoever has been at the file. */
void row_read(struct stmt *q, int col, void *obj, const struct field *f, size_t n, struct arena *a);
/* One clean text of the row. */
char *row_text(struct stmt *q, int col, bool newlines, struct arena *a);

#endif
