/* Fills the catalogue: rows of a table, invented claims, a file. */
#include "catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/clock.h"
#include "kiyya/file.h"
#include "kiyya/hash.h"
#include "kiyya/mem.h"
#include "kiyya/text.h"

#define TABLE_MAX (1u << 20)

/* The columns of a table, in order. */
enum column {
	COL_CHANNEL,
	COL_KIND,
	COL_NAME,
	COL_TITLE,
	COL_FILE,
	COL_SECONDS,
	COL_SIZE,
	COL_KBPS,
	COL_RELEASE,
	COL_TAGS,
	COL_LANGUAGE,
	COL_FLAGS,
	COL_DESCRIPTION,
	COLUMNS
};

/* The words of the kind column. media: of a stream; NULL: no source. */
static const struct {
	const char *word;
	enum entry_kind kind;
	const char *media;
} kinds[] = {
	{ "video", ENTRY_STREAM, "video/mp4" },     { "audio", ENTRY_STREAM, "audio/mp4" },
	{ "document", ENTRY_STREAM, "text/plain" }, { "stream", ENTRY_STREAM, NULL },
	{ "repost", ENTRY_REPOST, NULL },           { "collection", ENTRY_COLLECTION, NULL },
	{ "channel", ENTRY_CHANNEL, NULL },
};

static struct entry *add_entry(struct catalog *c, const char *name)
{
	struct entry *e = NEW(struct entry);
	char hex[HASH_HEX_MAX];
	hash_once_hex(HASH_SHA256, name, strlen(name), hex);
	e->name = str_dup(name);
	e->fd = -1;
	e->release = TIME_UNKNOWN;
	e->duration = -1;
	e->rank = 1 + (unsigned char)hex[0] * 131 + (unsigned char)hex[1] * 17;
	str_copy(e->id, sizeof(e->id), hex);
	str_copy(e->txid, sizeof(e->txid), hex);
	c->v = mem_grow(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n++] = e;
	return e;
}

/* What a search looks in; after everything else of e is known. */
static void finish_entry(struct entry *e)
{
	char *tags = str_dup("");
	for (size_t i = 0; i < e->tags.n; i++) {
		char *longer = str_fmt("%s %s", tags, e->tags.v[i]);
		free(tags);
		tags = longer;
	}
	char *all =
	    str_fmt("%s %s %s %s%s", e->name, e->title ? e->title : "",
		    e->channel ? e->channel->name : "", e->description ? e->description : "", tags);
	e->haystack = text_fold(all);
	free(all);
	free(tags);
}

static struct entry *channel_named(struct catalog *c, const char *name, char first_digit)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i]->name, name))
			return c->v[i];
	struct entry *e = add_entry(c, name);
	e->kind = ENTRY_CHANNEL;
	e->id[0] = first_digit;
	e->title = str_dup(name + 1);
	finish_entry(e);
	return e;
}

/* -- bytes ---------------------------------------------------------------------------------------
 */

static void invent_sd_hash(const struct entry *e, struct content *content, int version)
{
	char text[256];
	snprintf(text, sizeof(text), "descriptor of %s version %d, %s", e->id, version,
		 content->hash);
	hash_once_hex(HASH_SHA384, text, strlen(text), content->sd_hash);
}

/* True size and hashes of the file at path, as it is and with every byte inverted. */
static bool read_bytes(struct entry *e, const char *path, struct err *err)
{
	struct hash *as_is = hash_new(HASH_SHA384), *inverted = hash_new(HASH_SHA384);
	unsigned char block[1 << 16];
	uint64_t size = 0;
	ssize_t n;

	e->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (e->fd < 0) {
		hash_free(as_is);
		hash_free(inverted);
		return err_sys(err, "opening %s", path);
	}
	while ((n = read(e->fd, block, sizeof(block))) > 0) {
		hash_add(as_is, block, (size_t)n);
		for (ssize_t i = 0; i < n; i++)
			block[i] = (unsigned char)~block[i];
		hash_add(inverted, block, (size_t)n);
		size += (uint64_t)n;
	}
	e->content[0].size = e->content[1].size = size;
	hash_hex(as_is, e->content[0].hash);
	hash_hex(inverted, e->content[1].hash);
	hash_free(as_is);
	hash_free(inverted);
	return n == 0 || err_sys(err, "reading %s", path);
}

