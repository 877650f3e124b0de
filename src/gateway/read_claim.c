/* One claim of a reply, in all the shapes it comes in, into a checked struct claim. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "kiyya/log.h"
#include "parts.h"

#define DESCRIPTION_MOST (32u << 10)
#define NAME_MOST        255
#define MEDIA_TYPE_MOST  100
#define HLS_TYPE         "application/x-mpegurl"
#define SD_SHORT         6

static const char *first_title(const struct json *item, struct arena *a)
{
	static const char *const paths[] = { "value.title", "title", "name" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *title = read_text(json_path(item, paths[i]), CLAIM_MAX_TITLE, false, a);

		if (title != NULL)
			return title;
	}
	return "Untitled";
}

static const char *first_thumbnail(const struct json *value, struct arena *a)
{
	static const char *const paths[] = { "thumbnail.url", "thumbnail", "cover.url" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *link = read_link(json_path(value, paths[i]), a);

		if (link != NULL)
			return link;
	}
	return NULL;
}

/* "video/mp4", or nothing: it becomes a header of our own server. */
static const char *media_type(const struct json *source, struct arena *a)
{
	const char *s = json_str(json_get(source, "media_type"));
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n > MEDIA_TYPE_MOST || strchr(s, '/') == NULL)
		return NULL;
	if (strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.+-") != n)
		return NULL;
	return arena_str(a, s);
}

static enum claim_kind stream_kind(const struct json *value, const char *type)
{
	static const struct {
		const char *prefix;
		enum claim_kind kind;
	} types[] = {
		{ "video/", CLAIM_VIDEO },
		{ "audio/", CLAIM_AUDIO },
		{ "image/", CLAIM_IMAGE },
		{ "text/", CLAIM_DOCUMENT },
		{ "application/pdf", CLAIM_DOCUMENT },
	};
	const char *word = json_str(json_get(value, "stream_type"));
	enum claim_kind kind;

	if (!json_is_object(json_get(value, "source")))
		return CLAIM_LIVESTREAM;
	if (claim_kind_of(word, &kind) && kind <= CLAIM_BINARY)
		return kind;
	for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strncasecmp(type, types[i].prefix, strlen(types[i].prefix)) == 0)
			return types[i].kind;
	return CLAIM_BINARY;
}

static void add_source(struct claim *c, const char *quality, const char *type, const char *url,
		       struct arena *a)
{
	c->sources[c->n_sources++] = (struct claim_source){
		.quality = quality,
		.type = type,
		.url = arena_str(a, url),
	};
}

/* Everything of a stream lies below one address; owned, NULL without a player host. */
static char *stream_base(const char *player_url, const char *stream_id)
{
	size_t n = player_url != NULL ? strlen(player_url) : 0;

	while (n > 0 && player_url[n - 1] == '/')
		n--;
	return n > 0 ? str_fmt("%.*s/v6/streams/%s", (int)n, player_url, stream_id) : NULL;
}

char *gateway_media_url(const char *player_url, const char *stream_id, const char *sd_hash)
{
	char *base = stream_base(player_url, stream_id);
	char *url = base != NULL ? str_fmt("%s/%.*s.mp4", base, SD_SHORT, sd_hash) : NULL;

	free(base);
	return url;
}

char *gateway_master_url(const char *player_url, const char *stream_id, const char *sd_hash)
{
	char *base = stream_base(player_url, stream_id);
	char *url = base != NULL ? str_fmt("%s/%s/master.m3u8", base, sd_hash) : NULL;

	free(base);
	return url;
}

/* Addresses at the player host: not probed, so the playlist may turn out not to be there. */
static void add_sources(struct claim *c, enum claim_kind kind, const char *player_url,
			struct arena *a)
{
	char *original = gateway_media_url(player_url, c->stream_id, c->sd_hash);

	if (original != NULL) {
		c->sources = arena_take(a, 2 * sizeof(*c->sources));
		add_source(c, "original", c->media_type, original, a);
	}
	if (original != NULL && kind == CLAIM_VIDEO) {
		char *hls = gateway_master_url(player_url, c->stream_id, c->sd_hash);

		add_source(c, "hls", HLS_TYPE, hls, a);
		free(hls);
	}
	free(original);
}

/* What a stream is made of; item is the claim itself, of a repost the original. */
static void read_stream(struct claim *c, const struct json *item,
			const struct gateway_reading *with, struct arena *a)
{
	const struct json *value = json_get(item, "value"), *source = json_get(value, "source");
	bool bytes;

	c->media_type = media_type(source, a);
	c->duration = read_duration(value);
	c->size = read_size(source);
	(void)read_hash(json_get(source, "sd_hash"), c->sd_hash);
	(void)read_hash(json_get(source, "hash"), c->source_hash);
	enum claim_kind kind = stream_kind(value, c->media_type);

	if (c->kind != CLAIM_REPOST)
		c->kind = kind;
	c->reason = access_reason(c, kind, value, with->now, &bytes, a);
	c->playable = c->reason == NULL;
	if (bytes)
		add_sources(c, kind, with->player_url, a);
}

