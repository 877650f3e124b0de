/* A sealed file of the vault as the place where a download goes. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/file.h"
#include "sink.h"

struct vault_sink {
	struct sink base;
	struct vault *vault;
	struct vault_writer *writer; /* jobs only */
	char *dir, *file;
	char *meta_text[8];
	struct vault_meta meta;
	uint64_t size;
	bool create;
};

static bool sealed_open(struct sink *s, void (*fn)(void *arg, const void *data, size_t n),
			void *arg, struct err *err)
{
	struct vault_sink *v = (struct vault_sink *)s;
	v->writer = v->create ? vault_create(v->vault, v->file, &v->meta, v->size, err)
			      : vault_resume(v->vault, v->file, fn, arg, err);
	return v->writer != NULL;
}

static bool sealed_set_size(struct sink *s, uint64_t size, struct err *err)
{
	return vault_set_size(((struct vault_sink *)s)->writer, size, err);
}

static bool sealed_write(struct sink *s, uint64_t chunk, const void *data, size_t n,
			 struct err *err)
{
	return vault_write_chunk(((struct vault_sink *)s)->writer, chunk, data, n, err);
}

static bool sealed_sync(struct sink *s, struct err *err)
{
	return vault_writer_sync(((struct vault_sink *)s)->writer, err);
}

static void end_of(const struct vault_info *info, struct sink_end *ret)
{
	ret->size = info->size;
	ret->generation = (int64_t)info->generation;
	memcpy(ret->file_id, info->file_id, sizeof(ret->file_id));
}

static bool sealed_finish(struct sink *s, struct sink_end *ret, struct err *err)
{
	struct vault_sink *v = (struct vault_sink *)s;
	struct vault_info info;
	sink_last_name(v->file, ret->name);
	if (!vault_finish(v->writer, ret->name, &info, err))
		return false;
	end_of(&info, ret);
	return true;
}

static void sealed_state(struct sink *s, struct sink_state *ret)
{
	const struct vault_sink *v = (const struct vault_sink *)s;
	const struct vault_info *info = vault_writer_info(v->writer);
	*ret = (struct sink_state){
		.size = info->size,
		.chunks = info->chunks,
		.have = vault_have_bytes(v->writer),
		.complete = info->complete,
	};
}

static void sealed_there(struct sink *s, struct chunkset *ret)
{
	const struct vault_sink *v = (const struct vault_sink *)s;
	uint64_t chunks = vault_writer_info(v->writer)->chunks;
	chunkset_add(ret, 0, vault_first_missing(v->writer));
	for (uint64_t i = 0; vault_have_bytes(v->writer) && i < chunks; i++)
		if (vault_has_chunk(v->writer, i))
			chunkset_add(ret, i, 1);
}

static struct source *sealed_reader(struct sink *s, struct err *err)
{
	const struct vault_sink *v = (const struct vault_sink *)s;
	return vault_open(v->vault, v->file, err);
}

static bool sealed_adopt(struct sink *s, const char *claim_id, struct sink_end *ret,
			 struct err *err)
{
	const struct vault_sink *v = (const struct vault_sink *)s;
	sink_last_name(v->file, ret->name);
	struct source *src = vault_open(v->vault, ret->name, NULL);
	const struct vault_info *info = src ? vault_source_info(src) : NULL;
	bool ours = info && info->complete && str_eq(info->meta.claim_id, claim_id);
	if (ours)
		end_of(info, ret);
	else
		err_set(err, ERR_NOT_FOUND, 0, "it was not finished");
	source_free(src);
	/* Its name may not be on the disk yet, and no row says done before it is. */
	return ours && file_sync_dir(NULL, v->dir, err);
}

static void sealed_free(struct sink *s)
{
	struct vault_sink *v = (struct vault_sink *)s;
	vault_writer_free(v->writer);
	free(v->dir);
	free(v->file);
	for (size_t i = 0; i < sizeof(v->meta_text) / sizeof(v->meta_text[0]); i++)
		free(v->meta_text[i]);
	free(v);
}

static const struct sink_ops ops = {
	.sync_every = 32u << 20, /* a kill costs nothing: every record says whether it is whole */
	.open = sealed_open,
	.set_size = sealed_set_size,
	.write = sealed_write,
	.sync = sealed_sync,
	.finish = sealed_finish,
	.state = sealed_state,
	.there = sealed_there,
	.reader = sealed_reader,
	.adopt = sealed_adopt,
	.free = sealed_free,
};

/* The row's strings may change: the sink keeps its own. */
static void keep_meta(struct vault_sink *v, const struct download *row)
{
	v->meta = (struct vault_meta){
		.claim_id = row->claim_id,
		.title = row->title,
		.channel = row->channel,
		.quality = row->quality,
		.media_type = row->media_type,
		.sd_hash = row->sd_hash[0] ? row->sd_hash : NULL,
		.source_hash = row->source_hash[0] ? row->source_hash : NULL,
		.etag = row->etag,
		.duration = row->duration >= 0 ? row->duration : INT64_MIN,
		.release_time = row->release_time,
		.size = row->size >= 0 ? row->size : INT64_MIN,
		.last_modified = row->last_modified,
	};
	const char **fields[] = { &v->meta.claim_id,    &v->meta.title,      &v->meta.channel,
				  &v->meta.quality,     &v->meta.media_type, &v->meta.sd_hash,
				  &v->meta.source_hash, &v->meta.etag };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = v->meta_text[i] = str_dup(*fields[i]);
}

struct sink *sink_vault_new(struct core *core, const struct download *row, bool create)
{
	struct vault_sink *v = NEW(struct vault_sink);
	v->base = (struct sink){ &ops, 1 };
	v->vault = core->vault;
	v->dir = str_dup(core->vault_dir);
	v->file = str_dup(row->file);
	v->size = row->size >= 0 ? (uint64_t)row->size : SOURCE_SIZE_UNKNOWN;
	v->create = create;
	keep_meta(v, row);
	return &v->base;
}
