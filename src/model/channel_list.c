/* Reads lists of channels as other programs keep them. */
#include "kiyya/channel_list.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/json.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "opml.h"

#define BLANKS    " \t\r\n"
#define UTF8_MARK "\xef\xbb\xbf"

void channel_list_release(struct channel_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].address);
	free(l->v);
	*l = (struct channel_list){ 0 };
}

static bool add(struct channel_list *l, int line, const char *text, size_t len, struct err *err)
{
	if (l->n == CHANNEL_LIST_MAX_ENTRIES)
		return err_set(err, ERR_LIMIT, 0, "the list has more than %d entries",
			       CHANNEL_LIST_MAX_ENTRIES);
	if (l->n % 64 == 0)
		l->v = mem_grow(l->v, l->n + 64, sizeof(*l->v));
	l->v[l->n++] = (struct channel_entry){
		.line = line, .address = text_clean(text, len, CHANNEL_LIST_MAX_ADDRESS, false)
	};
	return true;
}

/* -- a line each ------------------------------------------------------------------------------- */

/* The length of the address at the begin of a line. newsboat puts tags in quotes behind it; other words make the line
 * what it is: no address. */
static size_t address_length(const char *line, size_t len)
{
	size_t n = 0;
	while (n < len && !strchr(BLANKS, line[n]))
		n++;
	size_t next = n;
	while (next < len && strchr(BLANKS, line[next]))
		next++;
	if (next < len && !strchr("\"#!~", line[next]))
		n = len;
	return n;
}

static bool read_plain(struct channel_list *l, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;
	for (int line = 1; text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *next = stop ? stop + 1 : end;
		stop = stop ? stop : end;
		while (text < stop && strchr(BLANKS, *text))
			text++;
		while (stop > text && strchr(BLANKS, stop[-1]))
			stop--;
		size_t n = (size_t)(stop - text);
		if (n > 0 && *text != '#' && !add(l, line, text, address_length(text, n), err))
			return false;
		text = next;
	}
	return true;
}

/* -- OPML -------------------------------------------------------------------------------------- */

static bool is_odysee(const char *url)
{
	static const char *const feeds[] = {
		"https://odysee.com/$/rss/", "https://www.odysee.com/$/rss/",
		"http://odysee.com/$/rss/",  "https://odysee.com/%24/rss/",
		"https://odysee.com/@",      "lbry://",
	};
	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++)
		if (str_starts(url, feeds[i]))
			return true;
	return false;
}

static bool take_feed(void *arg, int line, const char *url, struct err *err)
{
	struct channel_list *l = arg;
	url += strspn(url, BLANKS);
	if (is_odysee(url))
		return add(l, line, url, strcspn(url, BLANKS), err);
	l->n_foreign++;
	return true;
}

/* -- Odysee's preferences ---------------------------------------------------------------------- */

static bool read_array(struct channel_list *l, const struct json *array, struct err *err)
{
	for (const struct json *e = json_first(array); e; e = json_next(e)) {
		const char *uri = json_str(e);
		if (!uri)
			uri = json_str(json_get(e, "uri"));
		if (!uri)
			uri = "";
		if (!add(l, (int)l->n + 1, uri, strlen(uri), err))
			return false;
	}
	return true;
}

static bool read_json(struct channel_list *l, const char *text, size_t len, struct err *err)
{
	static const char *const places[] = { "",
					      "value",
					      "shared.value",
					      "result.shared.value",
					      "local.value",
					      "result.local.value" };
	struct json *doc = json_parse(text, len, CHANNEL_LIST_MAX_BYTES, err);
	if (!doc) {
		if (err)
			err->kind = ERR_USAGE; /* asking again will not help */
		return false;
	}
	bool ok = true, found = json_is_array(doc);
	l->numbered = true;
	if (found)
		ok = read_array(l, doc, err);
	for (size_t i = 0; ok && i < sizeof(places) / sizeof(places[0]); i++) {
		const struct json *at = *places[i] ? json_path(doc, places[i]) : doc;
		const struct json *following = json_get(at, "following");
		const struct json *subscriptions = json_get(at, "subscriptions");
		found |= following || subscriptions;
		ok = read_array(l, following, err) && read_array(l, subscriptions, err);
	}
	json_free(doc);
	return ok && (found || err_set(err, ERR_USAGE, 0,
				       "this is JSON without a list called following or "
				       "subscriptions"));
}

/* ---------------------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct channel_entry *x = a, *y = b;
	int order = strcmp(x->address, y->address);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int by_line(const void *a, const void *b)
{
	const struct channel_entry *x = a, *y = b;
	return (x->line > y->line) - (x->line < y->line);
}

/* Odysee's preferences name each channel twice. */
static void drop_doubles(struct channel_list *l)
{
	if (l->n < 2)
		return;
	qsort(l->v, l->n, sizeof(*l->v), by_address);
	size_t kept = 1;
	for (size_t i = 1; i < l->n; i++) {
		if (*l->v[i].address && str_eq(l->v[i].address, l->v[kept - 1].address))
			free(l->v[i].address);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
	qsort(l->v, l->n, sizeof(*l->v), by_line);
}

bool channel_list_read(struct channel_list *ret, const char *text, size_t len, struct err *err)
{
	struct channel_list l = { 0 };
	if (len > CHANNEL_LIST_MAX_BYTES)
		return err_set(err, ERR_LIMIT, 0, "the list is longer than %u bytes",
			       CHANNEL_LIST_MAX_BYTES);
	if (len >= 3 && memcmp(text, UTF8_MARK, 3) == 0) {
		text += 3;
		len -= 3;
	}
	size_t blank = 0;
	while (blank < len && strchr(BLANKS, text[blank]))
		blank++;
	char first = blank < len ? text[blank] : '\0';
	bool ok = first == '<'                   ? opml_read(text, len, take_feed, &l, err)
		  : first == '{' || first == '[' ? read_json(&l, text, len, err)
						 : read_plain(&l, text, len, err);
	if (!ok) {
		channel_list_release(&l);
		return false;
	}
	drop_doubles(&l);
	*ret = l;
	return true;
}
