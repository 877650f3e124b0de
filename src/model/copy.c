/* Rows of the queue and copies in the vault as plain values. */
#include "kiyya/copy.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/str.h"

static const char *const state_words[] = {
#define X(name, word) [DOWNLOAD_##name] = word,
	DOWNLOAD_STATES(X)
#undef X
};

const char *download_state_word(enum download_state s)
{
	return state_words[s];
}

bool download_state_of(const char *word, enum download_state *ret)
{
	for (size_t i = 0; word && i < sizeof(state_words) / sizeof(state_words[0]); i++) {
		if (strcmp(state_words[i], word) == 0) {
			*ret = (enum download_state)i;
			return true;
		}
	}
	return false;
}

void download_init(struct download *d)
{
	*d = (struct download){
		.size = SIZE_UNKNOWN,
		.duration = DURATION_UNKNOWN,
		.release_time = TIME_UNKNOWN,
		.last_modified = TIME_UNKNOWN,
		.encrypted = true,
	};
}

void download_release(struct download *d)
{
	free(d->title);
	free(d->channel);
	free(d->media_type);
	free(d->url);
	free(d->file);
	free(d->etag);
	free(d->category);
	free(d->error);
	download_init(d);
}

void download_copy(struct download *dst, const struct download *src)
{
	*dst = *src;
	dst->title = str_dup(src->title);
	dst->channel = str_dup(src->channel);
	dst->media_type = str_dup(src->media_type);
	dst->url = str_dup(src->url);
	dst->file = str_dup(src->file);
	dst->etag = str_dup(src->etag);
	dst->category = str_dup(src->category);
	dst->error = str_dup(src->error);
}

void copy_init(struct copy *c)
{
	*c = (struct copy){
		.size = SIZE_UNKNOWN,
		.duration = DURATION_UNKNOWN,
		.release_time = TIME_UNKNOWN,
		.added_at = TIME_UNKNOWN,
		.verified_at = TIME_UNKNOWN,
		.encrypted = true,
	};
}

void copy_release(struct copy *c)
{
	free(c->title);
	free(c->channel);
	free(c->media_type);
	free(c->file);
	free(c->publisher_hash);
	copy_init(c);
}

void copy_copy(struct copy *dst, const struct copy *src)
{
	*dst = *src;
	dst->title = str_dup(src->title);
	dst->channel = str_dup(src->channel);
	dst->media_type = str_dup(src->media_type);
	dst->file = str_dup(src->file);
	dst->publisher_hash = str_dup(src->publisher_hash);
}

void copy_of_download(struct copy *ret, const struct download *d)
{
	copy_init(ret);
	memcpy(ret->claim_id, d->claim_id, sizeof(ret->claim_id));
	memcpy(ret->quality, d->quality, sizeof(ret->quality));
	ret->title = str_dup(d->title);
	ret->channel = str_dup(d->channel);
	ret->media_type = str_dup(d->media_type);
	ret->size = d->size;
	ret->duration = d->duration;
	ret->release_time = d->release_time;
	ret->added_at = d->added_at;
	ret->file = str_dup(d->file);
	ret->encrypted = d->encrypted;
	ret->publisher_hash = str_dup("unchecked");
	memcpy(ret->sd_hash, d->sd_hash, sizeof(ret->sd_hash));
	memcpy(ret->source_hash, d->source_hash, sizeof(ret->source_hash));
}

void download_set_error(struct download *d, const struct err *err)
{
	str_set(&d->error, err ? err->text : NULL);
	str_set(&d->category, err ? err_category(err->kind) : NULL);
	d->retry = err && err_can_retry(err->kind);
}
