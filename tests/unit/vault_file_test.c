/* A vault file, whole and spoiled in ways that vault_attack_test does not try one by one. */
#include "vault_support.h"

#include <stdlib.h>
#include <stdio.h>
#include "vault/format.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

/* A disk that answers at once, for tests that write much. */
static int quick_setup(void **state)
{
	box_setup(state);
	struct box *b = *state;
	vault_free(b->v);
	struct vault_paths paths = box_paths(b);
	fault_arm(0, FAULT_NONE);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	return 0;
}

static void sizes_and_steps(void **state)
{
	struct box *b = *state;
	static const uint64_t sizes[] = { 0,
					  1,
					  17,
					  65535,
					  65536,
					  65537,
					  2 * CHUNK,
					  131073,
					  5 * CHUNK - 1,
					  5 * CHUNK,
					  5 * CHUNK + 1 };
	static const size_t steps[] = { 1000, 65535, 65536, 65537, 200000, 1 << 20 };
	for (size_t i = 0; i < COUNT(sizes); i++) {
		plain_seal(b, "a.kyv", 7, sizes[i]);
		size_t len;
		free(bytes_read(b, "a.kyv", &len));
		assert_true(len == kyv_file_len(sizes[i]));
		for (size_t k = 0; k < COUNT(steps); k++)
			plain_check(b, "a.kyv", 7, sizes[i], steps[k]);
		struct vault_verdict r;
		check_ok(vault_verify(b->v, "a.kyv", true, NULL, &r, err));
		assert_int_equal(r.n_bad, 0);
		assert_string_equal(r.header, "ok");
		assert_int_equal(strlen(r.hash), 96);
		assert_true(r.chunks == kyv_chunks(sizes[i]));
		vault_verdict_release(&r);
		char path[600];
		snprintf(path, sizeof(path), "%s/a.kyv", b->vault);
		assert_int_equal(remove(path), 0);
	}
}

static void odd_offsets(void **state)
{
	struct box *b = *state;
	uint64_t size = 3 * CHUNK + 100;
	plain_seal(b, "a.kyv", 3, size);
	struct source *s;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	static const struct {
		uint64_t off;
		size_t n;
	} rows[] = { { 0, 1 },           { CHUNK - 1, 2 },         { CHUNK, CHUNK },
		     { CHUNK + 1, 5 },   { 3 * CHUNK, 100 },       { 3 * CHUNK + 99, 50 },
		     { 100, 3 * CHUNK }, { 2 * CHUNK, 2 * CHUNK }, { 5, CHUNK } };
	unsigned char *got = malloc(4 * CHUNK), *want = malloc(4 * CHUNK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t rest = size - rows[i].off;
		size_t expect = rows[i].n < rest ? rows[i].n : (size_t)rest;
		ssize_t n = 0;
		check_ok((n = source_read_at(s, rows[i].off, got, rows[i].n, err)) >= 0);
		assert_int_equal(n, expect);
		plain_fill(3, rows[i].off, want, expect);
		assert_memory_equal(got, want, expect);
	}
	static const uint64_t past[] = { 3 * CHUNK + 100, 3 * CHUNK + 101, 1 << 30, UINT64_MAX };
	for (size_t i = 0; i < COUNT(past); i++)
		check_ok(source_read_at(s, past[i], got, 10, err) == 0);
	check_ok(source_read_at(s, 0, got, 0, err) == 0);
	free(got);
	free(want);
	source_free(s);
}

static void what_the_header_says(void **state)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 3, 70000);
	struct source *s;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	const struct vault_info *info = vault_source_info(s);
	assert_int_equal(strlen(info->file_id), 32);
	char id[33];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	assert_string_equal(info->master_key_id, id);
	assert_true(info->complete && !info->one_slot);
	assert_true(info->size == 70000 && info->chunks == 2 && info->generation == 3);
	assert_true(info->created > 0 && info->created % 3600 == 0);
	assert_string_equal(info->meta.title, "A title");
	assert_int_equal(info->meta.duration, 61);
	assert_null(info->meta.channel);
	struct source *bytes = source_bytes_new("x", 1);
	assert_null(vault_source_info(bytes));
	source_free(bytes);
	source_free(s);
}

/* Reads everything; the kind of the failure, or ERR_NONE when all of it is right. */
static enum err_kind read_kind(struct box *b, const char *name, unsigned seed)
{
	struct err why = { 0 };
	struct source *s = vault_open(b->v, name, &why);
	static unsigned char got[VAULT_CHUNK], want[VAULT_CHUNK];
	for (uint64_t off = 0; s;) {
		ssize_t n = source_read_at(s, off, got, sizeof(got), &why);
		if (n <= 0)
			break;
		plain_fill(seed, off, want, (size_t)n);
		assert_memory_equal(got, want, (size_t)n); /* wrong bytes never leave */
		off += (uint64_t)n;
	}
	source_free(s);
	return why.kind;
}

