/* Where a command writes: lines on standard output and standard error, cleaned on the way. */
#include "out.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/text.h"

#define LINE_MAX_BYTES (1u << 20)
#define JSON_MAX_LINE  (32u << 20) /* any reply, escaped, fits */

void out_init(struct out *o, FILE *out, FILE *err)
{
	*o = (struct out){
		.out = out,
		.err = err,
		.out_is_tty = isatty(fileno(out)) == 1,
		.err_is_tty = isatty(fileno(err)) == 1,
	};
}

/* Every word that a person sees goes through here. */
PRINTF_LIKE(3, 0)
static void out_line(FILE *to, const char *prefix, const char *fmt, va_list ap)
{
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	buf_vaddf(&b, fmt, ap);
	char *clean = text_clean(b.data, b.len, LINE_MAX_BYTES, false);
	fprintf(to, "%s%s\n", prefix, clean);
	free(clean);
	buf_release(&b);
}

void out_row(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	out_line(o->out, "", fmt, ap);
	va_end(ap);
}

void out_error(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	out_line(o->err, "kiyya: ", fmt, ap);
	va_end(ap);
}

void out_note(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!o->quiet)
		out_line(o->err, "kiyya: ", fmt, ap);
	va_end(ap);
}

void out_detail(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (o->verbose)
		out_line(o->err, "kiyya: ", fmt, ap);
	va_end(ap);
}

/* The JSON writer has escaped what must not reach a terminal. */
void out_json(struct out *o, const struct buf *b)
{
	fwrite(b->data, 1, b->len, o->out);
	fputc('\n', o->out);
}

void out_json_event(struct out *o, const struct event *e)
{
	struct buf b;
	buf_init(&b, JSON_MAX_LINE);
	event_row_to_json(e, &b);
	out_json(o, &b);
	buf_release(&b);
}

void out_json_claim(struct out *o, const struct claim *c)
{
	struct buf b;
	struct json_out j;
	buf_init(&b, JSON_MAX_LINE);
	json_out_init(&j, &b);
	claim_to_json(c, &j, NULL);
	out_json(o, &b);
	buf_release(&b);
}

bool out_flush(struct out *o)
{
	errno = 0;
	bool ok = fflush(o->out) == 0 && !ferror(o->out);
	if (!ok && errno == 0)
		errno = EIO;
	fflush(o->err);
	return ok;
}

int out_broken(struct out *o)
{
	struct err err;
	if (errno == EPIPE)
		return 128 + SIGPIPE;
	err_sys(&err, "writing standard output");
	out_error(o, "%s", err.text);
	return err_exit_code(err.kind);
}
