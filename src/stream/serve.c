/* One request, from its headers to the kind of its response. */
#include "serve.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "body.h"
#include "kiyya/log.h"
#include "kiyya/range.h"
#include "kiyya/str.h"
#include "reply.h"
#include "target.h"

/* The header fields that matter to us. */
enum field { HOST, RANGE, IF_RANGE, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED, IF_UNMODIFIED, FIELDS };
/* What more lines than one of a field mean. */
enum repeated { IS_BAD, IS_LIST, IS_IGNORED };
static const struct {
	const char *name;
	enum repeated repeated;
} fields[FIELDS] = {
	[HOST] = { "Host", IS_BAD },
	[RANGE] = { "Range", IS_IGNORED },
	[IF_RANGE] = { "If-Range", IS_BAD },
	[IF_MATCH] = { "If-Match", IS_LIST },
	[IF_NONE_MATCH] = { "If-None-Match", IS_LIST },
	[IF_MODIFIED] = { "If-Modified-Since", IS_BAD },
	[IF_UNMODIFIED] = { "If-Unmodified-Since", IS_BAD },
};

struct request {
	struct MHD_Connection *mhd;
	struct server *server;
	bool head;
	unsigned lines[FIELDS];
	char *value[FIELDS]; /* owned; NULL not sent */
};

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind, const char *name,
				  const char *value)
{
	struct request *r = cls;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!str_ieq(name, fields[i].name))
			continue;
		const char *text = value ? value : "";
		if (r->lines[i]++ == 0) {
			r->value[i] = str_dup(text);
		} else if (fields[i].repeated == IS_LIST) {
			char *both = str_fmt("%s, %s", r->value[i], text);
			free(r->value[i]);
			r->value[i] = both;
		}
	}
	return MHD_YES;
}

/* False: a field that may be there once is there twice. */
static bool take_fields(struct request *r)
{
	MHD_get_connection_values(r->mhd, MHD_HEADER_KIND, take_field, r);
	for (size_t i = 0; i < FIELDS; i++)
		if (r->lines[i] > 1 && fields[i].repeated == IS_BAD)
			return false;
	if (r->lines[RANGE] > 1)
		str_set(&r->value[RANGE], NULL);
	return true;
}

static void request_release(struct request *r)
{
	for (size_t i = 0; i < FIELDS; i++)
		free(r->value[i]);
}

/* Which parts of the item are asked for; *ret_n is 0 for all of it. False: none that there are. */
static bool find_parts(const struct request *r, const struct conditions *c, const struct grant *g,
		       uint64_t size, struct range *parts, size_t *ret_n)
{
	*ret_n = 0;
	struct validators v = grant_validators(g);
	if (size == SOURCE_SIZE_UNKNOWN || !precondition_range_applies(c, &v))
		return true;
	return range_parse(r->value[RANGE], size, parts, ret_n) != RANGE_UNSATISFIABLE;
}

/* More than that who read are a crowd. */
#define READING_FEW 8

/* Sends the item or parts of it. source is moved in; *admitted says whether the connection holds g
 * from now on. */
static enum MHD_Result send_item(const struct request *r, struct grant *g, struct source *source,
				 const struct range *parts, size_t n, bool *admitted)
{
	struct conn *conn = serve_conn(r->mhd);
	*admitted = conns_admit(r->server->conns, conn, g);
	if (!*admitted) {
		source_free(source);
		return reply_status(r->mhd, MHD_HTTP_SERVICE_UNAVAILABLE, "Retry-After", "1");
	}
	uint64_t size = source_size(source);
	char boundary[BOUNDARY_SIZE];
	bool crowded = conns_reading(r->server->conns) > READING_FEW;
	struct body *body = body_new(source, crowded ? BODY_BLOCK_CROWDED : BODY_BLOCK);
	reply_fill(body, g, size, parts, n, boundary);
	struct err err = { 0 };
	uint64_t length = body_length(body);
	char *buffer = length <= CONN_BUFFER ? conn_buffer(conn, (size_t)length) : NULL;
	if (!body_begin(body, buffer, buffer ? CONN_BUFFER : 0, &err)) {
		body_free(body);
		return reply_trouble(r->mhd, g, &err);
	}
	return reply_item(r->mhd, g, size, parts, n, boundary, body);
}

static enum MHD_Result serve_item(const struct request *r, struct grant *g, bool *admitted)
{
	struct conditions c = {
		.if_match = r->value[IF_MATCH],
		.if_none_match = r->value[IF_NONE_MATCH],
		.if_modified_since = r->value[IF_MODIFIED],
		.if_unmodified_since = r->value[IF_UNMODIFIED],
		.if_range = r->value[IF_RANGE],
	};
	struct validators v = grant_validators(g);
	switch (precondition_check(&c, &v)) {
	case PRECONDITION_FAILED:
		return reply_status(r->mhd, MHD_HTTP_PRECONDITION_FAILED, NULL, NULL);
	case PRECONDITION_UNCHANGED:
		return reply_unchanged(r->mhd, g);
	case PRECONDITION_MET:
		break;
	}
	struct err err = { 0 };
	struct source *source = grant_open(g, &err);
	if (!source)
		return reply_trouble(r->mhd, g, &err);
	uint64_t size = source_size(source);
	if (r->head) { /* Range means nothing to it (14.2) */
		source_free(source);
		return reply_head(r->mhd, g, size);
	}
	struct range parts[RANGE_MOST];
	size_t n;
	if (!find_parts(r, &c, g, size, parts, &n)) {
		source_free(source);
		return reply_unsatisfiable(r->mhd, size);
	}
	return send_item(r, g, source, parts, n, admitted);
}

/* An absolute target's host counts instead of the field (RFC 9112, 3.2.2); then both have to be
 * ours. */
static bool is_for_us(const struct request *r, const char *host, const char *version)
{
	int port = r->server->port;
	if (host && !target_host_is_ours(host, port))
		return false;
	if (!r->value[HOST])
		return str_eq(version, MHD_HTTP_VERSION_1_0);
	return target_host_is_ours(r->value[HOST], port);
}

static enum MHD_Result serve_target(struct request *r, const char *url, const char *version)
{
	if (!take_fields(r))
		return reply_status(r->mhd, MHD_HTTP_BAD_REQUEST, NULL, NULL);
	char *host;
	const char *path = target_split(url, &host);
	bool ours = is_for_us(r, host, version);
	free(host);
	if (!ours) {
		log_warn("stream", NULL, "a request for another host was refused");
		return reply_status(r->mhd, MHD_HTTP_FORBIDDEN, NULL, NULL);
	}
	const char *token = target_token(path);
	struct grant *g = token ? grants_find(r->server->grants, token) : NULL;
	if (!g)
		return reply_status(r->mhd, MHD_HTTP_NOT_FOUND, NULL, NULL);
	bool admitted = false;
	enum MHD_Result sent = serve_item(r, g, &admitted);
	if (!admitted)
		grant_unref(g);
	return sent;
}

enum MHD_Result serve_request(void *cls, struct MHD_Connection *mhd, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	static char seen;
	bool head = str_eq(method, MHD_HTTP_METHOD_HEAD);
	if (!head && !str_eq(method, MHD_HTTP_METHOD_GET))
		return reply_status(mhd, MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW,
				    "GET, HEAD");
	/* The first call comes before a body, the last after it. One that a GET brings is read and
	 * dropped. */
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	struct request r = { .mhd = mhd, .server = cls, .head = head };
	enum MHD_Result sent = serve_target(&r, url, version);
	request_release(&r);
	return sent;
}

struct conn *serve_conn(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}