static void read_channel_of(struct claim *c, const struct json *item, struct arena *a)
{
	const struct json *channel = json_get(item, "signing_channel");

	c->channel_id[0] = '\0';
	c->channel_name = NULL;
	if (!read_id(json_get(channel, "claim_id"), c->channel_id) &&
	    !read_id(json_get(channel, "channel_id"), c->channel_id))
		return;
	const char *name = read_text(json_get(channel, "name"), NAME_MOST, false, a);

	if (name != NULL && name[0] == '@')
		c->channel_name = name;
}

/* What people see of it; of a repost the original's. */
static void read_face(struct claim *c, const struct json *item, struct arena *a)
{
	const struct json *value = json_get(item, "value");

	c->title = first_title(item, a);
	c->description = read_text(json_get(value, "description"), DESCRIPTION_MOST, true, a);
	c->thumbnail_url = first_thumbnail(value, a);
	c->release_time = read_release(item);
	c->tags = NULL;
	c->n_tags = 0;
	read_tags(c, value, a);
	read_channel_of(c, item, a);
}

static bool is_type(const struct json *item, const char *type)
{
	return str_eq(json_str(json_get(item, "value_type")), type);
}

/* The ids of a collection as its maker ordered them: a second time of one is meant so. */
static void read_items(struct claim *c, const struct json *value, struct arena *a)
{
	const struct json *list = json_get(value, "claims");
	size_t most = json_is_array(list) ? json_count(list) : 0;
	char id[CLAIM_ID_SIZE];

	if (most > CLAIM_MAX_ITEMS)
		most = CLAIM_MAX_ITEMS;
	c->item_ids = arena_take(a, most * sizeof(*c->item_ids));
	for (const struct json *i = json_first(list); i != NULL && c->n_item_ids < most;
	     i = json_next(i))
		if (read_id(i, id))
			c->item_ids[c->n_item_ids++] = arena_str(a, id);
}

/* Not a stream: the kinds that hold other claims. */
static bool read_container(struct claim *c, const struct json *item, struct arena *a)
{
	bool bytes;
	enum claim_kind kind;

	if (is_type(item, "channel"))
		kind = CLAIM_CHANNEL;
	else if (is_type(item, "collection"))
		kind = CLAIM_COLLECTION;
	else
		return false;
	if (c->kind != CLAIM_REPOST)
		c->kind = kind;
	c->reason = access_reason(c, kind, NULL, 0, &bytes, a);
	if (kind == CLAIM_COLLECTION)
		read_items(c, json_get(item, "value"), a);
	if (kind == CLAIM_CHANNEL) { /* a channel is its own */
		(void)read_id(json_get(item, "claim_id"), c->channel_id);
		c->channel_name = read_text(json_get(item, "name"), NAME_MOST, false, a);
	}
	return true;
}

static void read_content(struct claim *c, const struct json *item,
			 const struct gateway_reading *with, struct arena *a)
{
	bool bytes;

	if (read_container(c, item, a))
		return;
	if (is_type(item, "repost"))
		c->reason = access_reason(c, CLAIM_REPOST, NULL, 0, &bytes, a);
	else if (json_is_object(json_get(item, "value")))
		read_stream(c, item, with, a);
	else
		c->reason = arena_str(a, "the gateway could not read what was published here");
}

static void read_repost(struct claim *c, const struct json *item,
			const struct gateway_reading *with, struct arena *a)
{
	const struct json *original = json_get(item, "reposted_claim");

	c->kind = CLAIM_REPOST;
	c->reposted_by = c->channel_name;
	(void)read_reposted_id(json_get(item, "value"), c->stream_id);
	if (!json_is_object(original) || !read_id(json_get(original, "claim_id"), c->stream_id)) {
		c->reason = arena_str(a, "a repost of something that is gone");
		return;
	}
	read_face(c, original, a);
	read_content(c, original, with, a);
}

bool gateway_read_claim(struct page *into, const struct json *item,
			const struct gateway_reading *with, struct err *err)
{
	struct arena *a = into->arena;
	struct claim c;

	claim_init(&c);
	if (!json_is_object(item))
		return err_set(err, ERR_PARSE, 0, "a claim that is not an object");
	if (!read_id(json_get(item, "claim_id"), c.id))
		return err_set(err, ERR_PARSE, 0, "a claim without a valid claim id");
	(void)str_copy(c.stream_id, sizeof(c.stream_id), c.id);
	c.name = read_text(json_get(item, "name"), NAME_MOST, false, a);
	c.url = read_lbry(item, a);
	read_face(&c, item, a);
	if (is_type(item, "repost"))
		read_repost(&c, item, with, a);
	else
		read_content(&c, item, with, a);
	*page_add(into) = c;
	return true;
}
