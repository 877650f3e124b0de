/* Claims by their tags: of a channel, and those that have most in common with one.
 *
 * There is no table of tags: the search index has them, newest first, and what it finds is held against the claims'
 * own tags, since it knows words and no tags. Everything is bounded, whatever the cache holds. */
#include <stdlib.h>
#include <string.h>
#include "claim_row.h"
#include "kiyya/mem.h"
#include "room.h"
#include "stmt.h"

#define NEWEST_OF_CHANNEL 300
#define MOST_TAGS         8   /* of a claim that are looked for */
#define NEWEST_OF_TAG     100 /* that the index gives for each */
#define COMPARED          40  /* claims that are read, those with most hits */
#define MOST_ROWS         100

static char *tags_json(const char *const *tags, size_t n)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, 1 << 16);
	json_out_init(&o, &b);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < n; i++)
		json_put_str(&o, NULL, tags[i]);
	json_close(&o, ']');
	return buf_steal(&b);
}

struct page *store_tagged(struct store *s, const char *channel_id, const struct strs *tags,
			  int64_t limit, struct err *err)
{
	char *json = tags_json((const char *const *)tags->v, tags->n);
	struct page *page = page_new();
	struct stmt *q = sql_query(
	    s, err,
	    "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
	    " FROM content_cache AS c LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
	    "WHERE c.id IN (SELECT n.id FROM content_cache AS n WHERE n.channel_id = ?1 "
	    "AND n.release_time <= ?2 ORDER BY n.release_time DESC LIMIT ?3) "
	    "AND json_valid(c.tags) AND (SELECT count(*) FROM json_each(c.tags) AS t "
	    "WHERE t.value IN (SELECT w.value FROM json_each(?4) AS w)) = json_array_length(?4) "
	    "ORDER BY c.release_time DESC, c.id DESC LIMIT ?5",
	    sql_text(channel_id), sql_int(clock_wall(s->clock)), sql_int(NEWEST_OF_CHANNEL),
	    sql_text(json), sql_int(limit));
	while (sql_next(q))
		claim_row_read(q, page);
	free(json);
	if (sql_done(q, err))
		return page;
	page_free(page);
	return NULL;
}

/* -- related ----------------------------------------------------------------------------------- */

struct candidate {
	int64_t row, hits; /* its id in the cache; how much it was found by */
};
struct candidates {
	struct candidate v[MOST_TAGS * NEWEST_OF_TAG];
	size_t n;
};

static int by_row(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return (x->row < y->row) - (x->row > y->row);
}

static int by_hits(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->hits != y->hits ? (x->hits < y->hits) - (x->hits > y->hits) : by_row(a, b);
}

/* A tag that few have says more than all that many have, and only of those few all are here. */
static bool take_rows(struct stmt *q, struct candidates *c, struct err *err)
{
	size_t from = c->n;
	while (sql_next(q) && c->n < sizeof(c->v) / sizeof(c->v[0]))
		c->v[c->n++] = (struct candidate){ col_int(q, 0, 0), 1 };
	for (size_t i = from; c->n - from < NEWEST_OF_TAG && i < c->n; i++)
		c->v[i].hits = MOST_TAGS;
	return sql_done(q, err);
}

/* The tag as a phrase of the index; owned. */
static char *phrase_of(const char *tag)
{
	struct buf b;
	buf_init(&b, 4 * CLAIM_MAX_TAG + 64);
	buf_add_str(&b, "{tags} : \"");
	for (; *tag; tag++)
		buf_addf(&b, *tag == '"' ? "\"\"" : "%c", *tag);
	buf_add_str(&b, "\"");
	return buf_steal(&b);
}

static bool find_tag(struct store *s, const char *tag, struct candidates *c, struct err *err)
{
	char *phrase = phrase_of(tag);
	bool ok =
	    take_rows(sql_query(s, err,
				"SELECT rowid FROM content_search WHERE content_search MATCH ? "
				"ORDER BY rowid DESC LIMIT ?",
				sql_text(phrase), sql_int(NEWEST_OF_TAG)),
		      c, err);
	free(phrase);
	return ok;
}

