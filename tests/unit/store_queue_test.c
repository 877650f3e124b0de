/* The download queue and the copies in the vault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../support/store_kit.h"

static int64_t add(struct kit *k, int n, const char *quality)
{
	struct err err = { 0 };
	struct download d;
	bool there = true;
	kit_download(&d, n);
	str_copy(d.quality, sizeof(d.quality), quality);
	if (!store_queue_add(k->store, &d, &there, &err))
		fail_msg("%s", err.text);
	assert_false(there);
	assert_true(d.id > 0);
	int64_t id = d.id;
	download_release(&d);
	return id;
}

static void assert_order(struct kit *k, bool done, const int64_t *ids, size_t n)
{
	struct download_list l;
	assert_true(store_queue_list(k->store, done, &l, NULL));
	assert_int_equal(l.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l.v[i].id, ids[i]);
	download_list_release(&l);
}

static struct download get(struct kit *k, int64_t id)
{
	struct download_list l;
	struct download d;
	download_init(&d);
	assert_true(store_queue_list(k->store, true, &l, NULL));
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i].id == id)
			download_copy(&d, &l.v[i]);
	download_list_release(&l);
	assert_int_equal(d.id, id);
	return d;
}

static void set_state(struct kit *k, int64_t id, enum download_state state)
{
	struct download d = get(k, id);
	d.state = state;
	assert_true(store_queue_update(k->store, &d, NULL));
	download_release(&d);
}

static void test_plain_files(void **state)
{
	struct kit *k = *state;
	static const char id[] = "0123456789abcdef0123456789abcdef";
	unsigned char bits[2][PLAIN_PAGE_BYTES] = { { 0x81 }, { 0xff } };
	const struct plain_page pages[] = { { 0, bits[0] }, { 3, bits[1] } };
	struct plain_row r;
	struct err err;
	assert_true(store_plain_read(k->store, "a.plain.part", &r, &err));
	assert_string_equal(r.id, "");
	assert_true(store_plain_put(k->store, "a.plain.part", pages, 2, &err)); /* of no file */
	assert_true(store_plain_begin(k->store, "a.plain.part", id, SIZE_UNKNOWN, &err));
	assert_true(store_plain_read(k->store, "a.plain.part", &r, &err));
	assert_string_equal(r.id, id);
	assert_int_equal(r.size, SIZE_UNKNOWN);
	assert_int_equal(r.n_bits, 0);
	assert_true(store_plain_put(k->store, "a.plain.part", pages, 2, &err));
	bits[0][1] = 7;
	assert_true(store_plain_put(k->store, "a.plain.part", pages, 1, &err));
	assert_true(store_plain_size(k->store, "a.plain.part", 1234, &err));
	kit_reopen(k, NULL);
	assert_true(store_plain_read(k->store, "a.plain.part", &r, &err));
	assert_int_equal(r.size, 1234);
	assert_int_equal(r.n_bits, 4 * PLAIN_PAGE_BYTES);
	assert_memory_equal(r.bits, bits[0], PLAIN_PAGE_BYTES);
	assert_int_equal(r.bits[PLAIN_PAGE_BYTES], 0);
	assert_memory_equal(r.bits + 3 * PLAIN_PAGE_BYTES, bits[1], PLAIN_PAGE_BYTES);
	plain_row_release(&r);

	/* A page of another length, or far behind every file, says nothing. */
	kit_sql(k, "UPDATE plain_chunks SET bits = x'ffff' WHERE page = 3; "
		   "INSERT INTO plain_chunks VALUES ('a.plain.part', 99999999, zeroblob(512))");
	assert_true(store_plain_read(k->store, "a.plain.part", &r, &err));
	assert_int_equal(r.n_bits, PLAIN_PAGE_BYTES);
	plain_row_release(&r);

	/* Of files that no row names nothing is kept when another begins. */
	assert_true(store_plain_begin(k->store, "b.plain.part", id, 5, &err));
	assert_true(store_plain_read(k->store, "a.plain.part", &r, &err));
	assert_string_equal(r.id, "");
	assert_int_equal(kit_number(k, "SELECT count(*) FROM plain_chunks"), 0);
	assert_true(store_plain_forget(k->store, "b.plain.part", &err));
	assert_int_equal(kit_number(k, "SELECT count(*) FROM plain_files"), 0);
}

