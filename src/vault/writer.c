/* The writer: a file being filled, in any order. */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/str.h"

struct vault_writer *writer_new(struct vault *v, const char *name, int fd, struct err *err)
{
	struct vault_writer *w = NEW(struct vault_writer);
	w->seams = v->seams;
	w->dir = str_dup(v->dir);
	w->name = str_dup(name);
	w->fd = fd;
	w->aead = aead_new(err);
	if (w->aead)
		return w;
	vault_writer_free(w);
	return NULL;
}

struct record_tools writer_tools(const struct vault_writer *w)
{
	return (struct record_tools){ w->header.keys, w->aead };
}

void vault_writer_free(struct vault_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	header_release(&w->header);
	have_release(&w->have);
	aead_free(w->aead);
	free(w->dir);
	free(w->name);
	sodium_memzero(w->record, sizeof(w->record));
	free(w);
}

static bool check_size(uint64_t size, struct err *err)
{
	if (size != KYV_SIZE_UNKNOWN && size > HAVE_CHUNKS_MAX * VAULT_CHUNK)
		return err_set(err, ERR_LIMIT, 0, "a vault file holds at most 16 TiB");
	return true;
}

struct vault_writer *vault_create(struct vault *v, const char *name, const struct vault_meta *meta,
				  uint64_t size, struct err *err)
{
	if (!check_size(size, err))
		return NULL;
	if (!path_is_name(name)) {
		err_set(err, ERR_REFUSED, 0, "a name that would leave %s is refused", v->dir);
		return NULL;
	}
	char *path = path_join(v->dir, name);
	int fd = file_create(v->seams.io, path, 0600, err);
	struct vault_writer *w = fd >= 0 ? writer_new(v, name, fd, err) : NULL;
	if (w && header_create(v, fd, meta, size, &w->header, err) &&
	    file_sync_dir(w->seams.io, w->dir, err)) {
		header_info(&w->header, &w->info);
	} else if (fd >= 0) {
		err_wrap(err, "making a vault file");
		file_remove(w->seams.io, path, NULL); /* ours: it was not there before */
		vault_writer_free(w);
		w = NULL;
	}
	free(path);
	return w;
}

const struct vault_info *vault_writer_info(const struct vault_writer *w)
{
	return &w->info;
}

/* -- the header ---------------------------------------------------------------- */

bool writer_commit(struct vault_writer *w, uint64_t size, bool complete, struct err *err)
{
	if (!header_commit(&w->header, &w->seams, w->fd, size, complete, &w->header.meta, err))
		return false;
	header_info(&w->header, &w->info);
	return true;
}

bool vault_set_meta(struct vault_writer *w, const struct vault_meta *meta, struct err *err)
{
	const struct kyv_slot *slot = &w->header.slot;
	meta_set(&w->header.meta, meta);
	return writer_commit(w, slot->size, slot->complete, err);
}

bool writer_settle_last(struct vault_writer *w, struct err *err)
{
	const struct kyv_slot *slot = &w->header.slot;
	uint64_t last = kyv_chunks(slot->size) - 1;
	if (kyv_chunk_len(slot->size, last) != VAULT_CHUNK)
		return true; /* only whole chunks are written before the size is known */
	struct record_place place = record_place_of(slot->file_id, KYV_SIZE_UNKNOWN, last);
	unsigned char *plain = mem_new(VAULT_CHUNK);
	bool opened = false;
	bool ok = record_read(w->fd, writer_tools(w), &place, w->record, plain, &opened, err) &&
		  (!opened || vault_write_chunk(w, last, plain, VAULT_CHUNK, err));
	sodium_memzero(plain, VAULT_CHUNK);
	free(plain);
	return ok;
}

bool vault_set_size(struct vault_writer *w, uint64_t size, struct err *err)
{
	uint64_t old = w->header.slot.size;
	if (size == old)
		return true;
	if (old != KYV_SIZE_UNKNOWN)
		return err_set(err, ERR_USAGE, 0, "the size of a vault file is set once");
	if (!check_size(size, err) || !writer_commit(w, size, false, err))
		return false;
	uint64_t chunks = kyv_chunks(size);
	have_drop(&w->have, chunks - 1); /* it was not written as the last */
	have_cut(&w->have, chunks);
	return writer_settle_last(w, err);
}

/* -- chunks -------------------------------------------------------------------- */

static bool check_chunk(const struct vault_writer *w, uint64_t i, size_t len, struct err *err)
{
	uint64_t size = w->header.slot.size;
	uint64_t chunks = size == KYV_SIZE_UNKNOWN ? HAVE_CHUNKS_MAX : kyv_chunks(size);
	if (i >= chunks)
		return err_set(err, ERR_USAGE, 0, "chunk %llu is beyond the file's end",
			       (unsigned long long)i);
	size_t want = size == KYV_SIZE_UNKNOWN ? VAULT_CHUNK : kyv_chunk_len(size, i);
	if (len != want)
		return err_set(err, ERR_USAGE, 0, "chunk %llu has %zu bytes, not %zu",
			       (unsigned long long)i, want, len);
	return true;
}

bool vault_write_chunk(struct vault_writer *w, uint64_t i, const void *data, size_t len,
		       struct err *err)
{
	if (!check_chunk(w, i, len, err))
		return false;
	struct record_place place = record_place_of(w->header.slot.file_id, w->header.slot.size, i);
	if (!record_seal(writer_tools(w), &w->seams.chance, &place, data, w->record, err))
		return false;
	/* A write that fails half-way has torn what was there. */
	have_drop(&w->have, i);
	if (!file_write_at(w->seams.io, w->fd, w->record, len + KYV_RECORD_EXTRA, kyv_record_at(i),
			   err))
		return err_wrap(err, "writing into the vault");
	have_add(&w->have, i, false);
	return true;
}

bool vault_read_chunk(struct vault_writer *w, uint64_t i, void *dst, size_t *ret_len,
		      struct err *err)
{
	struct record_place place = record_place_of(w->header.slot.file_id, w->header.slot.size, i);
	bool opened = false;
	if (!record_read(w->fd, writer_tools(w), &place, w->record, dst, &opened, err))
		return false;
	if (!opened)
		return err_set(err, ERR_DAMAGED, 0, "chunk %llu does not open",
			       (unsigned long long)i);
	*ret_len = place.len;
	return true;
}

bool vault_has_chunk(const struct vault_writer *w, uint64_t i)
{
	return have_has(&w->have, i);
}

uint64_t vault_have_bytes(const struct vault_writer *w)
{
	uint64_t bytes = w->have.count * VAULT_CHUNK;
	uint64_t size = w->header.slot.size;
	if (size == KYV_SIZE_UNKNOWN)
		return bytes;
	uint64_t last = kyv_chunks(size) - 1;
	return have_has(&w->have, last) ? bytes - VAULT_CHUNK + kyv_chunk_len(size, last) : bytes;
}

uint64_t vault_first_missing(const struct vault_writer *w)
{
	return have_front(&w->have);
}

bool vault_writer_sync(struct vault_writer *w, struct err *err)
{
	if (!file_sync(w->seams.io, w->fd, true, err)) {
		have_lost(&w->have);
		return err_wrap(err, "writing into the vault");
	}
	have_synced(&w->have);
	return true;
}
