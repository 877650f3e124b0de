/* The text of the configuration file: lines cut into parts, read, edited in place, written afresh.
 */
#include "kiyya/config_text.h"

#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define CONFIG_MAX (4u << 20)

struct span {
	const char *at;
	size_t len;
};

enum line_kind { LINE_BLANK, LINE_SECTION, LINE_PAIR, LINE_BAD };

/* One line, cut but not copied. */
struct line {
	enum line_kind kind;
	struct span whole; /* with its '\n' */
	struct span name;  /* of a section or a pair; what is commented out, of a comment */
	struct span value; /* as written, quotes included, without the comment behind it */
	const char *why;   /* LINE_BAD */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_comment_sign(char c)
{
	return c == '#' || c == ';';
}

static struct span span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

static bool span_is(struct span s, const char *word, size_t len)
{
	return s.len == len && memcmp(s.at, word, len) == 0;
}

static bool is_key(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.",
			    s.at[i]))
			return false;
	return s.len > 0;
}

static bool has_controls(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* Bytes of a quoted string with both quotes; 0 if s does not begin with one that is closed. */
static size_t quoted_len(struct span s)
{
	if (s.len < 2 || s.at[0] != '"')
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '"')
			return i + 1;
	}
	return 0;
}

/* What stands between '=' and the comment. */
static struct span cut_value(struct span s)
{
	s = span_trim(s);
	size_t quoted = quoted_len(s);
	struct span behind = span_trim((struct span){ s.at + quoted, s.len - quoted });
	if (quoted > 0 &&
	    (behind.len == 0 || (behind.at > s.at + quoted && is_comment_sign(behind.at[0]))))
		return (struct span){ s.at, quoted };
	for (size_t i = 0; i < s.len; i++)
		if (is_comment_sign(s.at[i]) && (i == 0 || is_blank(s.at[i - 1])))
			return span_trim((struct span){ s.at, i });
	return s;
}

static void cut_section(struct line *l, struct span s)
{
	const char *end = memchr(s.at, ']', s.len);
	if (!end) {
		l->why = "a section without its ]";
		return;
	}
	struct span behind = { end + 1, (size_t)(s.at + s.len - end - 1) };
	behind = span_trim(behind);
	l->name = span_trim((struct span){ s.at + 1, (size_t)(end - s.at - 1) });
	if (!is_key(l->name))
		l->why = "not the name of a section";
	else if (behind.len > 0 && !is_comment_sign(behind.at[0]))
		l->why = "something behind the ] of a section";
	else
		l->kind = LINE_SECTION;
}

static void cut_pair(struct line *l, struct span s)
{
	const char *sign = memchr(s.at, '=', s.len);
	if (!sign) {
		l->why = "neither a [section] nor key = value";
		return;
	}
	l->name = span_trim((struct span){ s.at, (size_t)(sign - s.at) });
	l->value = cut_value((struct span){ sign + 1, (size_t)(s.at + s.len - sign - 1) });
	if (!is_key(l->name))
		l->why = "not the name of a key";
	else
		l->kind = LINE_PAIR;
}

/* Cuts the line at the front of rest and drops it from there; false at the end. */
static bool next_line(struct span *rest, struct line *l)
{
	if (rest->len == 0)
		return false;
	const char *nl = memchr(rest->at, '\n', rest->len);
	size_t len = nl ? (size_t)(nl - rest->at) + 1 : rest->len;
	*l = (struct line){ .kind = LINE_BAD, .whole = { rest->at, len } };
	rest->at += len;
	rest->len -= len;

	struct span s = { l->whole.at, nl ? len - 1 : len };
	if (s.len > 0 && s.at[s.len - 1] == '\r')
		s.len--;
	if (has_controls(s) || !text_is_utf8(s.at, s.len)) {
		l->why = "not plain text";
		return true;
	}
	s = span_trim(s);
	if (s.len == 0 || is_comment_sign(s.at[0])) {
		l->kind = LINE_BLANK;
		const char *sign = s.len > 0 ? memchr(s.at, '=', s.len) : NULL;
		if (sign)
			l->name = span_trim((struct span){ s.at + 1, (size_t)(sign - s.at - 1) });
	} else if (s.at[0] == '[') {
		cut_section(l, s);
	} else {
		cut_pair(l, s);
	}
	return true;
}

static struct span text_start(const char *text, size_t len)
{
	bool bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
	return (struct span){ bom ? text + 3 : text, bom ? len - 3 : len };
}

static void add_key(struct buf *out, struct span section, struct span name)
{
	if (section.len > 0) {
		buf_add(out, section.at, section.len);
		buf_add_char(out, '.');
	}
	buf_add(out, name.at, name.len);
}

static void add_unquoted(struct buf *out, struct span value)
{
	if (value.len == 0 || quoted_len(value) != value.len) {
		buf_add(out, value.at, value.len);
		return;
	}
	for (size_t i = 1; i + 1 < value.len; i++) {
		if (value.at[i] == '\\' && (value.at[i + 1] == '"' || value.at[i + 1] == '\\'))
			i++;
		buf_add_char(out, value.at[i]);
	}
}

