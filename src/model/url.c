/* Addresses of claims: from whatever a person pastes to one canonical lbry:// form. */
#include "kiyya/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static const char *const web_hosts[] = {
	"https://odysee.com/", "https://www.odysee.com/",
	"http://odysee.com/",  "http://www.odysee.com/",
	"https://lbry.tv/",    "https://open.lbry.com/",
	"odysee.com/",
};

/* /$/PREFIX/<name>/<id> addresses a claim by name and id; the feed of a channel is at /$/rss/@channel. */
static const char *const special_paths[] = { "$/embed/", "$/download/", "$/stream/", "$/rss/" };
/* /$/PREFIX/<id> addresses a collection by its id. */
static const char *const list_paths[] = { "$/playlist/", "$/list/" };

static bool percent_decode(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)s[i];
		if (s[i] == '%' && n - i > 2) {
			char pair[3] = { s[i + 1], s[i + 2], 0 };
			if (hex_decode(&byte, 1, pair))
				i += 2;
		}
		if (!buf_add(out, &byte, 1))
			return false;
	}
	return true;
}

/* Characters that a name may not hold (lbry-sdk lbry/schema/url.py), beside the separators. */
static bool name_char_ok(unsigned char c)
{
	return c > 0x20 && !strchr("=&#:$@%?;\"/\\<>{}|^~`[]", c);
}

/* UTF-8 that no name may hold: U+FFFE and U+FFFF, which are no characters. */
static bool has_noncharacter(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (memcmp(s + i, "\xef\xbf", 2) == 0 && (unsigned char)s[i + 2] >= 0xbe)
			return true;
	return false;
}

/* One "name[:id]" part from s up to a slash or the end; appends "name#id". */
static bool add_part(struct buf *out, const char **s, bool channel)
{
	const char *p = *s;
	if (channel)
		buf_add_char(out, *p++);
	const char *name = p;
	while (*p && name_char_ok((unsigned char)*p))
		p++;
	size_t len = (size_t)(p - name);
	if (!len || !text_is_utf8(name, len) || has_noncharacter(name, len))
		return false;
	buf_add(out, name, len);
	if (*p == ':' || *p == '#') {
		const char *id = ++p;
		size_t n = strspn(id, "0123456789abcdef");
		if (n < 1 || n > CLAIM_ID_LEN)
			return false;
		buf_add_char(out, '#');
		buf_add(out, id, n);
		p = id + n;
	} else if (*p == '$') {
		size_t n = strspn(p + 1, "0123456789");
		if (n < 1 || n > 9)
			return false;
		buf_add(out, p, n + 1);
		p += n + 1;
	}
	if (*p && *p != '/')
		return false;
	*s = p;
	return true;
}

/* "@channel[:x][/name[:y]]" or "name[:y]", already decoded, to lbry:// form. */
static bool parse_path(struct url *u, const char *path)
{
	struct buf out;
	buf_init(&out, URL_MAX + 64);
	buf_add_str(&out, "lbry://");
	bool channel = *path == '@', ok = add_part(&out, &path, channel);
	bool stream = false;
	if (ok && channel && *path == '/' && path[1]) {
		path++;
		buf_add_char(&out, '/');
		ok = add_part(&out, &path, false);
		stream = true;
	}
	if (ok && *path == '/' && !path[1])
		path++; /* a slash at the end means nothing */
	ok = ok && !*path;
	if (ok) {
		u->is_channel = channel && !stream;
		u->lbry = buf_steal(&out);
		/* A full id in the last part names the claim for good. */
		const char *hash = strrchr(u->lbry, '#');
		if (hash && claim_id_ok(hash + 1))
			str_copy(u->claim_id, sizeof(u->claim_id), hash + 1);
	}
	buf_release(&out);
	return ok;
}

/* "<name>/<40 hex>": a claim by name and id. */
static bool parse_name_and_id(struct url *u, const char *path)
{
	const char *slash = strchr(path, '/');
	if (!slash || *path == '@' || !claim_id_ok(slash + 1))
		return false;
	char *joined = str_fmt("%.*s#%s", (int)(slash - path), path, slash + 1);
	bool ok = parse_path(u, joined);
	free(joined);
	return ok;
}

static bool parse_web_path(struct url *u, const char *path)
{
	for (size_t i = 0; i < sizeof(list_paths) / sizeof(list_paths[0]); i++) {
		if (str_starts(path, list_paths[i]) && claim_id_ok(path + strlen(list_paths[i]))) {
			str_copy(u->claim_id, sizeof(u->claim_id), path + strlen(list_paths[i]));
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(special_paths) / sizeof(special_paths[0]); i++) {
		if (str_starts(path, special_paths[i])) {
			path += strlen(special_paths[i]);
			break;
		}
	}
	if (parse_name_and_id(u, path))
		return true;
	if (*path != '@' && strchr(path, '/')) { /* foo/bar without the @ */
		char *with_at = str_fmt("@%s", path);
		bool ok = parse_path(u, with_at);
		free(with_at);
		return ok;
	}
	return parse_path(u, path);
}

bool url_parse(struct url *ret, const char *text, struct err *err)
{
	if (strlen(text) > URL_MAX)
		return err_set(err, ERR_USAGE, 0, "the address is longer than %d bytes", URL_MAX);
	struct url u = { 0 };
	if (claim_id_ok(text)) {
		str_copy(u.claim_id, sizeof(u.claim_id), text);
		*ret = u;
		return true;
	}
	bool ok = false, web = false;
	for (size_t i = 0; i < sizeof(web_hosts) / sizeof(web_hosts[0]) && !web; i++) {
		if (!str_starts(text, web_hosts[i]))
			continue;
		web = true;
		const char *path = text + strlen(web_hosts[i]);
		struct buf decoded;
		buf_init(&decoded, URL_MAX);
		/* On the web '?' begins a query, and '#' a fragment that is none of the claim. */
		ok = percent_decode(&decoded, path, strcspn(path, "?#")) &&
		     strlen(decoded.data) == decoded.len;
		if (decoded.len > 1 && str_ends(decoded.data, "/"))
			buf_cut(&decoded, decoded.len - 1); /* it means nothing there either */
		ok = ok && parse_web_path(&u, decoded.data);
		buf_release(&decoded);
	}
	if (!web) {
		const char *path = str_starts(text, "lbry://") ? text + 7 : text;
		char *no_query = str_dupn(path, strcspn(path, "?"));
		ok = parse_path(&u, no_query);
		free(no_query);
	}
	if (!ok) {
		char *shown = text_clean(text, strlen(text), 100, false);
		err_set(err, ERR_USAGE, 0,
			"\"%s\" is no address of a claim: @channel:x, @channel:x/name:y, lbry://…, "
			"https://odysee.com/… or a claim id of 40 hex digits",
			shown);
		free(shown);
		url_release(&u);
		return false;
	}
	*ret = u;
	return true;
}

void url_release(struct url *u)
{
	free(u->lbry);
	*u = (struct url){ 0 };
}

char *url_web(const char *lbry)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf out;
	buf_init(&out, 4 * URL_MAX);
	buf_add_str(&out, "https://odysee.com/");
	for (const char *p = str_starts(lbry, "lbry://") ? lbry + 7 : lbry; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '#')
			c = ':';
		if (c < 0x7f && c > 0x20 && !strchr("'()%\"<>", c)) {
			buf_add_char(&out, (char)c);
		} else {
			char escaped[3] = { '%', hex[c >> 4], hex[c & 15] };
			buf_add(&out, escaped, 3);
		}
	}
	return buf_steal(&out);
}
