/* Opening: a new file, an old one, a newer one, somebody else's, a damaged one. */
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../support/store_kit.h"
#include "kiyya/file.h"
#include "kiyya/mem.h"
#include "store/schema.h"

/* Migrations of a time to come. */
/* All that there are; those of the tests come behind them. */
#define OURS   schema_migrations[0], schema_migrations[1], schema_migrations[2]
#define N_OURS 3

static const char second[] = "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;"
			     "ALTER TABLE favorites ADD COLUMN note TEXT;";
static const char third[] = "CREATE TABLE latest (id INTEGER PRIMARY KEY) STRICT;";
static const char broken[] = "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; CREATE NONSENSE;";

static void add_user_rows(struct kit *k)
{
	char id[CLAIM_ID_SIZE];
	struct download d;
	struct copy c;
	struct page *p = kit_page(1, 11);
	assert_true(store_cache_put(k->store, "q", p, 0, true, true, NULL));
	page_free(p);
	kit_id(1, id);
	assert_true(store_favorite_set(k->store, id, true, NULL));
	kit_download(&d, 2);
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	download_release(&d);
	kit_copy(&c, 3, "original");
	assert_true(store_copy_put(k->store, &c, NULL));
	copy_release(&c);
	struct progress pr = { .position_seconds = 77 };
	kit_id(4, pr.claim_id);
	assert_true(store_progress_put(k->store, &pr, NULL));
	assert_true(store_setting_put(k->store, "play.vo", "tct", NULL));
}

static void assert_user_rows(struct kit *k)
{
	struct page *p = store_favorite_list(k->store, NULL);
	assert_int_equal(p->n, 1);
	page_free(p);
	struct download_list dl;
	assert_true(store_queue_list(k->store, true, &dl, NULL));
	assert_int_equal(dl.n, 1);
	assert_string_equal(dl.v[0].title, "Film 2");
	download_list_release(&dl);
	struct copy_list cl;
	assert_true(store_copy_list(k->store, &cl, NULL));
	assert_int_equal(cl.n, 1);
	copy_list_release(&cl);
	struct progress_list pl;
	assert_true(store_progress_list(k->store, &pl, NULL));
	assert_int_equal(pl.n, 1);
	assert_int_equal(pl.v[0].position_seconds, 77);
	progress_list_release(&pl);
	char *vo = store_setting(k->store, "play.vo");
	assert_string_equal(vo, "tct");
	free(vo);
}

