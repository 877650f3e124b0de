/* Bytes of several runs, in any order, into a sealed file and into a plain one: what is in it afterwards, and that the
 * running hash is that of the whole. */
#include "unit.h"

#include <poll.h>
#include <sys/stat.h>
#include "../../src/backend/keep.h"
#include "../../src/backend/parts.h"
#include "../../src/backend/seal.h"
#include "kiyya/hash.h"

#define DEADLINE_MS 20000

#define SEALED_PART "0123456789abcdef0123456789abcdef.part"
#define PLAIN_PART  "0123456789abcdef0123456789abcdef.plain.part"

struct room {
	bool plain;
	char dir[256], *db;
	char *keyring, *keyring_dir, *key_file;
	struct core core;
	struct seal *seal;
	struct chunkset there;
	bool ready, lighter, finished, failed;
	bool unhashed; /* no hash is made as the bytes come */
	enum err_kind failed_as;
	char hash[HASH_HEX_MAX], name[64];
};

static void on_ready(void *arg, const struct sink_state *s, const struct chunkset *there)
{
	struct room *r = arg;
	chunkset_copy(&r->there, there);
	r->ready = true;
}

static void on_written(void *arg, const struct sink_state *s)
{
}

static void on_lighter(void *arg)
{
	((struct room *)arg)->lighter = true;
}

static void on_finished(void *arg, const struct sink_end *end, const char *hash)
{
	struct room *r = arg;
	r->finished = true;
	str_copy(r->hash, sizeof(r->hash), hash);
	str_copy(r->name, sizeof(r->name), end->name);
}

static void on_mismatch(void *arg, const char *hash)
{
	fail_msg("a mismatch where nothing was expected");
}

static void on_failed(void *arg, const struct err *err)
{
	((struct room *)arg)->failed = true;
	fail_msg("%s", err->text);
}

static void room_open(struct room *r, bool plain)
{
	struct err err;
	*r = (struct room){ .plain = plain };
	r->keyring = path_join(temp_dir_make(r->dir), "keyring");
	r->keyring_dir = path_join(r->dir, "keyring.d");
	r->key_file = path_join(r->dir, "key");
	wake_init(&r->core.chores_wake);
	r->core.chores = chores_new(2, &r->core.chores_wake, &err);
	struct vault_paths paths = { r->dir, r->keyring, r->keyring_dir, r->key_file };
	r->core.vault = vault_new(&paths, NULL, &err);
	r->core.transfers = 1;
	r->core.vault_dir = r->dir;
	r->db = path_join(r->dir, "kiyya.db");
	r->core.store = store_open(r->db, clock_real(), NULL, &err);
	assert_non_null(r->core.store);
	assert_true(r->core.chores && r->core.vault);
	if (!vault_unlock(r->core.vault, NULL, 0, NULL, &err))
		fail_msg("%s", err.text);
}

static void room_close(struct room *r)
{
	seal_close(r->seal);
	chores_free(r->core.chores);
	plain_pool_release(&r->core.plains);
	parts_tidy(&r->core);
	assert_null(r->core.parts);
	store_close(r->core.store);
	free(r->db);
	vault_free(r->core.vault);
	wake_release(&r->core.chores_wake);
	chunkset_release(&r->there);
	free(r->keyring);
	free(r->keyring_dir);
	free(r->key_file);
	temp_dir_remove(r->dir);
}

static void wait_for(struct room *r, const bool *what)
{
	struct pollfd p = { .fd = r->core.chores_wake.read_fd, .events = POLLIN };
	while (!*what && !r->failed) {
		if (poll(&p, 1, DEADLINE_MS) == 0)
			fail_msg("nothing came back");
		wake_clear(&r->core.chores_wake);
		chores_finish(r->core.chores);
	}
}

static void row_init(struct room *r, struct download *row, uint64_t size)
{
	download_init(row);
	str_copy(row->claim_id, sizeof(row->claim_id), "0123456789abcdef0123456789abcdef01234567");
	str_copy(row->quality, sizeof(row->quality), "original");
	row->file = str_dup(r->plain ? PLAIN_PART : SEALED_PART);
	row->size = size == SOURCE_SIZE_UNKNOWN ? SIZE_UNKNOWN : (int64_t)size;
	row->encrypted = !r->plain;
}

