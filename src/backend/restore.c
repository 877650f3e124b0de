/* Rows made from what lies sealed in a vault file. */
#include "restore.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_MAX 500

static void take_hash(char dst[SD_HASH_SIZE], const char *src)
{
	if (src && str_is_hex(src, SD_HASH_SIZE - 1))
		memcpy(dst, src, SD_HASH_SIZE);
}

bool restore_row(struct copy *ret, const struct vault_info *info, const char *file, struct err *err)
{
	const struct vault_meta *m = &info->meta;
	if (!m->claim_id || !claim_id_ok(m->claim_id))
		return err_set(err, ERR_DAMAGED, 0, "%s does not say which claim it is of", file);
	copy_init(ret);
	memcpy(ret->claim_id, m->claim_id, sizeof(ret->claim_id));
	str_copy(ret->quality, sizeof(ret->quality),
		 quality_is_word(m->quality) && !str_eq(m->quality, "best") ? m->quality
									    : "original");
	ret->title = m->title ? str_dupn(m->title, strnlen(m->title, TITLE_MAX)) : NULL;
	ret->channel = str_dup(m->channel);
	ret->media_type = str_dup(m->media_type);
	ret->size = info->size == SOURCE_SIZE_UNKNOWN ? SIZE_UNKNOWN : (int64_t)info->size;
	ret->duration = m->duration >= 0 ? m->duration : DURATION_UNKNOWN;
	ret->release_time = m->release_time;
	ret->file = str_dup(file);
	ret->encrypted = true;
	ret->complete = info->complete;
	ret->publisher_hash = str_dup("unchecked");
	memcpy(ret->file_id, info->file_id, sizeof(ret->file_id));
	ret->generation = info->complete ? (int64_t)info->generation : 0;
	take_hash(ret->sd_hash, m->sd_hash);
	take_hash(ret->source_hash, m->source_hash);
	return true;
}

/* -- what the rows say --------------------------------------------------------------------------- */

bool known_files_read(struct core *core, struct known_files *ret, struct err *err)
{
	struct known_files k;
	if (!store_copy_list(core->store, &k.copies, err))
		return false;
	if (!store_queue_list(core->store, true, &k.rows, err)) {
		copy_list_release(&k.copies);
		return false;
	}
	*ret = k;
	return true;
}

void known_files_release(struct known_files *k)
{
	copy_list_release(&k->copies);
	download_list_release(&k->rows);
}

/* A download is X.part, and X.kyv from its last moment on. */
static bool same_download(const char *a, const char *b)
{
	size_t n = strcspn(a, ".");
	return strcspn(b, ".") == n && strncmp(a, b, n) == 0;
}

bool known_files_has(const struct known_files *k, const char *name)
{
	for (size_t i = 0; i < k->copies.n; i++)
		if (str_eq(k->copies.v[i].file, name))
			return true;
	for (size_t i = 0; i < k->rows.n; i++) {
		const struct download *d = &k->rows.v[i];
		if (d->file && d->state != DOWNLOAD_DONE && same_download(d->file, name))
			return true;
	}
	return false;
}

const struct copy *known_files_copy(const struct known_files *k, const char *claim_id,
				    const char *quality)
{
	for (size_t i = 0; i < k->copies.n; i++)
		if (str_eq(k->copies.v[i].claim_id, claim_id) &&
		    str_eq(k->copies.v[i].quality, quality))
			return &k->copies.v[i];
	return NULL;
}

const struct download *known_files_waiting(const struct known_files *k, const char *claim_id,
					   const char *quality)
{
	for (size_t i = 0; i < k->rows.n; i++)
		if (k->rows.v[i].state != DOWNLOAD_DONE &&
		    str_eq(k->rows.v[i].claim_id, claim_id) &&
		    str_eq(k->rows.v[i].quality, quality))
			return &k->rows.v[i];
	return NULL;
}

/* -- what lies there ----------------------------------------------------------------------------- */

bool vault_files_list(const char *dir, struct strs *ret, bool *ret_more, struct err *err)
{
	struct strs names = { 0 };
	bool more = false;
	DIR *d = opendir(dir);
	if (!d && errno != ENOENT)
		return err_sys(err, "reading %s", dir);
	for (struct dirent *e; d && !more && (e = readdir(d));) {
		if (e->d_type != DT_REG && e->d_type != DT_UNKNOWN)
			continue;
		if (!path_is_name(e->d_name))
			continue;
		more = names.n == VAULT_FILES_MAX;
		if (!more)
			strs_add(&names, e->d_name);
	}
	if (d)
		closedir(d);
	*ret = names;
	*ret_more = more;
	return true;
}
