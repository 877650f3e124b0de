/* Verifying a file: every record is opened, and what is wrong is counted. */
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "have.h"
#include "header.h"
#include "kiyya/hash_pipe.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "record.h"

#define BAD_MAX 10000

void vault_verdict_release(struct vault_verdict *r)
{
	free(r->bad);
	*r = (struct vault_verdict){ 0 };
}

static void add_bad(struct vault_verdict *r, uint64_t i)
{
	if (r->n_bad == BAD_MAX || (r->n_bad > 0 && r->bad[r->n_bad - 1] == i))
		return;
	r->bad = mem_grow(r->bad, r->n_bad + 1, sizeof(*r->bad));
	r->bad[r->n_bad++] = i;
}

/* A file under examination. */
struct exam {
	int fd;
	struct header header;
	uint64_t len; /* of the file */
	struct aead *aead;
	struct hash_pipe *pipe; /* NULL: no hash is asked for */
	size_t filled;          /* of the pipe's block */
	const _Atomic bool *cancel;
	unsigned char record[KYV_RECORD];
};

/* Of an unknown size: the whole records that are in the file. */
static uint64_t count_chunks(const struct exam *x)
{
	if (x->header.slot.size != KYV_SIZE_UNKNOWN)
		return kyv_chunks(x->header.slot.size);
	return x->len <= KYV_RECORDS_AT ? 0 : (x->len - KYV_RECORDS_AT) / KYV_RECORD;
}

/* Where a chunk's plaintext goes: into the block that is hashed next, or nowhere in particular. */
static unsigned char *place_for_plain(struct exam *x)
{
	return x->pipe ? hash_pipe_block(x->pipe) + x->filled : RECORD_PLAIN(x->record);
}

static void add_to_hash(struct exam *x, size_t n, bool last)
{
	if (!x->pipe)
		return;
	x->filled += n;
	if (!last && x->filled + VAULT_CHUNK <= HASH_PIPE_BLOCK)
		return;
	hash_pipe_give(x->pipe, x->filled);
	x->filled = 0;
}

/* One chunk is damaged: nobody asks for the hash of the rest. */
static void drop_hash(struct exam *x)
{
	hash_pipe_end(x->pipe, NULL);
	x->pipe = NULL;
}

static bool open_all(struct exam *x, struct vault_verdict *r, struct err *err)
{
	const struct kyv_slot *slot = &x->header.slot;
	struct record_tools tools = { x->header.keys, x->aead };
	for (uint64_t i = 0; i < r->chunks && r->n_bad < BAD_MAX; i++) {
		if (x->cancel && atomic_load(x->cancel))
			return err_set(err, ERR_CANCELLED, 0, "verifying was stopped");
		struct record_place place = record_place_of(slot->file_id, slot->size, i);
		bool opened = false;
		struct err why;
		if (!record_read(x->fd, tools, &place, x->record, place_for_plain(x), &opened,
				 &why) &&
		    why.kind == ERR_LOCKED)
			return err_set(err, why.kind, why.num, "%s", why.text);
		if (opened) {
			add_to_hash(x, place.len, i == r->chunks - 1);
		} else {
			add_bad(r, i);
			drop_hash(x);
		}
	}
	/* Something behind the end: the last record is where mending it begins. */
	if (slot->complete && x->len > kyv_file_len(slot->size)) {
		add_bad(r, r->chunks - 1);
		drop_hash(x);
	}
	return true;
}

static bool examine(struct exam *x, bool with_hash, struct vault_verdict *r, struct err *err)
{
	posix_fadvise(x->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r->header = x->header.one_slot ? "one_slot" : "ok";
	r->chunks = count_chunks(x);
	x->aead = aead_new(err);
	if (!x->aead)
		return false;
	if (with_hash) {
		x->pipe = hash_pipe_new(err);
		if (!x->pipe)
			return false;
	}
	bool ok = open_all(x, r, err);
	if (x->pipe)
		hash_pipe_end(x->pipe, ok ? r->hash : NULL);
	return ok;
}

static bool load(struct vault *v, struct exam *x, struct vault_verdict *r, struct err *err)
{
	struct stat st;
	if (fstat(x->fd, &st) != 0)
		return err_sys(err, "looking at a vault file");
	x->len = (uint64_t)st.st_size;
	struct err why;
	if (header_load(v, x->fd, &x->header, &why))
		return true;
	if (why.kind != ERR_DAMAGED)
		return err_set(err, why.kind, why.num, "%s", why.text);
	r->header = "bad";
	return true;
}

static void exam_free(struct exam *x)
{
	aead_free(x->aead);
	header_release(&x->header);
	close(x->fd);
	sodium_memzero(x->record, sizeof(x->record));
	free(x);
}

bool vault_verify(struct vault *v, const char *name, bool with_hash, const _Atomic bool *cancel,
		  struct vault_verdict *ret, struct err *err)
{
	int fd = path_open_in(v->dir, name, O_RDONLY, 0, err);
	if (fd < 0)
		return false;
	struct exam *x = NEW(struct exam);
	x->fd = fd;
	x->cancel = cancel;
	struct vault_verdict verdict = { 0 };
	bool ok =
	    load(v, x, &verdict, err) && (!x->header.keys || examine(x, with_hash, &verdict, err));
	if (ok)
		*ret = verdict;
	else
		vault_verdict_release(&verdict);
	exam_free(x);
	return ok;
}
