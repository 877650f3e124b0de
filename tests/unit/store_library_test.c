/* Progress, favourites, settings, gateway health and the logs in the database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../support/store_kit.h"

static void test_progress(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char title[] = "It's ሰላም";
	struct progress p = { .title = title, .position_seconds = 100, .duration = 600 }, got;
	kit_id(1, p.claim_id);
	assert_false(store_progress_get(k->store, p.claim_id, &got, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_true(store_progress_put(k->store, &p, NULL));
	k->now += 5;
	/* Who knows less does not take away what is known. */
	p = (struct progress){ .position_seconds = 105, .duration = -1, .watched = true };
	kit_id(1, p.claim_id);
	assert_true(store_progress_put(k->store, &p, NULL));
	kit_reopen(k, NULL);
	assert_true(store_progress_get(k->store, p.claim_id, &got, NULL));
	assert_string_equal(got.title, title);
	assert_int_equal(got.position_seconds, 105);
	assert_int_equal(got.duration, 600);
	assert_int_equal(got.updated_at, k->now);
	assert_true(got.watched);
	progress_release(&got);
	kit_id(2, p.claim_id);
	p.updated_at = k->now + 10;
	assert_true(store_progress_put(k->store, &p, NULL));
	struct progress_list l;
	assert_true(store_progress_list(k->store, &l, NULL));
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].claim_id, p.claim_id); /* newest first */
	progress_list_release(&l);
	assert_true(store_progress_clear(k->store, p.claim_id, NULL));
	assert_true(store_progress_list(k->store, &l, NULL));
	assert_int_equal(l.n, 1);
	progress_list_release(&l);
	assert_true(store_progress_clear(k->store, NULL, NULL));
	assert_true(store_progress_list(k->store, &l, NULL));
	assert_int_equal(l.n, 0);
	str_copy(p.claim_id, sizeof(p.claim_id), "nonsense");
	assert_false(store_progress_put(k->store, &p, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_false(store_progress_clear(k->store, "nonsense", &err));
}

static void test_choices(void **state)
{
	struct kit *k = *state;
	char one[CLAIM_ID_SIZE], other[CLAIM_ID_SIZE], got[QUALITY_SIZE] = "before";
	struct err err;
	kit_id(1, one);
	kit_id(2, other);
	assert_false(store_choice_get(k->store, one, got));
	assert_string_equal(got, "before");
	assert_true(store_choice_put(k->store, one, "720p", NULL));
	assert_true(store_choice_put(k->store, one, "360p", NULL));
	assert_true(store_choice_put(k->store, other, "best", NULL));
	kit_reopen(k, NULL);
	assert_true(store_choice_get(k->store, one, got));
	assert_string_equal(got, "360p");
	assert_false(store_choice_put(k->store, "nonsense", "360p", &err));
	assert_int_equal(err.kind, ERR_USAGE);
	/* What is no quality, whoever wrote it, is none. */
	kit_sql(k, "UPDATE settings SET value = '../../x' WHERE value = '360p'");
	assert_false(store_choice_get(k->store, one, got));
	assert_true(store_setting_put(k->store, "another", "stays", NULL));
	assert_true(store_choice_put(k->store, one, "144p", NULL));
	assert_true(store_progress_clear(k->store, one, NULL));
	assert_false(store_choice_get(k->store, one, got));
	assert_true(store_choice_get(k->store, other, got));
	assert_true(store_progress_clear(k->store, NULL, NULL));
	assert_false(store_choice_get(k->store, other, got));
	char *stays = store_setting(k->store, "another");
	assert_string_equal(stays, "stays");
	free(stays);
}

static void test_favorites(void **state)
{
	struct kit *k = *state;
	char ids[4][CLAIM_ID_SIZE];
	struct page *p = kit_page(0, 2);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	for (int i = 0; i < 4; i++) { /* 0 and 1 are cached; 2 has a copy; of 3 nothing is known */
		kit_id(i, ids[i]);
		k->now++;
		assert_true(store_favorite_set(k->store, ids[i], true, NULL));
	}
	assert_true(store_favorite_set(k->store, ids[0], true, NULL)); /* again: nothing new */
	struct copy c;
	kit_copy(&c, 2, "original");
	assert_true(store_copy_put(k->store, &c, NULL));
	copy_release(&c);
	p = store_favorite_list(k->store, NULL);
	assert_non_null(p);
	assert_int_equal(p->n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(p->items[i].id, ids[3 - i]); /* newest first */
		assert_true(p->items[i].local.favorite);
	}
	assert_string_equal(p->items[0].title, ids[3]);
	assert_string_equal(p->items[1].title, "Film 2");
	assert_true(p->items[1].local.offline);
	assert_string_equal(p->items[2].title, "Film number 1 of the évening");
	assert_int_equal(p->items[2].n_tags, 2);
	page_free(p);
	assert_true(store_favorite_set(k->store, ids[1], false, NULL));
	p = store_favorite_list(k->store, NULL);
	assert_int_equal(p->n, 3);
	page_free(p);
	struct err err = { 0 };
	assert_false(store_favorite_set(k->store, "x", true, &err));
	assert_int_equal(err.kind, ERR_USAGE);
}

static void test_settings(void **state)
{
	struct kit *k = *state;
	assert_null(store_setting(k->store, "a"));
	assert_true(store_setting_put(k->store, "a", "1", NULL));
	assert_true(store_setting_put(k->store, "a", "it's 2", NULL));
	kit_reopen(k, NULL);
	char *a = store_setting(k->store, "a");
	assert_string_equal(a, "it's 2");
	free(a);
	assert_true(store_setting_put(k->store, "a", NULL, NULL)); /* forgotten */
	assert_null(store_setting(k->store, "a"));
}

struct seen {
	int n, failures;
	int64_t last_success;
	char url[100];
};

static void see_health(void *arg, const char *url, int64_t last_success, int failures)
{
	struct seen *seen = arg;
	seen->n++;
	seen->failures = failures;
	seen->last_success = last_success;
	str_copy(seen->url, sizeof(seen->url), url);
}

static void test_health(void **state)
{
	struct kit *k = *state;
	struct seen seen = { 0 };
	store_health_each(k->store, see_health, &seen);
	assert_int_equal(seen.n, 0);
	assert_true(store_health_put(k->store, "https://a.example/", 1234, 0, NULL));
	/* A failure does not take away when it last worked. */
	assert_true(store_health_put(k->store, "https://a.example/", TIME_UNKNOWN, 3, NULL));
	store_health_each(k->store, see_health, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.failures, 3);
	assert_int_equal(seen.last_success, 1234);
	assert_string_equal(seen.url, "https://a.example/");
}

struct log_seen {
	int n;
	int64_t first_code, last_code;
	bool whole;
};

static void see_row(void *arg, const struct log_row *row)
{
	struct log_seen *seen = arg;
	if (seen->n++ == 0)
		seen->first_code = row->code;
	seen->last_code = row->code;
	seen->whole = str_eq(row->level, "error") && str_eq(row->component, "net") &&
		      str_eq(row->message, "it's cut off") && row->time == 1700000000 &&
		      !row->event && row->http_status == INT64_MIN && row->ms == 12;
}

static void test_logs(void **state)
{
	struct kit *k = *state;
	static const char *const logs[] = { "errors", "security", "gateway" };
	struct log_row row = {
		.time = k->now,
		.level = "error",
		.component = "net",
		.message = "it's cut off",
		.code = 1,
		.ms = 12,
		.http_status = INT64_MIN,
	};
	for (size_t i = 0; i < 3; i++) {
		struct log_seen seen = { 0 };
		for (row.code = 1; row.code <= 20; row.code++)
			assert_true(store_log_put(k->store, logs[i], &row, NULL));
		assert_true(store_log_each(k->store, logs[i], 5, see_row, &seen, NULL));
		assert_int_equal(seen.n, 5);
		assert_int_equal(seen.first_code, 20); /* newest first */
		assert_int_equal(seen.last_code, 16);
		assert_true(seen.whole);
	}
	struct err err = { 0 };
	assert_false(store_log_put(k->store, "passwords", &row, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_false(store_log_each(k->store, "error_logs; --", 1, see_row, NULL, &err));
}

static void test_logs_are_bounded(void **state)
{
	struct kit *k = *state;
	kit_sql(k,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) "
		"INSERT INTO error_logs (id, time) SELECT i, i FROM n");
	struct log_row row = { .time = 1, .code = 7 };
	assert_true(store_log_put(k->store, "errors", &row, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM error_logs"), 10000);
	assert_int_equal(kit_number(k, "SELECT code FROM error_logs ORDER BY id DESC LIMIT 1"), 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_progress),         TEST(test_choices), TEST(test_favorites),
		TEST(test_settings),         TEST(test_health),  TEST(test_logs),
		TEST(test_logs_are_bounded),
	};
	return cmocka_run_group_tests_name("store_library", tests, NULL, NULL);
}
