/* The passphrases that are given from outside. */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/str.h"

#define PASSPHRASE_MAX 1024

/* Reads no further than the line: the rest of a descriptor is somebody else's. */
static bool read_line(int fd, char **ret, struct err *err)
{
	char line[PASSPHRASE_MAX + 2];
	size_t n = 0;
	for (;;) {
		ssize_t got = read(fd, line + n, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "reading the passphrase");
		if (got == 0 || line[n] == '\n')
			break;
		if (++n > PASSPHRASE_MAX)
			return err_set(err, ERR_LOCKED, 0, "the passphrase is longer than %d bytes",
				       PASSPHRASE_MAX);
	}
	if (n && line[n - 1] == '\r')
		n--;
	bool ok = n > 0 && !memchr(line, 0, n);
	if (ok)
		*ret = str_dupn(line, n);
	explicit_bzero(line, sizeof(line));
	return ok || err_set(err, ERR_LOCKED, 0, "the passphrase that was given is empty");
}

/* Where both are set, the file counts. */
static int open_given(const char *which, struct err *err)
{
	char *file_name = str_fmt("%s_FILE", which), *fd_name = str_fmt("%s_FD", which);
	const char *file = getenv(file_name), *number = getenv(fd_name);
	int64_t given = -1;
	int fd = -1;
	err_clear(err);
	if (!str_empty(file)) {
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			err_sys(err, "opening the passphrase file %s", file);
	} else if (!str_empty(number)) {
		if (str_to_i64(number, &given) && given >= 0 && given <= 1 << 20)
			fd = (int)given;
		else
			err_set(err, ERR_USAGE, 0, "%s must be a descriptor's number", fd_name);
	}
	free(file_name);
	free(fd_name);
	return fd;
}

bool passphrase_read(const char *which, char **ret, struct err *err)
{
	*ret = NULL;
	int fd = open_given(which, err);
	if (fd < 0)
		return err->kind == ERR_NONE;
	bool ok = read_line(fd, ret, err);
	close(fd);
	return ok;
}
