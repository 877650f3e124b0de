/* JSON-RPC 2.0 as the gateways speak it: integer ids, one request a body, errors with status 200.
 */
#include <stdlib.h>
#include <string.h>
#include "parts.h"

#define MESSAGE_MOST 300

static char *const header_lines[] = { (char *)"Content-Type: application/json-rpc",
				      (char *)"Accept: application/json" };
const struct strs rpc_headers = { .v = (char **)header_lines,
				  .n = sizeof(header_lines) / sizeof(header_lines[0]) };

/* Messages that mean something to a caller; the rest is a plain no. */
static const struct {
	const char *part;
	enum err_kind kind;
} meanings[] = {
	{ "couldn't find claim", ERR_NOT_FOUND },
	{ "could not find", ERR_NOT_FOUND },
	{ "did not resolve", ERR_NOT_FOUND },
};

char *rpc_body(const char *method, const char *params, int64_t id)
{
	struct buf b;
	struct json_out o;

	buf_init(&b, JSON_MAX_BYTES);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_put_str(&o, "jsonrpc", "2.0");
	json_put_str(&o, "method", method);
	json_put_raw(&o, "params", params);
	json_put_i64(&o, "id", id); /* a string here makes the whole body undecodable over there */
	json_close(&o, '}');
	char *body = buf_steal(&b);
	buf_release(&b);
	return body;
}

char *rpc_url(const char *endpoint, const char *method)
{
	return str_fmt("%s%cm=%s", endpoint, strchr(endpoint, '?') != NULL ? '&' : '?', method);
}

static enum rpc_verdict refused(const char *message, int64_t code, struct err *err)
{
	enum err_kind kind = ERR_REFUSED;
	char *clean = read_message(message, MESSAGE_MOST);

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcasestr(clean, meanings[i].part) != NULL)
			kind = meanings[i].kind;
	(void)err_set(err, kind, (int)code, "the gateway says: %s", clean);
	free(clean);
	return RPC_REFUSED;
}

static enum rpc_verdict read_error(const struct json *error, struct err *err)
{
	const char *message = json_str(json_get(error, "message"));
	int64_t code = 0;

	if (!json_is_object(error) ||
	    (message == NULL && !json_i64(json_get(error, "code"), &code))) {
		(void)err_set(err, ERR_PARSE, 0, "an error that is none");
		return RPC_UNUSABLE;
	}
	(void)json_i64(json_get(error, "code"), &code);
	if (code < INT32_MIN || code > INT32_MAX)
		code = 0;
	return refused(message != NULL ? message : "no reason given", code, err);
}

static enum rpc_verdict read_reply(const struct json *doc, const struct json **ret_result,
				   struct err *err)
{
	const struct json *error = json_get(doc, "error"), *result = json_get(doc, "result");

	if (!json_is_object(doc)) {
		(void)err_set(err, ERR_PARSE, 0, "not a JSON-RPC reply");
		return RPC_UNUSABLE;
	}
	if (error != NULL && !json_is_null(error))
		return read_error(error, err);
	if (json_str(json_get(result, "error")) != NULL) /* the SDK's own way to say no */
		return refused(json_str(json_get(result, "error")), 0, err);
	if (result == NULL) {
		(void)err_set(err, ERR_PARSE, 0, "neither \"result\" nor \"error\" in the reply");
		return RPC_UNUSABLE;
	}
	*ret_result = result;
	return RPC_RESULT;
}

enum rpc_verdict rpc_read(const char *body, size_t len, struct json **ret_doc,
			  const struct json **ret_result, struct err *err)
{
	struct json *doc = json_parse(body, len, JSON_MAX_BYTES, err);

	if (doc == NULL)
		return RPC_UNUSABLE;
	enum rpc_verdict verdict = read_reply(doc, ret_result, err);

	if (verdict == RPC_RESULT)
		*ret_doc = doc;
	else
		json_free(doc);
	return verdict;
}
