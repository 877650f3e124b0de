/* Lists of claims: claim_search, and the search service in front of it for words. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/text.h"
#include "parts.h"

#define PAGE_MOST   50
#define IDS_MOST    2047 /* the server refuses more */
#define TEXT_MOST   200
#define PARAMS_MOST (1u << 20)

struct search {
	struct ask *ask;
	gateway_page_fn *fn;
	void *arg;
	char *by_text;     /* claim_search params, for when the search service fails; owned */
	struct strs order; /* ids as the search service ranked them */
	bool last_page;    /* said by the search service */
};

/* The word in a query, and what the server calls it. */
static const struct {
	const char *word, *order_by;
} orders[] = {
	{ "newest", "release_time" },
	{ "oldest", "^release_time" },
	{ "trending", "trending_score" },
	{ "name", "^name" },
};

static void put_list(struct json_out *o, const char *key, const struct strs *list)
{
	json_open(o, key, '[');
	for (size_t i = 0; i < list->n; i++)
		json_put_str(o, NULL, list->v[i]);
	json_close(o, ']');
}

static void put_one(struct json_out *o, const char *key, const char *value)
{
	char *v[] = { (char *)value };

	put_list(o, key, &(struct strs){ .v = v, .n = 1 });
}

static void put_order(struct json_out *o, const struct claim_query *q)
{
	const char *order_by =
	    q->text != NULL ? NULL : orders[0].order_by; /* words: by relevance */

	for (size_t i = 0; q->order != NULL && i < sizeof(orders) / sizeof(orders[0]); i++)
		if (str_eq(orders[i].word, q->order))
			order_by = orders[i].order_by;
	if (order_by != NULL)
		put_one(o, "order_by", order_by);
}

/* What people list: streams and reposts, or the type they ask for, without what their makers keep off
 * lists. */
static void put_listing(struct json_out *o, const struct claim_query *q)
{
	static char *const types[] = { (char *)"stream", (char *)"repost" };
	static char *const hidden[] = { (char *)"c:private", (char *)"c:unlisted" };

	if (q->type != NULL)
		put_one(o, "claim_type", q->type);
	else
		put_list(o, "claim_type", &(struct strs){ .v = (char **)types, .n = 2 });
	put_list(o, "not_tags", &(struct strs){ .v = (char **)hidden, .n = 2 });
	put_order(o, q);
}

static void put_page(struct json_out *o, int page, int page_size)
{
	json_put_i64(o, "page", page > 0 ? page : 1);
	json_put_i64(o, "page_size",
		     page_size > 0 && page_size < PAGE_MOST ? page_size : PAGE_MOST);
	json_put_bool(o, "no_totals", true);
}

static void put_bound(struct json_out *o, const char *sign, int64_t time)
{
	char *bound = str_fmt("%s%lld", sign, (long long)time);

	json_put_str(o, NULL, bound);
	free(bound);
}

/* The server rounds every bound up to a multiple of 360 s: what is to be above one is asked for from before it. */
static void put_bounds(struct json_out *o, const struct claim_query *q)
{
	if (q->released_before == TIME_UNKNOWN && q->released_from == 0)
		return;
	json_open(o, "release_time", '[');
	if (q->released_before != TIME_UNKNOWN)
		put_bound(o, "<", q->released_before);
	if (q->released_from != 0)
		put_bound(o, ">=", q->released_from - (GATEWAY_TIME_STEP - 1));
	json_close(o, ']');
}

static char *params_for(const struct claim_query *q, const char *text)
{
	struct buf b;
	struct json_out o;

	buf_init(&b, PARAMS_MOST);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	if (q->channel_id[0] != '\0')
		put_one(&o, "channel_ids", q->channel_id);
	if (q->tags != NULL && q->tags->n > 0)
		put_list(&o, "all_tags", q->tags); /* any_tags would be an or */
	json_put_str(&o, "text", text);
	put_bounds(&o, q);
	put_listing(&o, q);
	put_page(&o, q->page, q->page_size);
	json_close(&o, '}');
	char *params = buf_steal(&b);
	buf_release(&b);
	return params;
}

