/* The acts that are an answer of their own; cut, stall and slow only spoil the ordinary one
 * (reply.c). */
#include "fixture.h"

bool act_answers(enum act_kind kind)
{
	switch (kind) {
	case ACT_OK:
	case ACT_CUT:
	case ACT_STALL:
	case ACT_SLOW:
	case ACT_RPC_ERROR:
		return false;
	case ACT_STATUS:
	case ACT_HANG:
	case ACT_CLOSE:
	case ACT_GARBAGE:
	case ACT_WRONG_TYPES:
	case ACT_ENDLESS:
	case ACT_REDIRECT:
	case ACT_RETRY_AFTER:
	case ACT_EMPTY:
		return true;
	}
	return false;
}

static enum MHD_Result redirect(struct request *rq, const char *header, unsigned status)
{
	struct headers h = { 0 };
	if (rq->act.text[0] != '\0')
		headers_add(&h, header, "%s", rq->act.text);
	return reply_text(rq, rq->act.status > 0 ? (unsigned)rq->act.status : status, TEXT_PLAIN,
			  "Try again later", &h);
}

enum MHD_Result serve_act(struct request *rq)
{
	static const char html[] =
	    "<!doctype html>\n<title>Just a moment…</title>\n<p>Checking your browser.\n";
	static const char wrong[] =
	    "{\"jsonrpc\":2,\"result\":[{\"items\":{\"0\":[]}},\"page\",1],\"id\":\"zero\"}";
	static const char endless[] = "{\"jsonrpc\":\"2.0\",\"result\":{\"items\":[0";
	switch (rq->act.kind) {
	case ACT_STATUS:
		return reply_text(rq, rq->act.status > 0 ? (unsigned)rq->act.status : 500,
				  TEXT_PLAIN, "told to fail\n", NULL);
	case ACT_HANG:
		return reply_never(rq);
	case ACT_GARBAGE:
		return reply_text(rq, 200, "text/html; charset=utf-8", html, NULL);
	case ACT_WRONG_TYPES:
		return reply_text(rq, 200, APPLICATION_JSON, wrong, NULL);
	case ACT_ENDLESS:
		return reply_endless(rq, APPLICATION_JSON, endless, ",\n0");
	case ACT_REDIRECT:
		return redirect(rq, "Location", 302);
	case ACT_RETRY_AFTER:
		return redirect(rq, "Retry-After", 429);
	case ACT_EMPTY:
		return reply_text(rq, 200, APPLICATION_JSON, "", NULL);
	case ACT_CLOSE:
	case ACT_OK:
	case ACT_CUT:
	case ACT_STALL:
	case ACT_SLOW:
	case ACT_RPC_ERROR:
		break;
	}
	return MHD_NO;
}
