/* What the tests of the gateway share. */
#include "unit.h"

#include "gateway_world.h"

static void on_attempt(void *arg, const struct gateway_attempt *a)
{
	struct world *w = arg;

	w->attempts++;
	str_copy(w->last_error, sizeof(w->last_error), a->error != NULL ? a->error : "");
	fake_clock_add(&w->clock, w->jump);
}

void world_open(struct world *w, const char *search_path)
{
	struct strs urls = { .n = 0 }, endpoints = { .n = 0 };
	struct err err;

	memset(w, 0, sizeof(*w));
	fake_clock_init(&w->clock, 1700000000);
	for (size_t i = 0; i < 3; i++) {
		w->acts[i] = acts_start();
		strs_add(&urls, acts_url(w->acts[i], PATH));
	}
	strs_copy(&endpoints, &urls);
	w->http = http_new(&(struct http_config){ .endpoints = &endpoints }, &err);
	assert_non_null(w->http);
	w->timers = timers_new(&w->clock.clock);
	w->gateway = gateway_new(
	    &(struct gateway_config){
		.urls = &urls,
		.timeout_ms = 200,
		.search_url = search_path != NULL ? acts_url(w->acts[2], search_path) : NULL,
		.live_url = acts_url(w->acts[2], "/is_live"),
		.player_url = "https://player.odycdn.com",
		.clock = &w->clock.clock,
		.on_attempt = on_attempt,
		.arg = w,
	    },
	    w->http, w->timers, &err);
	assert_non_null(w->gateway);
	strs_release(&urls);
	strs_release(&endpoints);
}

void world_close(struct world *w)
{
	gateway_free(w->gateway);
	timers_free(w->timers);
	assert_int_equal(http_open_calls(w->http), 0);
	http_free(w->http);
	for (size_t i = 0; i < 3; i++)
		acts_stop(w->acts[i]);
	page_free(w->page);
}

void add(struct world *w, size_t i, struct act act)
{
	acts_add(w->acts[i], act);
}

void say(struct world *w, size_t i, const char *body)
{
	add(w, i, (struct act){ .kind = ACT_OK, .body = body });
}

void turn(struct world *w)
{
	if (http_open_calls(w->http) > 0) {
		http_poll(w->http, 50, NULL, 0);
	} else {
		int wait = timers_wait_ms(w->timers, 60000);

		w->slept += wait;
		fake_clock_add(&w->clock, wait);
	}
	timers_run(w->timers);
}

void run(struct world *w)
{
	int64_t until = clock_mono_ms(clock_real()) + DEADLINE_MS;

	assert_false(w->done); /* never from inside the starting call */
	while (!w->done && clock_mono_ms(clock_real()) < until)
		turn(w);
	assert_true(w->done);
}

void on_page(void *arg, struct page *page, bool last_page, const struct err *err)
{
	struct world *w = arg;

	assert_false(w->done);
	assert_true((page == NULL) == (err != NULL));
	w->done = true;
	page_free(w->page);
	w->page = page;
	w->last_page = last_page;
	w->err = err != NULL ? *err : (struct err){ .kind = ERR_NONE };
	if (err != NULL)
		print_message("  %s\n", err->text);
}

void on_url(void *arg, const char *url, const struct err *err)
{
	struct world *w = arg;

	w->done = true;
	str_copy(w->url, sizeof(w->url), url != NULL ? url : "");
	w->err = err != NULL ? *err : (struct err){ .kind = ERR_NONE };
	if (err != NULL)
		print_message("  %s\n", err->text);
}

void search(struct world *w)
{
	struct claim_query q = { .channel_id = ID_A, .released_before = TIME_UNKNOWN };

	w->done = false;
	gateway_search(w->gateway, &q, on_page, w);
	run(w);
}

void query(struct world *w, const struct claim_query *q)
{
	w->done = false;
	gateway_search(w->gateway, q, on_page, w);
	run(w);
}

void resolve(struct world *w, const char *what)
{
	w->done = false;
	gateway_resolve(w->gateway, what, on_page, w);
	run(w);
}

bool asked(struct world *w, size_t i, const char *part)
{
	const struct acts_request *r = acts_asked(w->acts[i], acts_count(w->acts[i]) - 1);

	return strstr(r->body, part) != NULL || strstr(r->target, part) != NULL ||
	       strstr(r->headers, part) != NULL;
}
