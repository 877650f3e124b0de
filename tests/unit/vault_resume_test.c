/* Files that are being written: holes, torn records, sizes learnt late, and a disk that fails at
 * every call. */
#include "vault_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "vault/format.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)

static const struct vault_meta no_meta = { .duration = INT64_MIN,
					   .release_time = INT64_MIN,
					   .size = INT64_MIN,
					   .last_modified = INT64_MIN };

/* A vault on the disk that fails; unlocked while it does not. */
static int fault_setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	box_make(b);
	struct vault_paths paths = box_paths(b);
	fault_arm(0, FAULT_NONE);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	*state = b;
	return 0;
}

static void remove_file(const struct box *b, const char *name)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", b->vault, name);
	unlink(path);
}

static bool exists(const struct box *b, const char *name)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", b->vault, name);
	return access(path, F_OK) == 0;
}

/* Collects what a resume hands out. */
struct front {
	uint64_t off;
	unsigned seed;
};
static void take_front(void *arg, const void *data, size_t n)
{
	struct front *f = arg;
	static unsigned char want[VAULT_CHUNK];
	plain_fill(f->seed, f->off, want, n);
	assert_memory_equal(data, want, n);
	f->off += n;
}

static void any_order_with_holes(void **state)
{
	struct box *b = *state;
	uint64_t size = 9 * CHUNK + 77;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, size, err));
	static const uint64_t first[] = { 9, 0, 4, 1, 4, 7 };
	for (size_t i = 0; i < COUNT(first); i++)
		check_ok(plain_write(w, 5, first[i], err));
	assert_true(vault_first_missing(w) == 2);
	assert_true(vault_have_bytes(w) == 4 * CHUNK + 77);
	assert_true(vault_has_chunk(w, 4) && !vault_has_chunk(w, 5) && !vault_has_chunk(w, 1000));
	check_fails(ERR_UNFINISHED, vault_finish(w, "a.kyv", NULL, err));
	vault_writer_free(w);

	struct front f = { .seed = 5 };
	check_ok(w = vault_resume(b->v, "a.kyv", take_front, &f, err));
	assert_true(f.off == 2 * CHUNK);
	assert_true(vault_first_missing(w) == 2);
	assert_true(vault_have_bytes(w) == 4 * CHUNK + 77);
	static const uint64_t second[] = { 2, 3, 8, 6, 5 };
	for (size_t i = 0; i < COUNT(second); i++)
		check_ok(plain_write(w, 5, second[i], err));
	assert_true(vault_first_missing(w) == 10 && vault_have_bytes(w) == size);
	struct vault_info info;
	check_ok(vault_finish(w, "done.kyv", &info, err));
	assert_true(info.complete && info.generation == 3 && info.size == size);
	check_ok(vault_finish(w, "done.kyv", &info, err)); /* again is fine and changes nothing */
	assert_true(info.generation == 3);
	vault_writer_free(w);
	assert_false(exists(b, "a.kyv"));
	plain_check(b, "done.kyv", 5, size, 100000);
}

static void torn_records(void **state)
{
	struct box *b = *state;
	uint64_t size = 5 * CHUNK;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, size, err));
	for (uint64_t i = 0; i < 5; i++)
		check_ok(plain_write(w, 5, i, err));
	vault_writer_free(w);
	/* As a kill leaves them: the middle of one, the end of another, the file's end. */
	static const unsigned char zeros[40000];
	bytes_patch(b, "a.kyv", kyv_record_at(1) + 20000, zeros, 4096);
	bytes_patch(b, "a.kyv", kyv_record_at(3) + 30000, zeros, 35576);
	bytes_cut(b, "a.kyv", kyv_record_at(4) + 1000);

	struct source *s;
	unsigned char byte;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	check_ok(source_read_at(s, 0, &byte, 1, err) == 1);
	check_fails(ERR_UNFINISHED, source_read_at(s, CHUNK, &byte, 1, err) >= 0);
	check_fails(ERR_UNFINISHED, source_read_at(s, 4 * CHUNK, &byte, 1, err) >= 0);

	struct front f = { .seed = 5 };
	check_ok(w = vault_resume(b->v, "a.kyv", take_front, &f, err));
	assert_true(f.off == CHUNK && vault_first_missing(w) == 1);
	assert_true(vault_has_chunk(w, 2) && !vault_has_chunk(w, 3) && !vault_has_chunk(w, 4));
	check_ok(plain_write(w, 5, 1, err));
	check_ok(plain_write(w, 5, 3, err));
	check_ok(plain_write(w, 5, 4, err));
	/* Who reads meanwhile sees them come. */
	check_ok(source_read_at(s, 4 * CHUNK, &byte, 1, err) == 1);
	source_free(s);
	check_ok(vault_finish(w, "a.kyv", NULL, err));
	vault_writer_free(w);
	plain_check(b, "a.kyv", 5, size, 100000);
}

