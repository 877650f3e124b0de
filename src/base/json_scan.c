/* Checks JSON from outside before a parser sees it: grammar, depth, number of values, exact
 * integers. */
#include "json_scan.h"

#include <string.h>

#include "kiyya/json.h"

/* Every integer of 15 digits fits a double exactly; from 16 on some do not. */
#define EXACT_DIGITS 15

struct scan {
	const char *text;
	size_t len, at;
	size_t copied; /* text[0..copied) is already in out */
	struct buf *out;
	int depth;
	size_t values;
	struct err *err;
};

static bool scan_value(struct scan *s);

static bool fail(struct scan *s, const char *what)
{
	return err_set(s->err, ERR_PARSE, 0, "not JSON: %s at byte %zu", what, s->at);
}

/* The byte under the cursor, or -1 at the end, which no byte equals. */
static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != (unsigned char)c)
		return false;
	s->at++;
	return true;
}

static void skip_blanks(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

static size_t skip_digits(struct scan *s)
{
	size_t from = s->at;
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at - from;
}

static bool is_hex(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool scan_escape(struct scan *s)
{
	int c = peek(s);
	if (c <= 0 || !strchr("\"\\/bfnrtu", c))
		return fail(s, "an unknown escape");
	s->at++;
	for (int i = 0; c == 'u' && i < 4; i++) {
		if (!is_hex(peek(s)))
			return fail(s, "a \\u without four digits");
		s->at++;
	}
	return true;
}

static bool scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return fail(s, "no string where one belongs");
	while (!take(s, '"')) {
		int c = peek(s);
		if (c < 0)
			return fail(s, "a string without an end");
		if (c < 0x20)
			return fail(s, "a control character in a string");
		s->at++;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
	return true;
}

/* cJSON keeps numbers as doubles. A long integer becomes a string of digits, which is how the
 * gateway sends 64-bit numbers anyway and what json_i64() reads. */
static bool quote_integer(struct scan *s, size_t from)
{
	if (buf_add(s->out, s->text + s->copied, from - s->copied) && buf_add_char(s->out, '"') &&
	    buf_add(s->out, s->text + from, s->at - from) && buf_add_char(s->out, '"')) {
		s->copied = s->at;
		return true;
	}
	return fail(s, "too many long numbers");
}

static bool scan_number(struct scan *s)
{
	size_t from = s->at;
	take(s, '-');
	bool zero = peek(s) == '0';
	size_t digits = skip_digits(s);
	if (digits == 0 || (zero && digits > 1))
		return fail(s, "a malformed number");

	bool integer = true;
	if (take(s, '.')) {
		integer = false;
		if (skip_digits(s) == 0)
			return fail(s, "a malformed number");
	}
	if (take(s, 'e') || take(s, 'E')) {
		integer = false;
		if (!take(s, '+'))
			take(s, '-');
		if (skip_digits(s) == 0)
			return fail(s, "a malformed number");
	}
	return !integer || digits <= EXACT_DIGITS || quote_integer(s, from);
}

static bool scan_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);
		if (s->len - s->at >= n && memcmp(s->text + s->at, words[i], n) == 0) {
			s->at += n;
			return true;
		}
	}
	return fail(s, "no value where one belongs");
}

static bool scan_members(struct scan *s, char close, bool keyed)
{
	if (++s->depth > JSON_MAX_DEPTH)
		return fail(s, "nesting too deep");
	s->at++; /* the opening bracket */
	skip_blanks(s);
	bool more = !take(s, close);
	while (more) {
		if (keyed) {
			skip_blanks(s);
			if (!scan_string(s))
				return false;
			skip_blanks(s);
			if (!take(s, ':'))
				return fail(s, "no colon after a key");
		}
		if (!scan_value(s))
			return false;
		more = take(s, ',');
		if (!more && !take(s, close))
			return fail(s, "no comma or closing bracket");
	}
	s->depth--;
	return true;
}

/* Recursion is bounded by JSON_MAX_DEPTH. */
static bool scan_value(struct scan *s)
{
	if (++s->values > JSON_MAX_VALUES)
		return fail(s, "too many values");
	skip_blanks(s);
	bool ok;
	switch (peek(s)) {
	case '{':
		ok = scan_members(s, '}', true);
		break;
	case '[':
		ok = scan_members(s, ']', false);
		break;
	case '"':
		ok = scan_string(s);
		break;
	case '-':
	case '0' ... '9':
		ok = scan_number(s);
		break;
	default:
		ok = scan_word(s);
	}
	skip_blanks(s);
	return ok;
}

bool json_scan(const char *text, size_t len, struct buf *rewritten, struct err *err)
{
	struct scan s = { .text = text, .len = len, .out = rewritten, .err = err };
	if (!scan_value(&s))
		return false;
	if (s.at != len)
		return fail(&s, "something after the value");
	if (s.copied > 0 && !buf_add(rewritten, text + s.copied, len - s.copied))
		return fail(&s, "too many long numbers");
	return true;
}
