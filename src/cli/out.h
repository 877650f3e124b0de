/* Where a command writes: rows on standard output, sentences on standard error. All text passes
 * out_line, the one place that keeps control characters away from the terminal. */
#ifndef KIYYA_CLI_OUT_H
#define KIYYA_CLI_OUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include "kiyya/buf.h"
#include "kiyya/claim.h"
#include "kiyya/err.h"
#include "kiyya/msg.h"

struct out {
	FILE *out, *err; /* borrowed */
	bool json, quiet, verbose, ascii;
	bool out_is_tty, err_is_tty;
};

void out_init(struct out *o, FILE *out, FILE *err);

/* One line on standard output, cleaned. */
void out_row(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One line of JSON on standard output: the row of an event, a claim, or what is in b. */
void out_json(struct out *o, const struct buf *b);
void out_json_event(struct out *o, const struct event *e);
void out_json_claim(struct out *o, const struct claim *c);
/* "kiyya: …" on standard error, cleaned: an error, always said; a note, unless -q; a detail, with
 * -v. */
void out_error(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
void out_note(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
void out_detail(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Writes out what is buffered. False, with errno, when standard output is broken (a pipe closed, a
 * disk full). */
bool out_flush(struct out *o);
/* The exit code when that has failed, from errno; says why, unless the reader just went away. */
int out_broken(struct out *o);

/* The row of an event in the chosen form; those that are no rows (notes, done) write nothing. */
void out_event(struct out *o, const struct event *e);
void out_claim(struct out *o, const struct claim *c);

#endif
