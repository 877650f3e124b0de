/* Reads and prints HLS playlists. */
#include "kiyya/m3u8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define MAX_CODECS     128
#define MAX_SIDE       16384
#define MAX_SEGMENT_US (INT64_C(24) * 3600 * 1000000)

/* What names of files and codecs are made of. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

struct reading {
	struct m3u8 p;
	const char *url;             /* of the playlist */
	int number;                  /* of the line in hand */
	bool variant_due;            /* the next uri belongs to `variant` */
	struct m3u8_variant variant; /* from its tag */
	bool segment_due;
	int64_t duration_us;
	size_t cap;
};

PRINTF_LIKE(3, 4)
static bool bad(const struct reading *r, struct err *err, const char *fmt, ...)
{
	char what[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_PARSE, 0, "playlist, line %d: %s", r->number, what);
}

/* -- numbers and attributes -------------------------------------------------------------------- */

/* Whole numbers of at most 15 digits; the value ends where the number does. */
static bool read_number(const char *s, size_t n, int64_t *ret)
{
	int64_t v = 0;
	if (n < 1 || n > 15)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*ret = v;
	return true;
}

/* "10", "10.01": microseconds; what is finer is cut off. */
static bool read_seconds(const char *s, size_t n, int64_t *ret_us)
{
	size_t whole = 0;
	int64_t seconds, us = 0;
	while (whole < n && s[whole] != '.')
		whole++;
	if (!read_number(s, whole, &seconds) || seconds > MAX_SEGMENT_US / 1000000)
		return false;
	for (size_t i = whole + 1; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	for (size_t i = 0, at = whole + 1; i < 6; i++, at++)
		us = us * 10 + (at < n ? s[at] - '0' : 0);
	*ret_us = seconds * 1000000 + us;
	return true;
}

/* The value of an attribute, without its quotes; false: it is not in the list. */
static bool attribute(const char *list, const char *name, const char **ret, size_t *ret_n)
{
	size_t len = strlen(name);
	for (const char *s = list; *s;) {
		const char *key = s + strspn(s, " ");
		s = key + strcspn(key, "=,");
		bool found = (size_t)(s - key) == len && strncmp(key, name, len) == 0;
		if (*s != '=') {
			s += *s == ',';
			continue;
		}
		bool quoted = *++s == '"';
		s += quoted;
		size_t n = strcspn(s, quoted ? "\"" : ",");
		if (found && (!quoted || s[n] == '"')) {
			*ret = s;
			*ret_n = n;
			return true;
		}
		s += n;
		s += strcspn(s, ",");
		s += *s == ',';
	}
	return false;
}

static int64_t number_attribute(const char *list, const char *name)
{
	const char *s;
	size_t n;
	int64_t v;
	return attribute(list, name, &s, &n) && read_number(s, n, &v) ? v : 0;
}

static void read_resolution(struct m3u8_variant *v, const char *list)
{
	const char *s;
	size_t n;
	if (!attribute(list, "RESOLUTION", &s, &n))
		return;
	const char *x = memchr(s, 'x', n);
	int64_t width, height;
	if (!x || !read_number(s, (size_t)(x - s), &width) ||
	    !read_number(x + 1, n - (size_t)(x + 1 - s), &height))
		return;
	if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE)
		return;
	v->width = (int)width;
	v->height = (int)height;
}

static void read_codecs(struct reading *r, const char *list)
{
	const char *s;
	size_t n;
	if (!attribute(list, "CODECS", &s, &n) || n < 1 || n > MAX_CODECS)
		return;
	char *codecs = arena_strn(r->p.arena, s, n);
	if (strspn(codecs, PLAIN ", ") == n)
		r->variant.codecs = codecs;
}

/* -- names ------------------------------------------------------------------------------------- */

static bool name_is_plain(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n <= M3U8_MAX_NAME && *s != '.' && strspn(s, PLAIN) == n;
}

/* How much of the playlist's own address its folder is: up to the last slash of the path. */
static size_t folder_length(const char *url)
{
	size_t end = strcspn(url, "?#");
	while (end > 0 && url[end - 1] != '/')
		end--;
	return end;
}

/* What is left of uri inside the playlist's folder: written from there, from the host's root or as a whole address. */
static const char *inside_folder(const char *url, const char *uri)
{
	size_t folder = folder_length(url);
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	if (folder > 0 && strncmp(uri, url, folder) == 0)
		return uri + folder;
	if (path && *uri == '/' && uri[1] != '/') {
		size_t below = folder - (size_t)(path - url);
		return path < url + folder && strncmp(uri, path, below) == 0 ? uri + below : NULL;
	}
	return str_starts(uri, "./") ? uri + 2 : uri;
}

static bool take_name(struct reading *r, const char *uri, const char **ret, struct err *err)
{
	const char *name = inside_folder(r->url, uri);
	if (!name || !name_is_plain(name))
		return bad(r, err, "\"%.80s\" is no file of the playlist's own folder", uri);
	*ret = arena_str(r->p.arena, name);
	return true;
}

