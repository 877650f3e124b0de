/* The checker that stands before cJSON; private to base. */
#ifndef KIYYA_BASE_JSON_SCAN_H
#define KIYYA_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include "kiyya/buf.h"
#include "kiyya/err.h"

/* True when text is exactly one JSON value (RFC 8259, no extensions) within JSON_MAX_DEPTH and
 * JSON_MAX_VALUES. Integers a double cannot hold exactly are put between quotes: then *rewritten
 * has the whole text to parse, otherwise it stays empty and the original text is good. */
bool json_scan(const char *text, size_t len, struct buf *rewritten, struct err *err);

#endif
