/* Feeds in an OPML file. The one door to expat. */
#ifndef KIYYA_MODEL_OPML_H
#define KIYYA_MODEL_OPML_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/err.h"

/* Calls fn for the xmlUrl of each outline, in order; url is borrowed for the call and is UTF-8 as it came. fn may
 * stop with an error. A document type is refused: no list needs one, and entities are declared there. */
bool opml_read(const char *text, size_t len, bool (*fn)(void *arg, int line, const char *url, struct err *err),
	       void *arg, struct err *err) MUST_USE;

#endif
