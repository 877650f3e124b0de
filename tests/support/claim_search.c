/* claim_search: a table of filters, an order, a page. */
#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/mem.h"
#include "kiyya/text.h"

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX     50
#define REACHABLE         1000 /* results of one query */

bool value_has(const struct json *value, const char *s)
{
	if (json_str(value) != NULL)
		return str_eq(json_str(value), s);
	for (const struct json *v = json_first(value); v != NULL; v = json_next(v))
		if (str_eq(json_str(v), s))
			return true;
	return false;
}

int64_t round_up(int64_t n, int64_t step)
{
	return (n + step - 1) / step * step;
}

/* -- filters: each keeps or drops one entry, given its parameter's value --------------------------
 */

struct query {
	const struct fixture *fixture;
	const struct json *params;
	int64_t now;
	char *text;                  /* folded, or NULL */
	const struct entry *channel; /* of the parameter "channel" */
};

typedef bool keep_fn(const struct query *q, const struct entry *e, const struct json *value);

static bool is_empty_list(const struct json *value)
{
	return json_is_array(value) && json_count(value) == 0;
}

static bool keep_channel_ids(const struct query *q, const struct entry *e, const struct json *value)
{
	return is_empty_list(value) || (e->channel != NULL && value_has(value, e->channel->id));
}

static bool keep_not_channel_ids(const struct query *q, const struct entry *e,
				 const struct json *value)
{
	return !value_has(value, e->id) && !(e->channel && value_has(value, e->channel->id));
}

static bool keep_channel(const struct query *q, const struct entry *e, const struct json *value)
{
	return q->channel != NULL && e->channel == q->channel;
}

static bool keep_claim_ids(const struct query *q, const struct entry *e, const struct json *value)
{
	return is_empty_list(value) || value_has(value, e->id);
}

static bool keep_claim_id(const struct query *q, const struct entry *e, const struct json *value)
{
	return json_str(value) != NULL && str_starts(e->id, json_str(value));
}

static bool keep_name(const struct query *q, const struct entry *e, const struct json *value)
{
	return str_ieq(e->name, json_str(value));
}

static bool keep_text(const struct query *q, const struct entry *e, const struct json *value)
{
	return q->text == NULL || entry_matches_text(e, q->text);
}

static bool keep_claim_type(const struct query *q, const struct entry *e, const struct json *value)
{
	static const char *const words[] = { "stream", "repost", "collection", "channel" };
	return value_has(value, words[e->kind]);
}

static bool keep_media_types(const struct query *q, const struct entry *e, const struct json *value)
{
	return e->has_source && value_has(value, e->media_type);
}

static bool keep_stream_types(const struct query *q, const struct entry *e,
			      const struct json *value)
{
	char word[16];
	str_copy(word, sizeof(word), e->media_type != NULL ? e->media_type : "");
	word[strcspn(word, "/")] = '\0';
	return e->has_source && value_has(value, str_eq(word, "text") ? "document" : word);
}

static size_t count_tags(const struct entry *e, const struct json *value)
{
	if (json_str(value) != NULL)
		return entry_has_tag(e, json_str(value));
	size_t n = 0;
	for (const struct json *v = json_first(value); v != NULL; v = json_next(v))
		n += json_str(v) != NULL && entry_has_tag(e, json_str(v));
	return n;
}

static bool keep_any_tags(const struct query *q, const struct entry *e, const struct json *value)
{
	return is_empty_list(value) || count_tags(e, value) > 0;
}

static bool keep_all_tags(const struct query *q, const struct entry *e, const struct json *value)
{
	return count_tags(e, value) == (json_is_array(value) ? json_count(value) : 1);
}

static bool keep_not_tags(const struct query *q, const struct entry *e, const struct json *value)
{
	return count_tags(e, value) == 0;
}

/* One bound: a number as text with an optional sign before it. */
static bool in_bound(const char *bound, int64_t n, int64_t step)
{
	size_t sign = strspn(bound, "<>=");
	int64_t limit;
	if (!str_to_i64(bound + sign, &limit))
		return true;
	limit = round_up(limit, step);
	bool or_equal = sign > 0 && bound[sign - 1] == '=';
	if (bound[0] == '<')
		return n < limit || (or_equal && n == limit);
	if (bound[0] == '>')
		return n > limit || (or_equal && n == limit);
	return n == limit;
}

static bool in_range(const struct json *value, int64_t n, int64_t step)
{
	int64_t exact;
	if (json_str(value) != NULL)
		return in_bound(json_str(value), n, step);
	if (json_i64(value, &exact))
		return n == round_up(exact, step);
	for (const struct json *v = json_first(value); v != NULL; v = json_next(v))
		if (json_str(v) != NULL && !in_bound(json_str(v), n, step))
			return false;
	return true;
}

static bool keep_release_time(const struct query *q, const struct entry *e,
			      const struct json *value)
{
	return e->release == TIME_UNKNOWN || in_range(value, e->release, 360);
}