static void bad_calls(void **state)
{
	struct box *b = *state;
	static unsigned char chunk[VAULT_CHUNK];
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, CHUNK + 10, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, 2, chunk, 1, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, UINT64_MAX, chunk, VAULT_CHUNK, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, 1, chunk, 11, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, 0, chunk, 65535, err));
	check_fails(ERR_USAGE, vault_set_size(w, 10, err));
	check_ok(vault_set_size(w, CHUNK + 10, err));
	check_fails(ERR_USAGE, vault_finish(w, "../a", NULL, err));
	vault_writer_free(w);
	check_ok(w = vault_create(b->v, "b.kyv", &no_meta, SOURCE_SIZE_UNKNOWN, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, 0, chunk, 10, err));
	check_fails(ERR_USAGE, vault_write_chunk(w, UINT64_C(1) << 40, chunk, VAULT_CHUNK, err));
	check_fails(ERR_UNFINISHED, vault_finish(w, "b.kyv", NULL, err));
	check_fails(ERR_LIMIT, vault_set_size(w, UINT64_C(1) << 50, err));
	vault_writer_free(w);
	/* A name that is taken is not overwritten. */
	plain_seal(b, "c.kyv", 1, 10);
	check_ok(w = vault_create(b->v, "d.kyv", &no_meta, 0, err));
	check_ok(vault_write_chunk(w, 0, "", 0, err));
	check_fails(ERR_USAGE, vault_finish(w, "c.kyv", NULL, err));
	check_ok(vault_finish(w, "e.kyv", NULL, err));
	vault_writer_free(w);
	plain_check(b, "c.kyv", 1, 10, 100);
	plain_check(b, "e.kyv", 1, 0, 100);
}

static void size_learnt_late(void **state)
{
	struct box *b = *state;
	static const struct {
		uint64_t written; /* whole chunks before the size is known */
		uint64_t size;
		uint64_t missing; /* the first afterwards */
	} rows[] = {
		{ 2, 2 * CHUNK + 5, 2 }, { 2, 2 * CHUNK, 2 },     { 0, 0, 0 },        { 0, 9, 0 },
		{ 3, 2 * CHUNK, 2 },     { 3, 2 * CHUNK - 7, 1 }, { 1, CHUNK + 1, 1 }
	};
	static unsigned char chunk[VAULT_CHUNK];
	for (size_t r = 0; r < COUNT(rows); r++) {
		for (int again = 0; again < 2; again++) { /* in one go, and resumed in between */
			struct vault_writer *w;
			check_ok(
			    w = vault_create(b->v, "a.kyv", &no_meta, SOURCE_SIZE_UNKNOWN, err));
			for (uint64_t i = 0; i < rows[r].written; i++) {
				plain_fill(5, i * CHUNK, chunk, VAULT_CHUNK);
				check_ok(vault_write_chunk(w, i, chunk, VAULT_CHUNK, err));
			}
			struct source *s;
			check_ok(s = vault_open(b->v, "a.kyv", err));
			assert_true(source_size(s) == SOURCE_SIZE_UNKNOWN);
			if (again) {
				vault_writer_free(w);
				check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
				assert_true(vault_first_missing(w) == rows[r].written);
			}
			check_ok(vault_set_size(w, rows[r].size, err));
			if (again) {
				vault_writer_free(w);
				check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
			}
			assert_true(vault_first_missing(w) == rows[r].missing);
			for (uint64_t i = vault_first_missing(w); i < vault_writer_info(w)->chunks;
			     i++)
				check_ok(plain_write(w, 5, i, err));
			check_ok(vault_finish(w, "a.kyv", NULL, err));
			vault_writer_free(w);
			plain_check(b, "a.kyv", 5, rows[r].size, 70000);
			/* Who had it open learns the size when it meets the end. */
			unsigned char *all = malloc(4 * CHUNK);
			ssize_t n = 0, got = 0;
			do {
				got += n;
				check_ok((n = source_read_at(s, (uint64_t)got, all, 4 * CHUNK,
							     err)) >= 0);
			} while (n > 0);
			assert_true((uint64_t)got == rows[r].size &&
				    source_size(s) == rows[r].size);
			free(all);
			source_free(s);
			remove_file(b, "a.kyv");
		}
	}
}

