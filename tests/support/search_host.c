/* The search service: GET /search?s=… gives a bare array of ids and names. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/clock.h"
#include "kiyya/text.h"

static enum MHD_Result refuse(struct request *rq, const char *why)
{
	char *text = str_fmt("{\"success\":false,\"error\":\"%s\",\"data\":null}", why);
	enum MHD_Result result = reply_text(rq, 400, APPLICATION_JSON, text, NULL);
	free(text);
	return result;
}

static uint64_t number(const struct request *rq, const char *name, uint64_t otherwise)
{
	const char *text = request_argument(rq, name);
	uint64_t n = otherwise;
	if (text != NULL)
		str_to_u64(text, &n);
	return n;
}

static bool wanted(const struct request *rq, const struct entry *e, const char *folded)
{
	const char *type = request_argument(rq, "claimType");
	const char *channel = request_argument(rq, "channel_id");
	if (e->blocked || (e->kind != ENTRY_STREAM && e->kind != ENTRY_CHANNEL))
		return false;
	if (type != NULL && strstr(type, e->kind == ENTRY_CHANNEL ? "channel" : "file") == NULL)
		return false;
	if (channel != NULL && (e->channel == NULL || !str_eq(e->channel->id, channel)))
		return false;
	return entry_matches_text(e, folded);
}

/* What `resolve=true` adds. */
static void put_details(struct json_out *o, const struct entry *e)
{
	if (e->channel != NULL) {
		json_put_str(o, "channel", e->channel->name);
		json_put_str(o, "channel_claim_id", e->channel->id);
	}
	if (e->duration > 0)
		json_put_i64(o, "duration", e->duration);
	if (e->release != TIME_UNKNOWN)
		json_put_time(o, "release_time", e->release);
	json_put_str(o, "title", e->title);
}

static void write_hits(const struct request *rq, const char *folded, struct json_out *o)
{
	const struct catalog *c = rq->at->fixture->catalog;
	uint64_t from = number(rq, "from", 0), size = number(rq, "size", 20);
	const char *resolve = request_argument(rq, "resolve");
	json_open(o, NULL, '[');
	for (size_t i = 0; i < c->n && size > 0; i++) {
		if (!wanted(rq, c->v[i], folded))
			continue;
		if (from > 0) {
			from--;
			continue;
		}
		size--;
		json_open(o, NULL, '{');
		json_put_str(o, "claimId", c->v[i]->id);
		json_put_str(o, "name", c->v[i]->name);
		if (str_eq(resolve, "true"))
			put_details(o, c->v[i]);
		json_close(o, '}');
	}
	json_close(o, ']');
}

enum MHD_Result serve_search(struct request *rq)
{
	const char *s = request_argument(rq, "s");
	if (str_empty(s))
		return refuse(rq, "S: cannot be blank.");
	if (strlen(s) < 3)
		return refuse(rq, "S: the length must be between 3 and 99999.");
	struct buf out;
	struct json_out o;
	char *folded = text_fold(s);
	buf_init(&out, 4u << 20);
	json_out_init(&o, &out);
	write_hits(rq, folded, &o);
	enum MHD_Result result = reply_buf(rq, 200, APPLICATION_JSON, &out);
	buf_release(&out);
	free(folded);
	return result;
}
