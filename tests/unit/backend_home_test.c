/* The rows of the first view: stored ones first, then as the gateway answers; what is featured stays; what is like a claim. */
#include "unit.h"

#include "backend_rig.h"

#define ROWS 4

static struct req *home(bool refresh)
{
	struct req *r = req_new(REQ_HOME);
	r->u.home.limit_ = ROWS;
	r->u.home.refresh_ = refresh;
	return r;
}

/* The last of those that came for that place. */
static const struct ev_shelf *shelf(const struct rig *g, uint64_t ticket, int place)
{
	const struct ev_shelf *last = NULL;
	for (size_t n = 0; n < rig_count(g, EV_SHELF, ticket); n++) {
		const struct ev_shelf *s = &rig_heard(g, EV_SHELF, ticket, n)->u.shelf;
		if (s->place_ == place)
			last = s;
	}
	assert_non_null(last);
	return last;
}

static void say_pages(struct rig *g, int first, int n)
{
	const char *page =
	    rig_keep(g, rig_page(first, 50)); /* a full one: no second is asked for */
	for (int i = 0; i < n; i++)
		acts_add(g->acts, (struct act){ .kind = ACT_OK, .body = page });
}

static void begin(struct rig *g)
{
	rig_set(g, "channel.default", CHANNEL);
	rig_set(g, "catalog.categories", "Movies: movie > comedy, Kids: kids");
	rig_start(g, NULL);
}

static void test_rows(void **state)
{
	static const char *const kinds[] = { "continue", "featured", "added", "category",
					     "category" };
	struct rig *g = *state;
	char id[CLAIM_ID_SIZE];
	say_pages(g, 0, 4);
	begin(g);
	uint64_t t = rig_ask(g, home(false), 1);
	assert_true(rig_done(g, t)->ok_);
	for (int i = 0; i < 5; i++) { /* at once, empty as they are */
		const struct ev_shelf *s = &rig_heard(g, EV_SHELF, t, (size_t)i)->u.shelf;
		assert_int_equal(s->place_, i);
		assert_string_equal(s->kind_, kinds[i]);
		assert_int_equal(s->claims_->n, 0);
	}
	assert_int_equal(shelf(g, t, 0)->claims_->n, 0);
	assert_int_equal(shelf(g, t, 1)->claims_->n, 1);
	assert_int_equal(shelf(g, t, 3)->claims_->n, ROWS);
	assert_string_equal(shelf(g, t, 3)->title_, "Movies");
	assert_string_equal(shelf(g, t, 3)->tags_.v[0], "movie");
	assert_false(shelf(g, t, 4)->cached_);
	rig_id(id, 0);
	assert_string_equal(shelf(g, t, 3)->claims_->items[0].id, id);
	assert_int_equal(acts_count(g->acts), 4);

	/* again: from the store, and nobody is asked; what is featured is what it was */
	char featured[CLAIM_ID_SIZE];
	str_copy(featured, sizeof(featured), shelf(g, t, 1)->claims_->items[0].id);
	uint64_t again = rig_ask(g, home(false), 1);
	assert_true(rig_done(g, again)->ok_);
	assert_int_equal(rig_count(g, EV_SHELF, again), 5);
	assert_int_equal(shelf(g, again, 3)->claims_->n, ROWS);
	assert_int_equal(acts_count(g->acts), 4);
	say_pages(g, 100, 4); /* other claims */
	again = rig_ask(g, home(true), 1);
	assert_true(rig_done(g, again)->ok_);
	rig_id(id, 100);
	assert_string_equal(shelf(g, again, 4)->claims_->items[0].id, id);
	assert_string_equal(shelf(g, again, 1)->claims_->items[0].id, featured);
	rig_stop(g);
}

static void test_nobody_answers(void **state)
{
	struct rig *g = *state;
	char dead[64];
	say_pages(g, 0, 4);
	begin(g);
	assert_true(rig_done(g, rig_ask(g, home(false), 1))->ok_);
	rig_stop(g);
	snprintf(dead, sizeof(dead), "http://127.0.0.1:%d/", acts_dead_port());
	rig_set(g, "gateway.urls", dead);
	rig_start(g, NULL);
	uint64_t t = rig_ask(g, home(true), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(shelf(g, t, 3)->claims_->n, ROWS);
	assert_int_equal(rig_count(g, EV_NOTE, t), 1);
	rig_stop(g);
	rig_set(g, "channel.default", "@elsewhere:e");
	rig_start(g, NULL);
	t = rig_ask(g, home(false), 1);
	assert_false(rig_done(g, t)->ok_);
	assert_int_equal(rig_done(g, t)->exit_code_, 4);
	rig_stop(g);
	/* Without a channel there is nothing to ask for. */
	rig_set(g, "channel.default", "");
	rig_start(g, NULL);
	t = rig_ask(g, home(false), 1);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rig_count(g, EV_SHELF, t), 2);
	rig_stop(g);
}

static void test_related(void **state)
{
	struct rig *g = *state;
	say_pages(g, 0, 4);
	begin(g);
	assert_true(rig_done(g, rig_ask(g, home(false), 1))->ok_);
	struct req *r = req_new(REQ_RELATED);
	r->u.related.item_ = str_dup("ffffffffffffffffffffffffffffffffffffffff");
	assert_int_equal(rig_done(g, rig_ask(g, r, 2))->exit_code_, 3);
	char id[CLAIM_ID_SIZE];
	rig_id(id, 0);
	r = req_new(REQ_RELATED);
	r->u.related.item_ = str_dup(id);
	uint64_t t = rig_ask(g, r, 2);
	assert_true(rig_done(g, t)->ok_);
	assert_int_equal(rig_count(g, EV_PAGE, t), 1);
	rig_stop(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_nobody_answers, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_related, rig_setup, rig_teardown),
	};
	return cmocka_run_group_tests_name("backend_home", tests, NULL, NULL);
}
