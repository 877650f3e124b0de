/* The claim object of the contract: written for --json and messages, read back from messages and
 * the cache. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/claim.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

static void put_known(struct json_out *o, const char *key, int64_t v)
{
	if (v >= 0)
		json_put_i64(o, key, v);
}

static void put_text(struct json_out *o, const char *key, const char *s)
{
	if (!str_empty(s))
		json_put_str(o, key, s);
}

static void put_items(const struct claim *c, struct json_out *o)
{
	if (c->n_item_ids == 0)
		return;
	json_open(o, "items", '[');
	for (size_t i = 0; i < c->n_item_ids; i++)
		json_put_str(o, NULL, c->item_ids[i]);
	json_close(o, ']');
}

static void put_missing(const struct claim *c, struct json_out *o, const char *key)
{
	json_open(o, key, '{');
	json_put_str(o, "claim_id", c->id);
	json_put_bool(o, "missing", true);
	json_close(o, '}');
}

void claim_members_to_json(const struct claim *c, struct json_out *o)
{
	json_put_str(o, "claim_id", c->id);
	json_put_str(o, "title", c->title);
	put_text(o, "name", c->name);
	if (c->channel_id[0] || c->channel_name) {
		json_open(o, "channel", '{');
		put_text(o, "claim_id", c->channel_id);
		put_text(o, "name", c->channel_name);
		json_close(o, '}');
	}
	json_put_str(o, "kind", claim_kind_word(c->kind));
	if (c->release_time != TIME_UNKNOWN)
		json_put_time(o, "release_time", c->release_time);
	put_known(o, "duration", c->duration);
	put_known(o, "size", c->size);
	json_open(o, "tags", '[');
	for (size_t i = 0; i < c->n_tags; i++)
		json_put_str(o, NULL, c->tags[i]);
	json_close(o, ']');
	put_text(o, "description", c->description);
	put_text(o, "thumbnail_url", c->thumbnail_url);
	put_text(o, "media_type", c->media_type);
	json_put_bool(o, "playable", c->playable);
	put_text(o, "reason", c->reason);
	json_open(o, "sources", '[');
	for (size_t i = 0; i < c->n_sources; i++) {
		json_open(o, NULL, '{');
		put_text(o, "quality", c->sources[i].quality);
		put_text(o, "type", c->sources[i].type);
		put_text(o, "url", c->sources[i].url);
		json_close(o, '}');
	}
	json_close(o, ']');
	put_items(c, o);
	put_text(o, "url", c->url);
	put_text(o, "reposted_by", c->reposted_by);
	put_text(o, "sd_hash", c->sd_hash);
	put_text(o, "source_hash", c->source_hash);
	put_text(o, "stream_id", c->stream_id);
	json_put_bool(o, "offline", c->local.offline);
	json_put_bool(o, "downloading", c->local.downloading);
	json_put_bool(o, "favorite", c->local.favorite);
	json_put_bool(o, "watched", c->local.watched);
	put_known(o, "position_seconds", c->local.position_seconds);
	if (c->local.played_at > 0)
		json_put_time(o, "played_at", c->local.played_at);
}

void claim_to_json(const struct claim *c, struct json_out *o, const char *key)
{
	if (c->missing) {
		put_missing(c, o, key);
		return;
	}
	json_open(o, key, '{');
	claim_members_to_json(c, o);
	json_close(o, '}');
}

/* A text, cleaned: also our own messages and database may have been touched by somebody. */
static const char *clean(const char *s, size_t max, bool newlines, struct arena *a)
{
	if (!s)
		return NULL;
	size_t len = strlen(s);
	if (len <= max && text_is_clean(s, len, newlines))
		return arena_strn(a, s, len);
	char *cleaned = text_clean(s, len, max, newlines);
	const char *kept = arena_str(a, cleaned);
	free(cleaned);
	return kept;
}

static const char *take_text(const struct json *j, const char *key, size_t max, struct arena *a)
{
	return clean(json_str(json_get(j, key)), max, strcmp(key, "description") == 0, a);
}

static void take_hex(char *dst, size_t len, const struct json *j, const char *key)
{
	const char *s = json_str(json_get(j, key));
	if (str_is_hex(s, len))
		memcpy(dst, s, len + 1);
}

