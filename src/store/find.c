/* Claims by words: the newest that match are asked of the index, and ranked by where the words are.
 *
 * Row ids grow with the release time, so the index gives the newest first without sorting; at most
 * CANDIDATES of them are ranked, so that two letters in a million claims cost no more than a rare
 * word. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "claim_row.h"
#include "find_rank.h"
#include "kiyya/mem.h"
#include "kiyya/query.h"
#include "room.h"
#include "stmt.h"

#define CANDIDATES 500
#define INDEXED    4 /* letters of a beginning that the index has a list for */
#define ENOUGH     5 /* with fewer hits the last word may be the beginning of one */

struct finder {
	struct store base;       /* a connection of its own; the rest of a store is not used */
	atomic_bool interrupted; /* since the search began */
};

struct hit {
	int64_t row, fit;
};
struct hits {
	struct hit *v; /* owned */
	size_t n;
};

/* The filters of a query as the values that FILTERS names. */
struct filter_values {
	char *channel; /* owned; as a pattern */
	char *id;      /* owned; as a pattern */
	char *tags;    /* owned; JSON */
};

/* ?1 is what to match. Every condition is there always: one statement, whatever was typed. */
#define FILTERS                                                                                    \
	"(?2 IS NULL OR c.channel_name LIKE ?2 ESCAPE '\\') AND "                                  \
	"(NOT ?8 & 16 OR c.kind NOT IN ('channel', 'collection')) AND "                            \
	"(?3 IS NULL OR c.channel_id LIKE ?3) AND "                                                \
	"(?4 IS NULL OR c.duration > ?4) AND (?5 IS NULL OR c.duration < ?5) AND "                 \
	"(?6 IS NULL OR c.release_time >= ?6) AND "                                                \
	"(?7 IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(?7) AS w WHERE NOT EXISTS "            \
	"	(SELECT 1 FROM json_each(c.tags) AS t WHERE t.value = w.value))) AND "                   \
	"(NOT ?8 & 1 OR EXISTS "                                                                   \
	"	(SELECT 1 FROM offline_meta AS o WHERE o.claim_id = c.claim_id AND o.complete)) "        \
	"AND "                                                                                     \
	"(NOT ?8 & 2 OR EXISTS (SELECT 1 FROM favorites AS f WHERE f.claim_id = c.claim_id)) AND " \
	"(NOT ?8 & 4 OR NOT EXISTS "                                                               \
	"	(SELECT 1 FROM progress AS p WHERE p.claim_id = c.claim_id AND p.watched)) AND "         \
	"(NOT ?8 & 8 OR EXISTS "                                                                   \
	"	(SELECT 1 FROM progress AS p WHERE p.claim_id = c.claim_id AND p.watched))"
_Static_assert(QUERY_DOWNLOADED == 1 && QUERY_FAVORITE == 2 && QUERY_UNWATCHED == 4 &&
		   QUERY_WATCHED == 8,
	       "FILTERS has the bits as numbers");
enum { N_FILTER_VALUES = 9 }; /* with ?1 and the limit ?9 */
#define UPLOADS_ONLY 16u

struct finder *store_find_open(const char *path, const struct clock *clock, struct err *err)
{
	struct finder *f = NEW(struct finder);
	struct store *s = &f->base;
	int64_t tables;
	*s = (struct store){ .path = str_dup(path), .clock = clock };
	if (store_connect_reader(s, err) &&
	    sql_number(s, err, &tables, 0,
		       "SELECT count(*) FROM sqlite_schema WHERE name = 'content_search'")) {
		s->searchable = tables > 0 && find_rank_register(s->db) == SQLITE_OK;
		return f;
	}
	store_find_close(f);
	return NULL;
}

void store_find_close(struct finder *f)
{
	if (!f)
		return;
	stmt_forget_all(&f->base);
	sqlite3_close(f->base.db);
	free(f->base.path);
	free(f);
}

void store_find_interrupt(struct finder *f)
{
	atomic_store(&f->interrupted, true);
	sqlite3_interrupt(f->base.db);
}

void store_find_without_index(struct finder *f)
{
	f->base.searchable = false;
}

/* -- candidates -------------------------------------------------------------------------------- */

static char *tags_json(const struct strs *tags)
{
	struct buf b;
	struct json_out o;
	buf_init(&b, 1 << 16);
	json_out_init(&o, &b);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < tags->n; i++)
		json_put_str(&o, NULL, tags->v[i]);
	json_close(&o, ']');
	return buf_steal(&b);
}