static bool keep_duration(const struct query *q, const struct entry *e, const struct json *value)
{
	return e->duration > 0 && in_range(value, e->duration, 1);
}

static bool keep_fee_amount(const struct query *q, const struct entry *e, const struct json *value)
{
	return in_range(value, e->fee_amount != NULL ? strtoll(e->fee_amount, NULL, 10) : 0, 1);
}

/* Asking for sources also hides the private, the unlisted and what is yet to come. */
static bool keep_has_source(const struct query *q, const struct entry *e, const struct json *value)
{
	const struct entry *stream = entry_stream(e);
	if (!json_bool(value, false) || (e->kind != ENTRY_STREAM && e->kind != ENTRY_REPOST))
		return true;
	if (stream == NULL || !stream->has_source)
		return false;
	const struct json *any = json_get(q->params, "any_tags");
	if ((entry_has_tag(e, "c:private") && !value_has(any, "c:private")) ||
	    (entry_has_tag(e, "c:unlisted") && !value_has(any, "c:unlisted")))
		return false;
	return e->release < round_up(q->now, 300) || value_has(any, "c:scheduled:show") ||
	       value_has(any, "c:scheduled:hide");
}

static bool keep_has_no_source(const struct query *q, const struct entry *e,
			       const struct json *value)
{
	return !json_bool(value, false) ||
	       (e->kind == ENTRY_STREAM ? !e->has_source : e->kind != ENTRY_REPOST);
}

static bool keep_valid_signature(const struct query *q, const struct entry *e,
				 const struct json *value)
{
	return !json_bool(value, false) || (e->channel != NULL && !e->bad_signature);
}

static bool keep_reposted_id(const struct query *q, const struct entry *e, const struct json *value)
{
	return e->original != NULL && str_eq(e->original->id, json_str(value));
}

static const struct {
	const char *param;
	keep_fn *keep;
} filters[] = {
	{ "all_tags", keep_all_tags },
	{ "any_tags", keep_any_tags },
	{ "channel", keep_channel },
	{ "channel_ids", keep_channel_ids },
	{ "claim_id", keep_claim_id },
	{ "claim_ids", keep_claim_ids },
	{ "claim_type", keep_claim_type },
	{ "duration", keep_duration },
	{ "fee_amount", keep_fee_amount },
	{ "has_no_source", keep_has_no_source },
	{ "has_source", keep_has_source },
	{ "media_types", keep_media_types },
	{ "name", keep_name },
	{ "not_channel_ids", keep_not_channel_ids },
	{ "not_tags", keep_not_tags },
	{ "release_time", keep_release_time },
	{ "reposted_claim_id", keep_reposted_id },
	{ "stream_types", keep_stream_types },
	{ "text", keep_text },
	{ "valid_channel_signature", keep_valid_signature },
};

static bool keep(const struct query *q, const struct entry *e)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		const struct json *value = json_get(q->params, filters[i].param);
		if (value != NULL && !json_is_null(value) && !filters[i].keep(q, e, value))
			return false;
	}
	return true;
}

/* -- order ------------------------------------------------------------------------------------ */

static int64_t sort_number(const struct entry *e, const char *field)
{
	if (str_eq(field, "duration"))
		return e->duration;
	if (str_ends(field, "amount") || str_starts(field, "trending"))
		return e->rank;
	return e->release; /* release_time, timestamp, creation_timestamp, height */
}

static int compare(const void *pa, const void *pb, void *arg)
{
	const struct entry *a = *(const struct entry *const *)pa;
	const struct entry *b = *(const struct entry *const *)pb;
	const struct strs *order = arg;
	for (size_t i = 0; i < order->n; i++) {
		const char *field = order->v[i];
		int ascending = field[0] == '^';
		field += ascending;
		int c;
		if (str_eq(field, "name")) {
			c = strcmp(a->name, b->name);
		} else {
			int64_t x = sort_number(a, field), y = sort_number(b, field);
			c = (x > y) - (x < y);
		}
		if (c != 0)
			return ascending ? c : -c;
	}
	return strcmp(a->id, b->id);
}

static void read_order(const struct json *params, struct strs *order)
{
	const struct json *value = json_get(params, "order_by");
	if (json_str(value) != NULL)
		strs_add(order, json_str(value));
	for (const struct json *v = json_first(value); v != NULL; v = json_next(v))
		if (json_str(v) != NULL)
			strs_add(order, json_str(v));
	if (order->n == 0) {
		strs_add(order, "trending_score");
		strs_add(order, "release_time");
	}
}

/* -- the reply -------------------------------------------------------------------------------- */

struct hits {
	const struct entry **v;
	size_t n, blocked;
};