/* A kill between the commit of the size and the last record's second writing. */
static void size_commit_then_kill(void **state)
{
	struct box *b = *state;
	static unsigned char chunk[VAULT_CHUNK];
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, SOURCE_SIZE_UNKNOWN, err));
	for (uint64_t i = 0; i < 2; i++) {
		plain_fill(5, i * CHUNK, chunk, VAULT_CHUNK);
		check_ok(vault_write_chunk(w, i, chunk, VAULT_CHUNK, err));
	}
	size_t len;
	unsigned char *before = bytes_read(b, "a.kyv", &len);
	check_ok(vault_set_size(w, 2 * CHUNK, err));
	vault_writer_free(w);
	bytes_patch(b, "a.kyv", KYV_RECORDS_AT, before + KYV_RECORDS_AT, len - KYV_RECORDS_AT);
	free(before);
	struct source *s;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	check_fails(ERR_UNFINISHED, source_read_at(s, CHUNK, chunk, 1, err) >= 0);
	source_free(s);
	check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
	assert_true(vault_first_missing(w) == 2);
	check_ok(vault_finish(w, "a.kyv", NULL, err));
	vault_writer_free(w);
	plain_check(b, "a.kyv", 5, 2 * CHUNK, 70000);
}

static void large_and_sparse(void **state)
{
	struct box *b = *state;
	uint64_t size = UINT64_C(200) << 30;
	uint64_t last = kyv_chunks(size) - 1;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, size, err));
	check_ok(plain_write(w, 5, last, err));
	check_ok(plain_write(w, 5, 1000000, err));
	vault_writer_free(w);
	check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
	assert_true(vault_has_chunk(w, last) && vault_has_chunk(w, 1000000));
	assert_true(vault_have_bytes(w) == 2 * CHUNK && vault_first_missing(w) == 0);
	vault_writer_free(w);
}

/* Repair: a bad chunk of a complete file is written again. */
static void repair_in_place(void **state)
{
	struct box *b = *state;
	uint64_t size = 3 * CHUNK + 9;
	plain_seal(b, "a.kyv", 5, size);
	bytes_patch(b, "a.kyv", kyv_record_at(1) + 500, "spoiled", 7);
	bytes_cut(b, "a.kyv", kyv_file_len(size) + 12345);
	struct vault_writer *w;
	check_ok(w = vault_resume(b->v, "a.kyv", NULL, NULL, err));
	assert_true(vault_first_missing(w) == 1 && vault_has_chunk(w, 2));
	check_fails(ERR_UNFINISHED, vault_finish(w, "a.kyv", NULL, err));
	check_ok(plain_write(w, 5, 1, err));
	check_ok(vault_finish(w, "a.kyv", NULL, err));
	vault_writer_free(w);
	plain_check(b, "a.kyv", 5, size, 70000);
}

static void meta_changes(void **state)
{
	struct box *b = *state;
	struct vault_writer *w;
	struct vault_meta meta = no_meta;
	meta.title = "before";
	meta.etag = "\"x\"";
	check_ok(w = vault_create(b->v, "a.kyv", &meta, 10, err));
	meta = vault_writer_info(w)->meta; /* borrowed from the writer itself */
	meta.title = "after \xe2\x80\xae \x1b[31m";
	check_ok(vault_set_meta(w, &meta, err));
	assert_string_equal(vault_writer_info(w)->meta.etag, "\"x\"");
	assert_true(vault_writer_info(w)->generation == 2);
	vault_writer_free(w);
	struct source *s;
	check_ok(s = vault_open(b->v, "a.kyv", err));
	const char *title = vault_source_info(s)->meta.title;
	assert_true(strncmp(title, "after", 5) == 0 && !strchr(title, 0x1b));
	source_free(s);
}

