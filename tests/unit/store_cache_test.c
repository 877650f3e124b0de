/* The cache: what goes in comes out, lists stay dense, and cleaning spares what is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/mem.h"

static void put(struct kit *k, const char *key, int from, int to, int64_t first, bool reset,
		bool complete)
{
	struct err err = { 0 };
	struct page *p = kit_page(from, to);
	if (!store_cache_put(k->store, key, p, first, reset, complete, &err))
		fail_msg("%s", err.text);
	page_free(p);
}

static struct store_list list_of(struct kit *k, const char *key)
{
	struct store_list l;
	assert_true(store_cache_list(k->store, key, &l, NULL));
	return l;
}

/* Asserts that rows [first, first + n) of a list are the claims of these numbers, in order. */
static void assert_rows(struct kit *k, const char *key, int64_t first, const int *numbers, size_t n)
{
	struct err err = { 0 };
	struct page *p = store_cache_page(k->store, key, first, (int64_t)n, &err);
	if (!p)
		fail_msg("%s", err.text);
	assert_int_equal(p->n, n);
	for (size_t i = 0; i < n; i++) {
		char id[CLAIM_ID_SIZE];
		kit_id(numbers[i], id);
		assert_string_equal(p->items[i].id, id);
	}
	page_free(p);
}

static void assert_same_claim(const struct claim *a, const struct claim *b)
{
	struct buf x, y;
	struct json_out o;
	buf_init(&x, 1 << 20);
	buf_init(&y, 1 << 20);
	json_out_init(&o, &x);
	claim_to_json(a, &o, NULL);
	json_out_init(&o, &y);
	claim_to_json(b, &o, NULL);
	assert_string_equal(x.data, y.data);
	buf_release(&x);
	buf_release(&y);
}

/* A head that is fetched anew: what followed its last claim follows it still, and what is not in it is gone. */
static void test_new_head_keeps_the_rest(void **state)
{
	struct kit *k = *state;
	put(k, "q", 10, 20, 0, true, true);
	put(k, "n", 7, 10, 0, true,
	    false); /* three are new, 11 is gone, 18 has come to the front */
	put(k, "n", 18, 19, 3, false, false);
	put(k, "n", 10, 11, 4, false, false);
	put(k, "n", 12, 13, 5, false, false);
	assert_true(store_cache_replace(k->store, "q", "n", true, NULL));
	assert_rows(k, "q", 0, (int[]){ 7, 8, 9, 18, 10, 12, 13, 14, 15, 16, 17, 19 }, 12);
	assert_int_equal(list_of(k, "q").count, 12);
	assert_false(list_of(k, "q").complete); /* where 11 has gone nobody knows */
	assert_false(list_of(k, "n").found);

	put(k, "q", 10, 20, 0, true, true);
	put(k, "n", 8, 12, 0, true, false);
	assert_true(store_cache_replace(k->store, "q", "n", true, NULL));
	assert_rows(k, "q", 0, (int[]){ 8, 9, 10, 11, 12, 13 }, 6);
	assert_true(list_of(k, "q").count == 12 && list_of(k, "q").complete);

	put(k, "n", 40, 41, 0, true,
	    false); /* 18 has climbed: it says nothing of what was before it */
	put(k, "n", 18, 19, 1, false, false);
	assert_true(store_cache_replace(k->store, "q", "n", true, NULL));
	assert_true(list_of(k, "q").count == 2 && !list_of(k, "q").complete);

	put(k, "q", 10, 20, 0, true, true);
	put(k, "n", 8, 12, 0, true, false);
	assert_true(store_cache_replace(k->store, "q", "n", false, NULL)); /* no order by time */
	assert_true(list_of(k, "q").count == 4 && !list_of(k, "q").complete);

	put(k, "n", 30, 33, 0, true, false); /* nothing of it was there */
	assert_true(store_cache_replace(k->store, "q", "n", true, NULL));
	assert_rows(k, "q", 0, (int[]){ 30, 31, 32 }, 3);
	assert_true(list_of(k, "q").count == 3 && !list_of(k, "q").complete);

	put(k, "n", 30, 32, 0, true, true); /* it says where it ends */
	assert_true(store_cache_replace(k->store, "q", "n", true, NULL));
	assert_rows(k, "q", 0, (int[]){ 30, 31 }, 2);
	assert_true(list_of(k, "q").count == 2 && list_of(k, "q").complete);

	assert_true(store_cache_replace(k->store, "q", "none", true, NULL));
	assert_int_equal(list_of(k, "q").count, 2);
	put(k, "n", 30, 32, 0, true, false);
	assert_true(store_cache_replace(k->store, "first", "n", true, NULL));
	assert_int_equal(list_of(k, "first").count, 2);
}

