/* What goes back: the few kinds of response. */
#include "reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/str.h"

/* On every response. What is sealed on the disk must not be stored by a browser, and no page of
 * another origin may look at it; there is no Access-Control-Allow-Origin anywhere. */
static const struct {
	const char *name, *value;
} always[] = {
	{ "Cache-Control", "no-store" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

static const struct {
	unsigned status;
	const char *sentence;
} sentences[] = {
	{ MHD_HTTP_BAD_REQUEST, "This request is not well formed.\n" },
	{ MHD_HTTP_FORBIDDEN, "This server answers to 127.0.0.1 and localhost only.\n" },
	{ MHD_HTTP_NOT_FOUND, "Nothing is here, or not any more.\n" },
	{ MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD.\n" },
	{ MHD_HTTP_PRECONDITION_FAILED, "The item is not the one that was meant.\n" },
	{ MHD_HTTP_RANGE_NOT_SATISFIABLE, "The item has no such bytes.\n" },
	{ MHD_HTTP_INTERNAL_SERVER_ERROR, "The item cannot be read; kiyya says why.\n" },
	{ MHD_HTTP_SERVICE_UNAVAILABLE, "Not now; try again.\n" },
};

static const char *sentence_of(unsigned status)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++)
		if (sentences[i].status == status)
			return sentences[i].sentence;
	return "";
}

static enum MHD_Result send_response(struct MHD_Connection *mhd, unsigned status,
				     struct MHD_Response *response)
{
	if (!response)
		return MHD_NO; /* out of memory: the connection ends */
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		MHD_add_response_header(response, always[i].name, always[i].value);
	enum MHD_Result sent = MHD_queue_response(mhd, status, response);
	MHD_destroy_response(response);
	return sent;
}

static struct MHD_Response *text_response(const char *text)
{
	/* The library only reads text that is said to be persistent. */
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
	if (r && *text)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	return r;
}

enum MHD_Result reply_status(struct MHD_Connection *mhd, unsigned status, const char *name,
			     const char *value)
{
	struct MHD_Response *r = text_response(sentence_of(status));
	if (r && name)
		MHD_add_response_header(r, name, value);
	return send_response(mhd, status, r);
}

enum MHD_Result reply_unsatisfiable(struct MHD_Connection *mhd, uint64_t size)
{
	char range[48];
	snprintf(range, sizeof(range), "bytes */%" PRIu64, size);
	return reply_status(mhd, MHD_HTTP_RANGE_NOT_SATISFIABLE, MHD_HTTP_HEADER_CONTENT_RANGE,
			    range);
}

static void add_validators(struct MHD_Response *r, const struct grant *g)
{
	if (*grant_etag_field(g))
		MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, grant_etag_field(g));
	if (*grant_date_field(g))
		MHD_add_response_header(r, MHD_HTTP_HEADER_LAST_MODIFIED, grant_date_field(g));
}

enum MHD_Result reply_unchanged(struct MHD_Connection *mhd, const struct grant *g)
{
	struct MHD_Response *r = text_response("");
	if (r)
		add_validators(r, g);
	return send_response(mhd, MHD_HTTP_NOT_MODIFIED, r);
}

/* Cancelled, locked, or a download that does not come on: these pass. Damage does not. */
enum MHD_Result reply_trouble(struct MHD_Connection *mhd, struct grant *g, const struct err *why)
{
	grant_note_trouble(g, why);
	bool passes =
	    err_can_retry(why->kind) || why->kind == ERR_CANCELLED || why->kind == ERR_LOCKED;
	if (why->kind != ERR_CANCELLED)
		log_warn("stream", NULL, "an item could not be read: %s", why->text);
	return reply_status(mhd,
			    passes ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_INTERNAL_SERVER_ERROR,
			    NULL, NULL);
}

static void add_item_headers(struct MHD_Response *r, const struct grant *g, uint64_t size,
			     const char *content_type)
{
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	if (size != SOURCE_SIZE_UNKNOWN)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	add_validators(r, g);
}