static void open_seal(struct room *r, bool create, uint64_t size)
{
	struct download row;
	struct seal_events events = { .arg = r,
				      .ready = on_ready,
				      .written = on_written,
				      .lighter = on_lighter,
				      .finished = on_finished,
				      .mismatch = on_mismatch,
				      .failed = on_failed };
	row_init(r, &row, size);
	r->ready = false;
	chunkset_release(&r->there);
	r->seal = seal_open(&r->core, sink_new(&r->core, &row, create), !r->unhashed, &events);
	download_release(&row);
}

static unsigned char byte_at(uint64_t i)
{
	return (unsigned char)(i * 31 + i / 251);
}

/* Bytes first … end - 1 in pieces that fit no chunk. */
static void add(struct room *r, unsigned slot, uint64_t first, uint64_t end, uint64_t size)
{
	unsigned char piece[50001];
	seal_run(r->seal, slot, first / VAULT_CHUNK);
	for (uint64_t at = first; at < end;) {
		size_t n = end - at < sizeof(piece) ? (size_t)(end - at) : sizeof(piece);
		for (size_t i = 0; i < n; i++)
			piece[i] = byte_at(at + i);
		seal_add(r->seal, slot, piece, n);
		at += n;
	}
	seal_run_ends(r->seal, slot, end == size);
}

static void hash_of(uint64_t size, char hex[HASH_HEX_MAX])
{
	struct hash *h = hash_new(HASH_SHA384);
	for (uint64_t i = 0; i < size; i++) {
		unsigned char b = byte_at(i);
		hash_add(h, &b, 1);
	}
	hash_hex(h, hex);
	hash_free(h);
}

static void check_file(struct room *r, uint64_t size)
{
	struct err err;
	char hex[HASH_HEX_MAX];
	hash_of(size, hex);
	assert_string_equal(r->hash, hex);
	if (!r->plain) {
		struct vault_verdict v;
		if (!vault_verify(r->core.vault, r->name, true, NULL, &v, &err))
			fail_msg("%s", err.text);
		assert_int_equal(v.n_bad, 0);
		assert_string_equal(v.hash, hex);
		vault_verdict_release(&v);
		return;
	}
	struct buf file;
	char *path = path_join(r->dir, r->name);
	assert_string_equal(r->name, "0123456789abcdef0123456789abcdef.plain");
	if (!file_read_all(path, 1 << 26, &file, &err))
		fail_msg("%s", err.text);
	assert_int_equal(file.len, size);
	for (uint64_t i = 0; i < size; i++)
		if ((unsigned char)file.data[i] != byte_at(i))
			fail_msg("byte %llu is wrong", (unsigned long long)i);
	buf_release(&file);
	free(path);
}

static void wait_till_idle(struct room *r)
{
	while (!seal_is_idle(r->seal)) {
		r->lighter = false;
		wait_for(r, &r->lighter);
	}
}

static void finish(struct room *r)
{
	wait_till_idle(r);
	seal_finish(r->seal, "", false);
	wait_for(r, &r->finished);
}

/* The parts come from the end to the front: all but a few have to be read back. And in the order of the front: none has. */
static void test_any_order(void **state)
{
	static const uint64_t size = 9 * (UINT64_C(1) << 20) + 12345, part = 1u << 20;
	for (int way = 0; way < 4; way++) {
		struct room r;
		bool backwards = way & 1;
		room_open(&r, way & 2);
		open_seal(&r, true, size);
		for (uint64_t k = 0; k < 10; k++) {
			uint64_t first = (backwards ? 9 - k : k) * part;
			uint64_t end = first + part < size ? first + part : size;
			add(&r, (unsigned)(k % 4), first, end, size);
		}
		wait_for(&r, &r.ready);
		finish(&r);
		check_file(&r, size);
		room_close(&r);
	}
}

/* Nobody wants a hash: none is made. Does somebody after all, it is made of the file. */
static void test_unhashed(void **state)
{
	static const uint64_t size = 3 * VAULT_CHUNK + 5;
	for (int way = 0; way < 4; way++) {
		struct room r;
		bool wanted = way & 1;
		room_open(&r, way & 2);
		r.unhashed = true;
		open_seal(&r, true, size);
		add(&r, 0, 0, size, size);
		wait_for(&r, &r.ready);
		wait_till_idle(&r);
		char hex[HASH_HEX_MAX];
		hash_of(size, hex);
		seal_finish(r.seal, wanted ? hex : "", false);
		wait_for(&r, &r.finished);
		if (!wanted) {
			assert_string_equal(r.hash, "");
			str_copy(r.hash, sizeof(r.hash), hex);
		}
		check_file(&r, size);
		room_close(&r);
	}
}

