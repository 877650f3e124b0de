/* JSON laid out as the gateway lays it out. */
#include "fixture.h"

#include <stdio.h>

static void new_line(struct buf *out, int depth)
{
	buf_addf(out, "\n%*s", 2 * depth, "");
}

/* Copies a string with its quotes; returns its last character. */
static const char *copy_string(struct buf *out, const char *s)
{
	buf_add_char(out, *s++);
	for (; *s != '"'; s++) {
		if (*s == '\\')
			buf_add_char(out, *s++);
		if (*s == '<' || *s == '>' || *s == '&')
			buf_addf(out, "\\u%04x", (unsigned)*s);
		else
			buf_add_char(out, *s);
	}
	buf_add_char(out, '"');
	return s;
}

void pretty_print(struct buf *out, const char *compact)
{
	int depth = 0;
	for (const char *s = compact; *s != '\0'; s++) {
		switch (*s) {
		case '"':
			s = copy_string(out, s);
			break;
		case '{':
		case '[':
			buf_add_char(out, *s);
			if (s[1] == '}' || s[1] == ']')
				buf_add_char(out, *++s);
			else
				new_line(out, ++depth);
			break;
		case '}':
		case ']':
			new_line(out, --depth);
			buf_add_char(out, *s);
			break;
		case ',':
			buf_add_char(out, ',');
			new_line(out, depth);
			break;
		case ':':
			buf_add_str(out, ": ");
			break;
		default:
			buf_add_char(out, *s);
		}
	}
}
