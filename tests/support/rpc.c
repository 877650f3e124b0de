/* The gateway's endpoints: JSON-RPC by POST, and its health page. */
#include "fixture.h"

#include <stdarg.h>
#include <stdio.h>

#define REQUEST_MAX (1u << 20)
#define REPLY_MAX   (32u << 20)

bool rpc_fail(struct rpc_error *error, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	*error = (struct rpc_error){ .code = code };
	vsnprintf(error->message, sizeof(error->message), fmt, ap);
	va_end(ap);
	/* Where the exception came from, as the SDK tells it. */
	if (code == -32500)
		error->data = "{\"args\":[],\"command\":\"claim_search\",\"kwargs\":{},"
			      "\"name\":\"ValueError\",\"traceback\":[\"Traceback\",\"\"]}";
	return false;
}

static bool rpc_status(const struct fixture *f, const struct json *params, struct json_out *o,
		       struct rpc_error *error)
{
	json_open(o, "result", '{');
	json_put_str(o, "installation_id", "fixture");
	json_put_bool(o, "is_running", true);
	json_put_i64(o, "claims", (int64_t)f->catalog->n);
	json_close(o, '}');
	return true;
}

/* echo: the gateway answers this one itself, so the id comes back; the SDK's answers say 0. */
static const struct {
	const char *name;
	bool (*call)(const struct fixture *f, const struct json *params, struct json_out *o,
		     struct rpc_error *error);
	bool echo;
} methods[] = {
	{ "claim_search", rpc_claim_search, false },
	{ "get", rpc_get, true },
	{ "resolve", rpc_resolve, false },
	{ "status", rpc_status, true },
};

static bool call_method(const struct fixture *f, const struct json *request, struct json_out *o,
			int64_t *ret_id, struct rpc_error *error)
{
	static const char *const forbidden[] = { "account_id", "new_sdk_server" };
	const char *method = json_str(json_get(request, "method"));
	const struct json *params = json_get(request, "params");
	for (size_t i = 0; i < 2; i++)
		if (json_get(params, forbidden[i]) != NULL)
			return rpc_fail(error, -32602, "forbidden parameter supplied: %s",
					forbidden[i]);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!str_eq(methods[i].name, method))
			continue;
		if (methods[i].echo)
			json_i64(json_get(request, "id"), ret_id);
		return methods[i].call(f, params, o, error);
	}
	return rpc_fail(error, -32080, "authentication token missing");
}

/* The checks of the gateway's decoder: one object, an integer id. */
static bool check_request(const struct json *request, struct rpc_error *error)
{
	if (request == NULL)
		return rpc_fail(error, -32700, "invalid character looking for beginning of value");
	if (!json_is_object(request))
		return rpc_fail(error, -32700,
				"json: cannot unmarshal array into Go value of type "
				"jsonrpc.RPCRequest");
	if (json_is_string(json_get(request, "id")))
		return rpc_fail(error, -32700,
				"json: cannot unmarshal string into Go struct field "
				"RPCRequest.id of type int");
	return true;
}

static void write_error(struct json_out *o, const struct rpc_error *error)
{
	json_open(o, "error", '{');
	json_put_i64(o, "code", error->code);
	json_put_str(o, "message", error->message);
	if (error->data != NULL)
		json_put_raw(o, "data", error->data);
	json_close(o, '}');
}

static enum MHD_Result send_rpc(struct request *rq, unsigned status, const struct buf *compact)
{
	struct buf text;
	buf_init(&text, REPLY_MAX);
	pretty_print(&text, compact->data);
	enum MHD_Result result = reply_buf(rq, status, APPLICATION_JSON, &text);
	buf_release(&text);
	return result;
}

static enum MHD_Result serve_rpc(struct request *rq)
{
	struct fixture *f = rq->at->fixture;
	struct rpc_error error = { 0 };
	struct buf out;
	struct json_out o;
	int64_t id = 0;
	struct json *request = json_parse(rq->body.data, rq->body.len, REQUEST_MAX, NULL);
	bool empty = rq->body.len == 0;

	record_rpc(f->record, rq->line, json_str(json_get(request, "method")),
		   json_get(request, "params"));
	buf_init(&out, REPLY_MAX);
	json_out_init(&o, &out);
	json_open(&o, NULL, '{');
	json_put_str(&o, "jsonrpc", "2.0");
	bool ok = true;
	if (rq->act.kind == ACT_RPC_ERROR)
		ok = rpc_fail(&error, rq->act.code, "%s", rq->act.text);
	else if (empty)
		ok = rpc_fail(&error, -32700, "empty request body");
	else
		ok = check_request(request, &error) && call_method(f, request, &o, &id, &error);
	if (!ok)
		write_error(&o, &error);
	json_put_i64(&o, "id", id);
	json_close(&o, '}');
	if (f->arriving > 0 && str_eq(json_str(json_get(request, "method")), "claim_search"))
		atomic_fetch_sub(&f->arriving, 1);
	json_free(request);
	enum MHD_Result result = send_rpc(rq, empty ? 400 : 200, &out);
	buf_release(&out);
	return result;
}

enum MHD_Result serve_gateway(struct request *rq)
{
	static const char health[] =
	    "{\"timestamp\":\"2024-07-03 00:29:19.5246211 +0000 UTC\",\"services\":{\"lbrynet\":[{"
	    "\"name\":\"lbrynet-fixture\",\"status\":\"ok\"}]},\"general_state\":\"ok\"}";
	if (str_eq(rq->path, "/api/v2/status"))
		return reply_text(rq, 200, APPLICATION_JSON, health, NULL);
	if (str_eq(rq->method, "POST"))
		return serve_rpc(rq);
	return reply_text(rq, 405, TEXT_PLAIN, "", NULL);
}
