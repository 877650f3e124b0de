/* Files written so that a power cut leaves the old or the new, never a mixture; and the seam where tests
 * make the disk fail. */
#ifndef KIYYA_FILE_H
#define KIYYA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kiyya/buf.h"
#include "kiyya/err.h"

/* What writing to the disk is. Tests put their own between. Each returns as its system call does.
 * Whatever must outlive a power cut goes this way, its making and its going too. */
struct io {
	ssize_t (*write_at)(int fd, const void *data, size_t n, off_t off);
	int (*sync)(int fd, bool data_only);
	int (*truncate)(int fd, off_t len);
	int (*rename)(const char *from, const char *to);
	int (*create)(const char *path,
		      unsigned mode); /* to read and write; never one that is there */
	int (*remove)(const char *path);
};
const struct io *io_real(void);

/* io may be NULL for io_real(). write_all/read_all loop over short results. */
/* A new file, its descriptor or -1. It has a name for good after file_sync_dir. mode as in 0600. */
int file_create(const struct io *io, const char *path, unsigned mode, struct err *err) MUST_USE;
/* For what may as well stay: nobody has to look at the result. */
bool file_remove(const struct io *io, const char *path, struct err *err);
bool file_write_at(const struct io *io, int fd, const void *data, size_t n, uint64_t off,
		   struct err *err) MUST_USE;
/* Reads exactly n bytes; ERR_DAMAGED if the file ends before. */
bool file_read_at(int fd, void *data, size_t n, uint64_t off, struct err *err) MUST_USE;
/* After a failure only a new read tells what is there: it gives what the disk has. */
bool file_sync(const struct io *io, int fd, bool data_only, struct err *err) MUST_USE;
bool file_rename(const struct io *io, const char *from, const char *to, struct err *err) MUST_USE;
bool file_sync_dir(const struct io *io, const char *dir, struct err *err) MUST_USE;

/* Whole small file; ERR_NOT_FOUND if there is none, ERR_LIMIT over max. out is initialised here. */
bool file_read_all(const char *path, size_t max, struct buf *out, struct err *err) MUST_USE;
/* temp + fsync + rename + fsync of the directory. mode as in 0600. */
bool file_write_atomic(const struct io *io, const char *path, const void *data, size_t n,
		       unsigned mode, struct err *err) MUST_USE;
/* Makes the directory and those above it, each durable before there is one in it. Only what is made here gets 0700. */
bool file_make_dirs(const struct io *io, const char *dir, struct err *err) MUST_USE;
/* Bytes free for us on the file system of path. */
bool file_free_space(const char *path, uint64_t *ret, struct err *err) MUST_USE;

#endif
