/* Answers: every body goes out through one reader, which counts, paces, cuts and stalls. */
#include "fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/mem.h"

/* What a response is made of while it is being sent. */
struct body {
	struct request *rq; /* lives until the library reports the request completed */
	char *text;         /* owned; or NULL: a file */
	struct reply_bytes file;
	uint64_t len; /* bytes there really are; the text repeats from `again` when endless */
	size_t again; /* where the endless part begins; 0: not endless */
	uint64_t stop_after; /* UINT64_MAX, or where cut and stall strike */
	bool stall;
	struct pace *own; /* of a slow act, or NULL */
};

void headers_add(struct headers *h, const char *name, const char *fmt, ...)
{
	va_list ap;
	if (h->n == sizeof(h->v) / sizeof(h->v[0]))
		mem_die("too many headers");
	str_copy(h->v[h->n].name, sizeof(h->v[0].name), name);
	va_start(ap, fmt);
	vsnprintf(h->v[h->n].value, sizeof(h->v[0].value), fmt, ap);
	va_end(ap);
	h->n++;
}

/* Waits until the moment due (µs; INT64_MAX: for ever). False: the other side left, or we stop. */
static bool wait_until(const struct request *rq, int64_t due)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd fds[] = {
		{ .fd = rq->at->fixture->stop_fd, .events = POLLIN },
		{ .fd = info->connect_fd, .events = POLLRDHUP },
	};
	for (int64_t now = now_us(); now < due; now = now_us()) {
		int64_t ms = due == INT64_MAX ? 60000 : (due - now + 999) / 1000;
		if (poll(fds, 2, (int)(ms < 60000 ? ms : 60000)) > 0)
			return false;
	}
	return true;
}

static bool read_file(const struct body *b, uint64_t pos, char *dst, size_t n)
{
	ssize_t got = pread(b->file.fd, dst, n, (off_t)(b->file.off + pos));
	if (got != (ssize_t)n)
		return false;
	for (size_t i = 0; b->file.inverted && i < n; i++)
		dst[i] = (char)~dst[i];
	return true;
}

/* What slows this connection down; NULL: nothing. */
static struct pace *pace_of_connection(struct request *rq)
{
	int64_t each = atomic_load(&rq->at->fixture->each);
	if (rq->where != WHERE_PLAYER || each == 0)
		return NULL;
	if (rq->conn->pace == NULL)
		rq->conn->pace = pace_new(each);
	else if (rq->conn->rate != each)
		pace_set(rq->conn->pace, each);
	rq->conn->rate = each;
	return rq->conn->pace;
}

static ssize_t read_body(void *cls, uint64_t pos, char *dst, size_t max)
{
	struct body *b = cls;
	struct request *rq = b->rq;
	struct fixture *f = rq->at->fixture;
	uint64_t end = b->stop_after < b->len ? b->stop_after : b->len;
	uint64_t at = pos; /* in what there is */
	if (b->again > 0 && pos >= b->len)
		at = b->again + (pos - b->len) % (b->len - b->again);
	else if (pos >= end) {
		if (b->stall)
			wait_until(rq, INT64_MAX);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	uint64_t left = (b->again > 0 ? b->len : end) - at;
	size_t n = left < max ? (size_t)left : max;
	struct pace *paces[] = {
		rq->where == WHERE_PLAYER ? f->throttle : NULL,
		pace_of_connection(rq),
		b->own,
	};
	size_t n_paces = sizeof(paces) / sizeof(paces[0]);
	for (size_t i = 0; i < n_paces; i++)
		if (paces[i] != NULL)
			n = pace_quantum(paces[i], n);
	for (size_t i = 0; i < n_paces; i++)
		if (paces[i] != NULL && !wait_until(rq, pace_due(paces[i], n)))
			return MHD_CONTENT_READER_END_WITH_ERROR;
	if (b->text != NULL)
		memcpy(dst, b->text + at, n);
	else if (!read_file(b, at, dst, n))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (rq->line != NULL)
		record_sent(f->record, rq->line, n);
	return (ssize_t)n;
}

static void free_body(void *cls)
{
	struct body *b = cls;
	if (b->file.close_fd)
		close(b->file.fd);
	pace_free(b->own);
	free(b->text);
	free(b);
}

static void apply_act(struct body *b, const struct act *act)
{
	if (act->kind == ACT_CUT || act->kind == ACT_STALL)
		b->stop_after = (uint64_t)act->after;
	b->stall = act->kind == ACT_STALL;
	if (act->kind == ACT_SLOW)
		b->own = pace_new(act->rate);
}

/* Moves b. */
static enum MHD_Result send_body(struct request *rq, unsigned status, const char *type,
				 uint64_t announced, struct body *b, const struct headers *headers)
{
	struct fixture *f = rq->at->fixture;
	b->rq = rq;
	b->stop_after = UINT64_MAX;
	apply_act(b, &rq->act);
	/* One block of the library's own buffer: what is counted as sent is at most this far ahead. */
	bool paced = f->throttle != NULL || atomic_load(&f->each) != 0 || b->own != NULL;
	struct MHD_Response *r = MHD_create_response_from_callback(
	    announced, paced ? 16384 : 131072, read_body, b, free_body);
	if (r == NULL)
		mem_die("no memory for a response");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; headers != NULL && i < headers->n; i++)
		MHD_add_response_header(r, headers->v[i].name, headers->v[i].value);
	if (rq->line != NULL)
		record_status(f->record, rq->line, status);
	enum MHD_Result result = MHD_queue_response(rq->connection, status, r);
	MHD_destroy_response(r);
	return result;
}

enum MHD_Result reply_text(struct request *rq, unsigned status, const char *type, const char *text,
			   const struct headers *headers)
{
	struct body *b = NEW(struct body);
	b->text = str_dup(text);
	b->len = strlen(text);
	return send_body(rq, status, type, b->len, b, headers);
}

enum MHD_Result reply_buf(struct request *rq, unsigned status, const char *type,
			  const struct buf *text)
{
	struct body *b = NEW(struct body);
	b->text = mem_dup(text->data, text->len + 1);
	b->len = text->len;
	return send_body(rq, status, type, b->len, b, NULL);
}

enum MHD_Result reply_file(struct request *rq, unsigned status, const char *type,
			   const struct reply_bytes *bytes, const struct headers *headers)
{
	struct body *b = NEW(struct body);
	b->file = *bytes;
	b->len = bytes->len;
	return send_body(rq, status, type, bytes->announced, b, headers);
}

enum MHD_Result reply_endless(struct request *rq, const char *type, const char *first,
			      const char *again)
{
	struct body *b = NEW(struct body);
	struct buf text;
	buf_init(&text, 1u << 20);
	buf_add_str(&text, first);
	while (text.len < 16384) /* so that one read is worth its while */
		buf_add_str(&text, again);
	b->len = text.len;
	b->text = buf_steal(&text);
	b->again = strlen(first);
	return send_body(rq, 200, type, MHD_SIZE_UNKNOWN, b, NULL);
}

enum MHD_Result reply_never(struct request *rq)
{
	wait_until(rq, INT64_MAX);
	return MHD_NO;
}
