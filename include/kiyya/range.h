/* HTTP Range headers against a size. Pure. RFC 9110 section 14. */
#ifndef KIYYA_RANGE_H
#define KIYYA_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGE_MOST 16

struct range {
	uint64_t first, last; /* inclusive, inside the size */
};
enum range_verdict {
	RANGE_WHOLE,         /* no header, unknown unit, too many or overlapping: answer 200 */
	RANGE_PARTS,         /* n parts: answer 206 */
	RANGE_UNSATISFIABLE, /* 416 with Content-Range: bytes STAR/size */
};
/* header: the field's value or NULL. parts has room for RANGE_MOST. */
enum range_verdict range_parse(const char *header, uint64_t size, struct range *parts, size_t *ret_n);
/* "A-B" or "A-" of `cat --range`, inclusive; false when it is not that or outside size. */
bool range_parse_plain(const char *s, uint64_t size, struct range *ret);

#endif
