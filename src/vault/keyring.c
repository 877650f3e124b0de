/* Keyrings and the key file on the disk. */
#include "keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/log.h"
#include "kiyya/str.h"

bool keyring_read(const char *path, struct ring *ret, struct err *err)
{
	struct err why;
	struct buf bytes;
	if (!file_read_all(path, RING_LEN_MAX, &bytes, &why)) {
		if (why.kind == ERR_LIMIT)
			return err_set(err, ERR_DAMAGED, 0, "%s is too long for a keyring", path);
		if (err)
			*err = why;
		return false;
	}
	bool ok = ring_parse(bytes.data, bytes.len, ret, err);
	buf_release(&bytes);
	return ok || err_wrap(err, "%s", path);
}

/* Reads back what was written and opens it: the same bytes, and a hash that this master key made.
 */
static bool is_durable(const char *path, const struct ring *r, struct secret *mk, struct err *err)
{
	struct ring back, again;
	if (!keyring_read(path, &back, err))
		return false;
	again = back;
	if (!ring_close(&again, mk, err))
		return false;
	if (back.slots != r->slots || memcmp(back.raw, r->raw, ring_len(r)) != 0 ||
	    memcmp(again.raw, back.raw, ring_len(r)) != 0)
		return err_set(err, ERR_IO, 0, "%s reads back differently", path);
	return true;
}

bool keyring_settle(const struct io *io, const char *path, struct err *err)
{
	char *for_dir = str_dup(path);
	bool ok = file_sync_dir(io, dirname(for_dir), err);
	free(for_dir);
	return ok;
}

bool keyring_install(const struct io *io, const char *path, const struct ring *r, struct secret *mk,
		     struct err *err)
{
	char *fresh = str_fmt("%s.new", path);
	bool ok = file_write_atomic(io, fresh, r->raw, ring_len(r), 0600, err) &&
		  is_durable(fresh, r, mk, err) && file_rename(io, fresh, path, err) &&
		  keyring_settle(io, path, err);
	if (!ok) {
		file_remove(io, fresh, NULL);
		err_wrap(err, "saving the keyring %s", path);
	}
	free(fresh);
	return ok;
}

int keyring_lock(const char *path, struct err *err)
{
	char *for_dir = str_dup(path);
	const char *dir = dirname(for_dir);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = -1;
	if (fd >= 0)
		do
			rc = flock(fd, LOCK_EX);
		while (rc != 0 && errno == EINTR);
	if (rc != 0) {
		err_sys(err, "holding %s for a new keyring", dir);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	free(for_dir);
	return fd;
}

static bool key_file_check(int fd, const char *path, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(err, "looking at the key file %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size != KYV_KEY)
		return err_set(err, ERR_DAMAGED, 0, "the key file %s is not %d bytes long", path,
			       KYV_KEY);
	if (st.st_mode & 077)
		log_warn("vault", NULL, "the key file %s is open to other users: chmod 600 it",
			 path);
	return true;
}

struct secret *key_file_read(const char *path, struct keychain *chain, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		err_set(err, ERR_LOCKED, 0, "the key file %s is not here", path);
	else if (fd < 0)
		err_sys(err, "opening the key file %s", path);
	if (fd < 0)
		return NULL;
	struct secret *s = NULL;
	if (key_file_check(fd, path, err)) {
		void *bytes;
		s = secret_new(chain, NULL, KYV_KEY, &bytes);
		bool ok = file_read_at(fd, bytes, KYV_KEY, 0, err);
		secret_done(s);
		if (!ok) {
			err_wrap(err, "the key file %s", path);
			secret_unref(s);
			s = NULL;
		}
	}
	close(fd);
	return s;
}

struct secret *key_file_make(const struct io *io, const char *path, struct keychain *chain,
			     const struct chance *chance, struct err *err)
{
	void *bytes;
	struct secret *s = secret_new(chain, NULL, KYV_KEY, &bytes);
	chance_fill(chance, bytes, KYV_KEY);
	bool ok = file_write_atomic(io, path, bytes, KYV_KEY, 0600, err);
	secret_done(s);
	if (ok)
		return s;
	err_wrap(err, "making the key file");
	secret_unref(s);
	return NULL;
}
