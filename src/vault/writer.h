/* What the files of the writer share. */
#ifndef VAULT_WRITER_H
#define VAULT_WRITER_H

#include "have.h"
#include "header.h"
#include "record.h"

struct vault_writer {
	struct vault_seams seams;
	char *dir, *name;
	int fd;
	struct header header;
	struct vault_info info; /* of header */
	struct have have;
	struct aead *aead;
	unsigned char record[KYV_RECORD]; /* the one buffer */
};

/* fd moves in, also when it fails; the header is still empty. */
struct vault_writer *writer_new(struct vault *v, const char *name, int fd, struct err *err);
struct record_tools writer_tools(const struct vault_writer *w);
bool writer_commit(struct vault_writer *w, uint64_t size, bool complete, struct err *err) MUST_USE;
/* The last record of a file whose size is known by now may have been written as "not the last".
 * Writes it again as what it is, if it is there. */
bool writer_settle_last(struct vault_writer *w, struct err *err) MUST_USE;

#endif
