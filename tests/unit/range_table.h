/* tests/data/range-cases.tsv: what RFC 9110 allows a range, a condition or a method to get, asked of a local server whose
 * items are kept as the test likes. Their bytes are those of odd_byte. */
#ifndef TESTS_RANGE_TABLE_H
#define TESTS_RANGE_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "kiyya/source.h"
#include "kiyya/stream.h"

#define TABLE_FILES 5
#define TABLE_ETAG  "0123456789abcdef0123456789abcdef" /* of each */

struct table_file {
	const char *name;
	uint64_t size;
};
extern const struct table_file table_files[TABLE_FILES];
struct served {
	struct stream *stream;
	char *urls[TABLE_FILES];
};
/* One line of the table. */
struct table_row {
	const char *id, *method, *version, *file, *headers, *allowed, *want, *content_range, *body;
};

/* make gives the source of a file. */
void table_serve(struct served *s, struct source *(*make)(void *arg, const struct table_file *f),
		 void *arg);
void table_stop(struct served *s);
void table_check(struct served *s); /* every row */
void table_check_row(const struct served *s, const struct table_row *row);
/* Puts what the file holds, in blocks of 64 KiB; of the one of 5 GiB only what is asked for. */
void table_fill(const struct table_file *file,
		void (*put)(void *arg, uint64_t off, const void *data, size_t n), void *arg);

#endif