static void test_new_file(void **state)
{
	struct kit *k = *state;
	struct stat st;
	assert_int_equal(store_version(k->store), store_latest_version());
	kit_assert_sound(k);
	assert_int_equal(stat(k->db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(kit_count_files(k, "kiyya.db.before"), 0);
	assert_int_equal(kit_number(k, "PRAGMA application_id"), 0x4B697979);
	assert_int_equal(kit_number(k,
				    "SELECT count(*) FROM migrations WHERE applied_at = 1700000000 "
				    "AND length(checksum) = 64"),
			 store_latest_version());
	assert_int_equal(kit_number(k, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	assert_int_equal(kit_number(k, "PRAGMA auto_vacuum"), 2);
	static const char *const tables[] = {
		"content_cache",  "favorites",   "progress",   "offline_meta",   "playlists",
		"playlist_items", "settings",    "migrations", "error_logs",     "security_logs",
		"queries",        "query_items", "follows",    "download_queue", "gateway_health",
		"gateway_logs",   "watch_later", "history",    "search_history", "content_search",
		"segment_lists",  "segments",    "renditions", "plain_files",    "plain_chunks",
	};
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char *sql =
		    str_fmt("SELECT count(*) FROM sqlite_schema WHERE name = '%s'", tables[i]);
		if (kit_number(k, sql) != 1)
			fail_msg("no table %s", tables[i]);
		free(sql);
	}
}

static void test_reopen(void **state)
{
	struct kit *k = *state;
	char *note = NULL;
	add_user_rows(k);
	kit_close(k);
	assert_int_equal(chmod(k->db, 0644), 0);
	kit_reopen(k, &note);
	assert_null(note);
	assert_user_rows(k);
	char *wal = kit_path(k, "kiyya.db-wal");
	struct stat st;
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_size, 0); /* a start writes nothing */
	free(wal);
	assert_int_equal(stat(k->db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(kit_count_files(k, "kiyya.db."), 0);
}

static void assert_refused(struct kit *k, const char *says)
{
	struct err err = { 0 };
	char *note = NULL;
	kit_close(k);
	struct store *s = store_open(k->db, &k->clock, &note, &err);
	assert_null(s);
	assert_null(note);
	assert_int_equal(err.kind, ERR_DATABASE);
	if (!strstr(err.text, says))
		fail_msg("%s", err.text);
	assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), 0);
}

static void test_newer_is_refused(void **state)
{
	struct kit *k = *state;
	kit_sql(k, "INSERT INTO migrations VALUES (99, 'from the future', 'x', 1)");
	assert_refused(k, "newer");
	assert_int_equal(store_peek_version(k->db, NULL), 99);
}

static void test_changed_checksum_is_refused(void **state)
{
	struct kit *k = *state;
	kit_sql(k, "UPDATE migrations SET checksum = 'x' WHERE number = 1");
	assert_refused(k, "checksum");
}

static void test_missing_migration_is_refused(void **state)
{
	struct kit *k = *state;
	kit_sql(k, "UPDATE migrations SET number = 0 WHERE number = 1");
	assert_refused(k, "lacks");
}

static void test_foreign_database_is_left_alone(void **state)
{
	struct kit *k = *state;
	kit_close(k);
	unlink(k->db);
	kit_sql(k, "CREATE TABLE bookmarks (x); PRAGMA application_id = 0");
	assert_refused(k, "not a database of kiyya");
	assert_int_equal(kit_number(k, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 0);
}

static void test_no_plain_file_is_refused(void **state)
{
	struct kit *k = *state;
	char *other = kit_path(k, "other.db");
	kit_close(k);
	assert_int_equal(rename(k->db, other), 0);
	assert_int_equal(symlink(other, k->db), 0);
	assert_refused(k, "no plain file");
	assert_null(store_open("/nonexistent-folder/x.db", &k->clock, NULL, NULL));
	free(other);
}

static void test_two_in_one_process(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct store *other = store_open(k->db, &k->clock, NULL, &err);
	assert_non_null(other);
	assert_true(store_setting_put(k->store, "a", "1", NULL));
	assert_true(store_setting_put(other, "b", "2", NULL));
	char *a = store_setting(other, "a");
	assert_string_equal(a, "1");
	free(a);
	store_close(other);
	assert_true(store_setting_put(k->store, "c", "3", NULL));
}

static struct store *open_with(struct kit *k, const struct migration *list, size_t n,
			       struct err *err)
{
	kit_close(k);
	k->store = store_open_with(k->db, &k->clock, list, n, NULL, err);
	return k->store;
}

static void test_migration_keeps_a_copy(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	const struct migration list[] = { OURS, { "second", second }, { "third", third } };
	add_user_rows(k);
	if (!open_with(k, list, N_OURS + 2, &err))
		fail_msg("%s", err.text);
	assert_int_equal(store_version(k->store), N_OURS + 2);
	assert_user_rows(k);
	kit_assert_sound(k);
	/* The copy is the database of before, and opens with the kiyya of before. */
	assert_int_equal(kit_count_files(k, "kiyya.db.before"), 1);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM later"), 0);
	kit_close(k);
	char *copy = kit_path(k, "kiyya.db.before-4");
	assert_int_equal(store_peek_version(copy, NULL), N_OURS);
	assert_int_equal(rename(copy, k->db), 0);
	kit_reopen(k, NULL);
	assert_user_rows(k);
	free(copy);
}

static void test_broken_migration_changes_nothing(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	const struct migration list[] = { OURS, { "second", second }, { "third", broken } };
	add_user_rows(k);
	assert_null(open_with(k, list, N_OURS + 2, &err));
	assert_int_equal(err.kind, ERR_DATABASE);
	assert_non_null(strstr(err.text, "migration 5 (third)"));
	assert_int_equal(kit_number(k, "SELECT max(number) FROM migrations"), N_OURS + 1);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"),
			 0);
}

static void test_backup_of_nothing_when_it_cannot_be_kept(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	const struct migration list[] = { OURS, { "second", second } };
	char *in_the_way = kit_path(k, "kiyya.db.before-4.part");
	assert_int_equal(mkdir(in_the_way, 0700), 0);
	assert_null(open_with(k, list, N_OURS + 1, &err));
	assert_non_null(strstr(err.text, "copy"));
	assert_int_equal(kit_number(k, "SELECT max(number) FROM migrations"), N_OURS);
	assert_int_equal(rmdir(in_the_way), 0);
	free(in_the_way);
}

/* All there is to the layout, in one text. */
static char *layout_of(struct kit *k)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	assert_int_equal(sqlite3_open(k->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT group_concat(sql, char(10)) FROM "
					    "(SELECT sql FROM sqlite_schema "
					    "WHERE name NOT LIKE 'content_search_%' ORDER BY name)",
					    -1, &q, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	char *text = str_dup((const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	sqlite3_close(db);
	return text;
}

/* The database of an older layout opens and goes through all migrations since. */
static void open_sample(struct kit *k, const char *name, int version)
{
	const char *top = getenv("top_srcdir");
	char *fresh = layout_of(k);
	char *dump = str_fmt("%s/tests/data/%s", top ? top : ".", name);
	struct buf sql;
	struct err err = { 0 };
	if (!file_read_all(dump, 1 << 20, &sql, &err))
		fail_msg("%s", err.text);
	kit_close(k);
	unlink(k->db);
	kit_sql(k, sql.data);
	assert_int_equal(store_peek_version(k->db, NULL), version);
	kit_reopen(k, NULL);
	char *sample = layout_of(k);
	assert_string_equal(sample, fresh);
	free(sample);
	free(fresh);
	kit_assert_sound(k);
	assert_user_rows(k);
	assert_int_equal(
	    kit_number(k, "SELECT count(*) FROM content_search WHERE content_search MATCH "
			  "'evening AND film*'"),
	    10);
	buf_release(&sql);
	free(dump);
}

static void test_sample_of_version_1(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	const struct migration list[] = { OURS, { "second", second } };
	open_sample(k, "db-v1.sql", 1);
	if (!open_with(k, list, N_OURS + 1, &err))
		fail_msg("%s", err.text);
	kit_assert_sound(k);
	assert_user_rows(k);
}

static void test_sample_of_version_2(void **state)
{
	struct kit *k = *state;
	struct segment_list l;
	open_sample(k, "db-v2.sql", 2);
	assert_true(
	    store_segments_read(k->store, "0123456789abcdef0123456789abcdef.part", &l, NULL));
	assert_int_equal(l.n, 2);
	assert_int_equal(l.ends[1], 2500);
	segment_list_release(&l);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM renditions"), 1);
}

/* Writes over part of the file. */
static void damage(struct kit *k, off_t at, size_t n)
{
	char *junk = mem_array(n, 1);
	memset(junk, 0xa5, n);
	int fd = open(k->db, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, n, at), n);
	close(fd);
	free(junk);
}

static void test_destroyed_file_is_moved_aside(void **state)
{
	struct kit *k = *state;
	char *note = NULL;
	add_user_rows(k);
	kit_close(k);
	damage(k, 0, 4096);
	kit_reopen(k, &note);
	assert_non_null(note);
	assert_non_null(strstr(note, "kiyya.db.damaged-2023-11-14T"));
	free(note);
	kit_assert_sound(k);
	assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), 1);
	assert_int_equal(kit_count_files(k, "kiyya.db.rescue"), 0);
	kit_reopen(k, &note);
	assert_null(note);
}

static void test_short_file_is_moved_aside(void **state)
{
	struct kit *k = *state;
	char *note = NULL;
	kit_close(k);
	assert_int_equal(truncate(k->db, 100), 0);
	kit_reopen(k, &note);
	assert_non_null(note);
	free(note);
	assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), 1);
}

