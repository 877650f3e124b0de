/* Claims by tags, what was begun, and the newest of one more channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../support/store_kit.h"
#include "store/room.h"

/* Claim n has these tags, separated by commas. */
static void put(struct kit *k, int n, const char *tags)
{
	struct page *p = page_new();
	struct claim *c = kit_add_claim(p, n);
	struct strs list = { 0 };
	strs_split(&list, tags);
	c->tags = arena_take(p->arena, (list.n + 1) * sizeof(*c->tags));
	for (c->n_tags = 0; c->n_tags < list.n; c->n_tags++)
		c->tags[c->n_tags] = arena_str(p->arena, list.v[c->n_tags]);
	strs_release(&list);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
}

/* The numbers of the claims of page, which is freed. */
static void assert_claims(struct page *p, const char *expected)
{
	struct buf got;
	buf_init(&got, 4096);
	assert_non_null(p);
	for (size_t i = 0; i < p->n; i++)
		(void)!buf_addf(&got, "%s%ld", i ? " " : "", strtol(p->items[i].id + 32, NULL, 16));
	assert_string_equal(got.data, expected);
	buf_release(&got);
	page_free(p);
}

static struct page *related(struct kit *k, int n, int64_t limit)
{
	char id[CLAIM_ID_SIZE];
	kit_id(n, id);
	return store_related(k->store, id, limit, NULL);
}

static void test_related(void **state)
{
	struct kit *k = *state;
	put(k, 1, "movie,comedy_movies,rain");
	put(k, 2, "movie");
	put(k, 3, "movie,comedy_movies");
	put(k, 4, "rain,comedy_movies,movie");
	put(k, 5, "comedy,movies"); /* these words, but another tag */
	put(k, 6, "series");
	put(k, 7, "");
	put(k, 8, "movie,action_movies");
	/* Most in common first, then the newest: a higher number is older. */
	assert_claims(related(k, 1, 10), "4 3 2 8");
	assert_claims(related(k, 1, 2), "4 3");
	assert_claims(related(k, 1, 0), "");
	assert_claims(related(k, 6, 10), "");
	assert_claims(related(k, 7, 10), "");
	struct err err = { 0 };
	assert_null(store_related(k->store, "ffffffffffffffffffffffffffffffffffffffff", 5, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
}

static void test_related_is_bounded_and_finds_the_rare(void **state)
{
	struct kit *k = *state;
	struct page *p = kit_page(100, 1300); /* all are movies, and action or comedy */
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	put(k, 1, "movie,odd \"quoted\" tag,' OR 1");
	put(k, 5000, "movie,odd \"quoted\" tag"); /* older than all of them */
	assert_claims(related(k, 1, 3), "5000 100 101");
	/* Where there is no index the newest are looked at. */
	k->store->searchable = false;
	assert_claims(related(k, 5000, 2), "1 100");
	k->store->searchable = true;
}

static void test_tagged(void **state)
{
	struct kit *k = *state;
	char channel[CLAIM_ID_SIZE];
	struct strs tags = { 0 };
	for (int n = 0; n < 30; n++)
		put(k, n, n % 2 ? "movie,comedy" : "movie");
	put(k, 33, "comedy");
	kit_id(1000000, channel); /* that of 0, 3, 6, … */
	strs_add(&tags, "movie");
	assert_claims(store_tagged(k->store, channel, &tags, 4, NULL), "0 3 6 9");
	strs_add(&tags, "comedy");
	assert_claims(store_tagged(k->store, channel, &tags, 50, NULL), "3 9 15 21 27");
	strs_add(&tags, "no\" such");
	assert_claims(store_tagged(k->store, channel, &tags, 50, NULL), "");
	k->now -= 4 * 60; /* what is to be released later is not there yet */
	tags.n--;
	free(tags.v[2]);
	assert_claims(store_tagged(k->store, channel, &tags, 2, NULL), "9 15");
	strs_release(&tags);
	kit_sql(k, "UPDATE content_cache SET tags = 'no json'");
	strs_add(&tags, "movie");
	assert_claims(store_tagged(k->store, channel, &tags, 2, NULL), "");
	strs_release(&tags);
}

static void begin(struct kit *k, int n, int64_t at, bool watched)
{
	struct progress p = { .position_seconds = at, .duration = 100, .watched = watched };
	kit_id(n, p.claim_id);
	char title[] = "Known by its progress only";
	p.title = n == 99 ? title : NULL;
	k->now += 10;
	p.updated_at = k->now;
	assert_true(store_progress_put(k->store, &p, NULL));
}

static void test_begun(void **state)
{
	struct kit *k = *state;
	for (int n = 0; n < 5; n++)
		put(k, n, "movie");
	begin(k, 3, 40, false);
	begin(k, 1, 50, true); /* finished, begun again and marked */
	begin(k, 99, 20, false);
	begin(k, 2, 0, false);
	begin(k, 4, -1, true);
	begin(k, 0, 30, false);
	struct page *p = store_progress_begun(k->store, 10, NULL);
	assert_int_equal(p->items[0].local.position_seconds, 30);
	assert_string_equal(p->items[1].title, "Known by its progress only");
	assert_claims(p, "0 99 3");
	assert_claims(store_progress_begun(k->store, 1, NULL), "0");
}

static void test_feed_of_one_more(void **state)
{
	struct kit *k = *state;
	char channel[CLAIM_ID_SIZE];
	bool more;
	struct page *all = kit_page(0, 9);
	char name[] = "@zero";
	struct follow f = { .name = name };
	assert_true(store_cache_put(k->store, NULL, all, 0, false, false, NULL));
	page_free(all);
	kit_id(1000001, channel);
	struct feed_query q = { .since = TIME_UNKNOWN, .limit = 4, .also = channel };
	assert_claims(store_feed(k->store, &q, &more, NULL), "1 4 7");
	kit_id(1000000, f.claim_id);
	assert_true(store_follow_put(k->store, &f, NULL));
	assert_claims(store_feed(k->store, &q, &more, NULL), "0 1 3 4");
	assert_true(more);
	memcpy(channel, f.claim_id, sizeof(channel)); /* it is followed, too: each claim once */
	assert_claims(store_feed(k->store, &q, &more, NULL), "0 3 6");
	q.also = "";
	assert_claims(store_feed(k->store, &q, &more, NULL), "0 3 6");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_related),          TEST(test_related_is_bounded_and_finds_the_rare),
		TEST(test_tagged),           TEST(test_begun),
		TEST(test_feed_of_one_more),
	};
	return cmocka_run_group_tests_name("store_tagged", tests, NULL, NULL);
}