/* A text that LIKE takes for itself. */
static char *literal_pattern(const char *text)
{
	struct buf b;
	buf_init(&b, 4096);
	for (; *text; text++)
		buf_addf(&b, strchr("%_\\", *text) ? "\\%c" : "%c", *text);
	return buf_steal(&b);
}

static struct filter_values filters_begin(const struct query *q)
{
	return (struct filter_values){
		.channel = q->channel_name ? literal_pattern(q->channel_name) : NULL,
		.id = q->channel_id[0] ? str_fmt("%s%%", q->channel_id) : NULL,
		.tags = q->tags.n ? tags_json(&q->tags) : NULL,
	};
}

static void filters_end(struct filter_values *v)
{
	free(v->channel);
	free(v->id);
	free(v->tags);
}

static void fill_values(struct sql_value out[N_FILTER_VALUES], const struct finder *f,
			const struct query *q, const struct filter_values *v, const char *match,
			int64_t limit)
{
	const struct sql_value values[N_FILTER_VALUES] = {
		sql_text(match),
		sql_text(v->channel),
		sql_text(v->id),
		sql_known(q->longer, -1),
		sql_known(q->shorter, -1),
		sql_known(query_since(q, clock_wall(f->base.clock)), TIME_UNKNOWN),
		sql_text(v->tags),
		sql_int(q->states),
		sql_int(limit),
	};
	memcpy(out, values, sizeof(values));
}

static bool has_hit(const struct hit *v, size_t n, int64_t row)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].row == row)
			return true;
	return false;
}

/* Adds the rows of an open question to the hits; those that were there before are passed over. */
static bool take_hits(struct stmt *q, struct hits *h, struct err *err)
{
	size_t before = h->n;
	while (sql_next(q)) {
		int64_t row = col_int(q, 0, 0);
		if (has_hit(h->v, before, row))
			continue;
		h->v = mem_grow(h->v, h->n + 1, sizeof(*h->v));
		h->v[h->n++] = (struct hit){ .row = row, .fit = col_int(q, 1, 0) };
	}
	return sql_done(q, err);
}

static bool ask_index(struct finder *f, const struct query *q, const char *match, int64_t most,
		      struct hits *h, struct err *err)
{
	struct sql_value v[N_FILTER_VALUES];
	if (!query_has_filters(q))
		return take_hits(
		    sql_query(&f->base, err,
			      "SELECT rowid, fit(content_search) FROM content_search "
			      "WHERE content_search MATCH ? ORDER BY rowid DESC LIMIT ?",
			      sql_text(match), sql_int(most)),
		    h, err);
	struct filter_values filters = filters_begin(q);
	fill_values(v, f, q, &filters, match, most);
	bool ok = take_hits(sql_query_values(&f->base, err,
					     "SELECT content_search.rowid, fit(content_search) "
					     "FROM content_search CROSS JOIN content_cache AS c "
					     "ON c.id = content_search.rowid "
					     "WHERE content_search MATCH ?1 AND " FILTERS
					     " ORDER BY content_search.rowid DESC LIMIT ?9",
					     v, N_FILTER_VALUES),
			    h, err);
	filters_end(&filters);
	return ok;
}

/* Without an index, or without words: the table itself, newest first. */
static bool ask_table(struct finder *f, const struct query *q, int64_t most, struct hits *h,
		      struct err *err)
{
	struct sql_value v[N_FILTER_VALUES];
	struct filter_values filters = filters_begin(q);
	char *like = query_like(q);
	fill_values(v, f, q, &filters, like, most);
	bool ok =
	    take_hits(sql_query_values(
			  &f->base, err,
			  "SELECT c.id, 0 FROM content_cache AS c WHERE " FILTERS " AND NOT EXISTS "
			  "(SELECT 1 FROM json_each(?1) AS term WHERE NOT EXISTS "
			  "(SELECT 1 FROM json_each(term.value) AS form WHERE "
			  "c.title || char(10) || coalesce(c.channel_name, '') || char(10) || "
			  "coalesce(c.tags, '') || char(10) || coalesce(c.description, '') "
			  "LIKE form.value ESCAPE '\\')) ORDER BY c.id DESC LIMIT ?9",
			  v, N_FILTER_VALUES),
		      h, err);
	free(like);
	filters_end(&filters);
	return ok;
}