static void test_claim_comes_back_whole(void **state)
{
	struct kit *k = *state;
	struct page *p = kit_page(1, 4);
	p->items[1].kind = CLAIM_CHANNEL;
	p->items[1].reason = "it is a channel";
	p->items[1].reposted_by = "@somebody";
	claim_init(&p->items[2]); /* everything unknown */
	kit_id(3, p->items[2].id);
	assert_true(store_cache_put(k->store, "q", p, 0, true, true, NULL));
	kit_reopen(k, NULL);
	struct page *got = store_cache_page(k->store, "q", 0, 50, NULL);
	assert_non_null(got);
	assert_int_equal(got->n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_same_claim(&p->items[i], &got->items[i]);
	page_free(got);
	page_free(p);
	kit_assert_sound(k);
}

static void test_hostile_strings(void **state)
{
	struct kit *k = *state;
	char *long_text = mem_array(10001, 1);
	memset(long_text, '\'', 10000);
	static const char quotes[] = "Robert'); DROP TABLE content_cache;-- \"\\ %s ? [\"x\"] ዓማርኛ";
	struct page *p = kit_page(0, 3);
	p->items[0].title = quotes;
	p->items[0].tags[0] = "a\"],[\"b";
	p->items[1].title = long_text;
	p->items[2].title = "red \x1b[31m bell \x07 and \xff\xfe";
	assert_true(store_cache_put(k->store, "q';--", p, 0, true, true, NULL));
	struct page *got = store_cache_page(k->store, "q';--", 0, 3, NULL);
	assert_non_null(got);
	assert_string_equal(got->items[0].title, quotes);
	assert_string_equal(got->items[0].tags[0], "a\"],[\"b");
	assert_string_equal(got->items[1].title, long_text);
	/* What is not clean in the file does not leave it so. */
	assert_null(strchr(got->items[2].title, '\x1b'));
	assert_null(strchr(got->items[2].title, '\x07'));
	page_free(got);
	page_free(p);
	free(long_text);
	kit_assert_sound(k);
}

static void test_embedded_nul_and_bad_ids(void **state)
{
	struct kit *k = *state;
	put(k, "q", 1, 3, 0, true, true);
	kit_close(k);
	kit_sql(k,
		"UPDATE content_cache SET title = 'cut' || char(0) || 'tail', kind = 'nonsense', "
		"tags = '{not json' WHERE name = 'film-1'");
	kit_sql(k, "UPDATE content_cache SET claim_id = "
		   "'../../../../../../../../../etc/passwd111' WHERE name = 'film-2'");
	kit_reopen(k, NULL);
	struct page *got = store_cache_page(k->store, "q", 0, 10, NULL);
	assert_non_null(got);
	assert_int_equal(got->n, 1);
	assert_string_equal(got->items[0].title, "cut");
	assert_int_equal(got->items[0].n_tags, 0);
	page_free(got);
}

static void test_bad_id_is_not_stored(void **state)
{
	struct kit *k = *state;
	struct page *p = kit_page(1, 3);
	str_copy(p->items[0].id, CLAIM_ID_SIZE, "x'");
	assert_true(store_cache_put(k->store, "q", p, 0, true, true, NULL));
	page_free(p);
	assert_int_equal(list_of(k, "q").count, 1);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 1);
}

