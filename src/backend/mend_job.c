/* What mending a copy does on the disk. */
#include "mend_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "keep.h"
#include "kiyya/hash.h"

void mend_job_init(struct mend_job *j, struct core *core, const struct copy *c)
{
	*j = (struct mend_job){ .core = core, .size = c->size < 0 ? 0 : (uint64_t)c->size };
	atomic_init(&j->stop, false);
	copy_copy(&j->copy, c);
	str_copy(j->final_name, sizeof(j->final_name), c->file);
	j->side_name = str_fmt("%.32s.mend", c->file);
}

static void drop_side(struct mend_job *j)
{
	if (!j->side)
		return;
	vault_writer_free(j->side);
	j->side = NULL;
	char *path = path_join(j->core->vault_dir, j->side_name);
	unlink(path);
	free(path);
}

void mend_job_release(struct mend_job *j)
{
	drop_side(j);
	vault_writer_free(j->old);
	copy_release(&j->copy);
	free(j->runs);
	free(j->side_name);
}

/* -- what is wanted ------------------------------------------------------------------------------ */

static uint64_t count_chunks(const struct mend_job *j)
{
	return j->size ? (j->size + VAULT_CHUNK - 1) / VAULT_CHUNK : 1;
}

static void want(struct mend_job *j, uint64_t first, uint64_t n)
{
	uint64_t end = (first + n) * VAULT_CHUNK;
	j->wanted += (end < j->size ? end : j->size) - first * VAULT_CHUNK;
	if (j->n_runs && j->runs[j->n_runs - 1].first + j->runs[j->n_runs - 1].n == first) {
		j->runs[j->n_runs - 1].n += n;
		return;
	}
	j->runs = mem_grow(j->runs, j->n_runs + 1, sizeof(*j->runs));
	j->runs[j->n_runs++] = (struct chunk_run){ .first = first, .n = n };
}

static void want_all(struct mend_job *j)
{
	j->n_runs = 0;
	j->wanted = 0;
	want(j, 0, count_chunks(j));
	j->tried_all = true;
}

static const char *judge_hash(const struct mend_job *j, const char *hex)
{
	if (!str_eq(j->copy.quality, "original"))
		return "not_original";
	if (!j->copy.source_hash[0])
		return "absent";
	return str_eq(hex, j->copy.source_hash) ? "match" : "mismatch";
}

/* -- looking ------------------------------------------------------------------------------------- */

static void add_to_hash(void *hash, const void *data, size_t n)
{
	hash_add(hash, data, n);
}

static bool finish_old(struct mend_job *j, struct err *err)
{
	uint64_t before = vault_writer_info(j->old)->generation;
	if (!vault_finish(j->old, j->copy.file, &j->info, err))
		return false;
	j->header_mended = j->info.generation != before;
	return true;
}

static bool look_inside(struct mend_job *j, struct hash *hash, struct err *err)
{
	char hex[HASH_HEX_MAX];
	j->usable = true;
	j->size = vault_writer_info(j->old)->size;
	for (uint64_t i = 0, n = count_chunks(j); i < n; i++)
		if (!vault_has_chunk(j->old, i))
			want(j, i, 1);
	if (j->n_runs)
		return true;
	hash_hex(hash, hex);
	j->hash_word = judge_hash(j, hex);
	if (str_eq(j->hash_word, "mismatch"))
		want_all(j);
	return finish_old(j, err);
}

static bool look(struct mend_job *j, struct hash *hash, struct err *err)
{
	const struct copy *c = &j->copy;
	const char *title = c->title ? c->title : c->claim_id;
	if (!c->complete)
		return err_set(
		    err, ERR_UNFINISHED, 0,
		    "\"%.100s\" is not completely downloaded: kiyya download goes on with it",
		    title);
	if (!c->encrypted)
		return err_set(
		    err, ERR_REFUSED, 0,
		    "\"%.100s\" is kept as a plain file, which cannot be repaired in part: "
		    "kiyya rm, then kiyya download",
		    title);
	struct err why;
	j->old = vault_resume(j->core->vault, c->file, add_to_hash, hash, &why);
	if (!j->old && why.kind != ERR_DAMAGED && why.kind != ERR_NOT_FOUND)
		return err_set(err, why.kind, why.num, "%s", why.text);
	if (j->old && keep_is_ours(c, vault_writer_info(j->old)))
		return look_inside(j, hash, err);
	j->keep_old = j->old && !str_eq(vault_writer_info(j->old)->file_id, c->file_id);
	vault_writer_free(j->old);
	j->old = NULL;
	want_all(j);
	j->tried_all = false; /* nothing is there to fall back on: it may be tried twice */
	return true;
}

void mend_job_look(void *job)
{
	struct mend_job *j = job;
	struct hash *hash = hash_new(HASH_SHA384);
	j->ok = look(j, hash, &j->err);
	hash_free(hash);
}