static bool find_media(struct entry *e, const char *media, struct err *err)
{
	char *path = str_fmt("%s/%s", media, e->file);
	char *stem = str_dupn(path, strlen(path) - strlen(strrchr(path, '.')));
	char *picture = str_fmt("%s.jpg", stem);
	char *hls = str_fmt("%s.hls", stem);
	bool ok = read_bytes(e, path, err);
	if (ok && access(picture, R_OK) == 0)
		e->picture = str_dup(picture);
	if (ok && access(hls, X_OK) == 0)
		e->hls = str_dup(hls);
	free(hls);
	free(picture);
	free(stem);
	free(path);
	return ok;
}

/* -- rows ----------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "-" is NULL; \n, \r and \xHH become what they mean. A \x00 ends the string, as it does in any C.
 */
static char *read_text(const char *s)
{
	if (str_eq(s, "-"))
		return NULL;
	char *out = mem_new(strlen(s) + 1), *o = out;
	for (; *s != '\0'; s++) {
		if (*s != '\\') {
			*o++ = *s;
		} else if (s[1] == 'x' && hex_digit(s[2]) >= 0 && hex_digit(s[3]) >= 0) {
			*o++ = (char)(hex_digit(s[2]) * 16 + hex_digit(s[3]));
			s += 3;
		} else if (s[1] != '\0') {
			s++;
			*o++ = *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s;
		}
	}
	return out;
}

/* The value of "name=value" or "" for a bare "name" among flags parted by ';'; NULL if absent.
 * Owned. */
static char *flag_value(const char *flags, const char *name)
{
	size_t len = strlen(name);
	for (const char *s = flags; *s != '\0'; s += *s == ';') {
		size_t n = strcspn(s, ";");
		if (n >= len && strncmp(s, name, len) == 0 && (n == len || s[len] == '='))
			return str_dupn(s + len + (n > len), n - len - (n > len));
		s += n;
	}
	return NULL;
}

static bool has_flag(const char *flags, const char *name)
{
	char *value = flag_value(flags, name);
	free(value);
	return value != NULL;
}

static void read_flags(struct catalog *c, struct entry *e, const char *flags)
{
	char *id = flag_value(flags, "id");
	if (id != NULL && id[0] != '\0')
		e->id[0] = id[0];
	char *fee = flag_value(flags, "fee");
	char *space = fee != NULL ? strchr(fee, ' ') : NULL;
	if (space != NULL) {
		e->fee_amount = str_dupn(fee, (size_t)(space - fee));
		e->fee_currency = str_dup(space + 1);
	}
	char *media = flag_value(flags, "media");
	if (media != NULL)
		str_set(&e->media_type, media);
	char *items = flag_value(flags, e->kind == ENTRY_REPOST ? "of" : "items");
	if (items != NULL)
		strs_split(&e->items, items);
	e->bad_signature = has_flag(flags, "badsig");
	e->blocked = has_flag(flags, "blocked");
	e->no_hash = has_flag(flags, "nohash");
	e->nul = has_flag(flags, "nul");
	free(items);
	free(media);
	free(fee);
	free(id);
}

static int64_t number_of(const char *s, int64_t otherwise)
{
	int64_t n;
	return str_to_i64(s, &n) ? n : otherwise;
}

static bool read_kind(struct entry *e, const char *word, struct err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(kinds[i].word, word)) {
			e->kind = kinds[i].kind;
			e->has_source = kinds[i].media != NULL;
			e->media_type = str_dup(kinds[i].media);
			return true;
		}
	}
	return err_set(err, ERR_PARSE, 0, "unknown kind \"%s\"", word);
}