/* The newest claims that have not come yet; each search finds one more at the head of its list. */
static void leave_out_arriving(const struct query *q, struct hits *hits)
{
	size_t n = (size_t)q->fixture->arriving, less = n < hits->n ? n : hits->n;
	if (json_get(q->params, "release_time") != NULL)
		return;
	hits->n -= less;
	memmove(hits->v, hits->v + less, hits->n * sizeof(*hits->v));
}

static struct hits find(const struct query *q)
{
	const struct catalog *c = q->fixture->catalog;
	struct hits hits = { .v = mem_array(c->n + 1, sizeof(*hits.v)) };
	for (size_t i = 0; i < c->n; i++) {
		if (!keep(q, c->v[i]))
			continue;
		if (c->v[i]->blocked)
			hits.blocked++;
		else
			hits.v[hits.n++] = c->v[i];
	}
	struct strs order = { 0 };
	read_order(q->params, &order);
	qsort_r(hits.v, hits.n, sizeof(*hits.v), compare, &order);
	strs_release(&order);
	leave_out_arriving(q, &hits);
	if (hits.n > REACHABLE)
		hits.n = REACHABLE;
	return hits;
}

static void write_blocked(struct json_out *o, const struct fixture *f, size_t n)
{
	const struct entry *by = catalog_by_name(f->catalog, "@blocklist");
	json_open(o, "blocked", '{');
	json_open(o, "channels", '[');
	if (n > 0) {
		json_open(o, NULL, '{');
		json_put_i64(o, "blocked", (int64_t)n);
		if (by != NULL)
			claim_write(o, "channel", f, by);
		else
			json_put_raw(o, "channel", "null");
		json_close(o, '}');
	}
	json_close(o, ']');
	json_put_i64(o, "total", (int64_t)n);
	json_close(o, '}');
}

static int64_t whole_number(const struct json *params, const char *key, int64_t otherwise)
{
	int64_t n;
	if (!json_i64(json_get(params, key), &n))
		return otherwise;
	return n < 0 ? -n : n;
}

/* A document that the index knows and the store does not: it leaves its page short. */
static bool is_missing(const struct query *q, const struct entry *e)
{
	return q->fixture->missing_documents && e->id[1] == '7';
}

static void write_page(struct json_out *o, const struct query *q, const struct hits *hits)
{
	int64_t page = whole_number(q->params, "page", 1);
	int64_t size = whole_number(q->params, "page_size", PAGE_SIZE_DEFAULT);
	if (size > PAGE_SIZE_MAX)
		size = PAGE_SIZE_MAX;
	json_open(o, "result", '{');
	write_blocked(o, q->fixture, hits->blocked);
	json_open(o, "items", '[');
	if (page > 0 && page <= REACHABLE)
		for (int64_t i = (page - 1) * size; i < page * size && i < (int64_t)hits->n; i++)
			if (!is_missing(q, hits->v[i]))
				claim_write(o, NULL, q->fixture, hits->v[i]);
	json_close(o, ']');
	json_put_i64(o, "page", page);
	json_put_i64(o, "page_size", size);
	if (!json_bool(json_get(q->params, "no_totals"), false)) {
		json_put_i64(o, "total_items", (int64_t)hits->n);
		json_put_i64(o, "total_pages", size > 0 ? ((int64_t)hits->n + size - 1) / size : 0);
	}
	json_close(o, '}');
}

/* What the server itself does not accept. */
static bool check_params(const struct json *params, struct rpc_error *error)
{
	static const char *const types[] = { "stream", "repost", "collection", "channel" };
	const struct json *type = json_get(params, "claim_type");
	size_t known = 0;
	for (size_t i = 0; i < 4; i++)
		known += value_has(type, types[i]);
	if (type != NULL && known != (json_is_array(type) ? json_count(type) : 1))
		return rpc_fail(error, -32500, "'%s' is not a claim type",
				json_str(json_is_array(type) ? json_first(type) : type));
	if (json_count(json_get(params, "claim_ids")) > 2048)
		return rpc_fail(error, -32500, "claim_ids cant have more than 2048 items.");
	if (json_get(params, "claim_id") != NULL && json_get(params, "claim_ids") != NULL)
		return rpc_fail(error, -32500,
				"Only one of 'claim_id' or 'claim_ids' is allowed, not both.");
	return true;
}

bool rpc_claim_search(const struct fixture *f, const struct json *params, struct json_out *o,
		      struct rpc_error *error)
{
	if (!check_params(params, error))
		return false;
	const char *text = json_str(json_get(params, "text"));
	const char *channel = json_str(json_get(params, "channel"));
	struct query q = {
		.fixture = f,
		.params = params,
		.now = clock_wall(clock_real()),
		.text = text != NULL ? text_fold(text) : NULL,
	};
	if (channel != NULL)
		catalog_resolve(f->catalog, channel, &q.channel);
	struct hits hits = find(&q);
	write_page(o, &q, &hits);
	free(hits.v);
	free(q.text);
	return true;
}
