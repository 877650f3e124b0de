/* Writes JSON of our own into a buffer: commas, quotes and escapes in one place. */
#include "kiyya/json.h"

#include <inttypes.h>
#include <string.h>

#include "kiyya/clock.h"
#include "utf8.h"

void json_out_init(struct json_out *o, struct buf *out)
{
	*o = (struct json_out){ .out = out };
}

/* After the first piece that did not fit nothing is added, so that a cut text is never mistaken for
 * a whole one. */
static void put(struct json_out *o, const char *s, size_t n)
{
	if (!o->full && !buf_add(o->out, s, n))
		o->full = true;
}

static void put_str(struct json_out *o, const char *s)
{
	put(o, s, strlen(s));
}

/* What a terminal, a line reader or a JavaScript engine would take for more than a letter. */
static bool must_escape(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

static void put_escaped(struct json_out *o, int32_t c)
{
	static const char letters[] = "\bb\ff\nn\rr\tt";
	const char *letter = c > 0 && c < 0x20 ? strchr(letters, (int)c) : NULL;
	char text[8] = { '\\' };
	if (letter) {
		text[1] = letter[1];
		put(o, text, 2);
		return;
	}
	static const char hex[] = "0123456789abcdef";
	text[1] = 'u';
	for (int i = 0; i < 4; i++)
		text[2 + i] = hex[(c >> (12 - 4 * i)) & 15];
	put(o, text, 6);
}

static void put_quoted(struct json_out *o, const char *s)
{
	put(o, "\"", 1);
	size_t plain = 0; /* bytes from s that need nothing */
	size_t len = strlen(s);
	while (plain < len) {
		int32_t c;
		size_t n = utf8_next(s + plain, len - plain, &c);
		if (c >= 0 && c != '"' && c != '\\' && !must_escape(c)) {
			plain += n;
			continue;
		}
		put(o, s, plain);
		if (c < 0)
			put_str(o, UTF8_REPLACEMENT);
		else if (c == '"' || c == '\\')
			put(o, c == '"' ? "\\\"" : "\\\\", 2);
		else
			put_escaped(o, c);
		s += plain + n;
		len -= plain + n;
		plain = 0;
	}
	put(o, s, plain);
	put(o, "\"", 1);
}

static void begin(struct json_out *o, const char *key)
{
	if (o->need_comma)
		put(o, ",", 1);
	o->need_comma = true;
	if (key) {
		put_quoted(o, key);
		put(o, ":", 1);
	}
}

void json_open(struct json_out *o, const char *key, char bracket)
{
	begin(o, key);
	put(o, &bracket, 1);
	o->need_comma = false;
}

void json_close(struct json_out *o, char bracket)
{
	put(o, &bracket, 1);
	o->need_comma = true;
}

void json_put_str(struct json_out *o, const char *key, const char *s)
{
	if (!s)
		return;
	begin(o, key);
	put_quoted(o, s);
}

void json_put_i64(struct json_out *o, const char *key, int64_t v)
{
	begin(o, key);
	if (!o->full && !buf_addf(o->out, "%" PRId64, v))
		o->full = true;
}

void json_put_bool(struct json_out *o, const char *key, bool v)
{
	begin(o, key);
	put_str(o, v ? "true" : "false");
}

void json_put_time(struct json_out *o, const char *key, int64_t unix_seconds)
{
	if (unix_seconds == TIME_UNKNOWN)
		return;
	char iso[CLOCK_ISO_SIZE];
	clock_iso(unix_seconds, iso);
	json_put_str(o, key, iso);
}

void json_put_raw(struct json_out *o, const char *key, const char *json_text)
{
	begin(o, key);
	put_str(o, json_text);
}
