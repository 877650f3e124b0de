/* A plain file that is being filled, in any order: its bytes at their places, and a map of which chunks are there. No
 * byte of it says whether it was written, so the map is the truth. It comes from the database and goes back there; what
 * it calls safe is on the disk.
 *
 *	part_new(id, size); part_learn(part, size, safe)    the map, shared by who writes and who reads
 *	w = part_create(part, …), or part_resume(part, …)
 *	part_write(w, i, …), any order, … part_sync(w, …), part_finish(w, …)
 *	part_open(part, …)                                  a source over what is there, and what will be
 *
 * A map is counted and may be used by any thread. A writer belongs to one thread at a time, but part_sync may run beside
 * its other calls. */
#ifndef KIYYA_BACKEND_PARTFILE_H
#define KIYYA_BACKEND_PARTFILE_H

#include "chunkset.h"
#include "kiyya/file.h"
#include "kiyya/source.h"

#define PART_ID_SIZE 33

struct part;
struct part *part_new(const char *id, uint64_t size /* SOURCE_SIZE_UNKNOWN */);
/* What the database says, where we do not know more. */
void part_learn(struct part *p, uint64_t size, const struct chunkset *safe);
struct part *part_ref(struct part *p);
void part_unref(struct part *p);           /* NULL is fine */
bool part_is_shared(const struct part *p); /* somebody else holds it, too */
const char *part_id(const struct part *p);
uint64_t part_size(struct part *p);
uint64_t part_chunks(struct part *p);                  /* 0 while the size is unknown */
uint64_t part_have(struct part *p);                    /* bytes in chunks that are there */
void part_there(struct part *p, struct chunkset *ret); /* ret is empty */
void part_safe(struct part *p, struct chunkset *ret);

/* The file must be new. io NULL: real; names are plain names in dir. part: counted. */
struct part_writer *part_create(struct part *p, const char *dir, const char *name,
				const struct io *io, struct err *err);
/* ERR_NOT_FOUND; ERR_DAMAGED if the file cannot be the map's. */
struct part_writer *part_resume(struct part *p, const char *dir, const char *name,
				const struct io *io, struct err *err);
void part_close(struct part_writer *w); /* what is there stays; NULL is fine */
/* Once, when it was unknown: chunks behind the end are not there. */
bool part_set_size(struct part_writer *w, uint64_t size, struct err *err);
/* A whole chunk, but for the last one of a known size. */
bool part_write(struct part_writer *w, uint64_t i, const void *data, size_t len, struct err *err);
/* What was there when this began is safe. On failure nothing is there that was not safe before. */
bool part_sync(struct part_writer *w, struct err *err);
/* ERR_UNFINISHED if a chunk is missing. Durable, then renamed; never over a file that is there. */
bool part_finish(struct part_writer *w, const char *final_name, struct err *err);

/* Reads where chunks are, else ERR_UNFINISHED. */
struct source *part_open(struct part *p, const char *dir, const char *name, struct err *err);
/* NULL: s is no such source. Borrowed. */
const char *part_source_id(const struct source *s);

#endif