static void test_segments(void **state)
{
	struct kit *k = *state;
	struct segment_list l;
	struct err err;
	assert_true(store_segments_read(k->store, "a.part", &l, &err));
	assert_string_equal(l.playlist, "");
	assert_int_equal(l.n, 0);
	assert_false(store_segments_add(k->store, "a.part", 0, 10, &err)); /* of no list */
	assert_true(store_segments_begin(k->store, "a.part", "abc", 3, &err));
	assert_true(store_segments_add(k->store, "a.part", 0, 10, &err));
	assert_true(store_segments_add(k->store, "a.part", 0, 10, &err)); /* again is fine */
	assert_true(store_segments_add(k->store, "a.part", 1, 30, &err));
	kit_reopen(k, NULL);
	assert_true(store_segments_read(k->store, "a.part", &l, &err));
	assert_string_equal(l.playlist, "abc");
	assert_int_equal(l.total, 3);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.ends[1], 30);
	segment_list_release(&l);

	/* A row of the queue says how far its file is. */
	int64_t id = add(k, 1, "360p");
	struct download d = get(k, id);
	assert_int_equal(d.segments, 0);
	str_set(&d.file, "a.part");
	assert_true(store_queue_update(k->store, &d, &err));
	download_release(&d);
	d = get(k, id);
	assert_int_equal(d.segments, 3);
	assert_int_equal(d.segments_have, 2);
	download_release(&d);

	/* What does not go on from the one before is not believed, nor more than there are. */
	assert_true(store_segments_add(k->store, "a.part", 2, 30, &err));
	assert_true(store_segments_read(k->store, "a.part", &l, &err));
	assert_int_equal(l.n, 2);
	segment_list_release(&l);
	assert_true(store_segments_begin(k->store, "a.part", "other", 1, &err));
	assert_true(store_segments_add(k->store, "a.part", 1, 30, &err));
	assert_true(store_segments_read(k->store, "a.part", &l, &err));
	assert_int_equal(l.n, 0);
	segment_list_release(&l);
	assert_true(store_segments_forget(k->store, "a.part", &err));
	assert_true(store_segments_read(k->store, "a.part", &l, &err));
	assert_string_equal(l.playlist, "");
	segment_list_release(&l);
}

static void test_row_comes_back_whole(void **state)
{
	struct kit *k = *state;
	struct download d, got;
	kit_download(&d, 1);
	str_set(&d.title, "It's \"quoted\"; -- 100% ሰላም");
	str_set(&d.file, "0123456789abcdef.kv");
	str_set(&d.etag, "\"x\"");
	str_set(&d.category, "network");
	str_set(&d.error, "cut off");
	memset(d.sd_hash, 'd', SD_HASH_LEN);
	memset(d.source_hash, 'e', SD_HASH_LEN);
	d.duration = 61;
	d.release_time = 1600000000;
	d.last_modified = 1600000001;
	d.have = 4096;
	d.retries = 3;
	d.retry = true;
	d.encrypted = false;
	d.state = DOWNLOAD_FAILED;
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	assert_int_equal(d.added_at, k->now);
	assert_int_equal(d.position, 1);
	kit_reopen(k, NULL);
	got = get(k, d.id);
	assert_string_equal(got.claim_id, d.claim_id);
	assert_string_equal(got.stream_id, d.stream_id);
	assert_string_equal(got.quality, "original");
	assert_string_equal(got.title, d.title);
	assert_string_equal(got.channel, d.channel);
	assert_string_equal(got.media_type, d.media_type);
	assert_string_equal(got.url, d.url);
	assert_string_equal(got.file, d.file);
	assert_string_equal(got.etag, d.etag);
	assert_string_equal(got.category, d.category);
	assert_string_equal(got.error, d.error);
	assert_string_equal(got.sd_hash, d.sd_hash);
	assert_string_equal(got.source_hash, d.source_hash);
	assert_int_equal(got.size, 5001);
	assert_int_equal(got.duration, 61);
	assert_int_equal(got.release_time, d.release_time);
	assert_int_equal(got.last_modified, d.last_modified);
	assert_int_equal(got.have, 4096);
	assert_int_equal(got.retries, 3);
	assert_int_equal(got.added_at, k->now);
	assert_true(got.retry && !got.encrypted);
	assert_int_equal(got.state, DOWNLOAD_FAILED);
	download_release(&d);
	download_release(&got);
}