bool config_read_text(const char *file, const char *text, size_t len, config_pair_fn fn, void *arg,
		      struct err *err)
{
	struct span rest = text_start(text, len), section = { NULL, 0 };
	struct buf key, value;
	buf_init(&key, CONFIG_MAX);
	buf_init(&value, CONFIG_MAX);
	struct line l;
	bool ok = true;
	for (int n = 1; ok && next_line(&rest, &l); n++) {
		switch (l.kind) {
		case LINE_BLANK:
			break;
		case LINE_SECTION:
			section = l.name;
			break;
		case LINE_PAIR:
			buf_clear(&key);
			buf_clear(&value);
			add_key(&key, section, l.name);
			add_unquoted(&value, l.value);
			ok = fn(arg, n, key.data, value.data, err);
			if (!ok)
				err_wrap(err, "%s:%d", file, n);
			break;
		case LINE_BAD:
			ok = err_set(err, ERR_CONFIG, 0, "%s:%d: %s", file, n, l.why);
			break;
		}
	}
	buf_release(&key);
	buf_release(&value);
	return ok;
}

/* Whether a value must be put in quotes to be read back as it is. One that begins with a quote must: what closes it
 * could stand in the comment behind. */
static bool needs_quotes(struct span value)
{
	struct span cut = cut_value(value);
	return cut.at != value.at || cut.len != value.len || (value.len > 0 && value.at[0] == '"');
}

static void add_value(struct buf *out, const char *text)
{
	struct span value = { text, strlen(text) };
	if (!needs_quotes(value)) {
		buf_add(out, value.at, value.len);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '"' || value.at[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, value.at[i]);
	}
	buf_add_char(out, '"');
}

/* Where an edit goes. */
struct place {
	struct line pair;  /* the last line of the key; whole.at NULL: none */
	const char *after; /* else: behind this point of its section; NULL: no such section */
	bool commented;    /* after stands behind the key's own commented-out line */
};

static struct place find_place(struct span rest, const char *key)
{
	size_t section_len = strcspn(key, ".");
	const char *name = key + section_len + 1;
	struct place p = { 0 };
	struct span section = { NULL, 0 };
	bool inside = false;
	struct buf full;
	buf_init(&full, CONFIG_MAX);
	struct line l;
	while (next_line(&rest, &l)) {
		const char *end = l.whole.at + l.whole.len;
		if (l.kind == LINE_SECTION) {
			section = l.name;
			inside = span_is(section, key, section_len);
			if (inside && !p.commented)
				p.after = end;
		} else if (l.kind == LINE_PAIR) {
			buf_clear(&full);
			add_key(&full, section, l.name);
			if (str_eq(full.data, key))
				p.pair = l;
			if (inside && !p.commented)
				p.after = end;
		} else if (inside && span_is(l.name, name, strlen(name))) {
			p.after = end;
			p.commented = true;
		}
	}
	buf_release(&full);
	return p;
}

static bool key_and_value_ok(const char *key, const char *value)
{
	struct span k = { key, strlen(key) }, v = { value, strlen(value) };
	const char *dot = strchr(key, '.');
	return is_key(k) && dot && dot > key && dot[1] != '\0' && !has_controls(v) &&
	       !strchr(value, '\t') && text_is_utf8(value, v.len);
}

char *config_edit_text(const char *text, const char *key, const char *value)
{
	if (!key_and_value_ok(key, value))
		return NULL;
	size_t len = strlen(text), section_len = strcspn(key, ".");
	const char *name = key + section_len + 1, *end = text + len;
	struct place p = find_place(text_start(text, len), key);
	struct buf out;
	buf_init(&out, len + strlen(key) + 2 * strlen(value) + 64);

	const char *from, *to; /* what of the text goes and comes back around the new bytes */
	if (p.pair.whole.at) {
		from = p.pair.value.at;
		to = from + p.pair.value.len;
	} else {
		from = to = p.after ? p.after : end;
	}
	buf_add(&out, text, (size_t)(from - text));
	if (p.pair.whole.at) {
		if (from == to && from[-1] == '=' && *value)
			buf_add_char(&out, ' ');
		add_value(&out, value);
		if (to < end && is_comment_sign(*to) && *value)
			buf_add_char(&out, ' ');
	} else {
		if (out.len > 0 && out.data[out.len - 1] != '\n')
			buf_add_char(&out, '\n');
		if (!p.after)
			buf_addf(&out, "%s[%.*s]\n", out.len > 0 ? "\n" : "", (int)section_len,
				 key);
		buf_addf(&out, "%s = ", name);
		add_value(&out, value);
		buf_add_char(&out, '\n');
	}
	buf_add(&out, to, (size_t)(end - to));
	return buf_steal(&out);
}

char *config_commented_file(void)
{
	struct buf out;
	buf_init(&out, CONFIG_MAX);
	buf_add_str(
	    &out,
	    "# Settings of kiyya; kiyya.conf(5) explains them. Take the # away to change one.\n");
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *key = setting_defs[i].key;
		size_t len = strcspn(key, ".") + 1;
		bool first = true;
		for (int before = 0; before < i; before++)
			first = first && strncmp(setting_defs[before].key, key, len) != 0;
		if (!first)
			continue;
		buf_addf(&out, "\n[%.*s]\n", (int)len - 1, key);
		for (int j = i; j < SETTING_COUNT; j++) {
			const struct setting_def *d = &setting_defs[j];
			if (strncmp(d->key, key, len) == 0)
				buf_addf(&out, "# %s\n#%s =%s%s\n", d->meaning, d->key + len,
					 *d->def ? " " : "", d->def);
		}
	}
	return buf_steal(&out);
}
