/* Every write, sync and truncation of an evening failed once, in turn, by a broken and by a full
 * disk, for a moment and for good: afterwards the database opens, is sound, and holds what was
 * acknowledged. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../support/fault_vfs.h"
#include "../support/store_kit.h"
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "store/schema.h"

#define STEPS 5

/* The first failures one by one, then samples of what repeats itself. The sanitizers are looking for something else,
 * and are slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DENSE  20
#define STRIDE 61
#else
#define DENSE  60
#define STRIDE 17
#endif

/* What was acknowledged: the number of the last step of each kind that said yes. */
struct acknowledged {
	int favorite, progress, added, finished, setting;
};

static bool is_honest(const struct err *err)
{
	return err->kind == ERR_SPACE || err->kind == ERR_IO || err->kind == ERR_DATABASE;
}

static void expect(bool ok, const struct err *err)
{
	if (!ok && !is_honest(err))
		fail_msg("said \"%s\" (kind %d)", err->text, err->kind);
}

static bool add_and_finish(struct store *s, int n, struct acknowledged *a)
{
	struct err err = { 0 };
	struct download d;
	struct copy c;
	kit_download(&d, n);
	kit_copy(&c, n, "original");
	bool ok = store_queue_add(s, &d, NULL, &err);
	expect(ok, &err);
	if (ok) {
		a->added = n;
		ok = store_copy_finish(s, &c, &d, &err);
		expect(ok, &err);
	}
	if (ok)
		a->finished = n;
	download_release(&d);
	copy_release(&c);
	return ok;
}

static void evening(struct store *s, struct acknowledged *a)
{
	char id[CLAIM_ID_SIZE], number[16];
	for (int n = 1; n <= STEPS; n++) {
		struct err err = { 0 };
		struct page *p = kit_page(n * 10, n * 10 + 10);
		expect(store_cache_put(s, "q", p, (n - 1) * 10, n == 1, n == STEPS, &err), &err);
		page_free(p);
		kit_id(n, id);
		bool ok = store_favorite_set(s, id, true, &err);
		expect(ok, &err);
		a->favorite = ok ? n : a->favorite;
		struct progress pr = { .position_seconds = n };
		kit_id(0, pr.claim_id);
		ok = store_progress_put(s, &pr, &err);
		expect(ok, &err);
		a->progress = ok ? n : a->progress;
		add_and_finish(s, n, a);
		snprintf(number, sizeof(number), "%d", n);
		ok = store_setting_put(s, "n", number, &err);
		expect(ok, &err);
		a->setting = ok ? n : a->setting;
		expect(kit_tidy(s, STORE_TIDY_OVER, 40, &err), &err);
	}
}

static void assert_kept(struct kit *k, const struct acknowledged *a, int n)
{
	char id[CLAIM_ID_SIZE], *setting = store_setting(k->store, "n");
	struct download_list dl;
	struct copy_list cl;
	if (a->favorite) {
		kit_id(a->favorite, id);
		char *sql = str_fmt("SELECT count(*) FROM favorites WHERE claim_id = '%s'", id);
		if (kit_number(k, sql) != 1)
			fail_msg("fault %d: a favourite is lost", n);
		free(sql);
	}
	if (a->progress) {
		struct progress pr;
		kit_id(0, id);
		assert_true(store_progress_get(k->store, id, &pr, NULL));
		assert_in_range(pr.position_seconds, a->progress, STEPS);
		progress_release(&pr);
	}
	if (a->added) {
		kit_id(a->added, id);
		assert_true(store_queue_find(k->store, id, &dl, NULL));
		if (a->finished == a->added)
			assert_int_equal(dl.v[0].state, DOWNLOAD_DONE);
		download_list_release(&dl);
	}
	/* Done and in the vault, or neither. */
	assert_true(store_copy_list(k->store, &cl, NULL));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM download_queue WHERE state = 'done'"),
			 cl.n);
	copy_list_release(&cl);
	int64_t stored = 0;
	if (a->setting && (!str_to_i64(setting ? setting : "", &stored) || stored < a->setting))
		fail_msg("fault %d: a setting is lost", n);
	free(setting);
}

static void remove_database(struct kit *k)
{
	kit_close(k);
	for (char *f; (f = kit_find_file(k, "kiyya.db")); free(f))
		unlink(f);
}

