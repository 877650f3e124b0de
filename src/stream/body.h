/* The bytes of one response: pieces of text and ranges of a source, straight into what the caller
 * sends from. One thread at a time.
 *
 *	b = body_new(source, BODY_BLOCK);
 *	body_add_text(b, …); body_add_range(b, first, last); …
 *	if (!body_begin(b, buffer, room, err)) … nothing was sent yet, so the status can still say it
 *	if (body_ready(b)) … it lies in buffer
 *	else while ((n = body_read(b, pos, dst, max, err)) > 0) pos += n;
 */
#ifndef STREAM_BODY_H
#define STREAM_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kiyya/err.h"
#include "kiyya/source.h"

/* A read that is not the last ends at a multiple of this. */
#define BODY_CHUNK 65536u
/* How much to read at once: so much that a sealed file is opened on several cores; in a crowd all are busy anyway. */
#define BODY_BLOCK         (1024u * 1024)
#define BODY_BLOCK_CROWDED BODY_CHUNK
/* But no more than a quarter of what was read of a range before it, and this: a player asks for all from here to the end,
 * and often looks at little of it. */
#define BODY_FIRST (2 * BODY_CHUNK)

struct body;
struct body *body_new(struct source *source, size_t block); /* moved in */
void body_free(struct body *b);
void body_add_text(struct body *b, char *text); /* moved in */
void body_add_range(struct body *b, uint64_t first, uint64_t last);
void body_add_all(struct body *b); /* a source whose size nobody knows: until it ends */
uint64_t body_length(const struct body *b);
size_t body_block(const struct body *b); /* or all of it, where that is less */
/* Reads all of a body that has room in buffer, which is borrowed until the body is freed; of another the first byte of the
 * source that will be needed: a sealed file opens all of its chunk, and keeps it for body_read. False: none of the
 * source's bytes could be read. */
bool body_begin(struct body *b, char *buffer, size_t room, struct err *err);
const char *body_ready(const struct body *b); /* the buffer, where all of it lies there; or NULL */
/* The bytes at pos, which is where the last read ended. 0 at the end; -1 and *err when the source
 * failed. */
ssize_t body_read(struct body *b, uint64_t pos, char *dst, size_t max, struct err *err);

#endif
