/* Going on with a file: every record is opened, and what does not open is not there. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/stat.h>
#include "kiyya/path.h"
#include "writer.h"

/* Who wants the plaintext as far as it is unbroken. */
struct listener {
	void (*fn)(void *arg, const void *data, size_t n);
	void *arg;
};

/* Over a hole of a sparse file: the first record after i in which there is data. */
static uint64_t after_hole(int fd, uint64_t i)
{
	off_t data = lseek(fd, (off_t)kyv_record_at(i + 1), SEEK_DATA);
	if (data < 0)
		return errno == ENXIO ? UINT64_MAX : i + 1;
	return ((uint64_t)data - KYV_RECORDS_AT) / KYV_RECORD;
}

/* Records that may be there: those that begin before the file's end. */
static bool count_records(const struct vault_writer *w, uint64_t *ret, struct err *err)
{
	struct stat st;
	if (fstat(w->fd, &st) != 0)
		return err_sys(err, "looking at a vault file");
	uint64_t len = (uint64_t)st.st_size, size = w->header.slot.size;
	uint64_t chunks = size == KYV_SIZE_UNKNOWN ? HAVE_CHUNKS_MAX : kyv_chunks(size);
	uint64_t begun = len <= KYV_RECORDS_AT ? 0 : (len - KYV_RECORDS_AT - 1) / KYV_RECORD + 1;
	*ret = begun < chunks ? begun : chunks;
	return true;
}

static bool open_records(struct vault_writer *w, struct listener to, struct err *err)
{
	const struct kyv_slot *slot = &w->header.slot;
	uint64_t records = 0;
	if (!count_records(w, &records, err))
		return false;
	for (uint64_t i = 0; i < records;) {
		struct record_place place = record_place_of(slot->file_id, slot->size, i);
		unsigned char *plain = RECORD_PLAIN(w->record);
		bool opened = false;
		struct err why;
		/* A sector that cannot be read is a chunk to fetch again; only a lock ends this. */
		if (!record_read(w->fd, writer_tools(w), &place, w->record, plain, &opened, &why) &&
		    why.kind == ERR_LOCKED)
			return err_set(err, why.kind, why.num, "%s", why.text);
		if (opened) {
			if (to.fn && have_front(&w->have) == i)
				to.fn(to.arg, plain, place.len);
			have_add(&w->have, i, false);
		}
		i = !opened && record_is_hole(w->record) ? after_hole(w->fd, i) : i + 1;
	}
	return true;
}

struct vault_writer *vault_resume(struct vault *v, const char *name,
				  void (*fn)(void *arg, const void *data, size_t n), void *arg,
				  struct err *err)
{
	int fd = path_open_in(v->dir, name, O_RDWR, 0, err);
	if (fd < 0)
		return NULL;
	struct vault_writer *w = writer_new(v, name, fd, err);
	if (!w || !header_load(v, fd, &w->header, err))
		goto out;
	header_info(&w->header, &w->info);
	uint64_t size = w->header.slot.size;
	if (size != KYV_SIZE_UNKNOWN && size > HAVE_CHUNKS_MAX * VAULT_CHUNK) {
		err_set(err, ERR_LIMIT, 0, "a vault file of more than 16 TiB");
		goto out;
	}
	if (size != KYV_SIZE_UNKNOWN && !w->info.complete && !writer_settle_last(w, err))
		goto out;
	if (!open_records(w, (struct listener){ fn, arg }, err))
		goto out;
	return w;
out:
	err_wrap(err, "going on with a vault file");
	vault_writer_free(w);
	return NULL;
}