/* -- tags -------------------------------------------------------------------------------------- */

static bool on_other(struct reading *r, const char *value, struct err *err)
{
	return true;
}

static bool on_variant(struct reading *r, const char *value, struct err *err)
{
	struct m3u8_variant *v = &r->variant;
	*v = (struct m3u8_variant){ .bandwidth = number_attribute(value, "BANDWIDTH"),
				    .average = number_attribute(value, "AVERAGE-BANDWIDTH") };
	if (v->bandwidth == 0)
		return bad(r, err, "a variant without BANDWIDTH");
	read_codecs(r, value);
	read_resolution(v, value);
	r->variant_due = true;
	return true;
}

static bool on_segment(struct reading *r, const char *value, struct err *err)
{
	r->segment_due = true;
	return read_seconds(value, strcspn(value, ","), &r->duration_us) ||
	       bad(r, err, "\"%.40s\" is no duration", value);
}

static bool on_target(struct reading *r, const char *value, struct err *err)
{
	return (read_number(value, strlen(value), &r->p.target_s) && r->p.target_s > 0) ||
	       bad(r, err, "\"%.40s\" is no target duration", value);
}

static bool on_sequence(struct reading *r, const char *value, struct err *err)
{
	return read_number(value, strlen(value), &r->p.sequence) ||
	       bad(r, err, "\"%.40s\" is no number of a segment", value);
}

static bool on_end(struct reading *r, const char *value, struct err *err)
{
	r->p.ended = true;
	return true;
}

static bool on_key(struct reading *r, const char *value, struct err *err)
{
	const char *s;
	size_t n;
	bool none = attribute(value, "METHOD", &s, &n) && n == 4 && memcmp(s, "NONE", 4) == 0;
	return none || bad(r, err, "its segments are encrypted");
}

static bool on_rendition(struct reading *r, const char *value, struct err *err)
{
	const char *s;
	size_t n;
	bool sound = attribute(value, "TYPE", &s, &n) && n == 5 && memcmp(s, "AUDIO", 5) == 0;
	return !sound || !attribute(value, "URI", &s, &n) ||
	       bad(r, err, "its sound is in files of its own");
}

static bool on_range(struct reading *r, const char *value, struct err *err)
{
	return bad(r, err, "its segments are parts of files");
}

static bool on_map(struct reading *r, const char *value, struct err *err)
{
	return bad(r, err, "it is no transport stream");
}

static const struct {
	const char *tag; /* with ':' a value follows */
	bool (*take)(struct reading *r, const char *value, struct err *err);
} tags[] = {
	{ "#EXT-X-STREAM-INF:", on_variant },
	{ "#EXTINF:", on_segment },
	{ "#EXT-X-TARGETDURATION:", on_target },
	{ "#EXT-X-MEDIA-SEQUENCE:", on_sequence },
	{ "#EXT-X-ENDLIST", on_end },
	{ "#EXT-X-KEY:", on_key },
	{ "#EXT-X-SESSION-KEY:", on_key },
	{ "#EXT-X-MEDIA:", on_rendition },
	{ "#EXT-X-BYTERANGE:", on_range },
	{ "#EXT-X-MAP:", on_map },
	{ "", on_other },
};

/* -- lines ------------------------------------------------------------------------------------- */

static bool take_uri(struct reading *r, const char *uri, struct err *err)
{
	struct m3u8 *p = &r->p;
	const char *name = NULL;
	if (!r->variant_due && !r->segment_due)
		return bad(r, err, "a file that nothing was said about");
	if (r->variant_due ? r->segment_due || p->n_segments : p->n_variants)
		return bad(r, err, "variants and segments in one playlist");
	if (!take_name(r, uri, &name, err))
		return false;
	if (r->variant_due) {
		if (p->n_variants == M3U8_MAX_VARIANTS)
			return bad(r, err, "over %d variants", M3U8_MAX_VARIANTS);
		r->variant.uri = name;
		p->variants = mem_grow(p->variants, p->n_variants + 1, sizeof(*p->variants));
		p->variants[p->n_variants++] = r->variant;
	} else {
		if (p->n_segments == M3U8_MAX_SEGMENTS)
			return bad(r, err, "over %d segments", M3U8_MAX_SEGMENTS);
		if (p->n_segments == r->cap) {
			r->cap = r->cap ? 2 * r->cap : 64;
			p->segments = mem_grow(p->segments, r->cap, sizeof(*p->segments));
		}
		p->segments[p->n_segments++] = (struct m3u8_segment){ name, r->duration_us };
	}
	r->variant_due = r->segment_due = false;
	return true;
}

static bool take_line(struct reading *r, const char *line, struct err *err)
{
	if (!*line)
		return true;
	if (*line != '#')
		return take_uri(r, line, err);
	size_t i = 0;
	while (!str_starts(line, tags[i].tag))
		i++;
	return tags[i].take(r, line + strlen(tags[i].tag), err);
}

