/* Claims as rows of content_cache: each member a column, the two lists as JSON. */
#include "claim_row.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/json.h"
#include "kiyya/text.h"

#define MAX_LIST                       (1 << 20) /* bytes of tags or sources */
#define MAX_SOURCES                    64

#define AS_FIELD(column, kind, member) FIELD_OF(kind, struct claim, member)
static const struct field fields[] = { FIELD_OF(HEX, struct claim, id) CLAIM_FIELDS(AS_FIELD) };

void claim_row_values(const struct claim *c, struct sql_value *out)
{
	row_values(c, fields, CLAIM_N_FIELDS, out);
}

char *claim_row_tags(const struct claim *c)
{
	if (c->n_tags == 0)
		return NULL;
	struct buf b;
	struct json_out o;
	buf_init(&b, MAX_LIST);
	json_out_init(&o, &b);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < c->n_tags && i < CLAIM_MAX_TAGS; i++)
		json_put_str(&o, NULL, c->tags[i]);
	json_close(&o, ']');
	return buf_steal(&b);
}

char *claim_row_sources(const struct claim *c)
{
	if (c->n_sources == 0)
		return NULL;
	struct buf b;
	struct json_out o;
	buf_init(&b, MAX_LIST);
	json_out_init(&o, &b);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < c->n_sources && i < MAX_SOURCES; i++) {
		json_open(&o, NULL, '{');
		json_put_str(&o, "quality", c->sources[i].quality);
		json_put_str(&o, "type", c->sources[i].type);
		json_put_str(&o, "url", c->sources[i].url);
		json_close(&o, '}');
	}
	json_close(&o, ']');
	return buf_steal(&b);
}

/* A list as it was stored; NULL if there is none or it is damaged. */
static struct json *read_list(struct stmt *q, int col)
{
	const char *text = col_text(q, col);
	return text ? json_parse(text, strlen(text), MAX_LIST, NULL) : NULL;
}

static const char *clean(const char *s, struct arena *a)
{
	if (!s || text_is_clean(s, strlen(s), false))
		return arena_str(a, s);
	char *cleaned = text_clean(s, strlen(s), strlen(s), false);
	const char *kept = arena_str(a, cleaned);
	free(cleaned);
	return kept;
}

static void read_tags(struct stmt *q, int col, struct claim *c, struct arena *a)
{
	struct json *list = read_list(q, col);
	size_t n = json_count(list);
	n = n < CLAIM_MAX_TAGS ? n : CLAIM_MAX_TAGS;
	c->tags = n ? arena_take(a, n * sizeof(*c->tags)) : NULL;
	for (const struct json *t = json_first(list); t && c->n_tags < n; t = json_next(t))
		if (json_str(t))
			c->tags[c->n_tags++] = clean(json_str(t), a);
	json_free(list);
}

/* Behind those that c has. */
static void add_sources(const char *text, struct claim *c, struct arena *a)
{
	struct json *list = text ? json_parse(text, strlen(text), MAX_LIST, NULL) : NULL;
	size_t n = c->n_sources + json_count(list);
	n = n < MAX_SOURCES ? n : MAX_SOURCES;
	struct claim_source *v = n ? arena_take(a, n * sizeof(*v)) : NULL;
	if (c->n_sources)
		memcpy(v, c->sources, c->n_sources * sizeof(*v));
	c->sources = v;
	for (const struct json *o = json_first(list); o && c->n_sources < n; o = json_next(o))
		c->sources[c->n_sources++] = (struct claim_source){
			.quality = clean(json_str(json_get(o, "quality")), a),
			.type = clean(json_str(json_get(o, "type")), a),
			.url = clean(json_str(json_get(o, "url")), a),
		};
	json_free(list);
}

void claim_row_read_local(struct stmt *q, int col, struct claim *c, struct arena *a)
{
	c->local = (struct claim_local){
		.offline = col_int(q, col, 0) != 0,
		.downloading = col_int(q, col + 1, 0) != 0,
		.favorite = col_int(q, col + 2, 0) != 0,
		.watched = col_int(q, col + 3, 0) != 0,
		.position_seconds = col_int(q, col + 4, -1),
	};
	const char *renditions = col_text(q, col + 5);
	if (renditions && c->sd_hash[0] && str_starts(renditions, c->sd_hash) &&
	    c->n_sources < MAX_SOURCES)
		add_sources(renditions + strlen(c->sd_hash), c, a);
}

void claim_row_read(struct stmt *q, struct page *page)
{
	struct claim *c = page_add(page);
	row_read(q, 0, c, fields, CLAIM_N_FIELDS, page->arena);
	claim_kind_of(col_text(q, CLAIM_N_FIELDS), &c->kind);
	read_tags(q, CLAIM_N_FIELDS + 1, c, page->arena);
	add_sources(col_text(q, CLAIM_N_FIELDS + 2), c, page->arena);
	claim_row_read_local(q, CLAIM_LOCAL_AT, c, page->arena);
	if (!c->title)
		c->title = "Untitled";
	if (!c->id[0])
		page->n--;
}

/* A claim that is kept by its bare id may be unknown to the cache: it is called by what else names it, at worst by its
 * id. */
static void add_stranger(struct stmt *q, struct page *page)
{
	const char *id = col_text(q, CLAIM_ROW_END);
	if (!id || !claim_id_ok(id))
		return;
	struct claim *c = page_add(page);
	str_copy(c->id, sizeof(c->id), id);
	str_copy(c->stream_id, sizeof(c->stream_id), id);
	c->title = row_text(q, CLAIM_ROW_END + 1, false, page->arena);
	if (!c->title)
		c->title = arena_str(page->arena, id);
	claim_row_read_local(q, CLAIM_LOCAL_AT, c, page->arena);
}

void claim_row_read_kept(struct stmt *q, struct page *page)
{
	size_t before = page->n;
	claim_row_read(q, page);
	if (page->n == before)
		add_stranger(q, page);
}

struct page *claim_row_kept(struct stmt *q, struct err *err)
{
	struct page *page = page_new();
	while (sql_next(q))
		claim_row_read_kept(q, page);
	if (sql_done(q, err))
		return page;
	page_free(page);
	return NULL;
}
