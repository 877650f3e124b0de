/* HTTP calls while they run: ranges, streaming, pausing, cancelling, limits, waking. */
#include "unit.h"

#include "http_rig.h"
#include "kiyya/thread.h"
#include "kiyya/wake.h"

static void ranges_are_asked_and_read(void **state)
{
	struct rig *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = 1000 });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));
	char *lines[] = { (char *)"Referer: https://odysee.com/" };
	struct strs headers = { .v = lines, .n = 1 };

	call.range_first = 100;
	call.range_last = 199;
	call.if_range = "\"tag\"";
	call.headers = &headers;
	call.on_data = on_data;
	start(&r, &call);
	run(&r);
	assert_int_equal(r.status, 206);
	assert_int_equal(r.range_first, 100);
	assert_int_equal(r.range_last, 199);
	assert_int_equal(r.range_total, 1000);
	assert_int_equal(r.body.len, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal((unsigned char)r.body.data[i], acts_byte(100 + i));
	const char *sent = acts_asked(f->acts, 0)->headers;

	assert_non_null(strstr(sent, "range: bytes=100-199\n"));
	assert_non_null(strstr(sent, "if-range: \"tag\"\n"));
	assert_non_null(strstr(sent, "referer: https://odysee.com/\n"));
	assert_null(strstr(sent, "accept-encoding"));
	buf_release(&r.body);
}

#define STREAM_SIZE (8u << 20)

static void check_stream(const struct result *r)
{
	assert_int_equal(r->body.len, STREAM_SIZE);
	for (size_t i = 0; i < STREAM_SIZE; i++)
		if ((unsigned char)r->body.data[i] != acts_byte(i))
			fail_msg("byte %zu is wrong", i);
}

static void eight_mebibytes_stream(void **state)
{
	struct rig *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.identity = true;
	call.on_data = on_data;
	start(&r, &call);
	run(&r);
	assert_false(r.failed);
	check_stream(&r);
	buf_release(&r.body);
}

static void pausing_holds_bytes_back(void **state)
{
	struct rig *f = *state;
	struct result r;

	result_init(&r, f);
	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	call.stall_ms = 50; /* a pause of ours is no stall */
	r.pause_at = 100000;
	start(&r, &call);
	while (!r.paused)
		http_poll(f->http, 100, NULL, 0);
	size_t held = r.body.len;
	int64_t until = clock_mono_ms(clock_real()) + 200;

	while (clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 20, NULL, 0);
	assert_int_equal(r.body.len, held);
	assert_false(r.done);
	r.paused = false;
	http_pause(f->http, r.id, false);
	run(&r);
	assert_false(r.failed);
	check_stream(&r);
	buf_release(&r.body);
}

static void a_callback_can_stop_or_cancel(void **state)
{
	struct rig *f = *state;
	struct result stopped, cancelled;

	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = STREAM_SIZE });
	result_init(&stopped, f);
	result_init(&cancelled, f);
	struct http_call call = get(&stopped, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	stopped.fail_at = 1000;
	start(&stopped, &call);
	call.arg = &cancelled;
	cancelled.cancel_at = 1000;
	start(&cancelled, &call);
	run(&stopped);
	assert_int_equal(stopped.err.kind, ERR_SPACE);
	assert_int_equal(stopped.err.num, 28);
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (http_open_calls(f->http) > 0 && clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 50, NULL, 0);
	assert_false(cancelled.done); /* a cancelled call has no callback any more */
	assert_true(cancelled.body.len >= 1000);
	buf_release(&stopped.body);
	buf_release(&cancelled.body);
}

static void cancelling_before_and_while(void **state)
{
	struct rig *f = *state;
	struct result r;

	acts_add(f->acts, (struct act){ .kind = ACT_HANG });
	result_init(&r, f);
	struct http_call call = get(&r, acts_url(f->acts, "/x"));

	start(&r, &call);
	http_cancel(f->http, r.id); /* not begun */
	http_cancel(f->http, r.id); /* unknown by now */
	start(&r, &call);
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	while (acts_count(f->acts) == 0 && clock_mono_ms(clock_real()) < until)
		http_poll(f->http, 10, NULL, 0);
	assert_int_equal(acts_count(f->acts), 1);
	http_cancel(f->http, r.id);
	assert_int_equal(http_open_calls(f->http), 0);
	http_poll(f->http, 0, NULL, 0);
	assert_false(r.done);
	buf_release(&r.body);
}

struct chain {
	struct rig *f;
	struct result first, second;
};

static void start_next(void *arg, const struct http_head *head, const char *body, size_t len,
		       const struct err *err)
{
	struct chain *c = arg;
	struct http_call call = get(&c->second, acts_url(c->f->acts, "/second"));

	on_done(&c->first, head, body, len, err);
	start(&c->second, &call);
}

static void a_call_can_start_the_next(void **state)
{
	struct chain c = { .f = *state };

	acts_add(c.f->acts, (struct act){ .kind = ACT_OK, .body = "x" });
	result_init(&c.first, c.f);
	result_init(&c.second, c.f);
	struct http_call call = get(&c.first, acts_url(c.f->acts, "/first"));

	call.arg = &c;
	call.on_head = NULL;
	call.on_done = start_next;
	start(&c.first, &call);
	run(&c.second);
	assert_true(c.first.done);
	assert_string_equal(acts_asked(c.f->acts, 1)->target, "/second");
	buf_release(&c.first.body);
	buf_release(&c.second.body);
}

static void the_rate_can_be_limited(void **state)
{
	struct rig *f = *state;
	struct result r;
	int64_t begun = clock_mono_ms(clock_real());

	acts_add(f->acts, (struct act){ .kind = ACT_BYTES, .size = 300000 });
	result_init(&r, f);
	struct http_call call = get(&r, acts_url(f->acts, "/f"));

	call.on_data = on_data;
	start(&r, &call);
	http_limit(f->http, r.id, 400000); /* the last piece is not waited for */
	run(&r);
	assert_false(r.failed);
	assert_int_equal(r.body.len, 300000);
	assert_in_range(clock_mono_ms(clock_real()) - begun, 650, DEADLINE_MS);
	buf_release(&r.body);
}

static void waiting_ends_by_descriptor(void **state)
{
	struct rig *f = *state;
	struct wake w;
	int64_t begun = clock_mono_ms(clock_real());

	wake_init(&w);
	wake_up(&w);
	http_poll(f->http, DEADLINE_MS, &w.read_fd, 1);
	wake_clear(&w);
	assert_true(clock_mono_ms(clock_real()) - begun < DEADLINE_MS);
	begun = clock_mono_ms(clock_real());
	http_poll(f->http, 60, &w.read_fd, 1); /* and else it does wait */
	assert_true(clock_mono_ms(clock_real()) - begun >= 50);
	wake_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
		TEST(ranges_are_asked_and_read),   TEST(eight_mebibytes_stream),
		TEST(pausing_holds_bytes_back),    TEST(a_callback_can_stop_or_cancel),
		TEST(cancelling_before_and_while), TEST(a_call_can_start_the_next),
		TEST(the_rate_can_be_limited),     TEST(waiting_ends_by_descriptor),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
