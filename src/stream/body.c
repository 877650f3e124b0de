/* The bytes of one response. */
#include "body.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/range.h"

/* Each part of a multipart answer has a head, and there is one closing line. */
#define PIECES_MOST (2 * RANGE_MOST + 1)

struct piece {
	uint64_t start, len; /* in the response */
	char *text;          /* owned; NULL: a range of the source */
	uint64_t off;        /* in the source */
};
struct body {
	struct source *source;
	size_t block;
	struct piece pieces[PIECES_MOST];
	size_t n, at; /* at: the piece the last read was in */
	uint64_t length;
	const char *buffer; /* borrowed: what was read in advance, */
	size_t n_buffer;
	struct err why; /* and why that was not all; ERR_NONE: nothing is wrong */
};

struct body *body_new(struct source *source, size_t block)
{
	struct body *b = NEW(struct body);
	b->source = source;
	b->block = block;
	return b;
}

void body_free(struct body *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		free(b->pieces[i].text);
	source_free(b->source);
	free(b);
}

static void add(struct body *b, struct piece piece)
{
	if (b->n == PIECES_MOST)
		mem_die("a response of more pieces than ranges allow");
	piece.start = b->length;
	b->pieces[b->n++] = piece;
	b->length += piece.len;
}

void body_add_text(struct body *b, char *text)
{
	add(b, (struct piece){ .text = text, .len = strlen(text) });
}

void body_add_range(struct body *b, uint64_t first, uint64_t last)
{
	add(b, (struct piece){ .off = first, .len = last - first + 1 });
}

void body_add_all(struct body *b)
{
	add(b, (struct piece){ .len = SOURCE_SIZE_UNKNOWN });
}

uint64_t body_length(const struct body *b)
{
	return b->length;
}

static size_t least(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

size_t body_block(const struct body *b)
{
	return least(b->length, b->block);
}

/* As much as goes into max, but the last of it up to the border of a chunk, so that the next read begins there. */
static size_t in_chunks(const struct piece *p, uint64_t in, size_t max)
{
	uint64_t rest = p->len - in;
	if (rest <= max)
		return (size_t)rest;
	size_t over = (size_t)((p->off + in + max) % BODY_CHUNK);
	return over < max ? max - over : max;
}

static ssize_t read_source(struct body *b, const struct piece *p, uint64_t in, char *dst,
			   size_t max, struct err *err)
{
	size_t most = in_chunks(p, in, least(in / 4 + BODY_FIRST, max));
	ssize_t got = source_read_at(b->source, p->off + in, dst, most, err);
	if (got == 0 && p->len != SOURCE_SIZE_UNKNOWN) {
		err_set(err, ERR_DAMAGED, 0, "the item ends before the size it had");
		return -1;
	}
	return got;
}

static ssize_t read_piece(struct body *b, uint64_t pos, char *dst, size_t max, struct err *err)
{
	while (b->at < b->n && pos - b->pieces[b->at].start >= b->pieces[b->at].len)
		b->at++;
	if (b->at == b->n)
		return 0;
	const struct piece *p = &b->pieces[b->at];
	uint64_t in = pos - p->start;
	if (!p->text)
		return read_source(b, p, in, dst, max, err);
	size_t n = least(p->len - in, max);
	memcpy(dst, p->text + in, n);
	return (ssize_t)n;
}

/* Where the first byte of the source comes in the response; the length: nowhere. */
static uint64_t first_of_source(const struct body *b)
{
	size_t i = 0;
	while (i < b->n && b->pieces[i].text)
		i++;
	return i < b->n ? b->pieces[i].start : b->length;
}

static bool read_first(struct body *b, uint64_t at, struct err *err)
{
	char byte;
	ssize_t got = read_piece(b, at, &byte, 1, err);
	b->at = 0;
	return got >= 0;
}

bool body_begin(struct body *b, char *buffer, size_t room, struct err *err)
{
	uint64_t first = first_of_source(b);
	if (b->length > room)
		return first == b->length || read_first(b, first, err);
	b->buffer = buffer;
	while (b->n_buffer < b->length && b->why.kind == ERR_NONE) {
		ssize_t n =
		    read_piece(b, b->n_buffer, buffer + b->n_buffer, room - b->n_buffer, &b->why);
		b->n_buffer += n > 0 ? (size_t)n : 0;
	}
	if (b->n_buffer <= first && b->why.kind != ERR_NONE) {
		*err = b->why;
		return false;
	}
	return true;
}

const char *body_ready(const struct body *b)
{
	return b->n_buffer == b->length ? b->buffer : NULL;
}

ssize_t body_read(struct body *b, uint64_t pos, char *dst, size_t max, struct err *err)
{
	if (pos < b->n_buffer) {
		size_t n = least(b->n_buffer - pos, max);
		memcpy(dst, b->buffer + pos, n);
		return (ssize_t)n;
	}
	if (b->why.kind == ERR_NONE)
		return read_piece(b, pos, dst, max, err);
	*err = b->why;
	return -1;
}
