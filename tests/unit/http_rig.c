/* What the tests of http share. */
#include "unit.h"

#include "http_rig.h"

int rig_setup(void **state)
{
	struct rig *f = calloc(1, sizeof(*f));
	struct strs endpoints = { .n = 0 };
	struct err err;

	f->acts = acts_start();
	strs_add(&endpoints, acts_url(f->acts, "/"));
	f->http = http_new(&(struct http_config){ .endpoints = &endpoints }, &err);
	strs_release(&endpoints);
	*state = f;
	return f->http != NULL ? 0 : -1;
}

int rig_teardown(void **state)
{
	struct rig *f = *state;

	http_free(f->http);
	acts_stop(f->acts);
	free(f);
	return 0;
}

static void keep_head(struct result *r, const struct http_head *head)
{
	r->status = head->status;
	r->length = head->length;
	r->range_first = head->range_first;
	r->range_last = head->range_last;
	r->range_total = head->range_total;
	r->retry_after_s = head->retry_after_s;
	str_copy(r->final_url, sizeof(r->final_url), head->final_url);
	str_copy(r->etag, sizeof(r->etag), head->etag);
	str_copy(r->location, sizeof(r->location), head->location);
	str_copy(r->type, sizeof(r->type), head->content_type);
}

static bool on_head(void *arg, const struct http_head *head, struct err *err)
{
	struct result *r = arg;

	assert_false(r->headed);
	assert_false(r->done);
	r->headed = true;
	return true;
}

bool on_data(void *arg, const void *data, size_t n, struct err *err)
{
	struct result *r = arg;

	assert_false(r->paused); /* back pressure: nothing after http_pause */
	assert_true(buf_add(&r->body, data, n));
	if (r->fail_at > 0 && r->body.len >= r->fail_at)
		return err_set(err, ERR_SPACE, 28, "no space for it");
	if (r->cancel_at > 0 && r->body.len >= r->cancel_at)
		http_cancel(r->http, r->id);
	if (r->pause_at > 0 && r->body.len >= r->pause_at) {
		http_pause(r->http, r->id, true);
		r->paused = true;
		r->pause_at = 0;
	}
	return true;
}

void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
	     const struct err *err)
{
	struct result *r = arg;

	assert_false(r->done); /* exactly once */
	r->done = true;
	r->failed = err != NULL;
	if (err != NULL)
		r->err = *err;
	keep_head(r, head);
	assert_true(buf_add(&r->body, body, len));
}

void result_init(struct result *r, struct rig *f)
{
	*r = (struct result){ .http = f->http };
	buf_init(&r->body, 64u << 20);
}

struct http_call get(struct result *r, const char *url)
{
	return (struct http_call){
		.method = HTTP_GET,
		.url = url,
		.range_first = -1,
		.range_last = -1,
		.arg = r,
		.on_head = on_head,
		.on_done = on_done,
	};
}

void start(struct result *r, const struct http_call *call)
{
	struct err err = { .text = "" };

	r->id = http_start(r->http, call, &err);
	if (r->id == 0)
		fail_msg("%s", err.text);
	assert_false(r->done);
}

void run(struct result *r)
{
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (!r->done && clock_mono_ms(clock_real()) < until)
		http_poll(r->http, 100, NULL, 0);
	assert_true(r->done);
}

void fetch(struct result *r, struct rig *f)
{
	struct http_call call = get(r, acts_url(f->acts, "/x"));

	start(r, &call);
	run(r);
}
