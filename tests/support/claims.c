/* A claim as the SDK writes it: alphabetical keys, 64-bit integers as strings, nothing empty. */
#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/hash.h"

#define FIRST_BLOCK_TIME 1467000000 /* the chain began in June 2016 */
#define BLOCK_SECONDS    161

static const char *const value_types[] = {
	[ENTRY_STREAM] = "stream",
	[ENTRY_REPOST] = "repost",
	[ENTRY_COLLECTION] = "collection",
	[ENTRY_CHANNEL] = "channel",
};

static void put_u64_string(struct json_out *o, const char *key, uint64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, n);
	json_put_str(o, key, text);
}

static void put_i64_string(struct json_out *o, const char *key, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, n);
	json_put_str(o, key, text);
}

static void put_amount(struct json_out *o, const char *key, int64_t thousandths)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64 ".%03d", thousandths / 1000,
		 (int)(thousandths % 1000));
	json_put_str(o, key, text);
}

/* When it was put on the chain: what is announced for later was put there before. */
static int64_t created_at(const struct entry *e)
{
	static const int64_t announced = 1712000000;
	if (e->release == TIME_UNKNOWN || e->release > clock_wall(clock_real()))
		return announced;
	return e->release;
}

static int64_t height_at(int64_t when)
{
	return (when - FIRST_BLOCK_TIME) / BLOCK_SECONDS;
}

static void put_meta(struct json_out *o, const struct fixture *f, const struct entry *e)
{
	int64_t height = height_at(created_at(e));
	json_open(o, "meta", '{');
	json_put_i64(o, "activation_height", height);
	if (e->kind == ENTRY_CHANNEL) {
		int64_t n = 0;
		for (size_t i = 0; i < f->catalog->n; i++)
			n += f->catalog->v[i]->channel == e;
		json_put_i64(o, "claims_in_channel", n);
	}
	json_put_i64(o, "creation_height", height);
	json_put_i64(o, "creation_timestamp", created_at(e));
	put_amount(o, "effective_amount", e->rank);
	json_put_i64(o, "expiration_height", height + 2102400);
	json_put_bool(o, "is_controlling", true);
	json_put_i64(o, "reposted", 0);
	put_amount(o, "support_amount", e->rank - 1);
	json_put_i64(o, "take_over_height", height);
	json_close(o, '}');
}

/* value.claims: what is not in the catalogue is a claim that was deleted. */
static void put_items(struct json_out *o, const struct fixture *f, const struct entry *e)
{
	if (e->kind != ENTRY_COLLECTION || e->items.n == 0)
		return;
	json_open(o, "claims", '[');
	for (size_t i = 0; i < e->items.n; i++) {
		const char *name = e->items.v[i];
		const struct entry *item = catalog_by_name(f->catalog, name);
		char gone[HASH_HEX_MAX];
		hash_once_hex(HASH_SHA256, name, strlen(name), gone);
		gone[40] = '\0';
		json_put_str(o, NULL, item != NULL ? item->id : gone);
	}
	json_close(o, ']');
}

static const char *stream_type(const struct entry *e)
{
	if (str_starts(e->media_type, "video/"))
		return "video";
	if (str_starts(e->media_type, "audio/"))
		return "audio";
	return str_starts(e->media_type, "text/") ? "document" : "binary";
}

static void put_source(struct json_out *o, const struct fixture *f, const struct entry *e)
{
	const struct content *content = &e->content[f->republish];
	char *name = e->file != NULL ? str_dup(e->file) : str_fmt("%s.bin", e->name);
	json_open(o, "source", '{');
	if (content->hash[0] != '\0' && !e->no_hash)
		json_put_str(o, "hash", content->hash);
	json_put_str(o, "media_type", e->media_type);
	json_put_str(o, "name", name);
	json_put_str(o, "sd_hash", content->sd_hash);
	if (content->size > 0)
		put_u64_string(o, "size", content->size);
	json_close(o, '}');
	json_put_str(o, "stream_type", stream_type(e));
	free(name);
}

static void put_tags(struct json_out *o, const struct entry *e)
{
	if (e->tags.n == 0)
		return;
	json_open(o, "tags", '[');
	for (size_t i = 0; i < e->tags.n; i++)
		json_put_str(o, NULL, e->tags.v[i]);
	json_close(o, ']');
}

