/* Response headers, one line at a time: what we use of them, checked and capped. */
#include "header.h"

#include <string.h>
#include <strings.h>
#include "kiyya/clock.h"
#include "kiyya/str.h"

#define RETRY_AFTER_MOST 86400

void header_init(struct header *h)
{
	*h = (struct header){
		.length = -1,
		.range_first = -1,
		.range_last = -1,
		.range_total = -1,
		.last_modified = TIME_UNKNOWN,
		.retry_after_s = -1,
		.bytes = h->bytes,
	};
}

/* Digits up to an end character; moves *s behind them. */
static bool read_digits(const char **s, int64_t *ret)
{
	size_t n = strspn(*s, "0123456789");
	char digits[20];

	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, *s, n);
	digits[n] = '\0';
	*s += n;
	return str_to_i64(digits, ret);
}

bool header_content_range(const char *value, int64_t *first, int64_t *last, int64_t *total)
{
	int64_t a = -1, b = -1, size = -1;

	if (strncasecmp(value, "bytes", 5) != 0 || (value[5] != ' ' && value[5] != '='))
		return false;
	value += 6;
	value += strspn(value, " ");
	if (*value == '*') {
		value++;
	} else {
		if (!read_digits(&value, &a) || *value++ != '-' || !read_digits(&value, &b))
			return false;
		if (b < a)
			return false;
	}
	if (*value++ != '/')
		return false;
	if (*value == '*')
		value++;
	else if (!read_digits(&value, &size))
		return false;
	if (*value != '\0' || (a < 0 && size < 0) || (size >= 0 && b >= size))
		return false;
	*first = a;
	*last = b;
	*total = size;
	return true;
}

int64_t header_retry_after(const char *value, int64_t wall)
{
	int64_t s;

	if (!str_to_i64(value, &s)) {
		if (!clock_from_http(value, &s))
			return -1;
		s = s > wall ? s - wall : 0;
	}
	if (s < 0)
		return -1;
	return s > RETRY_AFTER_MOST ? RETRY_AFTER_MOST : s;
}

static void take_length(struct header *h, const char *value, int64_t wall)
{
	int64_t n;

	if (str_to_i64(value, &n) && n >= 0)
		h->length = n;
}

static void take_range(struct header *h, const char *value, int64_t wall)
{
	if (h->status == 206 || h->status == 416)
		(void)header_content_range(value, &h->range_first, &h->range_last, &h->range_total);
}

static void take_modified(struct header *h, const char *value, int64_t wall)
{
	(void)clock_from_http(value, &h->last_modified);
}

static void take_retry_after(struct header *h, const char *value, int64_t wall)
{
	h->retry_after_s = header_retry_after(value, wall);
}

static void take_encoding(struct header *h, const char *value, int64_t wall)
{
	h->encoded = value[0] != '\0' && !str_ieq(value, "identity");
}

/* A text that does not fit or holds a control character counts as absent: half an address is worse.
 */
static void take_text(char *dst, size_t size, const char *value)
{
	for (const char *s = value; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return;
	if (!str_copy(dst, size, value))
		dst[0] = '\0';
}

static void take_type(struct header *h, const char *value, int64_t wall)
{
	take_text(h->content_type, sizeof(h->content_type), value);
}

static void take_etag(struct header *h, const char *value, int64_t wall)
{
	take_text(h->etag, sizeof(h->etag), value);
}

static void take_location(struct header *h, const char *value, int64_t wall)
{
	take_text(h->location, sizeof(h->location), value);
}

static const struct {
	const char *name;
	void (*take)(struct header *h, const char *value, int64_t wall);
} fields[] = {
	{ "content-encoding", take_encoding },
	{ "content-length", take_length },
	{ "content-range", take_range },
	{ "content-type", take_type },
	{ "etag", take_etag },
	{ "last-modified", take_modified },
	{ "location", take_location },
	{ "retry-after", take_retry_after },
};

static void take_status(struct header *h, const char *line)
{
	const char *code = strchr(line, ' ');
	int64_t status;

	header_init(h);
	if (code == NULL)
		return;
	code += strspn(code, " ");
	if (read_digits(&code, &status) && status >= 100 && status <= 999)
		h->status = (int)status;
}

static void take_field(struct header *h, char *line, int64_t wall)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	for (size_t n = strlen(value); n > 0 && strchr(" \t", value[n - 1]) != NULL; n--)
		value[n - 1] = '\0';
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcasecmp(line, fields[i].name) == 0)
			fields[i].take(h, value, wall);
}

bool header_add_line(struct header *h, const char *line, size_t len, int64_t wall)
{
	char text[4096];

	h->bytes += len;
	if (h->ended)
		return false;
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len == 0) {
		h->ended = h->status >= 200;
		return h->ended;
	}
	if (len >= sizeof(text)) /* nothing we read is so long */
		return false;
	memcpy(text, line, len);
	text[len] = '\0';
	if (strncmp(text, "HTTP/", 5) == 0)
		take_status(h, text);
	else
		take_field(h, text, wall);
	return false;
}
