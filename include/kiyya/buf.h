/* A growing run of bytes with a cap: what comes from outside never takes more than we allow.
 *
 *	struct buf b;
 *	buf_init(&b, 16 << 20);
 *	if (!buf_add(&b, data, n)) … over the cap; b is unchanged
 *	buf_release(&b);
 */
#ifndef KIYYA_BUF_H
#define KIYYA_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

struct buf {
	char *data; /* never NULL; data[len] is 0 */
	size_t len, cap, max;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
bool buf_add(struct buf *b, const void *data, size_t n); /* false: over the cap, nothing added */
bool buf_add_str(struct buf *b, const char *s);
bool buf_add_char(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void buf_cut(struct buf *b, size_t len); /* shortens to len */
char *buf_steal(struct buf *b); /* moves the bytes to the caller (free()); b is empty again */

#endif