/* -- a disk that fails --------------------------------------------------------- */

static const uint64_t fault_size = 2 * CHUNK + 11;

/* A whole download, begun or gone on with; true when it got to its end. */
static bool whole_job(struct box *b, struct err *err)
{
	struct vault_writer *w =
	    exists(b, "a.part") ? vault_resume(b->v, "a.part", NULL, NULL, err)
				: vault_create(b->v, "a.part", &no_meta, SOURCE_SIZE_UNKNOWN, err);
	if (!w)
		return false;
	bool ok = true;
	static unsigned char chunk[VAULT_CHUNK];
	for (uint64_t i = 0; ok && i < 2; i++) {
		plain_fill(5, i * CHUNK, chunk, VAULT_CHUNK);
		if (!vault_has_chunk(w, i))
			ok = vault_write_chunk(w, i, chunk, VAULT_CHUNK, err);
	}
	ok = ok && vault_writer_sync(w, err) && vault_set_size(w, fault_size, err) &&
	     (vault_has_chunk(w, 2) || plain_write(w, 5, 2, err)) &&
	     vault_finish(w, "a.kyv", NULL, err);
	vault_writer_free(w);
	return ok;
}

static void every_call_fails_once(void **state)
{
	struct box *b = *state;
	for (enum fault_way way = FAULT_FAILS; way <= FAULT_TEARS; way++) {
		unsigned nth = 1;
		for (;; nth++) {
			assert_true(nth < 100);
			fault_arm(nth, way);
			struct err why = { 0 };
			bool ok = whole_job(b, &why);
			bool met = fault_was_met();
			fault_arm(0, FAULT_NONE);
			if (!met) {
				assert_true(ok);
				break;
			}
			assert_false(ok);
			assert_int_equal(why.kind, ERR_IO);
			assert_true(why.text[0] != '\0');
			if (!exists(b, "a.kyv"))
				check_ok(whole_job(b, err));
			plain_check(b, "a.kyv", 5, fault_size, 70000);
			struct vault_verdict r;
			check_ok(vault_verify(b->v, "a.kyv", false, NULL, &r, err));
			assert_string_equal(r.header, "ok");
			vault_verdict_release(&r);
			assert_false(exists(b, "a.part"));
			remove_file(b, "a.kyv");
		}
		assert_true(nth > 10);
		remove_file(b, "a.kyv");
	}
}

/* The same writer goes on after each failure, as a download does that tries again. */
static void the_writer_goes_on(void **state)
{
	struct box *b = *state;
	for (unsigned nth = 1; nth < 20; nth++) {
		struct vault_writer *w;
		check_ok(w = vault_create(b->v, "a.part", &no_meta, fault_size, err));
		fault_arm(nth, FAULT_TEARS);
		bool done = false;
		for (int round = 0; round < 4 && !done; round++) {
			uint64_t i;
			while ((i = vault_first_missing(w)) < 3 && plain_write(w, 5, i, NULL))
				;
			if (i == 3 && vault_writer_sync(w, NULL))
				done = vault_finish(w, "a.kyv", NULL, NULL);
		}
		fault_arm(0, FAULT_NONE);
		assert_true(done);
		vault_writer_free(w);
		plain_check(b, "a.kyv", 5, fault_size, 70000);
		remove_file(b, "a.kyv");
	}
}

/* Writing a chunk again, and half of it: the one that was there is gone. */
static void torn_by_a_second_write(void **state)
{
	struct box *b = *state;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, 2 * CHUNK, err));
	check_ok(plain_write(w, 5, 0, err));
	check_ok(plain_write(w, 5, 1, err));
	fault_arm(1, FAULT_TEARS);
	check_fails(ERR_IO, plain_write(w, 5, 0, err));
	assert_true(!vault_has_chunk(w, 0) && vault_has_chunk(w, 1) && vault_first_missing(w) == 0);
	check_fails(ERR_UNFINISHED, vault_finish(w, "a.kyv", NULL, err));
	vault_writer_free(w);
}

