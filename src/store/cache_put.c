/* Claims going into the cache, and their places in the lists of queries. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "cache_list.h"
#include "claim_row.h"
#include "playlist.h"
#include "room.h"
#include "stmt.h"

struct place {        /* of a claim on its way in */
	size_t index; /* in the page */
	const char *id;
	int64_t row; /* in content_cache */
	bool is_new;
	bool again; /* it comes once more in this page: only the last is written */
};

#define AS_NAME(column, kind, member) #column ", "
#define AS_MARK(column, kind, member) "?, "
#define AS_SET(column, kind, member)  #column " = excluded." #column ", "

/* Row ids grow with the release time, so that the newest claims are at the end of the table and of
 * the search index: 40 bits of seconds, then 20 bits of the claim id. Without a release time: below
 * zero. */
static int64_t wanted_row(const struct claim *c)
{
	char digits[16];
	str_copy(digits, sizeof(digits), c->id);
	int64_t salt = (int64_t)strtoull(digits, NULL, 16); /* 60 bits */
	if (c->release_time == TIME_UNKNOWN)
		return -1 - salt;
	const int64_t last = (INT64_C(1) << 40) - 1;
	int64_t time = c->release_time < 0 ? 0 : c->release_time > last ? last : c->release_time;
	return (time << 20 | (salt & 0xfffff)) + 1;
}

/* The row of a claim that is there, else a free one. */
static bool find_row(struct store *s, const struct claim *c, struct place *ret, struct err *err)
{
	int64_t row;
	if (!sql_number(s, err, &row, 0, "SELECT id FROM content_cache WHERE claim_id = ?",
			sql_text(c->id)))
		return false;
	ret->row = row;
	ret->is_new = row == 0;
	if (!ret->is_new)
		return true;
	int64_t taken = 1;
	for (row = wanted_row(c); taken; row += taken)
		if (!sql_number(s, err, &taken, 0, "SELECT 1 FROM content_cache WHERE id = ?",
				sql_int(row)))
			return false;
	ret->row = row;
	return true;
}

static bool put_claim(struct store *s, const struct claim *c, const struct place *at,
		      struct err *err)
{
	struct sql_value v[CLAIM_N_FIELDS + 9];
	char *tags = claim_row_tags(c), *sources = claim_row_sources(c);
	char *url_key = store_url_key(c->url), hash[65];
	claim_content_hash(c, hash);
	int64_t now = clock_wall(s->clock);
	const struct sql_value more[] = {
		sql_text(claim_kind_word(c->kind)),
		sql_text(tags),
		sql_text(sources),
		sql_text(url_key),
		sql_text(hash),
		sql_int(now),
		sql_int(now),
		sql_int(now),
		sql_int(at->row),
	};
	claim_row_values(c, v);
	memcpy(v + CLAIM_N_FIELDS, more, sizeof(more));
	bool ok = sql_run_values(
	    s, err,
	    "INSERT INTO content_cache (claim_id, " CLAIM_FIELDS(AS_NAME) //
	    "kind, tags, sources, url_key, content_hash, changed_at, fetched_at, last_used, id) "
	    "VALUES (?, " CLAIM_FIELDS(
		AS_MARK) "?, ?, ?, ?, ?, ?, ?, ?, ?) "
			 "ON CONFLICT (claim_id) DO UPDATE SET " CLAIM_FIELDS(AS_SET) //
	    "kind = excluded.kind, tags = excluded.tags, sources = excluded.sources, "
	    "url_key = excluded.url_key, content_hash = excluded.content_hash, "
	    "changed_at = CASE WHEN content_hash = excluded.content_hash "
	    "THEN changed_at ELSE excluded.changed_at END, "
	    "fetched_at = excluded.fetched_at, last_used = excluded.last_used",
	    v, CLAIM_N_FIELDS + 9);
	free(tags);
	free(sources);
	free(url_key);
	return ok && (c->kind != CLAIM_COLLECTION || playlist_put(s, c, err));
}

/* After all of them, not each behind its claim: FTS5 writes down what it has gathered at every
 * statement that might have to be undone by itself, as one on a table with triggers does, and its
 * own statements do not. */
