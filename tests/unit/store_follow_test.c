/* Followed channels and their feed, the watch-later list, the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../support/store_kit.h"
#include "kiyya/mem.h"

/* Claim n of the kit is released 60 s after claim n + 1, by one of its channels 0 to 2. */
static void channel_of(int n, char id[CLAIM_ID_SIZE])
{
	struct page *p = kit_page(n, n + 1);
	memcpy(id, p->items[0].channel_id, CLAIM_ID_SIZE);
	page_free(p);
}

static void follow(struct kit *k, int n, const char *name)
{
	struct follow f = { .name = (char *)name, .title = (char *)"A Channel" };
	channel_of(n, f.claim_id);
	assert_true(store_follow_put(k->store, &f, NULL));
	assert_int_equal(f.followed_at, k->now);
}

static void test_follow(void **state)
{
	struct kit *k = *state;
	struct follow_list l;
	assert_true(store_follow_list(k->store, &l, NULL));
	assert_int_equal(l.n, 0);
	int64_t first = k->now;
	follow(k, 0, "@zebra");
	k->now += 10;
	follow(k, 1, "@Apple");
	struct follow again = { .name = (char *)"@zebra" };
	channel_of(0, again.claim_id);
	assert_true(store_follow_put(k->store, &again, NULL));
	assert_int_equal(again.followed_at, first);
	kit_reopen(k, NULL);
	assert_true(store_follow_list(k->store, &l, NULL));
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].name, "@Apple"); /* by name, whatever its case */
	assert_string_equal(l.v[1].name, "@zebra");
	assert_string_equal(l.v[1].title, "A Channel"); /* who knows no title takes none away */
	assert_int_equal(l.v[1].followed_at, first);
	follow_list_release(&l);
	struct err err = { 0 };
	struct follow bad = { .claim_id = "x", .name = (char *)"@x" };
	assert_false(store_follow_put(k->store, &bad, &err));
	assert_int_equal(err.kind, ERR_USAGE);
}