static int64_t take_number(const struct json *j, const char *key)
{
	int64_t v = -1;
	json_i64(json_get(j, key), &v);
	return v < 0 ? -1 : v;
}

static void take_tags(struct claim *c, const struct json *list, struct arena *a)
{
	size_t n = json_count(list);
	if (n > CLAIM_MAX_TAGS)
		n = CLAIM_MAX_TAGS;
	c->tags = arena_take(a, n * sizeof(*c->tags));
	for (const struct json *t = json_first(list); t && c->n_tags < n; t = json_next(t))
		if (json_str(t))
			c->tags[c->n_tags++] = clean(json_str(t), CLAIM_MAX_TAG, false, a);
}

static void take_sources(struct claim *c, const struct json *list, struct arena *a)
{
	size_t n = json_count(list);
	c->sources = arena_take(a, n * sizeof(*c->sources));
	for (const struct json *s = json_first(list); s && c->n_sources < n; s = json_next(s))
		c->sources[c->n_sources++] = (struct claim_source){
			.quality = take_text(s, "quality", 16, a),
			.type = take_text(s, "type", 100, a),
			.url = take_text(s, "url", 2048, a),
		};
}

static void take_items(struct claim *c, const struct json *list, struct arena *a)
{
	size_t n = json_count(list);
	if (n > CLAIM_MAX_ITEMS)
		n = CLAIM_MAX_ITEMS;
	c->item_ids = arena_take(a, n * sizeof(*c->item_ids));
	for (const struct json *i = json_first(list); i && c->n_item_ids < n; i = json_next(i))
		if (claim_id_ok(json_str(i)))
			c->item_ids[c->n_item_ids++] = arena_str(a, json_str(i));
}

bool claim_from_json(struct claim *c, const struct json *j, struct arena *a, struct err *err)
{
	const char *id = json_str(json_get(j, "claim_id"));
	const char *title = take_text(j, "title", CLAIM_MAX_TITLE, a);
	if (claim_id_ok(id) && json_bool(json_get(j, "missing"), false)) {
		claim_init_missing(c, id);
		return true;
	}
	if (!claim_id_ok(id) || !title)
		return err_set(err, ERR_PARSE, 0, "a claim without id or title");
	claim_init(c);
	memcpy(c->id, id, CLAIM_ID_SIZE);
	c->title = title;
	claim_kind_of(json_str(json_get(j, "kind")), &c->kind);
	c->name = take_text(j, "name", 1000, a);
	const struct json *channel = json_get(j, "channel");
	take_hex(c->channel_id, CLAIM_ID_LEN, channel, "claim_id");
	c->channel_name = take_text(channel, "name", 1000, a);
	c->description = take_text(j, "description", 1 << 20, a);
	c->thumbnail_url = take_text(j, "thumbnail_url", 2048, a);
	c->media_type = take_text(j, "media_type", 100, a);
	c->url = take_text(j, "url", 2048, a);
	c->reason = take_text(j, "reason", 1000, a);
	c->reposted_by = take_text(j, "reposted_by", 1000, a);
	take_hex(c->sd_hash, SD_HASH_LEN, j, "sd_hash");
	take_hex(c->source_hash, SD_HASH_LEN, j, "source_hash");
	take_hex(c->stream_id, CLAIM_ID_LEN, j, "stream_id");
	clock_from_iso(json_str(json_get(j, "release_time")), &c->release_time);
	c->duration = take_number(j, "duration");
	c->size = take_number(j, "size");
	c->playable = json_bool(json_get(j, "playable"), false);
	take_tags(c, json_get(j, "tags"), a);
	take_sources(c, json_get(j, "sources"), a);
	take_items(c, json_get(j, "items"), a);
	c->local = (struct claim_local){
		.offline = json_bool(json_get(j, "offline"), false),
		.downloading = json_bool(json_get(j, "downloading"), false),
		.favorite = json_bool(json_get(j, "favorite"), false),
		.watched = json_bool(json_get(j, "watched"), false),
		.position_seconds = take_number(j, "position_seconds"),
	};
	clock_from_iso(json_str(json_get(j, "played_at")), &c->local.played_at);
	return true;
}
