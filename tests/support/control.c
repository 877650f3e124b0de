/* What tests say to the stand-in: /_control, /_log, /_quit. None of it is recorded.
 *
 *	POST /_control  {"act":"status","status":500,"times":2,"where":"gateway","endpoint":0}
 *	POST /_control  [{"clear":true},{"throttle":500000},{"republish":true}]
 *	POST /_control  {"live":"on"}             a livestream, off, or something wrong with it: live_host.c
 *	POST /_control?act=hang&where=player      the same by query: digits are numbers, true and
 * false too GET /_log   JSON Lines of everything asked;   DELETE /_log   forgets it;   POST /_quit
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define CONTROL_MAX (64u << 10)

static const char *const act_members[] = {
	"act", "status", "code",  "after",   "rate",  "match",
	"url", "value",  "where", "message", "times", "endpoint"
};

/* The switches of the player host, by their names in JSON. */
static atomic_bool *find_switch(struct fixture *f, const char *name)
{
	const struct {
		const char *name;
		atomic_bool *value;
	} switches[] = {
		{ "change_content", &f->change_content }, /* other bytes, same length, same claim */
		{ "republish", &f->republish },           /* other bytes, and the claim says so */
		{ "ignore_range", &f->ignore_range }, /* 200 and everything, whatever is asked */
		{ "wrong_range", &f->wrong_range },   /* Content-Range one byte further on */
		{ "wrong_length", &f->wrong_length }, /* announces 1000 bytes that never come */
		{ "missing_documents", &f->missing_documents }, /* short pages of claim_search */
	};
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (str_eq(switches[i].name, name))
			return switches[i].value;
	return NULL;
}

static bool is_act_member(const char *name)
{
	for (size_t i = 0; i < sizeof(act_members) / sizeof(act_members[0]); i++)
		if (str_eq(act_members[i], name))
			return true;
	return false;
}

/* One member of a command: a switch, the throttle, or part of an act. */
static bool apply_member(struct fixture *f, const struct json *command, const struct json *member,
			 struct err *err)
{
	const char *name = json_key(member);
	atomic_bool *value = find_switch(f, name);
	int64_t rate;
	if (value != NULL) {
		atomic_store(value, json_bool(member, true));
	} else if (str_eq(name, "throttle") && json_i64(member, &rate) && rate >= 0) {
		pace_set(f->throttle, rate);
	} else if (str_eq(name, "each") && json_i64(member, &rate) && rate >= 0) {
		atomic_store(&f->each, rate); /* of each connection */
	} else if (str_eq(name, "arriving") && json_i64(member, &rate) && rate >= 0) {
		atomic_store(&f->arriving, (int)rate);
	} else if (str_eq(name, "live") && live_set(f, json_str(member))) {
		/* on, off, and what can be wrong: live_host.c */
	} else if (str_eq(name, "clear")) {
		acts_clear(f->acts);
	} else if (str_eq(name, "act")) {
		return acts_add(f->acts, command, err);
	} else if (!is_act_member(name)) {
		return err_set(err, ERR_USAGE, 0, "no such member: %s", name);
	}
	return true;
}

static bool apply_command(struct fixture *f, const struct json *command, struct err *err)
{
	if (!json_is_object(command))
		return err_set(err, ERR_USAGE, 0, "not an object");
	for (const struct json *m = json_first(command); m != NULL; m = json_next(m))
		if (!apply_member(f, command, m, err))
			return false;
	return true;
}

static bool apply_text(struct fixture *f, const char *text, size_t len, struct err *err)
{
	struct json *doc = json_parse(text, len, CONTROL_MAX, err);
	bool ok = doc != NULL;
	if (json_is_array(doc)) {
		for (const struct json *c = json_first(doc); c != NULL && ok; c = json_next(c))
			ok = apply_command(f, c, err);
	} else if (ok) {
		ok = apply_command(f, doc, err);
	}
	json_free(doc);
	return ok;
}

/* The query as a JSON object. */
static enum MHD_Result add_argument(void *cls, enum MHD_ValueKind kind, const char *name,
				    const char *value)
{
	struct json_out *o = cls;
	uint64_t n;
	if (value == NULL || str_eq(value, "true") || str_eq(value, "false"))
		json_put_bool(o, name, !str_eq(value, "false"));
	else if (str_to_u64(value, &n))
		json_put_i64(o, name, (int64_t)n);
	else
		json_put_str(o, name, value);
	return MHD_YES;
}

static enum MHD_Result control(struct request *rq)
{
	struct err err = { 0 };
	struct buf query;
	struct json_out o;
	buf_init(&query, CONTROL_MAX);
	json_out_init(&o, &query);
	json_open(&o, NULL, '{');
	MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, add_argument, &o);
	json_close(&o, '}');
	const struct buf *text = rq->body.len > 0 ? &rq->body : &query;
	bool ok = apply_text(rq->at->fixture, text->data, text->len, &err);
	buf_release(&query);
	if (ok)
		return reply_text(rq, 200, APPLICATION_JSON, "{\"ok\":true}\n", NULL);
	char *why = str_fmt("%s\n", err.text);
	enum MHD_Result result = reply_text(rq, 400, TEXT_PLAIN, why, NULL);
	free(why);
	return result;
}

static enum MHD_Result send_log(struct request *rq)
{
	struct buf out;
	buf_init(&out, 256u << 20);
	record_print(rq->at->fixture->record, &out);
	enum MHD_Result result = reply_buf(rq, 200, "application/x-ndjson", &out);
	buf_release(&out);
	return result;
}

enum MHD_Result serve_control(struct request *rq)
{
	struct fixture *f = rq->at->fixture;
	bool post = str_eq(rq->method, MHD_HTTP_METHOD_POST);
	if (str_eq(rq->path, "/_control") && post)
		return control(rq);
	if (str_eq(rq->path, "/_log") && str_eq(rq->method, MHD_HTTP_METHOD_GET))
		return send_log(rq);
	if (str_eq(rq->path, "/_log") && str_eq(rq->method, MHD_HTTP_METHOD_DELETE))
		record_clear(f->record);
	else if (str_eq(rq->path, "/_quit") && post)
		rq->last = true;
	else
		return reply_text(rq, 404, TEXT_PLAIN, "404 page not found\n", NULL);
	return reply_text(rq, 200, TEXT_PLAIN, "", NULL);
}