/* What only the whole can show. */
static bool check_whole(struct reading *r, struct err *err)
{
	if (r->variant_due || r->segment_due)
		return bad(r, err, "it ends before the file that was announced");
	if (!r->p.n_variants && !r->p.n_segments)
		return bad(r, err, "neither variants nor segments");
	if (r->p.n_segments && !r->p.target_s)
		return bad(r, err, "no target duration");
	if (r->p.n_variants) {
		r->p.target_s = r->p.sequence = 0;
		r->p.ended = false;
	}
	return true;
}

static bool read_lines(struct reading *r, char *text, struct err *err)
{
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		size_t n = strlen(line);
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = 0;
		if (++r->number == 1 && !str_eq(line, "#EXTM3U"))
			return err_set(err, ERR_PARSE, 0,
				       "a playlist begins with #EXTM3U, this does not");
		if (!text_is_clean(line, strlen(line), false))
			return bad(r, err, "control characters");
		if (!take_line(r, line, err))
			return false;
	}
	return check_whole(r, err);
}

bool m3u8_parse(struct m3u8 *ret, const char *text, size_t len, const char *url, struct err *err)
{
	if (len > M3U8_MAX_BYTES)
		return err_set(err, ERR_PARSE, 0, "a playlist of over %u bytes", M3U8_MAX_BYTES);
	if (memchr(text, 0, len) || !text_is_utf8(text, len))
		return err_set(err, ERR_PARSE, 0, "a playlist that is not text");
	struct reading r = { .p = { .arena = arena_new() }, .url = url };
	char *copy = str_dupn(text, len);
	bool ok = read_lines(&r, copy, err);
	free(copy);
	if (ok)
		*ret = r.p;
	else
		m3u8_release(&r.p);
	return ok;
}

void m3u8_release(struct m3u8 *p)
{
	arena_free(p->arena);
	free(p->variants);
	free(p->segments);
	*p = (struct m3u8){ 0 };
}

/* -- printing ---------------------------------------------------------------------------------- */

static void print_variant(struct buf *b, const struct m3u8_variant *v)
{
	buf_addf(b, "#EXT-X-STREAM-INF:BANDWIDTH=%" PRId64, v->bandwidth);
	if (v->average)
		buf_addf(b, ",AVERAGE-BANDWIDTH=%" PRId64, v->average);
	if (v->width)
		buf_addf(b, ",RESOLUTION=%dx%d", v->width, v->height);
	if (v->codecs)
		buf_addf(b, ",CODECS=\"%s\"", v->codecs);
	buf_addf(b, "\n%s\n", v->uri);
}

char *m3u8_print(const struct m3u8 *p)
{
	struct buf b;
	buf_init(&b, 1024 + p->n_variants * (M3U8_MAX_NAME + MAX_CODECS + 256) +
			 p->n_segments * (M3U8_MAX_NAME + 64));
	buf_add_str(&b, "#EXTM3U\n");
	for (size_t i = 0; i < p->n_variants; i++)
		print_variant(&b, &p->variants[i]);
	if (p->n_segments)
		buf_addf(&b,
			 "#EXT-X-TARGETDURATION:%" PRId64 "\n#EXT-X-MEDIA-SEQUENCE:%" PRId64 "\n",
			 p->target_s, p->sequence);
	for (size_t i = 0; i < p->n_segments; i++) {
		const struct m3u8_segment *s = &p->segments[i];
		buf_addf(&b, "#EXTINF:%" PRId64 ".%06" PRId64 ",\n%s\n", s->duration_us / 1000000,
			 s->duration_us % 1000000, s->uri);
	}
	if (p->ended)
		buf_add_str(&b, "#EXT-X-ENDLIST\n");
	return buf_steal(&b);
}

int64_t m3u8_duration_us(const struct m3u8 *p)
{
	int64_t sum = 0;
	for (size_t i = 0; i < p->n_segments; i++)
		sum += p->segments[i].duration_us;
	return sum;
}

/* -- asking for more ----------------------------------------------------------------------------- */

char *m3u8_address(const char *url, const char *name)
{
	return str_fmt("%.*s%s", (int)folder_length(url), url, name);
}

int m3u8_height(const struct m3u8_variant *v)
{
	return v->width && v->width < v->height ? v->width : v->height;
}

/* Whether a suits better than b, which is as good as any or better than none (NULL). */
static bool suits_better(const struct m3u8_variant *a, const struct m3u8_variant *b, int height)
{
	int of_a = m3u8_height(a), of_b = b ? m3u8_height(b) : 0;
	if (!b || of_a == of_b)
		return !b || a->bandwidth > b->bandwidth;
	if ((of_a <= height) != (of_b <= height))
		return of_a <= height;
	return of_a <= height ? of_a > of_b : of_a < of_b;
}

const struct m3u8_variant *m3u8_choose(const struct m3u8 *p, int height)
{
	const struct m3u8_variant *best = NULL;
	for (size_t i = 0; i < p->n_variants; i++)
		if (m3u8_height(&p->variants[i]) > 0 && suits_better(&p->variants[i], best, height))
			best = &p->variants[i];
	return best;
}