static void test_unknown_comes_back_unknown(void **state)
{
	struct kit *k = *state;
	struct download d, got;
	download_init(&d);
	kit_id(1, d.claim_id);
	str_copy(d.quality, sizeof(d.quality), "720p");
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	got = get(k, d.id);
	assert_null(got.title);
	assert_null(got.file);
	assert_null(got.error);
	assert_string_equal(got.stream_id, "");
	assert_string_equal(got.sd_hash, "");
	assert_int_equal(got.size, SIZE_UNKNOWN);
	assert_int_equal(got.duration, DURATION_UNKNOWN);
	assert_true(got.release_time == TIME_UNKNOWN && got.last_modified == TIME_UNKNOWN);
	download_release(&got);
	download_release(&d);
}

static void test_one_row_for_claim_and_quality(void **state)
{
	struct kit *k = *state;
	int64_t first = add(k, 1, "original");
	add(k, 1, "720p");
	set_state(k, first, DOWNLOAD_PAUSED);
	struct download d;
	bool there = false;
	kit_download(&d, 1);
	str_set(&d.title, "another title");
	assert_true(store_queue_add(k->store, &d, &there, NULL));
	assert_true(there);
	assert_int_equal(d.id, first);
	assert_string_equal(d.title, "Film 1");
	assert_int_equal(d.state, DOWNLOAD_PAUSED);
	download_release(&d);
	struct download_list l;
	assert_true(store_queue_list(k->store, true, &l, NULL));
	assert_int_equal(l.n, 2);
	download_list_release(&l);
}