static bool index_new(struct store *s, const struct page *page, const struct place *v, size_t n,
		      struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && s->searchable && i < n; i++) {
		const struct claim *c = &page->items[v[i].index];
		if (!v[i].is_new)
			continue;
		char *tags = claim_row_tags(c);
		ok = sql_run(s, err,
			     "INSERT INTO content_search "
			     "(rowid, title, channel_name, tags, description) "
			     "VALUES (?, ?, ?, ?, ?)",
			     sql_int(v[i].row), sql_text(c->title), sql_text(c->channel_name),
			     sql_text(tags), sql_text(c->description));
		free(tags);
	}
	return ok;
}

static int compare_ids(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->id, y->id);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Those that are not written come last. */
static int compare_rows(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->again != y->again)
		return x->again ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

/* The claims of page with a proper id, those to be written first, by row; returns how many that are. */
static bool plan(struct store *s, const struct page *page, struct place *v, size_t *ret_n,
		 size_t *ret_written, struct err *err)
{
	size_t n = 0, written = 0;
	for (size_t i = 0; i < page->n; i++)
		if (claim_id_ok(page->items[i].id))
			v[n++] = (struct place){ .index = i, .id = page->items[i].id };
	if (n > 1)
		qsort(v, n, sizeof(*v), compare_ids);
	for (size_t i = 0; i < n; i++) {
		v[i].again = i + 1 < n && strcmp(v[i].id, v[i + 1].id) == 0;
		if (!v[i].again && !find_row(s, &page->items[v[i].index], &v[i], err))
			return false;
		written += !v[i].again;
	}
	if (n > 1)
		qsort(v, n, sizeof(*v), compare_rows);
	*ret_n = n;
	*ret_written = written;
	return true;
}

/* In the order of the rows: the search index takes ascending ones without writing itself out each
 * time. rows[i] is 0 for one without a proper id. */
static bool put_claims(struct store *s, const struct page *page, int64_t *rows, struct err *err)
{
	struct place *v = mem_array(page->n, sizeof(*v));
	size_t n = 0, written = 0;
	int64_t last = INT64_MIN; /* row that this page has taken */
	bool ok = plan(s, page, v, &n, &written, err);
	for (size_t i = 0; ok && i < written; i++) {
		const struct claim *c = &page->items[v[i].index];
		/* Two of this page may want one row. */
		if (v[i].is_new && v[i].row <= last)
			ok = find_row(s, c, &v[i], err);
		ok = ok && put_claim(s, c, &v[i], err);
		rows[v[i].index] = v[i].row;
		last = v[i].row > last ? v[i].row : last;
	}
	for (size_t i = written; ok && i < n; i++)
		for (size_t k = 0; k < written && rows[v[i].index] == 0; k++)
			if (strcmp(v[i].id, v[k].id) == 0)
				rows[v[i].index] = v[k].row;
	ok = ok && index_new(s, page, v, written, err);
	free(v);
	return ok;
}

bool store_cache_put(struct store *s, const char *key, const struct page *page, int64_t first,
		     bool reset, bool complete, struct err *err)
{
	if (first < 0)
		return err_set(err, ERR_INTERNAL, 0, "a list has no index below 0");
	if (!tx_begin(s, TX_LAZY, err))
		return false;
	int64_t *rows = mem_array(page->n, sizeof(*rows));
	bool ok = put_claims(s, page, rows, err) &&
		  (!key || cache_list_put(s, key, rows, page->n, first, reset, complete, err)) &&
		  store_note_use(s, err);
	free(rows);
	s->unsettled = true;
	return tx_end(s, ok, err);
}

bool store_cache_put_raw(struct store *s, const struct store_raw *v, size_t n, struct err *err)
{
	if (!tx_begin(s, TX_LAZY, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = sql_run(s, err,
			     "INSERT INTO content_raw (id, json) "
			     "SELECT id, ? FROM content_cache WHERE claim_id = ? "
			     "ON CONFLICT (id) DO UPDATE SET json = excluded.json",
			     sql_text(v[i].json), sql_text(v[i].claim_id));
	return tx_end(s, ok, err);
}

char *store_cache_raw(struct store *s, const char *claim_id)
{
	char *json = NULL;
	struct stmt *q = sql_query(s, NULL,
				   "SELECT json FROM content_raw WHERE id = "
				   "(SELECT id FROM content_cache WHERE claim_id = ?)",
				   sql_text(claim_id));
	if (sql_next(q))
		json = col_dup(q, 0);
	sql_stop(q);
	return json;
}