char *params_for_ids(const struct strs *ids, int page, int page_size)
{
	struct buf b;
	struct json_out o;

	buf_init(&b, PARAMS_MOST);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_open(&o, "claim_ids", '[');
	for (size_t i = 0, n = 0; i < ids->n && n < IDS_MOST; i++) {
		if (!claim_id_ok(ids->v[i]))
			continue;
		json_put_str(&o, NULL, ids->v[i]);
		n++;
	}
	json_close(&o, ']');
	put_page(&o, page, page_size);
	json_close(&o, '}');
	char *params = buf_steal(&b);
	buf_release(&b);
	return params;
}

bool result_has_items(const struct json *result)
{
	const struct json *items = json_get(result, "items");

	return json_is_array(items) || json_is_null(items);
}

/* Brings the page into the order of the ids; what is not among them stays behind. */
static void restore_order(struct page *p, const struct strs *ids)
{
	size_t placed = 0;

	for (size_t i = 0; i < ids->n && placed < p->n; i++) {
		for (size_t k = placed; k < p->n; k++) {
			if (!str_eq(p->items[k].id, ids->v[i]))
				continue;
			struct claim found = p->items[k];

			memmove(&p->items[placed + 1], &p->items[placed],
				(k - placed) * sizeof(found));
			p->items[placed++] = found;
			break;
		}
	}
}

static void search_done(void *op, const struct json *result, const struct err *err)
{
	struct search *s = op;
	struct page *page = NULL;
	struct err why;

	if (err == NULL) {
		struct gateway_reading with = gateway_reading(s->ask->g);
		page = page_new();
		if (result != NULL && !gateway_read_page(page, result, &with, &why)) {
			page_free(page);
			page = NULL;
			err = &why;
		}
	}
	if (page == NULL) {
		s->fn(s->arg, NULL, true, err);
		return;
	}
	restore_order(page, &s->order);
	bool empty = result == NULL || json_count(json_get(result, "items")) == 0;
	s->fn(s->arg, page, s->order.n > 0 ? s->last_page : empty, NULL);
}

static void search_drop(void *op)
{
	struct search *s = op;

	strs_release(&s->order);
	free(s->by_text);
	free(s);
}

static const struct ask_kind search_kind = {
	.method = "claim_search",
	.fits = result_has_items,
	.done = search_done,
	.drop = search_drop,
};

void search_ids(struct ask *a, const struct strs *ids, bool last_page)
{
	struct search *s = a->op;

	if (ids == NULL) {
		char *params = s->by_text;

		s->by_text = NULL;
		ask_go(a, params);
	} else if (ids->n == 0) { /* an empty list is no filter over there: everything would come */
		ask_end_soon(a);
	} else {
		strs_copy(&s->order, ids);
		s->last_page = last_page;
		ask_go(a, params_for_ids(ids, 1, PAGE_MOST));
	}
}

static struct ask *new_search(struct gateway *g, gateway_page_fn *fn, void *arg)
{
	struct search *s = NEW(struct search);

	s->fn = fn;
	s->arg = arg;
	s->ask = ask_new(g, &search_kind, s);
	return s->ask;
}

static bool has_valid_id(const struct strs *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (claim_id_ok(ids->v[i]))
			return true;
	return false;
}

uint64_t gateway_search(struct gateway *g, const struct claim_query *q, gateway_page_fn *fn,
			void *arg)
{
	struct ask *a = new_search(g, fn, arg);
	struct search *s = a->op;

	if (q->claim_ids != NULL) {
		if (has_valid_id(q->claim_ids))
			ask_go(a, params_for_ids(q->claim_ids, q->page, q->page_size));
		else
			ask_end_soon(a);
		return a->id;
	}
	char *text =
	    q->text != NULL ? text_clean(q->text, strlen(q->text), TEXT_MOST, false) : NULL;

	s->by_text = params_for(q, str_empty(text) ? NULL : text);
	if (str_empty(text) || !service_start(a, q, text))
		search_ids(a, NULL, false);
	free(text);
	return a->id;
}
