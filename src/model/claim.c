/* A claim: unknown values, deep copies, words, and the hash that tells changed from unchanged. */
#include "kiyya/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"
#include "kiyya/str.h"

static const char *const kind_words[] = {
#define X(name, word) [CLAIM_##name] = word,
	CLAIM_KINDS(X)
#undef X
};
#define N_KINDS (sizeof(kind_words) / sizeof(kind_words[0]))

void claim_init(struct claim *c)
{
	*c = (struct claim){
		.kind = CLAIM_BINARY,
		.title = "Untitled",
		.release_time = TIME_UNKNOWN,
		.duration = DURATION_UNKNOWN,
		.size = SIZE_UNKNOWN,
		.local = { .position_seconds = -1 },
	};
}

void claim_init_missing(struct claim *c, const char *id)
{
	claim_init(c);
	str_copy(c->id, sizeof(c->id), id);
	str_copy(c->stream_id, sizeof(c->stream_id), id);
	c->title = "Gone";
	c->reason = "it was deleted, or is blocked";
	c->missing = true;
}

void claim_copy(struct claim *dst, const struct claim *src, struct arena *a)
{
	*dst = *src;
	dst->title = arena_str(a, src->title);
	dst->name = arena_str(a, src->name);
	dst->channel_name = arena_str(a, src->channel_name);
	dst->description = arena_str(a, src->description);
	dst->thumbnail_url = arena_str(a, src->thumbnail_url);
	dst->media_type = arena_str(a, src->media_type);
	dst->url = arena_str(a, src->url);
	dst->reason = arena_str(a, src->reason);
	dst->reposted_by = arena_str(a, src->reposted_by);
	dst->tags = arena_take(a, src->n_tags * sizeof(*dst->tags));
	for (size_t i = 0; i < src->n_tags; i++)
		dst->tags[i] = arena_str(a, src->tags[i]);
	dst->sources = arena_take(a, src->n_sources * sizeof(*dst->sources));
	for (size_t i = 0; i < src->n_sources; i++)
		dst->sources[i] = (struct claim_source){
			.quality = arena_str(a, src->sources[i].quality),
			.type = arena_str(a, src->sources[i].type),
			.url = arena_str(a, src->sources[i].url),
		};
	dst->item_ids = arena_take(a, src->n_item_ids * sizeof(*dst->item_ids));
	for (size_t i = 0; i < src->n_item_ids; i++)
		dst->item_ids[i] = arena_str(a, src->item_ids[i]);
}

bool claim_may_be_live(const struct claim *c)
{
	bool repost_of_no_file = c->kind == CLAIM_REPOST && !c->playable && !c->sd_hash[0] &&
				 strcmp(c->stream_id, c->id) != 0;
	return c->kind == CLAIM_LIVESTREAM || c->kind == CLAIM_CHANNEL || repost_of_no_file;
}

const char *claim_kind_word(enum claim_kind k)
{
	return kind_words[k];
}

bool claim_kind_of(const char *word, enum claim_kind *ret)
{
	for (size_t i = 0; word && i < N_KINDS; i++) {
		if (strcmp(kind_words[i], word) == 0) {
			*ret = (enum claim_kind)i;
			return true;
		}
	}
	return false;
}

bool claim_id_ok(const char *s)
{
	return str_is_hex(s, CLAIM_ID_LEN);
}

/* Each part goes in with its end mark, so that "a","bc" and "ab","c" differ; absent differs from
 * empty. */
static void add_part(struct hash *h, const char *s)
{
	if (s)
		hash_add(h, s, strlen(s) + 1);
	else
		hash_add(h, "\1", 2);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void claim_content_hash(const struct claim *c, char hex[65])
{
	struct hash *h = hash_new(HASH_SHA256);
	add_part(h, c->title);
	add_part(h, c->description);
	const char **tags = mem_array(c->n_tags, sizeof(*tags));
	if (c->n_tags)
		memcpy(tags, c->tags, c->n_tags * sizeof(*tags));
	qsort(tags, c->n_tags, sizeof(*tags), compare_strings);
	for (size_t i = 0; i < c->n_tags; i++)
		add_part(h, tags[i]);
	free(tags);
	add_part(h, "\2");
	add_part(h, c->thumbnail_url);
	for (size_t i = 0; i < c->n_sources; i++)
		add_part(h, c->sources[i].url);
	add_part(h, "\2");
	char time[32];
	snprintf(time, sizeof(time), "%lld", (long long)c->release_time);
	add_part(h, time);
	char full[HASH_HEX_MAX];
	hash_hex(h, full);
	hash_free(h);
	memcpy(hex, full, 65);
}