static void put_thumbnail(struct json_out *o, const struct fixture *f, const struct entry *e)
{
	char *url = e->picture != NULL
			? str_fmt("%s/speech/%s:%c.jpg", f->player_url, e->name, e->id[0])
			: str_fmt("https://thumbs.odycdn.com/%.32s.webp", e->txid);
	json_open(o, "thumbnail", '{');
	json_put_str(o, "url", url);
	json_close(o, '}');
	free(url);
}

/* "video" or "audio" with what is known of it. */
static void put_media(struct json_out *o, const struct entry *e)
{
	bool video = str_starts(e->media_type, "video/");
	if (!video && !str_starts(e->media_type, "audio/"))
		return;
	json_open(o, video ? "video" : "audio", '{');
	if (e->duration > 0)
		json_put_i64(o, "duration", e->duration);
	if (video && e->height > 0) {
		json_put_i64(o, "height", e->height);
		json_put_i64(o, "width", e->width);
	}
	json_close(o, '}');
}

static void put_value(struct json_out *o, const struct fixture *f, const struct entry *e)
{
	json_open(o, "value", '{');
	if (e->kind == ENTRY_REPOST && e->original != NULL)
		json_put_str(o, "claim_id", e->original->id);
	put_items(o, f, e);
	json_put_str(o, "description", e->description);
	if (e->fee_amount != NULL) {
		json_open(o, "fee", '{');
		json_put_str(o, "address", "bDEMOaddressDEMOaddressDEMOaddress");
		json_put_str(o, "amount", e->fee_amount);
		json_put_str(o, "currency", e->fee_currency);
		json_close(o, '}');
	}
	if (e->language != NULL) {
		json_open(o, "languages", '[');
		json_put_str(o, NULL, e->language);
		json_close(o, ']');
	}
	if (e->kind == ENTRY_STREAM) {
		json_put_str(o, "license", "None");
		if (e->release != TIME_UNKNOWN)
			put_i64_string(o, "release_time", e->release);
	}
	if (e->has_source)
		put_source(o, f, e);
	put_tags(o, e);
	if (e->kind != ENTRY_REPOST)
		put_thumbnail(o, f, e);
	if (e->nul)
		json_put_raw(o, "title", "\"Before\\u0000 and behind\\u0007\"");
	else
		json_put_str(o, "title", e->title);
	if (e->has_source)
		put_media(o, e);
	json_close(o, '}');
}

static void put_canonical_url(struct json_out *o, const struct entry *e)
{
	char *channel = e->channel == NULL ? str_dup("")
					   : str_fmt("%s#%c/", e->channel->name, e->channel->id[0]);
	char *url = str_fmt("lbry://%s%s#%c", channel, e->name, e->id[0]);
	json_put_str(o, "canonical_url", url);
	free(url);
	free(channel);
}

void claim_write(struct json_out *o, const char *key, const struct fixture *f,
		 const struct entry *e)
{
	char *permanent = str_fmt("lbry://%s#%s", e->name, e->id);
	char *shortest = str_fmt("lbry://%s#%c", e->name, e->id[0]);
	json_open(o, key, '{');
	json_put_str(o, "address", "bDEMOaddressDEMOaddressDEMOaddress");
	put_amount(o, "amount", 1);
	put_canonical_url(o, e);
	json_put_str(o, "claim_id", e->id);
	json_put_str(o, "claim_op", f->republish ? "update" : "create");
	json_put_i64(o, "confirmations", 81927);
	if (e->kind == ENTRY_CHANNEL)
		json_put_bool(o, "has_signing_key", false);
	json_put_i64(o, "height", height_at(created_at(e)));
	if (e->channel != NULL)
		json_put_bool(o, "is_channel_signature_valid", !e->bad_signature);
	put_meta(o, f, e);
	json_put_str(o, "name", e->name);
	json_put_str(o, "normalized_name", e->name);
	json_put_i64(o, "nout", 0);
	json_put_str(o, "permanent_url", permanent);
	if (e->kind == ENTRY_REPOST && e->original != NULL)
		claim_write(o, "reposted_claim", f, e->original);
	json_put_str(o, "short_url", shortest);
	if (e->channel != NULL)
		claim_write(o, "signing_channel", f, e->channel);
	json_put_i64(o, "timestamp", created_at(e));
	json_put_str(o, "txid", e->txid);
	json_put_str(o, "type", "claim");
	put_value(o, f, e);
	json_put_str(o, "value_type", value_types[e->kind]);
	json_close(o, '}');
	free(shortest);
	free(permanent);
}
