/* The bytes of one response: pieces of text and ranges of a source, straight into what the caller
 * sends from. One thread at a time.
 *
 *	b = body_new(source);
 *	body_add_text(b, …); body_add_range(b, first, last); …
 *	if (!body_begin(b, err)) … nothing was sent yet, so the status can still say it
 *	while ((n = body_read(b, pos, dst, max, err)) > 0) pos += n;
 */
#ifndef STREAM_BODY_H
#define STREAM_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kiyya/err.h"
#include "kiyya/source.h"

/* No read goes over a multiple of this: what a sealed file opens at once. */
#define BODY_BLOCK 65536u

struct body;
struct body *body_new(struct source *source); /* moved in */
void body_free(struct body *b);
void body_add_text(struct body *b, char *text); /* moved in */
void body_add_range(struct body *b, uint64_t first, uint64_t last);
void body_add_all(struct body *b); /* a source whose size nobody knows: until it ends */
uint64_t body_length(const struct body *b);
/* Reads the first byte of the source that will be needed: a sealed file opens all of its chunk, and
 * keeps it for body_read. */
bool body_begin(struct body *b, struct err *err);
/* The bytes at pos, which is where the last read ended. 0 at the end; -1 and *err when the source
 * failed. */
ssize_t body_read(struct body *b, uint64_t pos, char *dst, size_t max, struct err *err);

#endif