/* What a failed sync may have lost is asked for again. */
static void lost_by_a_failed_sync(void **state)
{
	struct box *b = *state;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "a.kyv", &no_meta, 4 * CHUNK, err));
	check_ok(plain_write(w, 5, 0, err));
	check_ok(vault_writer_sync(w, err));
	check_ok(plain_write(w, 5, 1, err));
	check_ok(plain_write(w, 5, 3, err));
	fault_arm(1, FAULT_FAILS);
	check_fails(ERR_IO, vault_writer_sync(w, err));
	assert_true(vault_has_chunk(w, 0) && !vault_has_chunk(w, 1) && !vault_has_chunk(w, 3));
	assert_true(vault_have_bytes(w) == CHUNK && vault_first_missing(w) == 1);
	vault_writer_free(w);
}

/* -- the order of things ------------------------------------------------------- */

static char steps[400];

static void step(const char *what)
{
	size_t len = strlen(steps);
	str_copy(steps + len, sizeof(steps) - len, what);
}

static ssize_t noted_write(int fd, const void *data, size_t n, off_t off)
{
	step(off == 0 ? "A " : off == KYV_SLOT ? "B " : "record ");
	return io_real()->write_at(fd, data, n, off);
}

static int noted_sync(int fd, bool data_only)
{
	step(data_only ? "sync " : "dir ");
	return 0;
}

static int noted_truncate(int fd, off_t len)
{
	step("cut ");
	return io_real()->truncate(fd, len);
}

static int noted_rename(const char *from, const char *to)
{
	step("rename ");
	return io_real()->rename(from, to);
}

static void the_order_of_the_format(void **state)
{
	struct box *b = *state;
	struct io noted = *io_real();
	noted.write_at = noted_write;
	noted.sync = noted_sync;
	noted.truncate = noted_truncate;
	noted.rename = noted_rename;
	struct vault_paths paths = box_paths(b);
	vault_free(b->v);
	check_ok(b->v = vault_new(&paths, &noted, err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	struct vault_writer *w;
	steps[0] = '\0';
	check_ok(w = vault_create(b->v, "a.part", &no_meta, SOURCE_SIZE_UNKNOWN, err));
	assert_string_equal(steps, "A sync dir ");
	steps[0] = '\0';
	static unsigned char chunk[VAULT_CHUNK];
	check_ok(vault_write_chunk(w, 0, chunk, VAULT_CHUNK, err));
	check_ok(vault_set_size(w, VAULT_CHUNK, err));
	assert_string_equal(steps, "record B sync record ");
	steps[0] = '\0';
	check_ok(vault_finish(w, "a.kyv", NULL, err));
	assert_string_equal(steps, "sync A sync B sync rename dir ");
	vault_writer_free(w);
}

static void a_torn_header(void **state)
{
	struct box *b = *state;
	for (unsigned torn = 0; torn < KYV_SLOT; torn += 333) {
		struct vault_writer *w;
		check_ok(w = vault_create(b->v, "a.kyv", &no_meta, 10, err));
		check_ok(plain_write(w, 5, 0, err));
		size_t len;
		struct vault_meta meta = no_meta;
		meta.title = "two";
		check_ok(vault_set_meta(w, &meta, err));
		unsigned char *old = bytes_read(b, "a.kyv", &len);
		meta.title = "three";
		check_ok(vault_set_meta(w, &meta, err)); /* goes over slot A */
		vault_writer_free(w);
		bytes_patch(b, "a.kyv", torn, old + torn, KYV_SLOT - torn);
		free(old);
		struct source *s;
		check_ok(s = vault_open(b->v, "a.kyv", err));
		const struct vault_info *info = vault_source_info(s);
		assert_true(info->generation == 2);
		assert_true(info->one_slot == (torn > 0)); /* at 0 all of the old one is there */
		assert_string_equal(info->meta.title, "two");
		source_free(s);
		remove_file(b, "a.kyv");
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fault_setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(any_order_with_holes),
		TEST(torn_records),
		TEST(bad_calls),
		TEST(size_learnt_late),
		TEST(size_commit_then_kill),
		TEST(large_and_sparse),
		TEST(repair_in_place),
		TEST(meta_changes),
		TEST(every_call_fails_once),
		TEST(the_writer_goes_on),
		TEST(torn_by_a_second_write),
		TEST(lost_by_a_failed_sync),
		TEST(a_torn_header),
		TEST(the_order_of_the_format),
	};
	return cmocka_run_group_tests_name("vault_resume", tests, NULL, NULL);
}