/* Never called: a HEAD has no body. */
static ssize_t no_body(void *cls, uint64_t pos, char *dst, size_t max)
{
	return MHD_CONTENT_READER_END_OF_STREAM;
}

static uint64_t response_size(uint64_t size)
{
	return size == SOURCE_SIZE_UNKNOWN ? MHD_SIZE_UNKNOWN : size;
}

enum MHD_Result reply_head(struct MHD_Connection *mhd, const struct grant *g, uint64_t size)
{
	struct MHD_Response *r =
	    MHD_create_response_from_callback(response_size(size), 1024, no_body, NULL, NULL);
	if (r)
		add_item_headers(r, g, size, grant_media_type(g));
	return send_response(mhd, MHD_HTTP_OK, r);
}

void reply_fill(struct body *b, const struct grant *g, uint64_t size, const struct range *parts,
		size_t n, char ret_boundary[BOUNDARY_SIZE])
{
	*ret_boundary = '\0';
	if (n == 0) {
		if (size == SOURCE_SIZE_UNKNOWN)
			body_add_all(b);
		else if (size > 0)
			body_add_range(b, 0, size - 1);
		return;
	}
	if (n == 1) {
		body_add_range(b, parts[0].first, parts[0].last);
		return;
	}
	random_hex(ret_boundary, (BOUNDARY_SIZE - 1) / 2);
	for (size_t i = 0; i < n; i++) {
		body_add_text(b, str_fmt("%s--%s\r\nContent-Type: %s\r\n"
					 "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64
					 "\r\n\r\n",
					 i ? "\r\n" : "", ret_boundary, grant_media_type(g),
					 parts[i].first, parts[i].last, size));
		body_add_range(b, parts[i].first, parts[i].last);
	}
	body_add_text(b, str_fmt("\r\n--%s--\r\n", ret_boundary));
}

/* What the library reads a response from. */
struct sending {
	struct body *body;
	struct grant *grant; /* borrowed: the connection holds it until the response is over */
};

static ssize_t read_body(void *cls, uint64_t pos, char *dst, size_t max)
{
	struct sending *s = cls;
	struct err err = { 0 };
	ssize_t n = body_read(s->body, pos, dst, max, &err);
	if (n > 0)
		return n;
	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	/* The connection ends short of the length that was promised: the client sees that something
	 * is missing. */
	grant_note_trouble(s->grant, &err);
	if (err.kind != ERR_CANCELLED)
		log_warn("stream", NULL, "a response ended early: %s", err.text);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void end_sending(void *cls)
{
	struct sending *s = cls;
	body_free(s->body);
	free(s);
}

/* What is ready goes out with its headers in one piece. */
static struct MHD_Response *ready_response(struct body *body, const char *buffer)
{
	/* The library only reads what is said to be persistent. */
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    (size_t)body_length(body), (void *)(uintptr_t)buffer, MHD_RESPMEM_PERSISTENT);
	body_free(body);
	return r;
}

static struct MHD_Response *read_response(struct body *body, struct grant *g)
{
	struct sending *s = NEW(struct sending);
	*s = (struct sending){ .body = body, .grant = g };
	struct MHD_Response *r = MHD_create_response_from_callback(
	    response_size(body_length(body)), body_block(body), read_body, s, end_sending);
	if (!r)
		end_sending(s);
	return r;
}

enum MHD_Result reply_item(struct MHD_Connection *mhd, struct grant *g, uint64_t size,
			   const struct range *parts, size_t n, const char *boundary,
			   struct body *body)
{
	const char *ready = body_ready(body);
	struct MHD_Response *r = ready ? ready_response(body, ready) : read_response(body, g);
	if (!r)
		return MHD_NO;
	char text[96];
	if (n > 1) {
		snprintf(text, sizeof(text), "multipart/byteranges; boundary=%s", boundary);
		add_item_headers(r, g, size, text);
	} else {
		add_item_headers(r, g, size, grant_media_type(g));
	}
	if (n == 1) {
		snprintf(text, sizeof(text), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
			 parts[0].first, parts[0].last, size);
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_RANGE, text);
	}
	return send_response(mhd, n ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, r);
}
