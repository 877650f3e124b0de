/* What storing leaves for later: the index stays in few pieces and the log short where a settler comes
 * by, nothing is lost where none does, and the two do not stand in each other's way. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/query.h"

#define PAGES  60
#define PAGE   50

#define PIECES "SELECT count(DISTINCT segid) FROM content_search_idx"

static struct settler *open_settler(struct kit *k)
{
	struct err err = { 0 };
	struct settler *z = store_settler_open(k->db, &err);
	if (!z)
		fail_msg("%s", err.text);
	return z;
}

static int settle(struct settler *z)
{
	struct err err = { 0 };
	int bites = 0;
	for (bool more = true; more; bites++)
		if (!store_settle(z, &more, &err))
			fail_msg("%s", err.text);
	return bites;
}

static void put_page(struct kit *k, int number)
{
	struct err err = { 0 };
	struct page *p = kit_page(number * PAGE, (number + 1) * PAGE);
	if (!store_cache_put(k->store, "q", p, (int64_t)number * PAGE, false, false, &err))
		fail_msg("%s", err.text);
	page_free(p);
}

static int64_t log_size(struct kit *k)
{
	struct stat st;
	char *path = kit_path(k, "kiyya.db-wal");
	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_size;
}

static void assert_finds_all(struct kit *k)
{
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_search "
				       "WHERE content_search MATCH 'film evening'"),
			 PAGES * PAGE);
	kit_assert_sound(k);
}

static void test_few_pieces_and_a_short_log(void **state)
{
	struct kit *k = *state;
	struct settler *z = open_settler(k);
	for (int i = 0; i < PAGES; i++) {
		put_page(k, i);
		assert_true(store_wants_settling(k->store));
		assert_false(store_wants_settling(k->store));
		settle(z);
		assert_in_range(kit_number(k, PIECES), 1, 12);
	}
	assert_in_range(log_size(k), 1, 6 << 20);
	assert_int_equal(settle(z), 1); /* nothing is left */
	store_settler_close(z);
	assert_finds_all(k);
}

/* A settler was there once and is gone: the index has been told not to merge, and is still whole. */
static void test_nobody_comes(void **state)
{
	struct kit *k = *state;
	store_settler_close(open_settler(k));
	int64_t most = 0;
	for (int i = 0; i < PAGES; i++) {
		put_page(k, i);
		int64_t pieces = kit_number(k, PIECES);
		most = pieces > most ? pieces : most;
	}
	/* FTS5 helps itself at sixteen of a kind, not at each page. */
	assert_in_range(most, 15, 40);
	assert_finds_all(k);
	struct settler *z = open_settler(k);
	assert_in_range(settle(z), 2, 1000);
	store_settler_close(z);
	assert_in_range(kit_number(k, PIECES), 1, 12);
	assert_finds_all(k);
}

/* It is remembered in the file, and asked for only once. */
static void test_told_once(void **state)
{
	struct kit *k = *state;
	static const char told[] =
	    "SELECT count(*) FROM content_search_config WHERE k = 'automerge' AND v = 0";
	assert_int_equal(kit_number(k, told), 0);
	for (int i = 0; i < 2; i++) {
		store_settler_close(open_settler(k));
		assert_int_equal(kit_number(k, told), 1);
	}
	kit_reopen(k, NULL);
	assert_int_equal(kit_number(k, told), 1);
}

static void test_without_an_index(void **state)
{
	struct kit *k = *state;
	put_page(k, 0);
	kit_sql(k, "DROP TRIGGER content_search_delete; DROP TRIGGER content_search_update;"
		   "DROP TABLE content_search");
	struct settler *z = open_settler(k);
	assert_int_equal(settle(z), 1);
	store_settler_close(z);
}

/* Somebody else writes: it gives up, says so, and can go on later. */
static void test_gives_way(void **state)
{
	struct kit *k = *state;
	struct settler *z = open_settler(k);
	struct err err = { 0 };
	bool more;
	put_page(k, 0);
	sqlite3 *other;
	assert_int_equal(sqlite3_open(k->db, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(store_settle(z, &more, &err));
	assert_int_equal(err.kind, ERR_BUSY);
	assert_false(more);
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	settle(z);
	store_settler_close(z);
	kit_assert_sound(k);
}

static void test_no_database(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char *none = kit_path(k, "none.db");
	assert_null(store_settler_open(none, &err));
	assert_int_equal(err.kind, ERR_DATABASE);
	store_settler_close(NULL);
	free(none);
}

#define KIT(test) cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(test_few_pieces_and_a_short_log), KIT(test_nobody_comes), KIT(test_told_once),
		KIT(test_without_an_index),           KIT(test_gives_way),    KIT(test_no_database),
	};
	return cmocka_run_group_tests_name("store_settle", tests, NULL, NULL);
}
