/* The backend and the catalogue: what a refresh may take away, and who has to wait for work on the whole cache. */
#include "unit.h"

#include "backend_rig.h"

/* -- lists ----------------------------------------------------------------------------------------- */

static struct req *list_all(bool refresh)
{
	struct req *r = req_new(REQ_BROWSE);
	r->u.browse.channel_ = str_dup(CHANNEL);
	r->u.browse.all_ = true;
	r->u.browse.wait_fresh_ = true;
	r->u.browse.refresh_ = refresh;
	return r;
}

/* The rows of a ticket, as the command line prints them: each once. */
static size_t rows_of(const struct rig *g, uint64_t ticket)
{
	size_t rows = 0;
	const struct event *e;
	for (size_t n = 0; (e = rig_heard(g, EV_PAGE, ticket, n)); n++) {
		size_t end = (size_t)e->u.page.first_ + e->u.page.claims_->n;
		rows = end > rows ? end : rows;
	}
	return rows;
}

static void check_first(const struct rig *g, uint64_t ticket, size_t n, int first)
{
	char id[CLAIM_ID_SIZE];
	const struct event *e = rig_heard(g, EV_PAGE, ticket, n);
	assert_non_null(e);
	rig_id(id, first);
	assert_string_equal(e->u.page.claims_->items[0].id, id);
}

static void add_ok(struct rig *g, const char *body)
{
	acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = body });
}