/* Some parts with holes between them, and the end. */
static void add_with_holes(struct room *r, uint64_t size)
{
	open_seal(r, true, size);
	add(r, 0, 0, 10 * VAULT_CHUNK + 99, size); /* the broken chunk is worth nothing */
	add(r, 1, 20 * VAULT_CHUNK, 30 * VAULT_CHUNK, size);
	add(r, 2, 64 * VAULT_CHUNK, size, size);
	wait_for(r, &r->ready);
	wait_till_idle(r);
}

static bool was_added(uint64_t i)
{
	return i < 10 || (i >= 20 && i < 30) || i == 64;
}

static void fill_holes(struct room *r, uint64_t size)
{
	for (uint64_t i = 0; i <= 64; i++) {
		bool there = chunkset_has(&r->there, i);
		assert_true(!there || was_added(i));
		if (!there && i < 64)
			add(r, 3, i * VAULT_CHUNK, (i + 1) * VAULT_CHUNK, size);
		else if (!there)
			add(r, 3, i * VAULT_CHUNK, size, size);
	}
}

/* Taken up with holes: what is there is told, hashed from the file, and not needed again. */
static void test_taken_up(void **state)
{
	static const uint64_t size = 64 * VAULT_CHUNK + 1;
	for (int plain = 0; plain < 2; plain++) {
		struct room r;
		room_open(&r, plain);
		add_with_holes(&r, size);
		if (plain) {
			struct part *p = parts_find(&r.core, PLAIN_PART, NULL);
			assert_non_null(p);
			seal_close(r.seal);
			open_seal(&r, false, size);
			wait_for(&r, &r.ready);
			part_unref(p); /* as long as it was known to somebody nothing was lost */
		} else {
			seal_close(r.seal);
			open_seal(&r, false, size);
			wait_for(&r, &r.ready);
		}
		for (uint64_t i = 0; i <= 64; i++)
			assert_int_equal(chunkset_has(&r.there, i), was_added(i));
		fill_holes(&r, size);
		finish(&r);
		check_file(&r, size);
		room_close(&r);
	}
}

static void wait_till_some_is_safe(struct room *r, struct plain_row *ret)
{
	struct pollfd p = { .fd = r->core.chores_wake.read_fd, .events = POLLIN };
	for (;;) {
		assert_true(store_plain_read(r->core.store, PLAIN_PART, ret, NULL));
		if (ret->n_bits)
			return;
		if (poll(&p, 1, DEADLINE_MS) == 0)
			fail_msg("nothing was called safe");
		wake_clear(&r->core.chores_wake);
		chores_finish(r->core.chores);
	}
}

/* Another process: of a plain file that is there which the database calls so, and it goes on from there. */
static void test_taken_up_by_another(void **state)
{
	static const uint64_t size = 64 * VAULT_CHUNK + 1;
	struct room r;
	room_open(&r, true);
	add_with_holes(&r, size);
	struct plain_row row;
	wait_till_some_is_safe(&r, &row);
	seal_close(r.seal);
	chores_free(r.core.chores); /* the last jobs come back: nobody knows the map any more */
	parts_tidy(&r.core);
	assert_null(r.core.parts);
	r.core.chores = chores_new(2, &r.core.chores_wake, NULL);
	open_seal(&r, false, size);
	wait_for(&r, &r.ready);
	size_t known = 0;
	for (uint64_t i = 0; i <= 64; i++) {
		bool said = i / 8 < row.n_bits && row.bits[i / 8] >> i % 8 & 1;
		assert_true(!said || chunkset_has(&r.there, i));
		known += said;
	}
	assert_true(known > 0);
	plain_row_release(&row);
	fill_holes(&r, size);
	finish(&r);
	check_file(&r, size);
	room_close(&r);
}

/* Somebody shortened the file, or it is gone: it is not taken up. */
static void on_failed_open(void *arg, const struct err *err)
{
	struct room *r = arg;
	r->failed = true;
	r->failed_as = err->kind;
}

static enum err_kind fail_to_open(struct room *r, uint64_t size)
{
	struct download row;
	struct seal_events events = {
		.arg = r, .ready = on_ready, .lighter = on_lighter, .failed = on_failed_open
	};
	row_init(r, &row, size);
	r->failed = false;
	r->seal = seal_open(&r->core, sink_new(&r->core, &row, false), true, &events);
	wait_for(r, &r->failed);
	r->failed = false;
	download_release(&row);
	return r->failed_as;
}

