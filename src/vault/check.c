/* Verifying a file: every record is opened, and what is wrong is counted. */
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "have.h"
#include "header.h"
#include "kiyya/hash.h"
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
	struct hash *hash;
	const _Atomic bool *cancel;
};

/* Of an unknown size: the whole records that are in the file. */
static uint64_t count_chunks(const struct exam *x)
{
	if (x->header.slot.size != KYV_SIZE_UNKNOWN)
		return kyv_chunks(x->header.slot.size);
	return x->len <= KYV_RECORDS_AT ? 0 : (x->len - KYV_RECORDS_AT) / KYV_RECORD;
}

static bool open_all(struct exam *x, unsigned char *record, struct vault_verdict *r,
		     struct err *err)
{
	const struct kyv_slot *slot = &x->header.slot;
	for (uint64_t i = 0; i < r->chunks && r->n_bad < BAD_MAX; i++) {
		if (x->cancel && atomic_load(x->cancel))
			return err_set(err, ERR_CANCELLED, 0, "verifying was stopped");
		struct record_place place = record_place_of(slot->file_id, slot->size, i);
		unsigned char *plain = RECORD_PLAIN(record);
		bool opened = false;
		struct err why;
		if (!record_read(x->fd, x->header.keys, &place, record, plain, &opened, &why) &&
		    why.kind == ERR_LOCKED)
			return err_set(err, why.kind, why.num, "%s", why.text);
		if (!opened)
			add_bad(r, i);
		else if (x->hash)
			hash_add(x->hash, plain, place.len);
	}
	/* Something behind the end: the last record is where mending it begins. */
	if (slot->complete && x->len > kyv_file_len(slot->size))
		add_bad(r, r->chunks - 1);
	return true;
}

static bool examine(struct exam *x, struct vault_verdict *r, struct err *err)
{
	unsigned char *record = mem_new(KYV_RECORD);
	posix_fadvise(x->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r->header = x->header.one_slot ? "one_slot" : "ok";
	r->chunks = count_chunks(x);
	bool ok = open_all(x, record, r, err);
	if (ok && x->hash && r->n_bad == 0)
		hash_hex(x->hash, r->hash);
	sodium_memzero(record, KYV_RECORD);
	free(record);
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

bool vault_verify(struct vault *v, const char *name, bool with_hash, const _Atomic bool *cancel,
		  struct vault_verdict *ret, struct err *err)
{
	struct exam x = { .cancel = cancel };
	x.fd = path_open_in(v->dir, name, O_RDONLY, 0, err);
	if (x.fd < 0)
		return false;
	struct vault_verdict verdict = { 0 };
	bool ok = load(v, &x, &verdict, err);
	if (ok && x.header.keys) {
		if (with_hash)
			x.hash = hash_new(HASH_SHA384);
		ok = examine(&x, &verdict, err);
	}
	if (ok)
		*ret = verdict;
	else
		vault_verdict_release(&verdict);
	hash_free(x.hash);
	header_release(&x.header);
	close(x.fd);
	return ok;
}