/* -- writing ------------------------------------------------------------------------------------- */

static bool open_side(struct mend_job *j, struct err *err)
{
	const struct copy *c = &j->copy;
	char *path = path_join(j->core->vault_dir, j->side_name);
	unlink(path); /* of a repair that was killed */
	free(path);
	j->side = vault_create(j->core->vault, j->side_name,
			       &(struct vault_meta){
				   .claim_id = c->claim_id,
				   .title = c->title,
				   .channel = c->channel,
				   .quality = c->quality,
				   .media_type = c->media_type,
				   .sd_hash = c->sd_hash[0] ? c->sd_hash : NULL,
				   .source_hash = c->source_hash[0] ? c->source_hash : NULL,
				   .duration = c->duration >= 0 ? c->duration : INT64_MIN,
				   .release_time = c->release_time,
				   .size = (int64_t)j->size,
				   .last_modified = INT64_MIN,
			       },
			       j->size, err);
	return j->side != NULL;
}

void mend_job_write(void *piece)
{
	struct mend_piece *p = piece;
	struct mend_job *j = p->job;
	if (atomic_load(&j->stop))
		return;
	p->ran = true;
	p->ok = j->side || open_side(j, &p->err);
	for (size_t off = 0; off < p->len && p->ok; off += VAULT_CHUNK) {
		size_t n = p->len - off < VAULT_CHUNK ? p->len - off : VAULT_CHUNK;
		p->ok = vault_write_chunk(j->side, p->first + off / VAULT_CHUNK, p->data + off, n,
					  &p->err);
	}
}

/* -- settling ------------------------------------------------------------------------------------ */

/* Calls fn for each chunk of the film as it would be: what was fetched, else what is in the copy. fn may be NULL for
 * those that were not fetched. */
struct each {
	bool fetched_only;
	bool (*fn)(void *arg, uint64_t i, const void *data, size_t n, struct err *err);
	void *arg;
};
static bool each_chunk(struct mend_job *j, const struct each *e, struct err *err)
{
	unsigned char *chunk = mem_new(VAULT_CHUNK);
	bool ok = true;
	for (uint64_t i = 0, n = count_chunks(j); i < n && ok; i++) {
		bool fetched = vault_has_chunk(j->side, i);
		size_t len = 0;
		if (!fetched && e->fetched_only)
			continue;
		if (atomic_load(&j->stop))
			ok = err_set(err, ERR_CANCELLED, 0, "repairing was stopped");
		else
			ok = vault_read_chunk(fetched ? j->side : j->old, i, chunk, &len, err) &&
			     e->fn(e->arg, i, chunk, len, err);
	}
	explicit_bzero(chunk, VAULT_CHUNK);
	free(chunk);
	return ok;
}

static bool hash_chunk(void *arg, uint64_t i, const void *data, size_t n, struct err *err)
{
	hash_add(arg, data, n);
	return true;
}

static bool move_chunk(void *arg, uint64_t i, const void *data, size_t n, struct err *err)
{
	return vault_write_chunk(arg, i, data, n, err);
}

static bool check_merged(struct mend_job *j, struct err *err)
{
	struct hash *hash = hash_new(HASH_SHA384);
	char hex[HASH_HEX_MAX];
	bool ok = each_chunk(j, &(struct each){ .fn = hash_chunk, .arg = hash }, err);
	if (ok) {
		hash_hex(hash, hex);
		j->hash_word = judge_hash(j, hex);
	}
	hash_free(hash);
	return ok;
}

static bool commit(struct mend_job *j, struct err *err)
{
	if (j->usable && !j->tried_all) {
		bool ok =
		    each_chunk(
			j, &(struct each){ .fetched_only = true, .fn = move_chunk, .arg = j->old },
			err) &&
		    finish_old(j, err);
		drop_side(j);
		return ok;
	}
	char id[33];
	random_hex(id, 16);
	snprintf(j->final_name, sizeof(j->final_name), "%s.kyv", id);
	return vault_finish(j->side, j->final_name, &j->info, err);
}

static bool settle(struct mend_job *j, struct err *err)
{
	if (!check_merged(j, err))
		return false;
	if (!str_eq(j->hash_word, "mismatch"))
		return commit(j, err);
	if (!j->tried_all) {
		drop_side(j);
		want_all(j);
		j->all_again = true;
		return true;
	}
	if (!j->usable)
		return commit(j, err); /* better than nothing, and said */
	drop_side(j);
	const struct copy *c = &j->copy;
	return err_set(err, ERR_DAMAGED, 0,
		       "\"%.100s\" cannot be repaired: what the player host has is not what the "
		       "publisher signed. The copy stays as it was",
		       c->title ? c->title : c->claim_id);
}

void mend_job_settle(void *job)
{
	struct mend_job *j = job;
	j->all_again = false;
	j->ok = settle(j, &j->err);
}