static void one_slot(void **state)
{
	struct box *b = *state;
	static unsigned char junk[KYV_SLOT];
	for (unsigned way = 0; way < 4; way++) {
		plain_seal(b, "a.kyv", 3, 70000);
		memset(junk, way < 2 ? 0 : 0xa5, sizeof(junk));
		bytes_patch(b, "a.kyv", way % 2 * KYV_SLOT, junk, KYV_SLOT);
		assert_int_equal(read_kind(b, "a.kyv", 3), ERR_NONE);
		struct vault_verdict r;
		check_ok(vault_verify(b->v, "a.kyv", false, NULL, &r, err));
		assert_string_equal(r.header, "one_slot");
		assert_int_equal(r.n_bad, 0);
		assert_string_equal(r.hash, "");
		vault_verdict_release(&r);
		/* Mending needs nothing but the file. */
		struct vault_writer *w;
		check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
		check_ok(vault_finish(w, "a.kyv", NULL, err));
		vault_writer_free(w);
		check_ok(vault_verify(b->v, "a.kyv", false, NULL, &r, err));
		assert_string_equal(r.header, "ok");
		vault_verdict_release(&r);
		char path[600];
		snprintf(path, sizeof(path), "%s/a.kyv", b->vault);
		assert_int_equal(remove(path), 0);
	}
}

static void slots_that_contradict(void **state)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 3, 10);
	plain_seal(b, "b.kyv", 3, 10);
	size_t len;
	unsigned char *a = bytes_read(b, "a.kyv", &len), *other = bytes_read(b, "b.kyv", &len);
	/* A slot where the other parity belongs. */
	bytes_patch(b, "a.kyv", KYV_SLOT, a, KYV_SLOT);
	assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
	bytes_patch(b, "a.kyv", KYV_SLOT, a + KYV_SLOT, KYV_SLOT);
	assert_int_equal(read_kind(b, "a.kyv", 3), ERR_NONE);
	/* Two good slots of two files. */
	bytes_patch(b, "a.kyv", KYV_SLOT, other + KYV_SLOT, KYV_SLOT);
	assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
	/* A whole foreign header: it opens, its records do not. */
	bytes_patch(b, "a.kyv", 0, other, KYV_RECORDS_AT);
	assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
	struct vault_verdict r;
	check_ok(vault_verify(b->v, "a.kyv", false, NULL, &r, err));
	assert_int_equal(r.n_bad, 1);
	vault_verdict_release(&r);
	free(a);
	free(other);
}

