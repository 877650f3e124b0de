/* The maps of plain files that are being filled or read: one for each file, so that who reads it sees what is written.
 * What is safe of them is kept in the database. Backend thread. */
#ifndef KIYYA_BACKEND_PARTS_H
#define KIYYA_BACKEND_PARTS_H

#include "core.h"
#include "partfile.h"

/* Of a file that is about to be made; counted. */
struct part *parts_make(struct core *core, const char *file, uint64_t size, struct err *err);
/* As far as it is known, by this process or by the database; counted. ERR_NOT_FOUND. */
struct part *parts_find(struct core *core, const char *file, struct err *err);
void parts_tidy(struct core *core); /* forgets those that nobody uses */
/* Into the database goes what is safe and not in `stored` yet. */
bool parts_keep(struct core *core, const char *file, struct part *p, struct chunkset *stored,
		struct err *err);

#endif
