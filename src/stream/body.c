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
	struct piece pieces[PIECES_MOST];
	size_t n, at; /* at: the piece the last read was in */
	uint64_t length;
};

struct body *body_new(struct source *source)
{
	struct body *b = NEW(struct body);
	b->source = source;
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

/* What the piece holds from off to the next border of a block. */
static size_t in_block(const struct piece *p, uint64_t off)
{
	return least(p->len - (off - p->off), BODY_BLOCK - off % BODY_BLOCK);
}

static ssize_t read_source(struct body *b, const struct piece *p, uint64_t in, char *dst,
			   size_t max, struct err *err)
{
	uint64_t off = p->off + in;
	ssize_t got = source_read_at(b->source, off, dst, least(in_block(p, off), max), err);
	if (got == 0 && p->len != SOURCE_SIZE_UNKNOWN) {
		err_set(err, ERR_DAMAGED, 0, "the item ends before the size it had");
		return -1;
	}
	return got;
}

bool body_begin(struct body *b, struct err *err)
{
	unsigned char byte;
	for (size_t i = 0; i < b->n; i++)
		if (!b->pieces[i].text)
			return source_read_at(b->source, b->pieces[i].off, &byte, 1, err) >= 0;
	return true;
}

ssize_t body_read(struct body *b, uint64_t pos, char *dst, size_t max, struct err *err)
{
	while (b->at < b->n && pos - b->pieces[b->at].start >= b->pieces[b->at].len)
		b->at++;
	if (b->at == b->n)
		return 0;
	const struct piece *p = &b->pieces[b->at];
	uint64_t in = pos - p->start;
	if (!p->text)
		return read_source(b, p, in, dst, max, err);
	size_t n = (size_t)(p->len - in);
	if (n > max)
		n = max;
	memcpy(dst, p->text + in, n);
	return (ssize_t)n;
}