static void test_not_taken_up(void **state)
{
	static const uint64_t size = 64 * VAULT_CHUNK + 1;
	struct room r;
	struct sink_end end;
	struct err err;
	room_open(&r, true);
	add_with_holes(&r, size);
	seal_close(r.seal);
	char *part = path_join(r.dir, PLAIN_PART);
	char *whole = path_join(r.dir, "0123456789abcdef0123456789abcdef.plain");
	assert_int_equal(truncate(part, size - 1), 0);
	assert_int_equal(fail_to_open(&r, size), ERR_DAMAGED);
	seal_close(r.seal);
	/* A file of the last name is only adopted if it is as long as it should be. */
	assert_int_equal(rename(part, whole), 0);
	assert_int_equal(fail_to_open(&r, size), ERR_NOT_FOUND);
	assert_false(seal_adopt(r.seal, "", &end, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(truncate(whole, size), 0);
	assert_true(seal_adopt(r.seal, "", &end, &err));
	assert_int_equal(end.size, size);
	assert_int_equal(strlen(end.file_id), 32);
	free(part);
	free(whole);
	room_close(&r);
}

/* Which chunks the database calls safe. */
static size_t known_to_be_safe(struct room *r)
{
	struct plain_row row;
	size_t n = 0;
	assert_true(store_plain_read(r->core.store, PLAIN_PART, &row, NULL));
	for (size_t i = 0; i < row.n_bits; i++)
		n += (size_t)__builtin_popcount(row.bits[i]);
	plain_row_release(&row);
	return n;
}

/* What was written goes into the database when it is on the disk, and not before. */
static void test_only_what_is_safe_is_kept(void **state)
{
	static const unsigned char chunk[VAULT_CHUNK];
	struct room r;
	struct err err;
	struct chunkset stored = { 0 };
	room_open(&r, true);
	struct part *p = parts_make(&r.core, PLAIN_PART, 9000 * (uint64_t)VAULT_CHUNK, &err);
	struct part_writer *w = part_create(p, r.dir, PLAIN_PART, NULL, &err);
	assert_non_null(w);
	assert_true(part_write(w, 2, chunk, VAULT_CHUNK, &err));
	assert_true(part_write(w, 8999, chunk, VAULT_CHUNK, &err));
	assert_true(parts_keep(&r.core, PLAIN_PART, p, &stored, &err));
	assert_int_equal(known_to_be_safe(&r), 0);
	assert_true(part_sync(w, &err));
	assert_true(part_write(w, 3, chunk, VAULT_CHUNK, &err));
	assert_true(parts_keep(&r.core, PLAIN_PART, p, &stored, &err));
	assert_int_equal(known_to_be_safe(&r), 2);
	part_close(w);
	part_unref(p);
	chunkset_release(&stored);
	room_close(&r);
}

/* A film whose length is known at its end, read meanwhile. */
static void test_late_size(void **state)
{
	static const uint64_t size = 5 * VAULT_CHUNK + 4321;
	for (int plain = 0; plain < 2; plain++) {
		struct room r;
		struct err err;
		unsigned char got[16];
		room_open(&r, plain);
		open_seal(&r, true, SOURCE_SIZE_UNKNOWN);
		wait_for(&r, &r.ready);
		add(&r, 0, 0, 2 * VAULT_CHUNK, UINT64_MAX);
		wait_till_idle(&r);
		struct source *s =
		    keep_open_partial(&r.core, plain ? PLAIN_PART : SEALED_PART, !plain, &err);
		assert_non_null(s);
		assert_non_null(keep_source_id(s));
		assert_true(source_size(s) == SOURCE_SIZE_UNKNOWN);
		assert_int_equal(source_read_at(s, VAULT_CHUNK + 5, got, 16, &err), 16);
		assert_int_equal(got[3], byte_at(VAULT_CHUNK + 8));
		assert_int_equal(source_read_at(s, 4 * VAULT_CHUNK, got, 16, &err), -1);
		assert_int_equal(err.kind, ERR_UNFINISHED);
		seal_set_size(r.seal, size);
		add(&r, 0, 2 * VAULT_CHUNK, size, size);
		finish(&r);
		check_file(&r, size);
		assert_int_equal(source_read_at(s, size - 4, got, 16, &err), 4);
		assert_int_equal(source_read_at(s, size, got, 16, &err), 0);
		source_free(s);
		room_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_unhashed),
		cmocka_unit_test(test_taken_up),
		cmocka_unit_test(test_taken_up_by_another),
		cmocka_unit_test(test_not_taken_up),
		cmocka_unit_test(test_only_what_is_safe_is_kept),
		cmocka_unit_test(test_late_size),
	};
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