static int64_t root_page(struct kit *k, const char *table)
{
	char *sql = str_fmt("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
	int64_t page = kit_number(k, sql);
	free(sql);
	return page;
}

static void test_readable_rows_are_taken_over(void **state)
{
	struct kit *k = *state;
	char *note = NULL;
	add_user_rows(k);
	int64_t page = root_page(k, "queries");
	kit_close(k);
	damage(k, (page - 1) * 4096, 4096);
	kit_reopen(k, &note);
	assert_non_null(note);
	assert_non_null(strstr(note, "15 rows")); /* 10 claims, 5 of the user's */
	free(note);
	assert_user_rows(k);
	kit_assert_sound(k);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_cache"), 10);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM content_search WHERE content_search "
				       "MATCH 'film'"),
			 10);
}

static void test_rows_around_the_damage(void **state)
{
	struct kit *k = *state;
	char *note = NULL;
	for (int n = 1; n <= 400; n++) {
		struct copy c;
		kit_copy(&c, n, "original");
		assert_true(store_copy_put(k->store, &c, NULL));
		copy_release(&c);
	}
	add_user_rows(k);
	/* A page in the middle of the table, as SQLite itself tells. */
	int64_t page = kit_number(k, "SELECT pageno FROM dbstat WHERE name = 'offline_meta' "
				     "AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 5");
	kit_close(k);
	damage(k, (page - 1) * 4096, 4096);
	kit_reopen(k, &note); /* nobody has met the damage yet */
	assert_null(note);
	struct copy_list l;
	struct err err = { 0 };
	assert_false(store_copy_list(k->store, &l, &err));
	assert_int_equal(err.kind, ERR_DATABASE);
	assert_int_equal(kit_count_files(k, "kiyya.db.suspect"), 1);
	kit_reopen(k, &note);
	assert_non_null(note);
	free(note);
	assert_int_equal(kit_count_files(k, "kiyya.db.suspect"), 0);
	assert_true(store_copy_list(k->store, &l, &err));
	assert_true(l.n > 360 && l.n < 400);
	bool first = false, last = false;
	char id[CLAIM_ID_SIZE];
	for (size_t i = 0; i < l.n; i++) {
		kit_id(1, id);
		first |= str_eq(l.v[i].claim_id, id);
		kit_id(400, id);
		last |= str_eq(l.v[i].claim_id, id);
	}
	assert_true(first && last);
	copy_list_release(&l);
	kit_assert_sound(k);
}

