/* Conditional requests (RFC 9110, section 13): what the validators a client sends say about our
 * item. Pure. */
#ifndef STREAM_PRECONDITION_H
#define STREAM_PRECONDITION_H

#include <stdbool.h>
#include <stdint.h>

/* What we know of the item. */
struct validators {
	const char *etag;      /* 32 hex digits without the quotes; "" none */
	int64_t last_modified; /* TIME_UNKNOWN none */
};
/* The request's fields; NULL: not sent. */
struct conditions {
	const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since, *if_range;
};
enum precondition {
	PRECONDITION_MET,
	PRECONDITION_FAILED /* 412 */,
	PRECONDITION_UNCHANGED /* 304 */
};

enum precondition precondition_check(const struct conditions *c, const struct validators *v);
/* Whether a Range field counts: no If-Range, or one that names exactly what we have. */
bool precondition_range_applies(const struct conditions *c, const struct validators *v);

#endif
