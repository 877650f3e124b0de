/* Response headers read line by line into checked values. Pure. */
#ifndef KIYYA_NET_HEADER_H
#define KIYYA_NET_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER_MOST_BYTES (256u << 10)

struct header {
	int status; /* 0: no response yet */
	int64_t length;
	int64_t range_first, range_last, range_total;
	int64_t last_modified;
	int64_t retry_after_s;
	bool encoded; /* the body is compressed */
	char content_type[128], etag[256], location[2049];
	size_t bytes; /* of all blocks so far */
	bool ended;   /* the block of a final response is complete: trailers are ignored */
};

void header_init(struct header *h);
/* One line with or without its line end; wall: now, for dates. True at the end of a response's
 * block that is not a 1xx. */
bool header_add_line(struct header *h, const char *line, size_t len, int64_t wall);

/* "bytes 0-9/100", "bytes 0-9/" STAR, "bytes " STAR "/100". False: malformed; absent parts are -1.
 */
bool header_content_range(const char *value, int64_t *first, int64_t *last, int64_t *total);
/* Seconds or an HTTP date, as seconds from wall, at most a day; -1 if it is neither. */
int64_t header_retry_after(const char *value, int64_t wall);

#endif