/* One evening on a disk that fails at the n-th chance; false when it got through without. */
static bool run_once(struct kit *k, int n, int code, bool sticky)
{
	struct acknowledged a = { 0 };
	struct err err = { 0 };
	remove_database(k);
	fault_vfs_arm(n, code, sticky);
	struct store *s = store_open(k->db, &k->clock, NULL, &err);
	expect(s != NULL, &err);
	if (s)
		evening(s, &a);
	store_close(s);
	int fired = fault_vfs_fired();
	fault_vfs_arm(0, 0, false);
	char *note = NULL;
	kit_reopen(k, &note);
	if (note)
		fail_msg("fault %d: %s", n, note); /* a failing disk is no damage */
	kit_assert_sound(k);
	assert_kept(k, &a, n);
	return fired > 0;
}

static void run_all(void **state, int code, bool sticky)
{
	struct kit *k = *state;
	int n = 1;
	while (run_once(k, n, code, sticky))
		n += n < DENSE ? 1 : STRIDE;
	print_message("%d chances to fail\n", n);
	assert_true(n > 200);
}

static void test_broken_for_a_moment(void **state)
{
	run_all(state, SQLITE_IOERR_WRITE, false);
}

static void test_broken_for_good(void **state)
{
	run_all(state, SQLITE_IOERR_FSYNC, true);
}

static void test_full_for_a_moment(void **state)
{
	run_all(state, SQLITE_FULL, false);
}

static void test_full_for_good(void **state)
{
	run_all(state, SQLITE_FULL, true);
}

static void test_full_disk_says_so(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	fault_vfs_arm(1, SQLITE_FULL, true);
	assert_false(store_setting_put(k->store, "a", "b", &err));
	fault_vfs_arm(0, 0, false);
	assert_int_equal(err.kind, ERR_SPACE);
	assert_true(store_setting_put(k->store, "a", "b", &err)); /* space was made */
}

/* A migration on a failing disk: the old layout or the new one, and everything that was in it. */
static void test_migration_on_a_failing_disk(void **state)
{
	struct kit *k = *state;
	const struct migration list[] = {
		schema_migrations[0],
		schema_migrations[1],
		schema_migrations[2],
		{ "fourth", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;"
			   "ALTER TABLE favorites ADD COLUMN note TEXT;" },
	};
	int fired = 1;
	for (int n = 1; fired; n++) {
		struct acknowledged a = { 0 };
		remove_database(k);
		kit_reopen(k, NULL);
		evening(k->store, &a);
		kit_close(k);
		fault_vfs_arm(n, n % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE, n % 3 == 0);
		struct store *s = store_open_with(k->db, &k->clock, list, sizeof(list) / sizeof(list[0]), NULL, NULL);
		store_close(s);
		fired = fault_vfs_fired();
		fault_vfs_arm(0, 0, false);
		struct err err = { 0 };
		k->store = store_open_with(k->db, &k->clock, list, sizeof(list) / sizeof(list[0]), NULL, &err);
		if (!k->store)
			fail_msg("fault %d: %s", n, err.text);
		assert_int_equal(store_version(k->store), 4);
		kit_assert_sound(k);
		assert_kept(k, &a, n);
		n += n < DENSE ? 0 : STRIDE - 1;
	}
}

/* Rescue on a full disk: no new database, and the damaged one is where it was. */
static void test_rescue_on_a_failing_disk(void **state)
{
	struct kit *k = *state;
	int fired = 1;
	for (int n = 1; fired; n += n < DENSE ? 1 : STRIDE) {
		struct acknowledged a = { 0 };
		remove_database(k);
		kit_reopen(k, NULL);
		evening(k->store, &a);
		int64_t page =
		    kit_number(k, "SELECT rootpage FROM sqlite_schema WHERE name = 'queries'");
		kit_close(k);
		FILE *f = fopen(k->db, "r+");
		assert_non_null(f);
		fseek(f, (page - 1) * 4096, SEEK_SET);
		for (int i = 0; i < 4096; i++)
			fputc(0xa5, f);
		fclose(f);
		fault_vfs_arm(n, SQLITE_FULL, true);
		struct err err = { 0 };
		struct store *s = store_open(k->db, &k->clock, NULL, &err);
		expect(s != NULL, &err);
		store_close(s);
		fired = fault_vfs_fired();
		fault_vfs_arm(0, 0, false);
		kit_reopen(k, NULL);
		kit_assert_sound(k);
		assert_kept(k, &a, n);
		assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), 1);
	}
}

int main(void)
{
	fault_vfs_install();
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_broken_for_a_moment),      TEST(test_broken_for_good),
		TEST(test_full_for_a_moment),        TEST(test_full_for_good),
		TEST(test_full_disk_says_so),        TEST(test_migration_on_a_failing_disk),
		TEST(test_rescue_on_a_failing_disk),
	};
	int failed = cmocka_run_group_tests_name("store_fault", tests, NULL, NULL);
	fault_vfs_remove();
	return failed;
}
