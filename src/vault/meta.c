/* The sealed metadata as JSON that always fits. */
#include "meta.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "format.h"
#include "kiyya/clock.h"
#include "kiyya/json.h"
#include "kiyya/text.h"

#define PRINT_CAP (1u << 20)

/* X(name): in the order of the format. */
// clang-format off
#define META_FIELDS(STRING, NUMBER)                                                                \
	STRING(claim_id) STRING(title) STRING(channel) STRING(quality) STRING(media_type)          \
	NUMBER(duration) NUMBER(release_time) STRING(sd_hash) STRING(source_hash) NUMBER(size)     \
	NUMBER(last_modified) STRING(etag) STRING(source)
// clang-format on

#define NOTHING(name)
#define UNKNOWN_NUMBER(name) .name = TIME_UNKNOWN,
const struct meta META_NONE = { .known = { META_FIELDS(NOTHING, UNKNOWN_NUMBER) } };

static bool is_known(const char *name)
{
#define IS(known)                      \
	if (strcmp(name, #known) == 0) \
		return true;
	META_FIELDS(IS, IS)
#undef IS
	return false;
}

void meta_release(struct meta *m)
{
	strs_release(&m->owned);
	strs_release(&m->other_names);
	strs_release(&m->other_values);
	*m = META_NONE;
}

/* A clean copy that belongs to list. What could not fit the header by itself is left out, so that
 * printing stays small; a title is cut instead. */
static const char *keep(struct strs *list, const char *s, bool cut)
{
	if (!s)
		return NULL;
	size_t len = strlen(s);
	if (len > KYV_META_MAX && !cut)
		return NULL;
	char *clean = text_clean(s, len, KYV_META_MAX, false);
	strs_add(list, clean);
	free(clean);
	return list->v[list->n - 1];
}

void meta_set(struct meta *m, const struct vault_meta *known)
{
	struct strs owned = { 0 };
	struct vault_meta copy = *known;
#define KEEP(name) copy.name = keep(&owned, known->name, str_eq(#name, "title"));
	META_FIELDS(KEEP, NOTHING)
#undef KEEP
	strs_release(&m->owned); /* only now: known may point into it */
	m->owned = owned;
	m->known = copy;
}

static void keep_others(struct meta *m, const struct json *doc)
{
	for (const struct json *v = json_first(doc); v; v = json_next(v)) {
		if (is_known(json_key(v)) || strs_has(&m->other_names, json_key(v)))
			continue;
		char *text = json_print(v);
		strs_add(&m->other_names, json_key(v));
		strs_add(&m->other_values, text);
		free(text);
	}
}

void meta_parse(struct meta *m, const char *text, size_t len)
{
	*m = META_NONE;
	struct json *doc = json_parse(text, len, KYV_META_MAX, NULL);
	if (json_is_object(doc)) {
		struct vault_meta read = META_NONE.known;
#define READ_STRING(name) read.name = json_str(json_get(doc, #name));
#define READ_NUMBER(name) json_i64(json_get(doc, #name), &read.name);
		META_FIELDS(READ_STRING, READ_NUMBER)
#undef READ_STRING
#undef READ_NUMBER
		meta_set(m, &read);
		keep_others(m, doc);
	}
	json_free(doc);
}

static void print(const struct meta *m, const struct vault_meta *known, bool others,
		  struct buf *out)
{
	buf_clear(out);
	struct json_out o;
	json_out_init(&o, out);
	json_open(&o, NULL, '{');
#define PUT_STRING(name) json_put_str(&o, #name, known->name);
#define PUT_NUMBER(name)                 \
	if (known->name != TIME_UNKNOWN) \
		json_put_i64(&o, #name, known->name);
	META_FIELDS(PUT_STRING, PUT_NUMBER)
#undef PUT_STRING
#undef PUT_NUMBER
	for (size_t i = 0; others && i < m->other_names.n; i++)
		json_put_raw(&o, m->other_names.v[i], m->other_values.v[i]);
	json_close(&o, '}');
}

/* Bytes of s inside a JSON string. */
static size_t json_cost(const char *s, size_t len)
{
	char *part = str_dupn(s, len);
	struct buf text;
	buf_init(&text, PRINT_CAP);
	struct json_out o;
	json_out_init(&o, &text);
	json_put_str(&o, NULL, part);
	size_t cost = text.len - 2;
	buf_release(&text);
	free(part);
	return cost;
}

/* The longest beginning of title, in whole graphemes, that leaves out at least `excess` bytes of
 * JSON. */
static char *shorten(const char *title, size_t excess)
{
	size_t all = json_cost(title, strlen(title));
	size_t room = all > excess ? all - excess : 0;
	size_t len = 0, used = 0;
	int width;
	for (size_t n; (n = text_next(title + len, &width)) > 0; len += n) {
		used += json_cost(title + len, n);
		if (used > room)
			break;
	}
	return str_dupn(title, len);
}

void meta_print(const struct meta *m, size_t max, struct buf *out)
{
	buf_init(out, PRINT_CAP);
	struct vault_meta known = m->known;
	char *title = NULL;
	bool others = true;
	print(m, &known, others, out);
	if (out->len > max) {
		known.source = NULL;
		print(m, &known, others, out);
	}
	if (out->len > max && known.title) {
		title = shorten(known.title, out->len - max);
		known.title = title;
		print(m, &known, others, out);
	}
	/* Nothing honest gets here; then the rest goes, the least needed first. */
	const char **rest[] = {
		&known.etag,    &known.media_type,  &known.quality, &known.channel,
		&known.sd_hash, &known.source_hash, &known.title,   &known.claim_id
	};
	for (size_t i = 0; out->len > max && i < sizeof(rest) / sizeof(rest[0]); i++) {
		others = false;
		print(m, &known, others, out);
		if (out->len <= max)
			break;
		*rest[i] = NULL;
		print(m, &known, others, out);
	}
	free(title);
}