static void test_list_grows_page_by_page(void **state)
{
	struct kit *k = *state;
	assert_false(list_of(k, "big").found);
	for (int page = 0; page < 50; page++)
		put(k, "big", page * 50, page * 50 + 50, page * 50, page == 0, page == 49);
	struct store_list l = list_of(k, "big");
	assert_true(l.found && l.complete);
	assert_int_equal(l.count, 2500);
	bool seen[2500] = { false };
	int64_t at = 0;
	for (struct page *p; at < 2500; page_free(p)) {
		p = store_cache_page(k->store, "big", at, 37, NULL);
		assert_non_null(p);
		assert_true(p->n > 0);
		for (size_t i = 0; i < p->n; i++) {
			int64_t n = p->items[i].duration - 90;
			assert_int_equal(n, at + (int64_t)i);
			assert_false(seen[n]);
			seen[n] = true;
		}
		at += (int64_t)p->n;
	}
	struct page *end = store_cache_page(k->store, "big", 2500, 50, NULL);
	assert_non_null(end);
	assert_int_equal(end->n, 0);
	page_free(end);
	kit_assert_sound(k);
}

static void test_doubles_across_pages(void **state)
{
	struct kit *k = *state;
	put(k, "q", 0, 5, 0, true, false);
	put(k, "q", 4, 9, 5, false, false); /* the gateway's list moved by one meanwhile */
	assert_int_equal(list_of(k, "q").count, 9);
	put(k, "q", 9, 12, 10, false, true); /* counted by what was sent: one ahead of us */
	struct store_list l = list_of(k, "q");
	assert_int_equal(l.count, 12);
	assert_true(l.complete);
	assert_rows(k, "q", 0, (const int[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, 12);
}

static void test_no_holes(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	put(k, "q", 100, 110, 100, false, false); /* page 3 of a list nobody has read */
	assert_false(list_of(k, "q").found);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 10);
	put(k, "q", 0, 10, 0, false, false);
	assert_null(store_cache_page(k->store, "q", 10, 10, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_null(store_cache_page(k->store, "unknown", 0, 10, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	put(k, "q", 50, 60, 5, true, true); /* begun anew, but not at the beginning */
	assert_false(list_of(k, "q").found);
	kit_assert_sound(k);
}

static void test_refresh(void **state)
{
	struct kit *k = *state;
	put(k, "q", 0, 5, 0, true, false);
	put(k, "q", 5, 10, 5, false, true);
	k->now += 100;
	put(k, "q", 0, 5, 0, false, false); /* the same head: the tail is still right */
	struct store_list l = list_of(k, "q");
	assert_int_equal(l.count, 10);
	assert_int_equal(l.fetched_at, k->now);
	put(k, "q", 5, 8, 5, false, true); /* ends earlier now */
	assert_int_equal(list_of(k, "q").count, 8);
	struct page *p = kit_page(20, 21); /* a new one at the head: the tail would be off by one */
	kit_add_claim(p, 0);
	kit_add_claim(p, 1);
	assert_true(store_cache_put(k->store, "q", p, 0, false, false, NULL));
	page_free(p);
	assert_rows(k, "q", 0, (const int[]){ 20, 0, 1 }, 3);
	assert_int_equal(list_of(k, "q").count, 3);
	assert_false(list_of(k, "q").complete);
	put(k, "q", 7, 8, 0, true, true);
	assert_int_equal(list_of(k, "q").count, 1);
	kit_assert_sound(k);
}

static void test_lookup(void **state)
{
	struct kit *k = *state;
	put(k, NULL, 1, 40, 0, false, false);
	char id[CLAIM_ID_SIZE], twin[CLAIM_ID_SIZE];
	kit_id(7, id);
	struct page *p = page_new(); /* shares 12 digits with number 7 */
	kit_add_claim(p, 1007);
	str_copy(twin, sizeof(twin), id);
	twin[20] = '9';
	str_copy(p->items[0].id, CLAIM_ID_SIZE, twin);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	char *unique = str_dupn(id, 21), *ambiguous = str_dupn(id, 12), *three = str_dupn(id, 3);
	char *permanent = str_fmt("lbry://film-7#%s", id);
	const struct {
		const char *item, *id;
		const char *says;
	} rows[] = {
		{ id, id, NULL },
		{ unique, id, NULL },
		{ twin, twin, NULL },
		{ ambiguous, NULL, "several" },
		{ three, NULL, "not in the cache" },
		{ "lbry://@channel1#a/film-7#7", id, NULL },
		{ "lbry://@channel1:a/film-7:7", id, NULL },
		{ "@channel1:a/film-7:7", id, NULL },
		{ "https://odysee.com/@channel1:a/film-7:7", id, NULL },
		{ permanent, id, NULL },
		{ "lbry://@channel1#a/film-7#8", NULL, "not in the cache" },
		{ "", NULL, "not in the cache" },
		{ "' OR 1=1 --", NULL, "not in the cache" },
		{ "ffffffff", NULL, "not in the cache" },
		{ "%%%%", NULL, "not in the cache" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		struct page *got = store_cache_claim(k->store, rows[i].item, &err);
		if (!rows[i].id) {
			if (got || err.kind != ERR_NOT_FOUND || !strstr(err.text, rows[i].says))
				fail_msg("row %zu: %s", i, err.text);
			continue;
		}
		if (!got)
			fail_msg("row %zu: %s", i, err.text);
		assert_int_equal(got->n, 1);
		assert_string_equal(got->items[0].id, rows[i].id);
		page_free(got);
	}
	free(unique);
	free(ambiguous);
	free(three);
	free(permanent);
}

static void test_changed_only_when_it_changed(void **state)
{
	struct kit *k = *state;
	put(k, NULL, 1, 3, 0, false, false);
	int64_t before = k->now;
	k->now += 1000;
	struct page *p = kit_page(1, 3);
	p->items[1].title = "Another title";
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	assert_int_equal(
	    kit_number(k, "SELECT changed_at FROM content_cache WHERE name = 'film-1'"), before);
	assert_int_equal(
	    kit_number(k, "SELECT changed_at FROM content_cache WHERE name = 'film-2'"), k->now);
	assert_int_equal(kit_number(k, "SELECT min(fetched_at) FROM content_cache"), k->now);
}

static void test_local_state(void **state)
{
	struct kit *k = *state;
	struct download d;
	struct copy c;
	put(k, "q", 1, 6, 0, true, true);
	char id[CLAIM_ID_SIZE];
	kit_id(1, id);
	assert_true(store_favorite_set(k->store, id, true, NULL));
	struct progress pr = { .position_seconds = 33, .duration = 100, .watched = true };
	kit_id(2, pr.claim_id);
	assert_true(store_progress_put(k->store, &pr, NULL));
	kit_download(&d, 3);
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	kit_copy(&c, 4, "720p");
	assert_true(store_copy_put(k->store, &c, NULL));
	struct page *stored = store_cache_page(k->store, "q", 0, 10, NULL);
	struct page *fresh = kit_page(1, 6);
	assert_true(store_local_state(k->store, fresh, NULL));
	struct page *pages[] = { stored, fresh };
	for (size_t i = 0; i < 2; i++) {
		struct claim *v = pages[i]->items;
		assert_true(v[0].local.favorite && !v[0].local.watched);
		assert_int_equal(v[0].local.position_seconds, -1);
		assert_true(v[1].local.watched && !v[1].local.favorite);
		assert_int_equal(v[1].local.position_seconds, 33);
		assert_true(v[2].local.downloading && !v[2].local.offline);
		assert_true(v[3].local.offline && !v[3].local.downloading);
		assert_false(v[4].local.offline || v[4].local.downloading || v[4].local.favorite);
		page_free(pages[i]);
	}
	/* An incomplete copy is not offline; a done row downloads no more. */
	c.complete = false;
	assert_true(store_copy_put(k->store, &c, NULL));
	d.state = DOWNLOAD_DONE;
	assert_true(store_queue_update(k->store, &d, NULL));
	struct page *after = store_cache_page(k->store, "q", 0, 10, NULL);
	assert_false(after->items[2].local.downloading);
	assert_false(after->items[3].local.offline);
	page_free(after);
	copy_release(&c);
	download_release(&d);
}

/* Numbers 1..6 are needed, each by another table. */
static void need_six(struct kit *k)
{
	char id[CLAIM_ID_SIZE];
	struct progress pr = { .position_seconds = 3 };
	struct download d;
	struct copy c;
	kit_id(1, id);
	assert_true(store_favorite_set(k->store, id, true, NULL));
	kit_id(2, pr.claim_id);
	assert_true(store_progress_put(k->store, &pr, NULL));
	kit_download(&d, 3);
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	download_release(&d);
	kit_copy(&c, 4, "original");
	assert_true(store_copy_put(k->store, &c, NULL));
	copy_release(&c);
	kit_id(5, id);
	char *sql =
	    str_fmt("INSERT INTO follows (claim_id, name, followed_at) VALUES ('%s', '@x', 1)", id);
	kit_sql(k, sql);
	free(sql);
	kit_id(6, id);
	sql = str_fmt("INSERT INTO watch_later (claim_id, added_at) VALUES ('%s', 1)", id);
	kit_sql(k, sql);
	free(sql);
}

static bool is_cached(struct kit *k, int n)
{
	char id[CLAIM_ID_SIZE];
	kit_id(n, id);
	struct page *p = store_cache_claim(k->store, id, NULL);
	page_free(p);
	return p != NULL;
}

static void test_evict_spares_what_is_needed(void **state)
{
	struct kit *k = *state;
	put(k, NULL, 1, 7, 0, false, false); /* the oldest */
	need_six(k);
	k->now += 10;
	put(k, "old", 10, 20, 0, true, true);
	k->now += 10;
	put(k, "shown", 20, 30, 0, true, true);
	k->now += 10;
	put(k, "new", 30, 40, 0, true, true);
	k->now += 10;
	assert_true(kit_tidy(k->store, STORE_TIDY_OVER, 0, NULL) && list_of(k, "new").found);
	put(k, "old", 10, 20, 0, true, true);
	k->now += 10;
	put(k, "shown", 20, 30, 0, true, true);
	k->now += 10;
	put(k, "new", 30, 40, 0, true, true);
	k->now += 10;
	assert_true(store_cache_hold(k->store, "shown", true, NULL));
	page_free(
	    store_cache_page(k->store, "old", 0, 5, NULL)); /* read again: 10..14 are recent */
	page_free(store_cache_page(k->store, "shown", 0, 1, NULL));
	k->now += 10;
	assert_true(
	    kit_tidy(k->store, STORE_TIDY_OVER, 40, NULL)); /* 36 are there: nothing to do */
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 36);
	assert_true(kit_tidy(k->store, STORE_TIDY_OVER, 26, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 26);
	for (int n = 1; n < 7; n++)
		assert_true(is_cached(k, n));
	assert_true(is_cached(k, 10) && is_cached(k, 14));
	assert_false(is_cached(k, 15) || is_cached(k, 19));
	/* A list that lost one is gone; the one that is shown is whole. */
	assert_false(list_of(k, "old").found);
	assert_false(list_of(k, "new").found);
	assert_int_equal(list_of(k, "shown").count, 10);
	assert_true(kit_tidy(k->store, STORE_TIDY_OVER, 0, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 16);
	assert_true(store_cache_hold(k->store, "shown", false, NULL));
	put(k, "another", 1, 2, 0, true, true);
	assert_true(kit_tidy(k->store, STORE_TIDY_OVER, 0, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 6);
	kit_assert_sound(k);
}

static void test_cleanup_and_clear(void **state)
{
	struct kit *k = *state;
	put(k, NULL, 1, 7, 0, false, false);
	need_six(k);
	put(k, "old", 10, 20, 0, true, true);
	k->now += 1000;
	put(k, "new", 15, 25, 0, true, true);
	assert_true(kit_tidy(k->store, STORE_TIDY_EXPIRED, 500, NULL));
	assert_false(list_of(k, "old").found);
	assert_int_equal(list_of(k, "new").count, 10);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 16);
	assert_true(kit_tidy(k->store, STORE_TIDY_ALL, 0, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 6);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM queries"), 0);
	put(k, "again", 10, 20, 0, true, true);
	kit_assert_sound(k);
	assert_true(store_cache_optimize(k->db, NULL));
	kit_assert_sound(k);
}

static void test_drop(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char id[CLAIM_ID_SIZE];
	put(k, "q", 1, 4, 0, true, true);
	kit_id(2, id);
	assert_true(store_cache_drop(k->store, id, &err));
	assert_false(list_of(k, "q").found);
	assert_false(store_cache_drop(k->store, id, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_false(store_cache_drop(k->store, "zz", &err));
	assert_int_equal(err.kind, ERR_USAGE);
	kit_assert_sound(k);
}

static void test_stats(void **state)
{
	struct kit *k = *state;
	struct store_cache_stats st;
	assert_true(store_cache_stats(k->store, &st, NULL)); /* of an empty cache */
	assert_int_equal(st.claims + st.queries + st.hits + st.misses, 0);
	put(k, "q", 1, 4, 0, true, true);
	store_cache_count_hit(k->store, true);
	store_cache_count_hit(k->store, true);
	store_cache_count_hit(k->store, false);
	kit_reopen(k, NULL);
	store_cache_count_hit(k->store, true);
	assert_true(store_cache_stats(k->store, &st, NULL));
	assert_int_equal(st.claims, 3);
	assert_int_equal(st.queries, 1);
	assert_int_equal(st.hits, 3);
	assert_int_equal(st.misses, 1);
	assert_true(st.bytes > 0);
}

static void test_raw(void **state)
{
	struct kit *k = *state;
	char id[CLAIM_ID_SIZE], other[CLAIM_ID_SIZE];
	put(k, NULL, 1, 3, 0, false, false);
	kit_id(1, id);
	kit_id(99, other);
	const struct store_raw v[] = { { id, "{\"a\":'1'}" },
				       { other, "{}" },
				       { id, "{\"a\":2}" } };
	assert_true(store_cache_put_raw(k->store, v, 3, NULL));
	char *json = store_cache_raw(k->store, id);
	assert_string_equal(json, "{\"a\":2}");
	free(json);
	assert_null(store_cache_raw(k->store, other));
	assert_true(store_cache_drop(k->store, id, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_raw"), 0);
}

static void test_rows_in_release_order(void **state)
{
	struct kit *k = *state;
	put(k, NULL, 500, 600, 0, false, false);
	put(k, NULL, 0, 100, 0, false, false);
	/* Same second, no time at all, absurd times. */
	struct page *p = kit_page(1000, 1040);
	static const int64_t times[] = { 1700000000, TIME_UNKNOWN, -5, INT64_MAX };
	for (size_t i = 0; i < p->n; i++)
		p->items[i].release_time = times[i % 4];
	assert_true(store_cache_put(k->store, "q", p, 0, true, true, NULL));
	page_free(p);
	assert_int_equal(list_of(k, "q").count, 40);
	assert_int_equal(
	    kit_number(k, "SELECT count(*) FROM content_cache AS a JOIN content_cache AS b "
			  "ON a.id < b.id AND a.release_time BETWEEN 1 AND 2000000000 "
			  "AND b.release_time BETWEEN 1 AND 2000000000 "
			  "AND a.release_time > b.release_time"),
	    0);
	kit_assert_sound(k);
}

/* A collection whose items are claims 2, 1, 9 (of which nothing is known) and 2 again. */
static void put_collection(struct kit *k, int n, size_t n_items)
{
	static const int order[] = { 2, 1, 9, 2 };
	struct page *p = kit_page(n, n + 1);
	struct claim *c = &p->items[0];
	c->kind = CLAIM_COLLECTION;
	c->n_item_ids = n_items;
	c->item_ids = arena_take(p->arena, 4 * sizeof(*c->item_ids));
	for (size_t i = 0; i < n_items; i++) {
		char id[CLAIM_ID_SIZE];
		kit_id(order[i], id);
		c->item_ids[i] = arena_str(p->arena, id);
	}
	assert_true(store_cache_put(k->store, "lists", p, 0, true, true, NULL));
	page_free(p);
}

static void assert_items(const struct claim *c, const int *order, size_t n)
{
	assert_int_equal(c->n_item_ids, n);
	for (size_t i = 0; i < n; i++) {
		char id[CLAIM_ID_SIZE];
		kit_id(order[i], id);
		assert_string_equal(c->item_ids[i], id);
	}
}

static void test_items_of_a_collection(void **state)
{
	struct kit *k = *state;
	static const int order[] = { 2, 1, 9, 2 };
	char id[CLAIM_ID_SIZE];
	kit_id(5, id);
	put_collection(k, 5, 4);
	kit_reopen(k, NULL);
	struct page *p = store_cache_claim(k->store, id, NULL);
	assert_items(&p->items[0], order, 4);
	page_free(p);
	p = store_cache_page(k->store, "lists", 0, 10, NULL);
	assert_items(&p->items[0], order, 4);
	page_free(p);

	put_collection(k, 5, 2); /* its maker took two out */
	p = store_cache_claim(k->store, id, NULL);
	assert_items(&p->items[0], order, 2);
	page_free(p);
	put_collection(k, 5, 0);
	p = store_cache_claim(k->store, id, NULL);
	assert_items(&p->items[0], order, 0);
	page_free(p);
}

/* What a playlist holds stays as long as the playlist does. */
static void test_items_are_needed(void **state)
{
	struct kit *k = *state;
	struct page *p = kit_page(0, 4);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	k->now += 10;
	put_collection(k, 5, 4);
	assert_true(kit_tidy(k->store, STORE_TIDY_OVER, 3, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"),
			 3); /* 1, 2 and the playlist */
	assert_int_equal(kit_number(k, "SELECT count(*) FROM playlist_items"), 4);
	assert_true(kit_tidy(k->store, STORE_TIDY_ALL, 0, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM playlists"), 0);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM playlist_items"), 0);
	assert_true(kit_tidy(k->store, STORE_TIDY_ALL, 0, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 0);
	kit_assert_sound(k);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_items_of_a_collection),
		TEST(test_items_are_needed),
		TEST(test_new_head_keeps_the_rest),
		TEST(test_claim_comes_back_whole),
		TEST(test_hostile_strings),
		TEST(test_embedded_nul_and_bad_ids),
		TEST(test_bad_id_is_not_stored),
		TEST(test_list_grows_page_by_page),
		TEST(test_doubles_across_pages),
		TEST(test_no_holes),
		TEST(test_refresh),
		TEST(test_lookup),
		TEST(test_changed_only_when_it_changed),
		TEST(test_local_state),
		TEST(test_evict_spares_what_is_needed),
		TEST(test_cleanup_and_clear),
		TEST(test_drop),
		TEST(test_stats),
		TEST(test_raw),
		TEST(test_rows_in_release_order),
	};
	return cmocka_run_group_tests_name("store_cache", tests, NULL, NULL);
}
