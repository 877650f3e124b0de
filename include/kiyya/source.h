/* Bytes from anywhere: a vault file, a plain file, a download that is still running.
 *
 * A source is used by one thread at a time; source_clone gives another thread its own reader over the
 * same bytes. Only source_cancel may be called from any thread: reads of it and of all its clones that are
 * waiting, or begin later, fail with ERR_CANCELLED.
 * Small reads that follow one another are as good as one: what costs to open, the source keeps.
 * Sizes and offsets are plaintext bytes. */
#ifndef KIYYA_SOURCE_H
#define KIYYA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kiyya/err.h"

#define SOURCE_SIZE_UNKNOWN UINT64_MAX

struct source;
struct source_ops {
	/* At most n bytes from off; 0 only at the end. -1: *err says why (ERR_DAMAGED: these bytes are not
	 * what was written; nothing of them is returned). */
	ssize_t (*read_at)(struct source *s, uint64_t off, void *dst, size_t n, struct err *err);
	uint64_t (*size)(struct source *s);
	struct source *(*clone)(struct source *s, struct err *err);
	void (*cancel)(struct source *s);
	void (*free)(struct source *s);
};
/* The first member of every kind of source. */
struct source {
	const struct source_ops *ops;
};

ssize_t source_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err) MUST_USE;
uint64_t source_size(struct source *s);
struct source *source_clone(struct source *s, struct err *err) MUST_USE; /* owned */
void source_cancel(struct source *s);
void source_free(struct source *s); /* NULL is fine */

/* A plain file (moves fd in). */
struct source *source_file_new(int fd, struct err *err);
/* Bytes in memory (copied): tests. */
struct source *source_bytes_new(const void *data, size_t n);

#endif