static void cut_and_grown(void **state)
{
	struct box *b = *state;
	uint64_t size = 2 * CHUNK + 5;
	plain_seal(b, "a.kyv", 3, size);
	size_t len;
	unsigned char *good = bytes_read(b, "a.kyv", &len);
	static const struct {
		int64_t by;
		size_t bad;
	} rows[] = { { -1, 1 }, { -45, 1 }, { -46, 2 }, { 1, 1 }, { 65576, 1 }, { -131197, 3 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		bytes_cut(b, "a.kyv", (uint64_t)((int64_t)len + rows[i].by));
		assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
		struct vault_verdict r;
		check_ok(vault_verify(b->v, "a.kyv", true, NULL, &r, err));
		assert_string_equal(r.header, "ok");
		assert_int_equal(r.n_bad, rows[i].bad);
		assert_int_equal(r.bad[r.n_bad - 1], 2);
		assert_string_equal(r.hash, "");
		vault_verdict_release(&r);
		bytes_cut(b, "a.kyv", 0);
		bytes_write(b, "a.kyv", good, len);
	}
	/* Down to where not even a header is. */
	static const uint64_t stumps[] = { 8191, 8192, 8193, 4096, 4095, 100, 1, 0 };
	for (size_t i = 0; i < COUNT(stumps); i++) {
		bytes_cut(b, "a.kyv", stumps[i]);
		assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
		bytes_write(b, "a.kyv", good, len);
	}
	free(good);
}

static void records_that_moved(void **state)
{
	struct box *b = *state;
	uint64_t size = 4 * CHUNK;
	plain_seal(b, "a.kyv", 3, size);
	plain_seal(b, "b.kyv", 3, size);
	size_t len;
	unsigned char *a = bytes_read(b, "a.kyv", &len), *other = bytes_read(b, "b.kyv", &len);
	struct vault_verdict r;

	/* Two records of a file change places. */
	bytes_patch(b, "a.kyv", kyv_record_at(0), a + kyv_record_at(2), KYV_RECORD);
	bytes_patch(b, "a.kyv", kyv_record_at(2), a + kyv_record_at(0), KYV_RECORD);
	check_ok(vault_verify(b->v, "a.kyv", true, NULL, &r, err));
	assert_int_equal(r.n_bad, 2);
	assert_true(r.bad[0] == 0 && r.bad[1] == 2);
	vault_verdict_release(&r);
	bytes_write(b, "a.kyv", a, len);

	/* The same chunk of the same plaintext, from another file. */
	bytes_patch(b, "a.kyv", kyv_record_at(1), other + kyv_record_at(1), KYV_RECORD);
	check_ok(vault_verify(b->v, "a.kyv", true, NULL, &r, err));
	assert_int_equal(r.n_bad, 1);
	assert_true(r.bad[0] == 1);
	vault_verdict_release(&r);

	/* What is good before and after a bad chunk can be read. */
	struct source *s;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	unsigned char *got = malloc(4 * CHUNK), *want = malloc(4 * CHUNK);
	memset(got, 0x5a, 4 * CHUNK);
	ssize_t n = 0;
	check_ok((n = source_read_at(s, 10, got, 3 * CHUNK, err)) > 0);
	assert_int_equal(n, CHUNK - 10);
	check_fails(ERR_DAMAGED, source_read_at(s, CHUNK, got, 100, err) >= 0);
	check_fails(ERR_DAMAGED, source_read_at(s, CHUNK, got, CHUNK, err) >= 0);
	check_ok(source_read_at(s, 2 * CHUNK, got, 2 * CHUNK, err) == 2 * VAULT_CHUNK);
	plain_fill(3, 2 * CHUNK, want, 2 * CHUNK);
	assert_memory_equal(got, want, 2 * CHUNK);
	source_free(s);
	free(got);
	free(want);
	free(a);
	free(other);
}

/* A complete file with a hole: damage, not zeros. */
static void a_hole_in_a_complete_file(void **state)
{
	struct box *b = *state;
	static const unsigned char zeros[KYV_RECORD];
	plain_seal(b, "a.kyv", 3, 100);
	bytes_patch(b, "a.kyv", KYV_RECORDS_AT, zeros, 140);
	assert_int_equal(read_kind(b, "a.kyv", 3), ERR_DAMAGED);
}

static void strange_files(void **state)
{
	struct box *b = *state;
	static unsigned char junk[20000];
	struct source *s;
	static const struct {
		size_t n;
		int fill;
	} rows[] = { { 0, 0 }, { 20000, 0 }, { 20000, 0xff }, { 8192, 'K' }, { 3, 'K' } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(junk, rows[i].fill, sizeof(junk));
		bytes_write(b, "a.kyv", junk, rows[i].n);
		check_fails(ERR_DAMAGED, (s = vault_open(b->v, "a.kyv", err)));
		check_fails(ERR_DAMAGED, vault_resume(b->v, "a.kyv", NULL, NULL, err));
		struct vault_verdict r;
		check_ok(vault_verify(b->v, "a.kyv", true, NULL, &r, err));
		assert_string_equal(r.header, "bad");
		vault_verdict_release(&r);
	}
	check_fails(ERR_NOT_FOUND, vault_open(b->v, "none", err));
	check_fails(ERR_NOT_FOUND, vault_resume(b->v, "none", NULL, NULL, err));
	struct vault_verdict r;
	check_fails(ERR_NOT_FOUND, vault_verify(b->v, "none", true, NULL, &r, err));
	static const char *const bad_names[] = { "", ".", "..", "a/b", "/etc/passwd", "../key" };
	for (size_t i = 0; i < COUNT(bad_names); i++) {
		struct err why = { 0 };
		assert_null(vault_open(b->v, bad_names[i], &why));
		assert_int_not_equal(why.kind, ERR_NONE);
	}
	const struct vault_meta meta = { 0 };
	check_fails(ERR_LIMIT, vault_create(b->v, "big.kyv", &meta, UINT64_C(1) << 55, err));
	/* Making a file that is there: the one that is there stays. */
	plain_seal(b, "b.kyv", 3, 10);
	struct err why = { 0 };
	assert_null(vault_create(b->v, "b.kyv", &meta, 10, &why));
	assert_int_equal(read_kind(b, "b.kyv", 3), ERR_NONE);
}

static void verify_can_be_stopped(void **state)
{
	struct box *b = *state;
	plain_seal(b, "a.kyv", 3, 2 * CHUNK);
	_Atomic bool cancel = true;
	struct vault_verdict r;
	check_fails(ERR_CANCELLED, vault_verify(b->v, "a.kyv", true, &cancel, &r, err));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, quick_setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(sizes_and_steps),       TEST(odd_offsets),
		TEST(what_the_header_says),  TEST(one_slot),
		TEST(slots_that_contradict), TEST(cut_and_grown),
		TEST(records_that_moved),    TEST(a_hole_in_a_complete_file),
		TEST(strange_files),         TEST(verify_can_be_stopped),
	};
	return cmocka_run_group_tests_name("vault_file", tests, NULL, NULL);
}
