/* A plain file as the place where a download goes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/file.h"
#include "parts.h"
#include "sink.h"

struct plain_sink {
	struct sink base;
	struct core *core;
	char *dir, *file;
	bool create;
	struct part *part; /* counted; NULL: why */
	struct err why;
	struct part_writer *writer; /* jobs only */
	/* backend thread: what the database says */
	struct chunkset stored;
	uint64_t sized;
};

/* Nothing is read here: the hash reads back what it needs. */
static bool plain_open(struct sink *s, void (*fn)(void *arg, const void *data, size_t n), void *arg,
		       struct err *err)
{
	struct plain_sink *p = (struct plain_sink *)s;
	if (!p->part) {
		*err = p->why;
		return false;
	}
	p->writer = p->create ? part_create(p->part, p->dir, p->file, NULL, err)
			      : part_resume(p->part, p->dir, p->file, NULL, err);
	return p->writer != NULL;
}

static bool plain_set_size(struct sink *s, uint64_t size, struct err *err)
{
	return part_set_size(((struct plain_sink *)s)->writer, size, err);
}

static bool plain_write(struct sink *s, uint64_t chunk, const void *data, size_t n, struct err *err)
{
	return part_write(((struct plain_sink *)s)->writer, chunk, data, n, err);
}

static bool plain_sync(struct sink *s, struct err *err)
{
	return part_sync(((struct plain_sink *)s)->writer, err);
}

static void end_of(struct plain_sink *p, struct sink_end *ret)
{
	ret->size = part_size(p->part);
	ret->generation = 0;
	str_copy(ret->file_id, sizeof(ret->file_id), part_id(p->part));
}

static bool plain_finish(struct sink *s, struct sink_end *ret, struct err *err)
{
	struct plain_sink *p = (struct plain_sink *)s;
	sink_last_name(p->file, ret->name);
	end_of(p, ret);
	return part_finish(p->writer, ret->name, err);
}

static void plain_state(struct sink *s, struct sink_state *ret)
{
	struct plain_sink *p = (struct plain_sink *)s;
	*ret = (struct sink_state){
		.size = part_size(p->part),
		.chunks = part_chunks(p->part),
		.have = part_have(p->part),
	};
}

static void plain_there(struct sink *s, struct chunkset *ret)
{
	part_there(((struct plain_sink *)s)->part, ret);
}

static struct source *plain_reader(struct sink *s, struct err *err)
{
	struct plain_sink *p = (struct plain_sink *)s;
	return part_open(p->part, p->dir, p->file, err);
}

static bool plain_note(struct sink *s, struct err *err)
{
	struct plain_sink *p = (struct plain_sink *)s;
	uint64_t size = part_size(p->part);
	bool late = p->sized != size;
	if (late && !store_plain_size(p->core->store, p->file, (int64_t)size, err))
		return false;
	p->sized = size;
	return parts_keep(p->core, p->file, p->part, &p->stored, err);
}

/* It has its last name only once it is whole and on the disk. */
static bool plain_adopt(struct sink *s, const char *claim_id, struct sink_end *ret, struct err *err)
{
	struct plain_sink *p = (struct plain_sink *)s;
	struct stat st;
	sink_last_name(p->file, ret->name);
	int fd = p->part ? path_open_in(p->dir, ret->name, O_RDONLY, 0, err) : -1;
	bool ours = fd >= 0 && fstat(fd, &st) == 0 && (uint64_t)st.st_size == part_size(p->part);
	if (fd >= 0)
		close(fd);
	if (!ours)
		return err_set(err, ERR_NOT_FOUND, 0, "it was not finished");
	end_of(p, ret);
	return file_sync_dir(NULL, p->dir, err);
}

static void plain_free(struct sink *s)
{
	struct plain_sink *p = (struct plain_sink *)s;
	part_close(p->writer);
	part_unref(p->part);
	parts_tidy(p->core);
	chunkset_release(&p->stored);
	free(p->dir);
	free(p->file);
	free(p);
}

static const struct sink_ops ops = {
	.sync_every = 256u << 10, /* what is not called safe is fetched again after a kill */
	.beside = true,
	.open = plain_open,
	.set_size = plain_set_size,
	.write = plain_write,
	.sync = plain_sync,
	.finish = plain_finish,
	.state = plain_state,
	.there = plain_there,
	.reader = plain_reader,
	.note = plain_note,
	.adopt = plain_adopt,
	.free = plain_free,
};

struct sink *sink_plain_new(struct core *core, const struct download *row, bool create)
{
	struct plain_sink *p = NEW(struct plain_sink);
	uint64_t size = row->size >= 0 ? (uint64_t)row->size : SOURCE_SIZE_UNKNOWN;
	p->base = (struct sink){ &ops, 1 };
	p->core = core;
	p->dir = str_dup(core->vault_dir);
	p->file = str_dup(row->file);
	p->create = create;
	p->part = create ? parts_make(core, row->file, size, &p->why)
			 : parts_find(core, row->file, &p->why);
	p->sized = p->part ? part_size(p->part) : size;
	return &p->base;
}
