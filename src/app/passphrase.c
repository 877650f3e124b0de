/* The passphrase that is given from outside. */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/str.h"

#define PASSPHRASE_MAX 1024

void passphrase_free(char *p)
{
	if (p)
		explicit_bzero(p, strlen(p));
	free(p);
}

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

bool passphrase_read(char **ret, struct err *err)
{
	const char *file = getenv("KIYYA_PASSPHRASE_FILE"), *number = getenv("KIYYA_PASSPHRASE_FD");
	*ret = NULL;
	if (str_empty(file) && str_empty(number))
		return true;
	int64_t given = -1;
	if (str_empty(file) && (!str_to_i64(number, &given) || given < 0 || given > 1 << 20))
		return err_set(err, ERR_USAGE, 0,
			       "KIYYA_PASSPHRASE_FD must be a descriptor's number");
	int fd = str_empty(file) ? (int)given : open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "opening the passphrase file %s", file);
	bool ok = read_line(fd, ret, err);
	close(fd);
	return ok;
}