/* As after a crash: what was committed last is in the log beside the damaged file. */
static void test_rows_in_the_log(void **state)
{
	struct kit *k = *state;
	char *wal = kit_path(k, "kiyya.db-wal"), *note = NULL, id[CLAIM_ID_SIZE];
	struct buf db, log;
	add_user_rows(k);
	int64_t page = root_page(k, "queries");
	kit_reopen(k, NULL); /* the log is written back */
	kit_id(9, id);
	assert_true(store_favorite_set(k->store, id, true, NULL));
	assert_true(file_read_all(k->db, 1 << 24, &db, NULL));
	assert_true(file_read_all(wal, 1 << 24, &log, NULL));
	assert_true(log.len > 0);
	kit_close(k);
	assert_true(file_write_atomic(NULL, k->db, db.data, db.len, 0600, NULL));
	assert_true(file_write_atomic(NULL, wal, log.data, log.len, 0600, NULL));
	damage(k, (page - 1) * 4096, 4096);
	kit_reopen(k, &note);
	assert_non_null(note);
	struct page *favorites = store_favorite_list(k->store, NULL);
	assert_int_equal(favorites->n, 2);
	page_free(favorites);
	kit_assert_sound(k);
	assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), 2); /* the file and its log */
	kit_reopen(k, NULL);
	kit_assert_sound(k);
	buf_release(&db);
	buf_release(&log);
	free(note);
	free(wal);
}

static void test_false_alarm(void **state)
{
	struct kit *k = *state;
	char *note = NULL, *mark = kit_path(k, "kiyya.db.suspect");
	add_user_rows(k);
	assert_true(file_write_atomic(NULL, mark, "", 0, 0600, NULL));
	kit_reopen(k, &note);
	assert_null(note);
	assert_int_equal(kit_count_files(k, "kiyya.db.suspect"), 0);
	assert_user_rows(k);
	free(mark);
}