static bool read_row(struct catalog *c, char *cell[COLUMNS], const char *media, struct err *err)
{
	struct entry *e = add_entry(c, cell[COL_NAME]);
	if (!read_kind(e, cell[COL_KIND], err))
		return false;
	e->title = read_text(cell[COL_TITLE]);
	e->file = read_text(cell[COL_FILE]);
	e->language = read_text(cell[COL_LANGUAGE]);
	e->description = read_text(cell[COL_DESCRIPTION]);
	char *tags = read_text(cell[COL_TAGS]);
	if (tags != NULL)
		strs_split(&e->tags, tags);
	free(tags);
	clock_from_iso(cell[COL_RELEASE], &e->release);
	e->duration = number_of(cell[COL_SECONDS], -1);
	if (!str_eq(cell[COL_CHANNEL], "-"))
		e->channel = channel_named(c, cell[COL_CHANNEL], '0');
	sscanf(cell[COL_SIZE], "%dx%d", &e->width, &e->height);
	read_flags(c, e, cell[COL_FLAGS]);
	if (e->file != NULL && media != NULL && !find_media(e, media, err))
		return false;
	if (e->fd < 0 && e->duration > 0)
		e->content[0].size = e->content[1].size =
		    (uint64_t)(number_of(cell[COL_KBPS], 0) * 125 * e->duration);
	for (int i = 0; i < 2; i++)
		invent_sd_hash(e, &e->content[i], i);
	finish_entry(e);
	return true;
}

static bool read_line(struct catalog *c, char *line, const char *media, struct err *err)
{
	char *cell[COLUMNS];
	int n = 0;
	for (char *s = line; s != NULL && n < COLUMNS; n++)
		cell[n] = strsep(&s, "\t");
	if (n != COLUMNS)
		return err_set(err, ERR_PARSE, 0, "%d columns instead of %d", n, COLUMNS);
	return read_row(c, cell, media, err);
}

/* Reposts may name a claim of a later row. */
static void link_reposts(struct catalog *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i]->kind == ENTRY_REPOST && c->v[i]->items.n > 0)
			c->v[i]->original = catalog_by_name(c, c->v[i]->items.v[0]);
}

bool catalog_load(struct catalog *c, const char *table, const char *media, struct err *err)
{
	struct buf text;
	if (!file_read_all(table, TABLE_MAX, &text, err))
		return false;
	bool ok = true;
	int number = 0;
	for (char *rest = text.data; ok && rest != NULL;) {
		char *line = strsep(&rest, "\n");
		number++;
		if (line[0] != '#' && line[0] != '\0')
			ok =
			    read_line(c, line, media, err) || err_wrap(err, "%s:%d", table, number);
	}
	link_reposts(c);
	buf_release(&text);
	return ok;
}

/* -- without a table -----------------------------------------------------------------------------
 */

void catalog_add_many(struct catalog *c, size_t n, int64_t ties)
{
	static const char *const subjects[] = { "Lighthouse", "Harbour",  "Market", "Mountain",
						"River",      "Workshop", "Orchard" };
	static const int64_t newest = 1717200000; /* 2024-06-01 */
	const struct entry *channel = channel_named(c, "@big", 'b');
	for (size_t i = 1; i <= n; i++) {
		char name[32];
		snprintf(name, sizeof(name), "item-%05zu", i);
		struct entry *e = add_entry(c, name);
		e->kind = ENTRY_STREAM;
		e->has_source = true;
		e->media_type = str_dup("video/mp4");
		e->title = str_fmt("Item %05zu: The %s", i, subjects[i % 7]);
		e->description = str_fmt("Number %zu of %zu.", i, n);
		e->language = str_dup("en");
		e->channel = channel;
		e->release = newest - (int64_t)i / ties * 3600;
		e->duration = 60 + (int64_t)(i * 37 % 5000);
		e->width = 1280;
		e->height = 720;
		strs_split(&e->tags, i % 6 == 0   ? "movie,comedy"
				     : i % 2 == 0 ? "movie"
				     : i % 3 == 0 ? "comedy"
						  : "talk");
		for (int k = 0; k < 2; k++) {
			e->content[k].size = (uint64_t)e->duration * 150000;
			invent_sd_hash(e, &e->content[k], k);
		}
		finish_entry(e);
	}
}

bool catalog_add_marked(struct catalog *c, const char *path, struct err *err)
{
	const struct entry *channel = channel_named(c, "@demo", 'd');
	struct entry *e = add_entry(c, "marked");
	e->kind = ENTRY_STREAM;
	e->has_source = true;
	e->media_type = str_dup("video/mp4");
	e->title = str_dup("Marked");
	e->file = str_dup("marked.mp4");
	e->channel = channel;
	e->release = 1700000000;
	e->duration = 60;
	e->width = 640;
	e->height = 360;
	if (!read_bytes(e, path, err))
		return false;
	for (int i = 0; i < 2; i++)
		invent_sd_hash(e, &e->content[i], i);
	finish_entry(e);
	return true;
}
