/* What the header of a vault file says, wherever the file lies. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "header.h"
#include "kiyya/mem.h"

struct vault_header {
	struct header header;
	struct vault_info info;
};

struct vault_header *vault_header_read(struct vault *v, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err_sys(err, "opening %s", path);
		return NULL;
	}
	struct vault_header *h = NEW(struct vault_header);
	bool ok = header_load(v, fd, &h->header, err);
	close(fd);
	if (ok) {
		header_info(&h->header, &h->info);
		return h;
	}
	err_wrap(err, "%s", path);
	free(h);
	return NULL;
}

const struct vault_info *vault_header_info(const struct vault_header *h)
{
	return &h->info;
}

void vault_header_free(struct vault_header *h)
{
	if (!h)
		return;
	header_release(&h->header);
	free(h);
}