static void test_broken_index_is_made_anew(void **state)
{
	struct kit *k = *state;
	add_user_rows(k);
	/* A word of the index vanishes: SQLite finds nothing wrong, the index does not fit. */
	kit_sql(k,
		"INSERT INTO content_search (content_search, rowid, title, channel_name, tags, "
		"description) SELECT 'delete', id, title, '', '', '' FROM content_cache LIMIT 1");
	char *text = NULL;
	assert_true(store_check(k->store, &text, NULL));
	assert_non_null(strstr(text, "search index"));
	free(text);
	kit_reopen(k, NULL);
	kit_assert_sound(k);
	assert_user_rows(k);
}

static void test_index_is_made_where_it_is_missing(void **state)
{
	struct kit *k = *state;
	add_user_rows(k);
	kit_close(k);
	kit_sql(k, "DROP TRIGGER content_search_update");
	kit_sql(k, "DELETE FROM content_search WHERE rowid = 1");
	kit_reopen(k, NULL);
	kit_assert_sound(k);
	assert_int_equal(kit_number(k, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' "
				       "AND tbl_name = 'content_cache'"),
			 3);
}

static void write_file(const char *path, const char *text)
{
	assert_true(file_write_atomic(NULL, path, text, strlen(text), 0600, NULL));
}

/* A rescue that was cut short in each of its steps. */
static void test_interrupted_rescue(void **state)
{
	struct kit *k = *state;
	char *ready = kit_path(k, "kiyya.db.rescue-ready"),
	     *part = kit_path(k, "kiyya.db.rescue-part");
	add_user_rows(k);
	for (int step = 0; step < 3; step++) {
		char *note = NULL;
		kit_close(k);
		if (step == 0) { /* while filling: begins anew */
			write_file(part, "half a database");
			damage(k, (root_page(k, "queries") - 1) * 4096, 4096);
		} else { /* when all was ready; the damaged file moved already, or not */
			assert_int_equal(rename(k->db, ready), 0);
			if (step == 1)
				write_file(k->db, "damaged");
		}
		kit_reopen(k, &note);
		free(note);
		assert_user_rows(k);
		kit_assert_sound(k);
		assert_int_equal(kit_count_files(k, "kiyya.db.rescue"), 0);
		assert_int_equal(kit_count_files(k, "kiyya.db.damaged"), step == 0 ? 1 : 2);
	}
	free(ready);
	free(part);
}

static void test_backup(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	char *file = kit_path(k, "copy.db");
	add_user_rows(k);
	assert_true(store_backup(k->store, file, &err));
	assert_true(store_backup(k->store, file, &err)); /* over the older one */
	assert_false(store_backup(k->store, k->db, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_false(store_backup(k->store, "/nonexistent-folder/copy.db", &err));
	struct stat st;
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(kit_count_files(k, "copy.db"), 1);
	struct store *copy = store_open(file, &k->clock, NULL, &err);
	assert_non_null(copy);
	struct store *real = k->store;
	k->store = copy;
	assert_user_rows(k);
	kit_assert_sound(k);
	k->store = real;
	store_close(copy);
	free(file);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_new_file),
		TEST(test_reopen),
		TEST(test_newer_is_refused),
		TEST(test_changed_checksum_is_refused),
		TEST(test_missing_migration_is_refused),
		TEST(test_foreign_database_is_left_alone),
		TEST(test_no_plain_file_is_refused),
		TEST(test_two_in_one_process),
		TEST(test_migration_keeps_a_copy),
		TEST(test_broken_migration_changes_nothing),
		TEST(test_backup_of_nothing_when_it_cannot_be_kept),
		TEST(test_sample_of_version_1),
		TEST(test_sample_of_version_2),
		TEST(test_destroyed_file_is_moved_aside),
		TEST(test_short_file_is_moved_aside),
		TEST(test_readable_rows_are_taken_over),
		TEST(test_rows_around_the_damage),
		TEST(test_rows_in_the_log),
		TEST(test_false_alarm),
		TEST(test_broken_index_is_made_anew),
		TEST(test_index_is_made_where_it_is_missing),
		TEST(test_interrupted_rescue),
		TEST(test_backup),
	};
	return cmocka_run_group_tests_name("store_open", tests, NULL, NULL);
}
