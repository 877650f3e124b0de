/* Rows to structs and back, by a table of fields. */
#include "row.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static struct sql_value value_of(const void *member, enum field_type type)
{
	switch (type) {
	case FIELD_HEX:
	case FIELD_CHARS:
		return sql_word(member);
	case FIELD_TEXT:
	case FIELD_LINES:
		return sql_text(*(char *const *)member);
	case FIELD_COUNT:
		return sql_known(*(const int64_t *)member, -1);
	case FIELD_TIME:
		return sql_known(*(const int64_t *)member, TIME_UNKNOWN);
	case FIELD_INT:
		return sql_int(*(const int64_t *)member);
	case FIELD_FLAG:
		return sql_int(*(const bool *)member);
	}
	return sql_text(NULL);
}

void row_values(const void *obj, const struct field *f, size_t n, struct sql_value *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = value_of((const char *)obj + f[i].at, f[i].type);
}

char *row_text(struct stmt *q, int col, bool newlines, struct arena *a)
{
	const char *s = col_text(q, col);
	if (!s)
		return NULL;
	size_t len = strlen(s);
	if (text_is_clean(s, len, newlines))
		return a ? arena_strn(a, s, len) : str_dupn(s, len);
	char *clean = text_clean(s, len, len, newlines);
	if (!a)
		return clean;
	char *kept = arena_str(a, clean);
	free(clean);
	return kept;
}

static void read_chars(struct stmt *q, int col, char *dst, size_t size, bool hex)
{
	const char *s = col_text(q, col);
	*dst = '\0';
	if (s && (hex ? str_is_hex(s, size - 1) : strlen(s) < size))
		str_copy(dst, size, s);
}

static void read_field(struct stmt *q, int col, void *member, const struct field *f,
		       struct arena *a)
{
	switch (f->type) {
	case FIELD_HEX:
	case FIELD_CHARS:
		read_chars(q, col, member, f->size, f->type == FIELD_HEX);
		break;
	case FIELD_TEXT:
	case FIELD_LINES:
		*(char **)member = row_text(q, col, f->type == FIELD_LINES, a);
		break;
	case FIELD_COUNT:
		*(int64_t *)member = col_int(q, col, -1);
		break;
	case FIELD_TIME:
		*(int64_t *)member = col_int(q, col, TIME_UNKNOWN);
		break;
	case FIELD_INT:
		*(int64_t *)member = col_int(q, col, 0);
		break;
	case FIELD_FLAG:
		*(bool *)member = col_int(q, col, 0) != 0;
		break;
	}
}

void row_read(struct stmt *q, int col, void *obj, const struct field *f, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n; i++)
		read_field(q, col + (int)i, (char *)obj + f[i].at, &f[i], a);
}