/* Each row once, with how often it was hit; those with most hits first. */
static void rank(struct candidates *c)
{
	size_t n = 0;
	qsort(c->v, c->n, sizeof(c->v[0]), by_row);
	for (size_t i = 0; i < c->n; i++) {
		if (n > 0 && c->v[n - 1].row == c->v[i].row)
			c->v[n - 1].hits += c->v[i].hits;
		else
			c->v[n++] = c->v[i];
	}
	c->n = n;
	qsort(c->v, c->n, sizeof(c->v[0]), by_hits);
}

static bool find_candidates(struct store *s, const struct claim *of, struct candidates *c,
			    struct err *err)
{
	bool ok = true;
	if (!s->searchable)
		ok = take_rows(sql_query(s, err,
					 "SELECT id FROM content_cache WHERE tags IS NOT NULL "
					 "ORDER BY id DESC LIMIT ?",
					 sql_int(NEWEST_OF_TAG)),
			       c, err);
	for (size_t i = 0; s->searchable && ok && i < of->n_tags && i < MOST_TAGS; i++)
		ok = find_tag(s, of->tags[i], c, err);
	rank(c);
	if (s->searchable && c->n > COMPARED)
		c->n = COMPARED;
	return ok;
}

static bool read_claim(struct store *s, int64_t row, struct page *page, struct err *err)
{
	struct stmt *q = sql_query(s, err,
				   "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
				   " FROM content_cache AS c "
				   "LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
				   "WHERE c.id = ? AND c.kind NOT IN ('channel', 'collection')",
				   sql_int(row));
	if (sql_next(q))
		claim_row_read(q, page);
	return sql_done(q, err);
}

struct relative {
	struct claim claim;
	size_t shared, place; /* tags in common; its place among the candidates */
};

static size_t count_shared(const struct claim *a, const struct claim *b)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n_tags; i++)
		for (size_t j = 0; j < b->n_tags; j++)
			n += strcmp(a->tags[i], b->tags[j]) == 0;
	return n;
}

static int nearest_first(const void *a, const void *b)
{
	const struct relative *x = a, *y = b;
	if (x->shared != y->shared)
		return (x->shared < y->shared) - (x->shared > y->shared);
	if (x->claim.release_time != y->claim.release_time)
		return x->claim.release_time < y->claim.release_time ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Keeps the nearest of the claims of page, in their order. */
static void keep_nearest(struct page *page, const struct claim *of, size_t limit)
{
	struct relative *v = mem_array(page->n + 1, sizeof(*v));
	size_t n = 0;
	for (size_t i = 0; i < page->n; i++) {
		size_t shared = count_shared(of, &page->items[i]);
		if (shared > 0 && strcmp(page->items[i].id, of->id) != 0)
			v[n++] = (struct relative){ page->items[i], shared, i };
	}
	qsort(v, n, sizeof(*v), nearest_first);
	page->n = n < limit ? n : limit;
	for (size_t i = 0; i < page->n; i++)
		page->items[i] = v[i].claim;
	free(v);
}

struct page *store_related(struct store *s, const char *claim_id, int64_t limit, struct err *err)
{
	struct page *of = store_cache_claim(s, claim_id, err);
	if (!of)
		return NULL;
	struct candidates *c = NEW(struct candidates);
	struct page *page = page_new();
	bool ok = find_candidates(s, &of->items[0], c, err);
	for (size_t i = 0; ok && i < c->n; i++)
		ok = read_claim(s, c->v[i].row, page, err);
	free(c);
	if (ok)
		keep_nearest(page, &of->items[0],
			     (size_t)(limit < 0           ? 0
				      : limit > MOST_ROWS ? MOST_ROWS
							  : limit));
	page_free(of);
	if (ok)
		return page;
	page_free(page);
	return NULL;
}
