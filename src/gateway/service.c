/* The search service: words in, ranked claim ids out. When it fails the gateways search themselves.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/log.h"
#include "parts.h"

#define LEAST_TEXT 3 /* characters; shorter ones it refuses */
#define FROM_MOST  9999
#define REPLY_MOST (4u << 20)
#define PAGE_MOST  50

static void add_encoded(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			(void)buf_add_char(b, (char)c);
		else
			(void)buf_addf(b, "%%%02X", c);
	}
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static char *service_url(const struct gateway *g, const struct claim_query *q, const char *text,
			 int size, int from)
{
	struct buf b;

	buf_init(&b, 8192);
	(void)buf_addf(&b, "%s%cs=", g->search_url, strchr(g->search_url, '?') != NULL ? '&' : '?');
	add_encoded(&b, text);
	(void)buf_addf(&b, "&size=%d&from=%d&claimType=file", size, from);
	if (q->channel_id[0] != '\0')
		(void)buf_addf(&b, "&channel_id=%s", q->channel_id);
	if (str_eq(q->order, "newest"))
		(void)buf_add_str(&b, "&sort_by=release_time");
	if (str_eq(q->order, "oldest"))
		(void)buf_add_str(&b, "&sort_by=%5Erelease_time");
	char *url = buf_steal(&b);
	buf_release(&b);
	return url;
}

/* [{"claimId":"…"}, …]. False: not that. */
static bool read_ids(const char *body, size_t len, struct strs *ids, size_t *ret_rows,
		     struct err *err)
{
	struct json *doc = json_parse(body, len, REPLY_MOST, err);

	if (doc == NULL)
		return false;
	if (!json_is_array(doc)) {
		json_free(doc);
		return err_set(err, ERR_PARSE, 0, "not a list of claims");
	}
	*ret_rows = json_count(doc);
	for (const struct json *row = json_first(doc); row != NULL && ids->n < PAGE_MOST;
	     row = json_next(row)) {
		char id[CLAIM_ID_SIZE];

		if (read_id(json_get(row, "claimId"), id) && !strs_has(ids, id))
			strs_add(ids, id);
	}
	json_free(doc);
	return true;
}

static void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
		    const struct err *err)
{
	struct ask *a = arg;
	struct gateway *g = a->g;
	struct strs ids = { .n = 0 };
	struct err why = { .kind = ERR_NONE };
	size_t rows = 0;
	bool ok = false;

	a->http_id = 0;
	if (err != NULL)
		why = *err;
	else if (head->status != 200)
		(void)err_set(&why, ERR_NET, head->status, "HTTP %d", head->status);
	else
		ok = read_ids(body, len, &ids, &rows, &why);
	gateway_tell(g, g->search_url, "search", gateway_now(g) - a->attempt_begun, head->status,
		     ok ? NULL : why.text);
	if (!ok)
		log_info("gateway", NULL, "search service: %s; asking the gateways", why.text);
	search_ids(a, ok ? &ids : NULL, rows == 0);
	strs_release(&ids);
}

/* It knows neither tags nor dates, and only its own orders. */
static bool can_answer(const struct gateway *g, const struct claim_query *q, const char *text)
{
	return !str_empty(g->search_url) && characters(text) >= LEAST_TEXT &&
	       (q->tags == NULL || q->tags->n == 0) && q->released_before == TIME_UNKNOWN &&
	       !str_eq(q->order, "trending") && !str_eq(q->order, "name");
}

bool service_start(struct ask *a, const struct claim_query *q, const char *text)
{
	struct gateway *g = a->g;
	int size = q->page_size > 0 && q->page_size < PAGE_MOST ? q->page_size : PAGE_MOST;
	int page = q->page > 0 ? q->page : 1;
	struct err err;

	if (!can_answer(g, q, text) || page - 1 > FROM_MOST / size)
		return false;
	char *url = service_url(g, q, text, size, (page - 1) * size);

	ask_get(a, url, REPLY_MOST, on_done, &err);
	free(url);
	if (a->http_id == 0)
		log_warn("gateway", NULL, "search service: %s", err.text);
	return a->http_id != 0;
}