static bool ask_words(struct finder *f, const struct query *q, bool prefix, int64_t most,
		      struct hits *h, struct err *err)
{
	char *match = query_fts(q, prefix);
	bool ok = ask_index(f, q, match, most, h, err);
	/* There were more than could be looked at: those whose title has the words are better. */
	if (ok && !prefix && (int64_t)h->n == most && q->n_terms) {
		char *title = str_fmt("{title} : (%s)", match);
		ok = ask_index(f, q, title, most, h, err);
		free(title);
	}
	free(match);
	return ok;
}

static bool ends_long(const struct query *q)
{
	const char *last = q->n_terms ? q->terms[q->n_terms - 1].text : NULL;
	return last && strlen(last) > INDEXED;
}

/* The words that begin with a long beginning are brought together for each question, which takes
 * long where one of them is common. Then that one is most likely what was meant, whole. */
static bool ask_beginning(struct finder *f, const struct query *q, int64_t limit, int64_t most,
			  struct hits *h, struct err *err)
{
	if (ends_long(q)) {
		char *match = query_fts(q, false);
		bool ok = ask_index(f, q, match, most, h, err);
		free(match);
		if (!ok || (int64_t)h->n >= limit)
			return ok;
	}
	return ask_words(f, q, true, most, h, err);
}

static bool ask(struct finder *f, const struct query *q, enum find_how how, int64_t limit,
		struct hits *h, struct err *err)
{
	int64_t most = limit > CANDIDATES ? limit : CANDIDATES;
	char *match = f->base.searchable ? query_fts(q, false) : NULL;
	bool by_index = match != NULL;
	free(match);
	if (!by_index)
		return ask_table(f, q, limit, h, err);
	if (how == FIND_TYPING)
		return ask_beginning(f, q, limit, most, h, err);
	return ask_words(f, q, false, most, h, err) &&
	       (h->n >= ENOUGH || ask_words(f, q, true, most, h, err));
}

/* -- results ----------------------------------------------------------------------------------- */

static int better_first(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->fit != y->fit)
		return x->fit < y->fit ? 1 : -1;
	return (x->row < y->row) - (x->row > y->row);
}

static bool read_rows(struct finder *f, const struct hits *h, int64_t limit, struct page *page,
		      struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < h->n && (int64_t)i < limit; i++) {
		struct stmt *q = sql_query(&f->base, err,
					   "SELECT " CLAIM_ROW_COLUMNS("c.claim_id") //
					   " FROM content_cache AS c "
					   "LEFT JOIN progress AS p ON p.claim_id = c.claim_id "
					   "WHERE c.id = ?",
					   sql_int(h->v[i].row));
		if (sql_next(q))
			claim_row_read(q, page);
		ok = sql_done(q, err);
	}
	return ok;
}

/* One transaction: the rows are those that were found. The one before is still open where interruptions came so fast that
 * neither its commit nor its rollback got through. */
static bool begin(struct finder *f, struct err *err)
{
	struct store *s = &f->base;
	if (!sqlite3_get_autocommit(s->db) && !sql_run(s, err, "ROLLBACK"))
		return false;
	return sql_run(s, err, "BEGIN");
}

/* An interruption has other names, too: a table of json_each that could not be made. */
static struct page *broken_off(struct finder *f, struct err *err)
{
	if (atomic_load(&f->interrupted))
		err_set(err, ERR_CANCELLED, 0, "interrupted");
	return NULL;
}

struct page *store_find(struct finder *f, const struct query *q, enum find_how how, int64_t limit,
			struct err *err)
{
	struct hits hits = { 0 };
	struct query newest = { .longer = -1, .shorter = -1, .since = TIME_UNKNOWN, .ago = -1 };
	if (how == FIND_NEWEST) {
		newest.states = UPLOADS_ONLY;
		newest.channel_name = q->channel_name; /* borrowed */
		str_copy(newest.channel_id, sizeof(newest.channel_id), q->channel_id);
		q = &newest;
	}
	atomic_store(&f->interrupted, false);
	if (!begin(f, err))
		return broken_off(f, err);
	struct page *page = page_new();
	bool ok = ask(f, q, how, limit, &hits, err);
	if (ok && hits.n > 1)
		qsort(hits.v, hits.n, sizeof(*hits.v), better_first);
	ok = tx_end(&f->base, ok && read_rows(f, &hits, limit, page, err), err);
	free(hits.v);
	if (ok)
		return page;
	page_free(page);
	return broken_off(f, err);
}
