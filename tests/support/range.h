/* Range as the player host reads it. Not the rules of our own server, and meant not to share its
 * code. */
#ifndef TESTS_RANGE_H
#define TESTS_RANGE_H

#include <stdint.h>

enum range_kind {
	RANGE_WHOLE, /* no header, or several ranges: everything, 200 */
	RANGE_PART,  /* 206 */
	RANGE_BAD,   /* 416 */
};
/* header may be NULL. The results are written for RANGE_PART only; last is inclusive. */
enum range_kind range_read(const char *header, uint64_t size, uint64_t *ret_first,
			   uint64_t *ret_last);

#endif