/* A list of 100; then its refresh ends as it is told after the first new page of 50. */
static void store_100_then(struct rig *g, struct act end)
{
	const char *head = rig_keep(g, rig_page(0, 50)), *tail = rig_keep(g, rig_page(50, 50)),
		   *new = rig_keep(g, rig_page(200, 50));
	add_ok(g, head);
	add_ok(g, tail);
	add_ok(g, EMPTY_PAGE);
	add_ok(g, new);
	acts_add(g->acts, end);
	rig_set(g, "gateway.timeout", "1h");
	rig_start(g, NULL);
	uint64_t t = rig_ask(g, list_all(false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rows_of(g, t), 100);
}

/* As a later process finds it, without a network. */
static void check_still_100(struct rig *g)
{
	rig_stop(g);
	struct backend_config config = rig_config(g);
	config.offline = true;
	rig_start(g, &config);
	uint64_t t = rig_ask(g, list_all(false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rows_of(g, t), 100);
	check_first(g, t, 0, 0);
	rig_stop(g);
}

static void test_a_failed_refresh_takes_nothing(void **state)
{
	struct rig *g = *state;
	store_100_then(g, (struct act){ .kind = ACT_STATUS, .status = 500 });
	uint64_t t = rig_ask(g, list_all(true), 1);
	assert_true(rig_done(g, t)->ok_); /* what is stored, and a note */
	assert_int_equal(rows_of(g, t), 100);
	check_still_100(g);
}

static void test_a_stopped_refresh_takes_nothing(void **state)
{
	struct rig *g = *state;
	store_100_then(g, (struct act){ .kind = ACT_HANG });
	uint64_t t = rig_ask(g, list_all(true), 1);
	while (rig_count(g, EV_PAGE, t) == 0)
		rig_hear(g);
	check_first(g, t, 0, 200); /* the new head was shown meanwhile */
	struct req *stop = req_new(REQ_STOP);
	stop->u.stop.of_ = (int64_t)t;
	rig_done(g, rig_ask(g, stop, 0));
	assert_false(rig_done(g, t)->ok_);
	check_still_100(g);
}

static void test_a_whole_refresh_takes_its_place(void **state)
{
	struct rig *g = *state;
	store_100_then(g, (struct act){ .kind = ACT_OK, .body = EMPTY_PAGE });
	uint64_t t = rig_ask(g, list_all(true), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rows_of(g, t), 50);
	t = rig_ask(g, list_all(false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rows_of(g, t), 50);
	check_first(g, t, 0, 200);
	rig_stop(g);
}

/* -- work on the whole cache ----------------------------------------------------------------------- */

static size_t place_of_done(const struct rig *g, uint64_t ticket)
{
	for (size_t i = 0; i < g->n_heard; i++)
		if (g->heard[i]->kind == EV_DONE && g->heard[i]->ticket == ticket)
			return i;
	fail_msg("no end of ticket %d", (int)ticket);
	return 0;
}

static void fill_cache(struct rig *g, int claims)
{
	struct err err;
	assert_true(paths_create(&g->paths, &err));
	struct store *s = store_open(g->paths.db, clock_real(), NULL, &err);
	assert_non_null(s);
	struct page *p = page_new();
	for (int i = 0; i < claims; i++) {
		struct claim *c = page_add(p);
		claim_init(c);
		rig_id(c->id, i);
		c->title = "Title";
		c->kind = CLAIM_VIDEO;
	}
	assert_true(store_cache_put(s, "all", p, 0, true, true, &err));
	page_free(p);
	store_close(s);
}

static uint64_t ask_cache(struct rig *g, const char *action)
{
	struct req *r = req_new(REQ_CACHE);
	r->u.cache.action_ = str_dup(action);
	return rig_ask(g, r, 0);
}

/* Both are there before the backend looks: who asks for little does not wait for the one who asked for much. */
static void test_nobody_waits_for_the_cache(void **state)
{
	static const char *const actions[] = { "clear", "cleanup", "optimize" };
	struct rig *g = *state;
	fill_cache(g, 1000);
	rig_set(g, "cache.ttl", "0");
	EACH_ROW (action, actions) {
		uint64_t much = ask_cache(g, *action), little = ask_cache(g, "stats");
		rig_start(g, NULL);
		assert_true(rig_done(g, much)->ok_);
		assert_true(rig_done(g, little)->ok_);
		if (place_of_done(g, little) > place_of_done(g, much))
			fail_msg("%s was waited for", *action);
		rig_stop(g);
	}
}

static void test_cleared_is_empty(void **state)
{
	struct rig *g = *state;
	fill_cache(g, 300);
	rig_start(g, NULL);
	assert_true(rig_done(g, ask_cache(g, "clear"))->ok_);
	uint64_t t = ask_cache(g, "stats");
	assert_true(rig_done(g, t)->ok_);
	const struct event *e = rig_heard(g, EV_CACHE, t, 0);
	assert_int_equal(e->u.cache.claims_, 0);
	assert_int_equal(e->u.cache.queries_, 0);
	rig_stop(g);
}

/* Stopped in the middle, at once, twice: one end for each, and the rest of the cache is sound. */
static void test_clearing_is_stopped(void **state)
{
	struct rig *g = *state;
	fill_cache(g, 1000);
	uint64_t clear = ask_cache(g, "clear"), optimize = ask_cache(g, "optimize");
	const uint64_t stopped[] = { clear, optimize };
	EACH_ROW (t, stopped) {
		struct req *stop = req_new(REQ_STOP);
		stop->u.stop.of_ = (int64_t)*t;
		rig_ask(g, stop, 0);
	}
	rig_start(g, NULL);
	EACH_ROW (t, stopped)
		assert_string_equal(rig_done(g, *t)->category_, "cancelled");
	struct req *check = req_new(REQ_DB);
	check->u.db.action_ = str_dup("check");
	assert_true(rig_done(g, rig_ask(g, check, 0))->ok_);
	rig_stop(g);
}

#define RIGGED(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(test_a_failed_refresh_takes_nothing),
		RIGGED(test_a_stopped_refresh_takes_nothing),
		RIGGED(test_a_whole_refresh_takes_its_place),
		RIGGED(test_nobody_waits_for_the_cache),
		RIGGED(test_cleared_is_empty),
		RIGGED(test_clearing_is_stopped),
	};
	return cmocka_run_group_tests_name("backend_catalog", tests, NULL, NULL);
}