static void test_find(void **state)
{
	struct kit *k = *state;
	char zero[CLAIM_ID_SIZE], one[CLAIM_ID_SIZE], address[100];
	channel_of(0, zero);
	channel_of(1, one);
	follow(k, 0, "@same");
	follow(k, 1, "@same");
	follow(k, 2, "@other");
	snprintf(address, sizeof(address), "https://odysee.com/@same:%.6s", one);
	const struct {
		const char *item, *id; /* NULL: none */
		enum err_kind kind;
	} rows[] = {
		{ zero, zero, ERR_NONE },           { address, one, ERR_NONE },
		{ "@SAME", NULL, ERR_NOT_FOUND }, /* two are called so */
		{ "@nobody", NULL, ERR_NOT_FOUND }, { "@same:ffff", NULL, ERR_NOT_FOUND },
		{ "@same/film", NULL, ERR_USAGE },  { "no such thing", NULL, ERR_USAGE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		struct follow f = { 0 };
		print_message("         %s\n", rows[i].item);
		assert_int_equal(store_follow_find(k->store, rows[i].item, &f, &err),
				 rows[i].id != NULL);
		assert_int_equal(err.kind, rows[i].kind);
		if (rows[i].id)
			assert_string_equal(f.claim_id, rows[i].id);
		follow_release(&f);
	}
	struct follow f;
	assert_true(store_follow_find(k->store, "@other", &f, NULL));
	assert_true(store_follow_remove(k->store, f.claim_id, NULL));
	follow_release(&f);
	assert_false(store_follow_find(k->store, "@other", &f, NULL));
}

static struct page *feed(struct kit *k, struct feed_query q, bool *more)
{
	struct page *p = store_feed(k->store, &q, more, NULL);
	assert_non_null(p);
	for (size_t i = 1; i < p->n; i++)
		assert_true(p->items[i - 1].release_time >= p->items[i].release_time);
	return p;
}

static void test_feed(void **state)
{
	struct kit *k = *state;
	struct page *all = kit_page(0, 300), *p;
	bool more;
	assert_true(store_cache_put(k->store, NULL, all, 0, false, false, NULL));
	p = feed(k, (struct feed_query){ .since = TIME_UNKNOWN, .limit = 10 }, &more);
	assert_int_equal(p->n, 0); /* nobody is followed */
	page_free(p);
	follow(k, 0, "@zero");
	follow(k, 1, "@one");
	/* Page by page, each begins behind the last row: every claim of two channels once, none of the third. */
	char after[CLAIM_ID_SIZE] = "", third[CLAIM_ID_SIZE];
	channel_of(2, third);
	size_t n = 0, expected = 0;
	int64_t last = INT64_MAX;
	for (size_t i = 0; i < all->n; i++)
		expected += strcmp(all->items[i].channel_id, third) != 0 &&
			    all->items[i].release_time <= k->now;
	assert_true(expected > 100);
	for (more = true; more; n += p->n, page_free(p)) {
		p = feed(k,
			 (struct feed_query){ .since = TIME_UNKNOWN, .limit = 7, .after = after },
			 &more);
		for (size_t i = 0; i < p->n; i++) {
			assert_true(p->items[i].release_time < last);
			last = p->items[i].release_time;
			assert_string_not_equal(p->items[i].channel_id, third);
		}
		if (p->n)
			memcpy(after, p->items[p->n - 1].id, sizeof(after));
	}
	assert_int_equal(n, expected);

	p = feed(k, (struct feed_query){ .since = TIME_UNKNOWN, .limit = 2 }, &more);
	assert_true(more);
	struct progress seen = { .watched = true, .duration = -1 };
	memcpy(seen.claim_id, p->items[0].id, sizeof(seen.claim_id));
	assert_true(store_progress_put(k->store, &seen, NULL));
	struct page *left = feed(
	    k, (struct feed_query){ .unwatched = true, .since = TIME_UNKNOWN, .limit = 1 }, &more);
	assert_string_equal(left->items[0].id, p->items[1].id);
	page_free(left);
	left =
	    feed(k, (struct feed_query){ .since = p->items[1].release_time, .limit = 50 }, &more);
	assert_int_equal(left->n, 2);
	assert_true(left->items[0].local.watched);
	assert_false(more);
	page_free(left);
	page_free(p);

	/* What is announced for later is not there until then. */
	k->now -= 86400;
	p = feed(k, (struct feed_query){ .since = TIME_UNKNOWN, .limit = 1 }, &more);
	assert_true(p->n == 0 || p->items[0].release_time <= k->now);
	page_free(p);
	struct err err = { 0 };
	struct feed_query gone = { .since = TIME_UNKNOWN,
				   .limit = 1,
				   .after = "ffffffffffffffffffffffffffffffffffffffff" };
	assert_null(store_feed(k->store, &gone, &more, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	page_free(all);
}

static void test_later(void **state)
{
	struct kit *k = *state;
	char ids[3][CLAIM_ID_SIZE], prefix[9];
	struct page *p = kit_page(0, 2);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	for (int i = 0; i < 3; i++) {
		kit_id(i, ids[i]);
		assert_true(store_later_add(k->store, ids[i], NULL));
		assert_true(store_later_add(k->store, ids[i], NULL));
	}
	p = store_later_list(k->store, NULL);
	assert_int_equal(p->n, 3);
	assert_string_equal(p->items[0].id, ids[2]);
	assert_string_equal(p->items[0].title, ids[2]); /* nothing else is known of it */
	assert_string_equal(p->items[2].title, "Film number 0 of the évening");
	page_free(p);
	str_copy(prefix, sizeof(prefix), ids[2]);
	assert_true(store_later_remove(k->store, prefix, NULL));
	struct err err = { 0 };
	assert_false(store_later_remove(k->store, prefix, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_true(kit_tidy(k->store, STORE_TIDY_ALL, 0, NULL)); /* what is for later is needed */
	assert_true(store_cache_has(k->store, ids[0]));
	assert_false(store_cache_has(k->store, ids[2]));
}

static void test_history(void **state)
{
	struct kit *k = *state;
	char ids[2][CLAIM_ID_SIZE];
	kit_id(0, ids[0]);
	kit_id(1, ids[1]);
	assert_true(store_history_add(k->store, ids[0], "Film 0", NULL));
	k->now += 60;
	assert_true(store_history_add(k->store, ids[1], "Film 1", NULL));
	k->now -= 3600; /* the clock was wrong */
	assert_true(store_history_add(k->store, ids[0], "Film 0", NULL));
	struct page *p = store_history_list(k->store, NULL);
	assert_int_equal(p->n, 2);
	assert_string_equal(p->items[0].title, "Film 0"); /* once, where it was played last */
	assert_int_equal(p->items[0].local.played_at, k->now);
	assert_int_equal(p->items[1].local.played_at, k->now + 3600);
	page_free(p);
	for (int i = 0; i < 20; i++) {
		char *sql =
		    str_fmt("WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n "
			    "WHERE i < %d) INSERT INTO history (claim_id, played_at) "
			    "SELECT printf('%%040x', i), 1 FROM n",
			    1 + i * 600, (i + 1) * 600);
		kit_sql(k, sql);
		free(sql);
	}
	assert_true(store_history_add(k->store, ids[1], "Film 1", NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM history"), 10000);
	p = store_history_list(k->store, NULL);
	assert_string_equal(p->items[0].id, ids[1]);
	page_free(p);
	assert_true(store_history_clear(k->store, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM history"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follow, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_find, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_feed, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_later, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_history, kit_setup, kit_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
