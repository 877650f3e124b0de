/* A plain file that is being filled: its map, its reader, and a disk that fails or loses power (support/power_io.c): what
 * was called safe is there, and a file that has its last name is whole. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backend/partfile.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/vault.h"
#include "support/power_io.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)
#define ID    "0123456789abcdef0123456789abcdef"
#define PART  "a.plain.part"
#define LAST  "a.plain"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CUTS 60u
#else
#define CUTS 600u
#endif

static unsigned char byte_at(uint64_t i)
{
	return (unsigned char)(i * 31 + i / 251 + 1);
}

static void fill(unsigned char *dst, uint64_t off, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = byte_at(off + i);
}

static size_t len_at(uint64_t size, uint64_t i)
{
	uint64_t rest = size - i * CHUNK;
	return rest < CHUNK ? (size_t)rest : VAULT_CHUNK;
}

static bool put(struct part_writer *w, uint64_t i, size_t n, struct err *err)
{
	unsigned char chunk[VAULT_CHUNK];
	fill(chunk, i * CHUNK, n);
	return part_write(w, i, chunk, n, err);
}

/* -- without faults ------------------------------------------------------------------------------ */

static int make_dir(void **state)
{
	char *dir = mem_new(256);
	temp_dir_make(dir);
	*state = dir;
	return 0;
}

static int remove_dir(void **state)
{
	temp_dir_remove(*state);
	free(*state);
	return 0;
}

