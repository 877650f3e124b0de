/* Files written so that a power cut leaves the old or the new. */
#include "kiyya/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "kiyya/hash.h"
#include "kiyya/str.h"

static ssize_t real_write_at(int fd, const void *data, size_t n, off_t off)
{
	return pwrite(fd, data, n, off);
}

static int real_sync(int fd, bool data_only)
{
	if ((data_only ? fdatasync(fd) : fsync(fd)) == 0)
		return 0;
	/* The pages that could not be written count as clean from now on: a later sync would pass, and a
	 * later read would give what the disk never got. Out with them. */
	int why = errno;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	errno = why;
	return -1;
}

static int real_truncate(int fd, off_t len)
{
	return ftruncate(fd, len);
}

static int real_rename(const char *from, const char *to)
{
	return rename(from, to);
}

static int real_create(const char *path, unsigned mode)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
}

static int real_remove(const char *path)
{
	return unlink(path);
}

const struct io *io_real(void)
{
	static const struct io real = {
		.write_at = real_write_at,
		.sync = real_sync,
		.truncate = real_truncate,
		.rename = real_rename,
		.create = real_create,
		.remove = real_remove,
	};
	return &real;
}

static const struct io *io_or_real(const struct io *io)
{
	return io ? io : io_real();
}

int file_create(const struct io *io, const char *path, unsigned mode, struct err *err)
{
	int fd;
	do
		fd = io_or_real(io)->create(path, mode);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		err_sys(err, "creating %s", path);
	return fd;
}

bool file_remove(const struct io *io, const char *path, struct err *err)
{
	return io_or_real(io)->remove(path) == 0 || err_sys(err, "deleting %s", path);
}

bool file_write_at(const struct io *io, int fd, const void *data, size_t n, uint64_t off,
		   struct err *err)
{
	const char *p = data;
	while (n) {
		ssize_t put = io_or_real(io)->write_at(fd, p, n, (off_t)off);
		if (put < 0 && errno == EINTR)
			continue;
		if (put == 0)
			errno = EIO;
		if (put <= 0)
			return err_sys(err, "writing a file");
		p += put;
		n -= (size_t)put;
		off += (uint64_t)put;
	}
	return true;
}

bool file_read_at(int fd, void *data, size_t n, uint64_t off, struct err *err)
{
	char *p = data;
	while (n) {
		ssize_t got = pread(fd, p, n, (off_t)off);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "reading a file");
		if (got == 0)
			return err_set(err, ERR_DAMAGED, 0,
				       "the file is shorter than it should be");
		p += got;
		n -= (size_t)got;
		off += (uint64_t)got;
	}
	return true;
}

bool file_sync(const struct io *io, int fd, bool data_only, struct err *err)
{
	if (io_or_real(io)->sync(fd, data_only) != 0)
		return err_sys(err, "making a file durable");
	return true;
}

bool file_rename(const struct io *io, const char *from, const char *to, struct err *err)
{
	if (io_or_real(io)->rename(from, to) != 0)
		return err_sys(err, "renaming a file");
	return true;
}

bool file_sync_dir(const struct io *io, const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening the directory %s", dir);
	bool ok = file_sync(io, fd, false, err);
	close(fd);
	return ok;
}

bool file_read_all(const char *path, size_t max, struct buf *out, struct err *err)
{
	buf_init(out, max);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening %s", path);
	char chunk[16384];
	bool ok = true;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ok = err_sys(err, "reading %s", path);
		if (got <= 0)
			break;
		if (!buf_add(out, chunk, (size_t)got)) {
			ok = err_set(err, ERR_LIMIT, 0, "%s is larger than %zu bytes", path, max);
			break;
		}
	}
	close(fd);
	if (!ok)
		buf_release(out);
	return ok;
}

bool file_write_atomic(const struct io *io, const char *path, const void *data, size_t n,
		       unsigned mode, struct err *err)
{
	char suffix[17];
	random_hex(suffix, 8);
	char *temp = str_fmt("%s.%s.tmp", path, suffix);
	char *for_dir = str_dup(path);
	bool ok = false;
	int fd = file_create(io, temp, mode, err);
	if (fd < 0)
		goto out;
	ok = file_write_at(io, fd, data, n, 0, err) && file_sync(io, fd, false, err) &&
	     file_rename(io, temp, path, err) && file_sync_dir(io, dirname(for_dir), err);
	close(fd);
	if (!ok) {
		file_remove(io, temp, NULL);
		err_wrap(err, "saving %s", path);
	}
out:
	free(for_dir);
	free(temp);
	return ok;
}

static bool is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool make_dir(const struct io *io, const char *path, struct err *err)
{
	if (mkdir(path, 0700) != 0)
		return is_dir(path) || err_sys(err, "making the directory %s", path);
	char *for_parent = str_dup(path);
	const char *parent = dirname(for_parent);
	/* One may write into a directory that one may not read; that one cannot be synced. */
	bool ok = access(parent, R_OK) != 0 || file_sync_dir(io, parent, err);
	if (!ok)
		rmdir(path); /* so that a second try makes it durable */
	free(for_parent);
	return ok;
}

bool file_make_dirs(const struct io *io, const char *dir, struct err *err)
{
	char *path = str_dup(dir);
	bool ok = true;
	for (char *at = path + 1; ok; at++) {
		at = strchrnul(at, '/');
		char end = *at;
		*at = '\0';
		ok = make_dir(io, path, err);
		*at = end;
		if (end == '\0')
			break;
	}
	free(path);
	return ok;
}

bool file_free_space(const char *path, uint64_t *ret, struct err *err)
{
	struct statvfs st;
	if (statvfs(path, &st) != 0)
		return err_sys(err, "asking for the free space of %s", path);
	*ret = (uint64_t)st.f_bavail * st.f_frsize;
	return true;
}