static void test_refuses_what_is_no_claim(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct download d;
	kit_download(&d, 1);
	d.claim_id[3] = 'G';
	assert_false(store_queue_add(k->store, &d, NULL, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	kit_id(1, d.claim_id);
	d.quality[0] = '\0';
	assert_false(store_queue_add(k->store, &d, NULL, &err));
	d.id = 77;
	assert_false(store_queue_update(k->store, &d, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	download_release(&d);
}

static void test_order(void **state)
{
	struct kit *k = *state;
	int64_t a = add(k, 1, "original"), b = add(k, 2, "original"), c = add(k, 3, "original"),
		d = add(k, 4, "original");
	assert_order(k, false, (int64_t[]){ a, b, c, d }, 4);
	assert_true(store_queue_move(k->store, c, -1, NULL));
	assert_order(k, false, (int64_t[]){ a, c, b, d }, 4);
	assert_true(store_queue_move(k->store, a, -1, NULL)); /* already first */
	assert_true(store_queue_move(k->store, d, 1, NULL));  /* already last */
	assert_order(k, false, (int64_t[]){ a, c, b, d }, 4);
	set_state(k, c, DOWNLOAD_DONE);
	k->now += 5;
	set_state(k, a, DOWNLOAD_DONE);
	assert_order(k, false, (int64_t[]){ b, d }, 2);
	assert_order(k, true, (int64_t[]){ b, d, a, c }, 4);
	assert_true(store_queue_move(k->store, d, -1, NULL)); /* over the done ones */
	assert_order(k, false, (int64_t[]){ d, b }, 2);
	assert_true(store_queue_remove(k->store, d, NULL));
	assert_order(k, true, (int64_t[]){ b, a, c }, 3);
	struct err err = { 0 };
	assert_false(store_queue_move(k->store, d, 1, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	/* Written once more, a done row stays where it was; a new id is never an old one. */
	k->now += 5;
	set_state(k, c, DOWNLOAD_DONE);
	assert_order(k, true, (int64_t[]){ b, a, c }, 3);
	assert_true(add(k, 9, "original") > d);
}

static void test_recover(void **state)
{
	struct kit *k = *state;
	static const enum download_state before[] = { DOWNLOAD_QUEUED, DOWNLOAD_ACTIVE,
						      DOWNLOAD_PAUSED, DOWNLOAD_DONE,
						      DOWNLOAD_FAILED };
	int64_t ids[5];
	for (int i = 0; i < 5; i++) {
		ids[i] = add(k, i, "original");
		set_state(k, ids[i], before[i]);
	}
	kit_reopen(k, NULL);
	assert_true(store_queue_recover(k->store, NULL));
	for (int i = 0; i < 5; i++) {
		struct download d = get(k, ids[i]);
		assert_int_equal(d.state,
				 before[i] == DOWNLOAD_ACTIVE ? DOWNLOAD_QUEUED : before[i]);
		download_release(&d);
	}
}

static void test_find(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct download_list l;
	char id[CLAIM_ID_SIZE];
	struct page *p = kit_page(5, 7);
	assert_true(store_cache_put(k->store, NULL, p, 0, false, false, NULL));
	page_free(p);
	add(k, 5, "original");
	add(k, 5, "720p");
	kit_id(5, id);
	char *prefix = str_dupn(id, 6);
	const char *const items[] = { id, prefix, "lbry://@channel2:a/film-5:5",
				      "https://odysee.com/@channel2:a/film-5:5" };
	for (size_t i = 0; i < 4; i++) {
		if (!store_queue_find(k->store, items[i], &l, &err))
			fail_msg("%s: %s", items[i], err.text);
		assert_int_equal(l.n, 2);
		assert_string_equal(l.v[0].claim_id, id);
		download_list_release(&l);
	}
	/* In the cache, not in the queue. */
	assert_false(store_queue_find(k->store, "lbry://@channel0:a/film-6:6", &l, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "in the queue"));
	free(prefix);
}

static void test_damaged_rows(void **state)
{
	struct kit *k = *state;
	add(k, 1, "original");
	struct copy c;
	kit_copy(&c, 1, "original");
	assert_true(store_copy_put(k->store, &c, NULL));
	copy_release(&c);
	kit_copy(&c, 2, "original");
	assert_true(store_copy_put(k->store, &c, NULL));
	copy_release(&c);
	kit_sql(k,
		"UPDATE download_queue SET file = '../../etc/passwd', state = 'flying', have = -7, "
		"sd_hash = 'zz', title = char(27) || '[31mred'");
	kit_sql(k, "UPDATE offline_meta SET file = '../kiyya.db' WHERE id = 1");
	struct download_list l;
	assert_true(store_queue_list(k->store, true, &l, NULL));
	assert_int_equal(l.n, 1);
	assert_null(l.v[0].file);
	assert_int_equal(l.v[0].state, DOWNLOAD_PAUSED);
	assert_int_equal(l.v[0].have, 0);
	assert_string_equal(l.v[0].sd_hash, "");
	assert_null(strchr(l.v[0].title, '\x1b'));
	download_list_release(&l);
	struct copy_list cl;
	assert_true(store_copy_list(k->store, &cl, NULL));
	assert_int_equal(cl.n, 1);
	copy_list_release(&cl);
}

static void test_copy_comes_back_whole(void **state)
{
	struct kit *k = *state;
	struct copy c;
	kit_copy(&c, 1, "original");
	memset(c.sd_hash, 'd', SD_HASH_LEN);
	memset(c.source_hash, 'e', SD_HASH_LEN);
	c.duration = 60;
	c.release_time = 1500000000;
	c.verified_at = 1600000000;
	assert_true(store_copy_put(k->store, &c, NULL));
	int64_t added = k->now;
	k->now += 50;
	c.generation = 4;
	assert_true(store_copy_put(k->store, &c, NULL)); /* again: changed in place */
	struct copy_list l;
	assert_true(store_copy_list(k->store, &l, NULL));
	assert_int_equal(l.n, 1);
	const struct copy *g = &l.v[0];
	assert_string_equal(g->claim_id, c.claim_id);
	assert_string_equal(g->quality, "original");
	assert_string_equal(g->title, c.title);
	assert_string_equal(g->channel, c.channel);
	assert_string_equal(g->media_type, c.media_type);
	assert_string_equal(g->file, c.file);
	assert_string_equal(g->file_id, c.file_id);
	assert_string_equal(g->publisher_hash, "match");
	assert_string_equal(g->sd_hash, c.sd_hash);
	assert_string_equal(g->source_hash, c.source_hash);
	assert_int_equal(g->size, 5001);
	assert_int_equal(g->duration, 60);
	assert_int_equal(g->release_time, c.release_time);
	assert_int_equal(g->verified_at, c.verified_at);
	assert_int_equal(g->added_at, added);
	assert_int_equal(g->generation, 4);
	assert_true(g->encrypted && g->complete);
	copy_list_release(&l);
	str_set(&c.file, "../x");
	struct err err = { 0 };
	assert_false(store_copy_put(k->store, &c, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	copy_release(&c);
}

static void test_copies_of_an_item(void **state)
{
	struct kit *k = *state;
	static const char *const put[] = { "360p", "1080p", "original", "720p" };
	static const char *const want[] = { "original", "1080p", "720p", "360p" };
	char id[CLAIM_ID_SIZE];
	struct err err = { 0 };
	for (size_t i = 0; i < 4; i++) {
		struct copy c;
		kit_copy(&c, 1, put[i]);
		k->now++;
		assert_true(store_copy_put(k->store, &c, NULL));
		copy_release(&c);
	}
	kit_id(1, id);
	struct copy_list l;
	assert_true(store_copy_find(k->store, id, NULL, &l, NULL));
	assert_int_equal(l.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(l.v[i].quality, want[i]);
	copy_list_release(&l);
	assert_true(store_copy_find(k->store, id, "720p", &l, NULL));
	assert_int_equal(l.n, 1);
	copy_list_release(&l);
	assert_false(store_copy_find(k->store, id, "144p", &l, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_true(store_copy_remove(k->store, id, "original", NULL));
	assert_true(store_copy_find(k->store, id, NULL, &l, NULL));
	assert_int_equal(l.n, 3);
	copy_list_release(&l);
	assert_true(store_copy_list(k->store, &l, NULL)); /* newest first */
	assert_string_equal(l.v[0].quality, "720p");
	assert_string_equal(l.v[2].quality, "360p");
	copy_list_release(&l);
}

static void test_finish_is_both_or_neither(void **state)
{
	struct kit *k = *state;
	struct err err = { 0 };
	struct download d;
	struct copy c;
	struct copy_list l;
	kit_download(&d, 1);
	kit_copy(&c, 1, "original");
	d.id = 99; /* no such row */
	assert_false(store_copy_finish(k->store, &c, &d, &err));
	assert_true(store_copy_list(k->store, &l, NULL));
	assert_int_equal(l.n, 0);
	d.id = 0;
	assert_true(store_queue_add(k->store, &d, NULL, NULL));
	d.state = DOWNLOAD_ACTIVE;
	assert_true(store_copy_finish(k->store, &c, &d, &err));
	assert_true(store_copy_list(k->store, &l, NULL));
	assert_int_equal(l.n, 1);
	copy_list_release(&l);
	struct download got = get(k, d.id);
	assert_int_equal(got.state, DOWNLOAD_DONE);
	download_release(&got);
	download_release(&d);
	copy_release(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_segments),
		TEST(test_plain_files),
		TEST(test_row_comes_back_whole),
		TEST(test_unknown_comes_back_unknown),
		TEST(test_one_row_for_claim_and_quality),
		TEST(test_refuses_what_is_no_claim),
		TEST(test_order),
		TEST(test_recover),
		TEST(test_find),
		TEST(test_damaged_rows),
		TEST(test_copy_comes_back_whole),
		TEST(test_copies_of_an_item),
		TEST(test_finish_is_both_or_neither),
	};
	return cmocka_run_group_tests_name("store_queue", tests, NULL, NULL);
}
