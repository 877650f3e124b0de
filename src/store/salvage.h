/* Taking over the rows of a damaged database that can still be read. */
#ifndef KIYYA_STORE_SALVAGE_H
#define KIYYA_STORE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"

struct migration;

/* Makes the database `to` with the layout of the list and fills it from `from`, which is only read.
 * The file is whole and on the disk when it returns true. */
bool salvage(const char *from, const char *to, const struct clock *clock,
	     const struct migration *list, size_t n, int64_t *ret_rows, struct err *err) MUST_USE;

#endif