static void test_any_order(void **state)
{
	const char *dir = *state;
	const uint64_t size = 3 * CHUNK + 100;
	struct err err;
	struct part *p = part_new(ID, size);
	struct part_writer *w = part_create(p, dir, PART, NULL, &err);
	assert_non_null(w);
	assert_null(part_create(p, dir, PART, NULL, &err)); /* never over a file that is there */
	assert_null(part_create(p, dir, "../x", NULL, &err));
	assert_int_equal(part_chunks(p), 4);
	assert_true(put(w, 3, 100, &err));
	assert_int_equal(part_have(p), 100);
	assert_true(put(w, 1, VAULT_CHUNK, &err));
	assert_true(put(w, 1, VAULT_CHUNK, &err)); /* again is fine */
	assert_int_equal(part_have(p), CHUNK + 100);
	assert_false(put(w, 3, VAULT_CHUNK, &err));
	assert_false(put(w, 0, 100, &err));
	assert_false(put(w, 4, VAULT_CHUNK, &err));
	assert_false(part_set_size(w, size + 1, &err));
	assert_true(part_set_size(w, size, &err));
	assert_false(part_finish(w, LAST, &err));
	assert_int_equal(err.kind, ERR_UNFINISHED);

	struct source *s = part_open(p, dir, PART, &err), *other = source_clone(s, &err);
	unsigned char got[3 * VAULT_CHUNK];
	assert_string_equal(part_source_id(s), ID);
	assert_int_equal(source_size(s), size);
	assert_int_equal(source_read_at(s, 5, got, 10, &err), -1);
	assert_int_equal(err.kind, ERR_UNFINISHED);
	/* From what is there up to where nothing is. */
	assert_int_equal(source_read_at(s, CHUNK + 5, got, sizeof(got), &err), CHUNK - 5);
	assert_int_equal(got[0], byte_at(CHUNK + 5));
	assert_int_equal(source_read_at(s, size - 1, got, 10, &err), 1);
	assert_int_equal(source_read_at(s, size, got, 10, &err), 0);
	assert_true(put(w, 0, VAULT_CHUNK, &err) && put(w, 2, VAULT_CHUNK, &err));
	assert_int_equal(source_read_at(other, 10, got, sizeof(got), &err), sizeof(got));
	source_cancel(other);
	assert_int_equal(source_read_at(s, 10, got, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELLED);
	source_free(s);
	source_free(other);
	assert_true(part_finish(w, LAST, &err));
	assert_true(part_finish(w, LAST, &err)); /* again is fine */
	part_close(w);
	part_unref(p);
}

static uint64_t file_length(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

static void test_what_the_database_says(void **state)
{
	const char *dir = *state;
	struct err err;
	struct chunkset said = { 0 };
	struct part *p = part_new(ID, SOURCE_SIZE_UNKNOWN);
	struct part_writer *w = part_create(p, dir, PART, NULL, &err);
	for (uint64_t i = 0; i < 3; i++)
		assert_true(put(w, i, VAULT_CHUNK, &err));
	assert_true(part_sync(w, &err));
	part_safe(p, &said);
	assert_true(put(w, 3, VAULT_CHUNK, &err)); /* which nobody calls safe */
	part_close(w);
	part_unref(p);

	p = part_new(ID, SOURCE_SIZE_UNKNOWN);
	part_learn(p, SOURCE_SIZE_UNKNOWN, &said);
	assert_int_equal(part_have(p), 3 * CHUNK);
	w = part_resume(p, dir, PART, NULL, &err);
	assert_non_null(w);
	assert_true(part_set_size(w, 2 * CHUNK + 7, &err)); /* shorter than what is there */
	assert_int_equal(part_have(p), 2 * CHUNK);
	assert_true(put(w, 2, 7, &err));
	assert_true(part_sync(w, &err));
	chunkset_release(&said);
	part_safe(p, &said);
	part_close(w);
	part_unref(p);

	p = part_new(ID, SOURCE_SIZE_UNKNOWN);
	chunkset_add(&said, 4000, 1); /* nonsense */
	part_learn(p, 2 * CHUNK + 7, &said);
	assert_int_equal(part_have(p), 2 * CHUNK + 7);
	char *path = path_join(dir, PART);
	assert_int_equal(truncate(path, 2 * CHUNK), 0);
	assert_null(part_resume(p, dir, PART, NULL, &err));
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_null(part_resume(p, dir, "none", NULL, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	part_unref(p);

	/* The size was noted, and the file had not got it yet: what is safe counts. */
	p = part_new(ID, 3 * CHUNK);
	chunkset_drop(&said, 2, CHUNKSET_MOST);
	part_learn(p, 3 * CHUNK, &said);
	w = part_resume(p, dir, PART, NULL, &err);
	assert_non_null(w);
	assert_int_equal(file_length(path), 3 * CHUNK);
	assert_int_equal(part_have(p), 2 * CHUNK);
	part_close(w);
	assert_int_equal(truncate(path, 3 * CHUNK + 1), 0);
	assert_null(part_resume(p, dir, PART, NULL, &err));
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_int_equal(truncate(path, 2 * CHUNK - 1), 0);
	assert_null(part_resume(p, dir, PART, NULL, &err));
	assert_int_equal(err.kind, ERR_DAMAGED);
	free(path);
	part_unref(p);
	chunkset_release(&said);
}

/* -- a disk that fails --------------------------------------------------------------------------- */

struct life {
	char dir[256], where[100];
	struct luck luck;
	uint64_t size, known; /* known: as the database says */
	struct chunkset safe; /* as it says */
	struct part *part;    /* of this process */
	bool made, finished;
};
#define must(l, expr)                                                             \
	do {                                                                      \
		if (!(expr))                                                      \
			fail_msg("%s: line %d: %s", (l)->where, __LINE__, #expr); \
	} while (0)

static bool has(const struct life *l, const char *name)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", l->dir, name);
	return access(path, F_OK) == 0;
}

/* Chunk i of a file is the film's. */
static bool chunk_is_right(const struct life *l, const char *name, uint64_t i)
{
	unsigned char want[VAULT_CHUNK], got[VAULT_CHUNK];
	size_t n = len_at(l->size, i);
	int fd = path_open_in(l->dir, name, O_RDONLY, 0, NULL);
	fill(want, i * CHUNK, n);
	bool right = fd >= 0 && file_read_at(fd, got, n, i * CHUNK, NULL) && !memcmp(got, want, n);
	if (fd >= 0)
		close(fd);
	return right;
}

/* What is called safe is there, and what has its last name is whole. */
static void check(struct life *l)
{
	bool whole = has(l, LAST);
	must(l, whole || !l->finished);
	for (uint64_t i = 0; i * CHUNK < l->size; i++)
		if (whole || chunkset_has(&l->safe, i))
			must(l, chunk_is_right(l, whole ? LAST : PART, i));
}

/* A process that has a map: what that calls there can be read, and is right. */
static void check_map(struct life *l)
{
	struct err err;
	struct chunkset there = { 0 };
	unsigned char want[VAULT_CHUNK], got[VAULT_CHUNK];
	struct source *s = part_open(l->part, l->dir, has(l, LAST) ? LAST : PART, &err);
	part_there(l->part, &there);
	for (uint64_t i = 0; s && i * CHUNK < l->size; i++) {
		size_t n = len_at(l->size, i);
		fill(want, i * CHUNK, n);
		ssize_t read = source_read_at(s, i * CHUNK, got, n, &err);
		must(l, (read > 0) == chunkset_has(&there, i));
		must(l, read < 0 || ((size_t)read == n && !memcmp(got, want, n)));
	}
	chunkset_release(&there);
	source_free(s);
}

static bool sync_and_keep(struct life *l, struct part_writer *w, struct err *err)
{
	if (!part_sync(w, err) || power_is_out())
		return false;
	chunkset_release(&l->safe);
	part_safe(l->part, &l->safe);
	l->known = part_size(l->part);
	return true;
}

/* The size is noted at once, the file synced later. */
static bool size_and_note(struct life *l, struct part_writer *w, struct err *err)
{
	if (!part_set_size(w, l->size, err) || power_is_out())
		return false;
	l->known = l->size;
	return true;
}

static bool write_missing(struct life *l, struct part_writer *w, struct err *err)
{
	bool late = part_size(l->part) == SOURCE_SIZE_UNKNOWN;
	uint64_t whole = l->size / CHUNK, chunks = (l->size + CHUNK - 1) / CHUNK;
	uint64_t shift = luck_below(&l->luck, chunks);
	for (uint64_t k = 0; k < chunks; k++) {
		uint64_t i = late ? k : (k + shift) % chunks;
		struct chunkset there = { 0 };
		part_there(l->part, &there);
		bool has = chunkset_has(&there, i);
		chunkset_release(&there);
		if (late && i == whole && !size_and_note(l, w, err))
			return false;
		if (!has && !put(w, i, len_at(l->size, i), err))
			return false;
		if (luck_below(&l->luck, 3) == 0 && !sync_and_keep(l, w, err))
			return false;
	}
	return size_and_note(l, w, err);
}

/* As sink_plain.c does it. False: it failed, or the power is out. */
static bool run(struct life *l, struct err *err)
{
	struct part_writer *w;
	if (l->finished)
		return true;
	if (!l->part) {
		l->part = part_new(ID, l->known);
		part_learn(l->part, l->known, &l->safe);
	}
	w = l->made ? part_resume(l->part, l->dir, PART, power_io(), err)
		    : part_create(l->part, l->dir, PART, power_io(), err);
	bool was_made = l->made;
	l->made = true; /* its name is in the database before there is a file */
	if (!w && was_made && has(l, LAST)) { /* renamed, and nobody heard */
		check(l);
		return l->finished = file_sync_dir(power_io(), l->dir, err) && !power_is_out();
	}
	if (!w && l->made &&
	    !power_is_out()) { /* it may not be as it was left only if nobody counts on it */
		must(l, !chunkset_count(&l->safe));
		char *path = path_join(l->dir, PART);
		if (has(l, PART))
			file_remove(power_io(), path, NULL);
		free(path);
		part_unref(l->part);
		l->part = NULL;
		l->made = false;
		l->known = luck_below(&l->luck, 2) ? l->size : SOURCE_SIZE_UNKNOWN;
		return false;
	}
	bool ok = w && write_missing(l, w, err) && part_finish(w, LAST, err) && !power_is_out();
	part_close(w);
	l->finished = ok;
	return ok;
}

static void begin(struct life *l, uint64_t seed)
{
	static const uint64_t sizes[] = { 5 * CHUNK + 77, 3 * CHUNK, 9, CHUNK, 6 * CHUNK };
	*l = (struct life){ .luck = { seed } };
	temp_dir_make(l->dir);
	l->size = sizes[luck_below(&l->luck, 5)];
	l->known = luck_below(&l->luck, 2) ? l->size : SOURCE_SIZE_UNKNOWN;
	power_on(l->dir, seed);
}

static void end(struct life *l)
{
	part_unref(l->part);
	chunkset_release(&l->safe);
	power_off();
	temp_dir_remove(l->dir);
}

/* Another process: it knows what the database says. */
static void begin_again(struct life *l, bool killed, bool some)
{
	part_unref(l->part);
	l->part = NULL;
	if (killed)
		power_again();
	else
		power_restore(some);
	check(l);
}

static void test_power_cuts(void **state)
{
	unsigned cuts = 0, kills = 0, lives = 0;
	while (cuts < CUTS) {
		struct life l;
		begin(&l, ++lives);
		for (unsigned tries = 0; !l.finished; tries++) {
			bool kill = luck_below(&l.luck, 4) == 0, last = tries > 4;
			struct err err;
			snprintf(l.where, sizeof(l.where), "life %u, try %u", lives, tries);
			power_at(last ? 0 : 1 + (unsigned)luck_below(&l.luck, 20),
				 last   ? POWER_STAYS
				 : kill ? POWER_KILL
					: POWER_CUT);
			run(&l, &err);
			bool out = power_is_out();
			cuts += out && !kill;
			kills += out && kill;
			must(&l, tries < 20);
			begin_again(&l, out && kill, luck_below(&l.luck, 2));
		}
		power_restore(false);
		check(&l);
		end(&l);
	}
	print_message("%u power cuts and %u kills in %u lives\n", cuts, kills, lives);
}

/* The nth operation fails that way; the same process goes on. False: there were not so many. */
static bool fail_once(enum power_way way, uint64_t seed, unsigned nth)
{
	struct life l;
	struct err err;
	begin(&l, seed);
	snprintf(l.where, sizeof(l.where), "way %d, seed %u, operation %u", way, (unsigned)seed,
		 nth);
	power_at(nth, way);
	run(&l, &err);
	bool met = power_was_met();
	power_at(0, POWER_STAYS);
	if (l.part)
		check_map(&l);
	for (unsigned tries = 0; !l.finished; tries++) {
		must(&l, tries < 5);
		run(&l, &err);
	}
	power_restore(false);
	check(&l);
	end(&l);
	return met;
}

static void test_every_operation_fails_once(void **state)
{
	static const enum power_way ways[] = { POWER_EIO, POWER_ENOSPC, POWER_SHORT, POWER_TORN };
	unsigned failed = 0;
	EACH_ROW (way, ways)
		for (uint64_t seed = 1; seed <= 6; seed++)
			for (unsigned nth = 1; fail_once(*way, seed, nth); nth++)
				failed++;
	print_message("%u operations failed\n", failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_any_order, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_what_the_database_says, make_dir, remove_dir),
		cmocka_unit_test(test_power_cuts),
		cmocka_unit_test(test_every_operation_fails_once),
	};
	return cmocka_run_group_tests_name("partfile", tests, NULL, NULL);
}
