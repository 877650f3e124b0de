/* SHA-384 on a thread of its own, while the caller makes the next bytes.
 *
 *	p = hash_pipe_new(err);
 *	block = hash_pipe_block(p); … HASH_PIPE_BLOCK bytes to fill …; hash_pipe_give(p, n);	as often as needed
 *	hash_pipe_end(p, hex);
 *
 * A few blocks only: whoever is faster waits for the other. One owner. The blocks are wiped at the end. */
#ifndef KIYYA_HASH_PIPE_H
#define KIYYA_HASH_PIPE_H

#include <stddef.h>
#include "kiyya/err.h"
#include "kiyya/hash.h"

#define HASH_PIPE_BLOCK (256u * 1024)

struct hash_pipe;
struct hash_pipe *hash_pipe_new(struct err *err); /* NULL: no thread */
/* Borrowed until it is given. Waits until one is free. The same one until it is given. */
unsigned char *hash_pipe_block(struct hash_pipe *p);
void hash_pipe_give(struct hash_pipe *p, size_t n); /* its first n bytes are hashed */
/* Frees. With hex: of all that was given, after waiting for it. NULL: it is of no interest any more. p may be NULL. */
void hash_pipe_end(struct hash_pipe *p, char hex[HASH_HEX_MAX]);

#endif
