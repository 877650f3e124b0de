/* One step through UTF-8 that may be anything; private to base. */
#ifndef KIYYA_BASE_UTF8_H
#define KIYYA_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The first character of s, of which n > 0 bytes may be looked at: its length in bytes and, in
 * *ret, the code point; one byte and -1 where no valid character begins. */
size_t utf8_next(const char *s, size_t n, int32_t *ret);

#endif
