/* The attack campaign: a file of three chunks, spoiled in every place and in every way there is, is refused or reads the
 * bytes that were sealed. Each attack says how often it was tried and how it ended.
 *
 * Where only one chunk can be concerned only that one is read each time, and everything now and then. KIYYA_ATTACK_STEP
 * (sanitizers set it: 1 is everything) tries each Nth variant only. */
#include "vault_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "vault/format.h"

#define CHUNK ((uint64_t)VAULT_CHUNK)
#define SIZE  (2 * CHUNK + 5000) /* three chunks, a short last one */
#define SEED  11u
#define NAME  "a.kyv"
#define WHOLE UINT64_MAX /* instead of a chunk: all of them */
#define RARE  1009u      /* each so-manieth variant is read whole */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEP_DEFAULT 29u
#else
#define STEP_DEFAULT 1u
#endif

enum outcome { REFUSED, ORIGINAL };

struct siege {
	struct box *box;
	unsigned step;
	int fd; /* of the file under attack, to write to it */
	unsigned char *good;
	size_t len;
	unsigned tried[2];  /* by outcome, of the attack under way */
	enum err_kind kind; /* why the last one did not even open */
};

/* -- the file ------------------------------------------------------------------ */

/* A disk that answers at once. */
static int siege_setup(void **state)
{
	struct siege *s = calloc(1, sizeof(*s));
	void *box;
	box_setup(&box);
	s->box = box;
	vault_free(s->box->v);
	struct vault_paths paths = box_paths(s->box);
	fault_arm(0, FAULT_NONE);
	check_ok(s->box->v = vault_new(&paths, fault_io(), err));
	check_ok(vault_unlock(s->box->v, NULL, 0, NULL, err));
	uint64_t step;
	const char *asked = getenv("KIYYA_ATTACK_STEP");
	s->step = asked && str_to_u64(asked, &step) && step > 0 ? (unsigned)step : STEP_DEFAULT;
	plain_seal(s->box, NAME, SEED, SIZE);
	s->good = bytes_read(s->box, NAME, &s->len);
	assert_true(s->len == kyv_file_len(SIZE));
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", s->box->vault, NAME);
	s->fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(s->fd >= 0);
	*state = s;
	return 0;
}

static int siege_teardown(void **state)
{
	struct siege *s = *state;
	void *box = s->box;
	close(s->fd);
	free(s->good);
	free(s);
	return box_teardown(&box);
}

static void put(const struct siege *s, uint64_t at, const void *bytes, size_t n)
{
	if (pwrite(s->fd, bytes, n, (off_t)at) != (ssize_t)n)
		fail_msg("the file under attack cannot be written");
}

static void heal(const struct siege *s, uint64_t at, size_t n)
{
	put(s, at, s->good + at, n);
}

static void heal_all(const struct siege *s)
{
	if (ftruncate(s->fd, (off_t)s->len) != 0)
		fail_msg("the file under attack cannot be cut");
	heal(s, 0, s->len);
}

/* -- looking ------------------------------------------------------------------- */

/* What was sealed, made once. */
static const unsigned char *sealed_text(void)
{
	static unsigned char text[3 * VAULT_CHUNK];
	static bool made;
	if (!made)
		plain_fill(SEED, 0, text, sizeof(text));
	made = true;
	return text;
}

/* Reads a chunk, or all; a byte that was not sealed ends the test. */
static enum outcome read_source(struct source *s, uint64_t chunk)
{
	static unsigned char got[VAULT_CHUNK];
	uint64_t size = source_size(s);
	uint64_t from = chunk == WHOLE ? 0 : chunk * CHUNK;
	uint64_t to = chunk == WHOLE || from + CHUNK > size ? size : from + CHUNK;
	if (size == SOURCE_SIZE_UNKNOWN || to > 3 * CHUNK)
		to = 3 * CHUNK;
	enum outcome end = ORIGINAL;
	for (uint64_t off = from; off < to; off += CHUNK) {
		ssize_t n = source_read_at(s, off, got, sizeof(got), NULL);
		uint64_t want = to - off < CHUNK ? to - off : CHUNK;
		if (n < 0 || (uint64_t)n < want)
			end = REFUSED; /* what lies behind it is looked at all the same */
		if (n > 0 && memcmp(got, sealed_text() + off, (size_t)n) != 0)
			fail_msg("wrong bytes at %llu", (unsigned long long)off);
	}
	return end;
}

static enum outcome look(struct siege *s, uint64_t chunk)
{
	struct err why = { 0 };
	struct source *src = vault_open(s->box->v, NAME, &why);
	enum outcome end = REFUSED;
	if (src) {
		end = read_source(src, chunk);
		source_free(src);
	} else if (why.kind != ERR_DAMAGED && why.kind != ERR_LOCKED) {
		fail_msg("refused as %s: %s", err_category(why.kind), why.text);
	}
	s->kind = why.kind;
	s->tried[end]++;
	return end;
}

/* Verifying agrees: a file that reads whole passes but for its header, another does not. */
static void check_verdict(struct siege *s, enum outcome end)
{
	struct vault_verdict r;
	struct err why;
	if (!vault_verify(s->box->v, NAME, false, NULL, &r, &why)) {
		assert_int_equal(why.kind, ERR_LOCKED);
		assert_int_equal(end, REFUSED);
		return;
	}
	bool passes = r.n_bad == 0 && strcmp(r.header, "bad") != 0;
	assert_int_equal(passes, end == ORIGINAL);
	vault_verdict_release(&r);
}

static void report(struct siege *s, const char *attack)
{
	printf("# %s: %u tried, %u refused, %u read the original\n", attack,
	       s->tried[REFUSED] + s->tried[ORIGINAL], s->tried[REFUSED], s->tried[ORIGINAL]);
	s->tried[REFUSED] = s->tried[ORIGINAL] = 0;
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* -- one byte, one bit --------------------------------------------------------- */

static void each_header_bit(void **state)
{
	struct siege *s = *state;
	for (uint64_t bit = 0; bit < KYV_RECORDS_AT * 8; bit += s->step) {
		uint64_t at = bit / 8;
		unsigned char flipped = s->good[at] ^ (unsigned char)(1u << bit % 8);
		put(s, at, &flipped, 1);
		bool rare = bit % RARE == 0;
		enum outcome end = look(s, rare ? WHOLE : 2);
		assert_int_equal(end, ORIGINAL); /* the other slot is good */
		if (rare)
			check_verdict(s, end);
		heal(s, at, 1);
	}
	report(s, "each bit of both slots");
	/* The same bit in both, but for the padding: nothing is left to trust. */
	for (uint64_t bit = 0; bit < KYV_SLOT * 8; bit += s->step) {
		uint64_t at = bit / 8;
		if (at >= 700 && at < KYV_MACED)
			continue;
		for (unsigned slot = 0; slot < 2; slot++) {
			uint64_t place = at + slot * KYV_SLOT;
			unsigned char flipped = s->good[place] ^ (unsigned char)(1u << bit % 8);
			put(s, place, &flipped, 1);
		}
		assert_int_equal(look(s, WHOLE), REFUSED);
		/* Both name another master key: that is no damage anyone could see. */
		assert_int_equal(s->kind, at >= 64 && at < 80 ? ERR_LOCKED : ERR_DAMAGED);
		heal(s, at, 1);
		heal(s, at + KYV_SLOT, 1);
	}
	report(s, "the same bit of both slots at once");
}

static void each_offset(void **state)
{
	struct siege *s = *state;
	uint64_t random = 20260001;
	struct source *open;
	check_ok(open = vault_open(s->box->v, NAME, err));
	for (uint64_t at = 0; at < s->len; at += s->step) {
		unsigned char mask = (unsigned char)(1 + next_random(&random) % 255);
		unsigned char spoilt = s->good[at] ^ mask;
		put(s, at, &spoilt, 1);
		if (at < KYV_RECORDS_AT) {
			assert_int_equal(look(s, 2), ORIGINAL);
		} else if (at % RARE == 0) {
			enum outcome end = look(s, WHOLE);
			assert_int_equal(end, REFUSED);
			check_verdict(s, end);
		} else {
			/* The header is not concerned, nor is any other chunk. */
			enum outcome end = read_source(open, (at - KYV_RECORDS_AT) / KYV_RECORD);
			assert_int_equal(end, REFUSED);
			s->tried[end]++;
		}
		heal(s, at, 1);
	}
	source_free(open);
	assert_int_equal(look(s, WHOLE), ORIGINAL);
	report(s, "each offset with a random byte");
}

/* -- lengths ------------------------------------------------------------------- */

static void each_length(void **state)
{
	struct siege *s = *state;
	/* From the end, so that nothing has to be healed on the way. */
	for (uint64_t len = s->len; len-- > 0;) {
		if (len % s->step != 0 && len > KYV_RECORDS_AT)
			continue;
		if (ftruncate(s->fd, (off_t)len) != 0)
			fail_msg("the file under attack cannot be cut");
		enum outcome end = look(s, WHOLE);
		assert_int_equal(end, REFUSED);
		if (len % RARE == 0)
			check_verdict(s, end);
	}
	report(s, "each length it can be cut to");
	heal_all(s);

	static const unsigned char junk[2 * KYV_RECORD] = { 1 };
	static const size_t more[] = { 4095,       4096,           8192,          KYV_RECORD - 1,
				       KYV_RECORD, KYV_RECORD + 1, 2 * KYV_RECORD };
	for (size_t i = 1; i < 300 + COUNT(more); i++) {
		size_t n = i < 300 ? i : more[i - 300];
		/* Zeros, other bytes, and what the file itself has: a record once more. */
		put(s, s->len,
		    i % 3 == 0   ? junk + 1
		    : i % 3 == 1 ? junk
				 : s->good + KYV_RECORDS_AT,
		    n < sizeof(junk) ? n : sizeof(junk) - 1);
		enum outcome end = look(s, WHOLE);
		assert_int_equal(end, REFUSED);
		check_verdict(s, end);
		heal_all(s);
	}
	report(s, "bytes appended");
}

/* -- records that moved -------------------------------------------------------- */

/* Record `to` becomes these bytes, as many as there is room for. */
static enum outcome plant(struct siege *s, unsigned to, const unsigned char *record)
{
	uint64_t at = kyv_record_at(to);
	size_t room = kyv_chunk_len(SIZE, to) + KYV_RECORD_EXTRA;
	put(s, at, record, room);
	enum outcome end = look(s, WHOLE);
	check_verdict(s, end);
	heal(s, at, room);
	return end;
}

static void swapped_records(void **state)
{
	struct siege *s = *state;
	for (unsigned from = 0; from < 3; from++)
		for (unsigned to = 0; to < 3; to++)
			if (from != to && (from < 2 || to == 2))
				assert_int_equal(plant(s, to, s->good + kyv_record_at(from)),
						 REFUSED);
	/* Both ways at once. */
	put(s, kyv_record_at(0), s->good + kyv_record_at(1), KYV_RECORD);
	put(s, kyv_record_at(1), s->good + kyv_record_at(0), KYV_RECORD);
	assert_int_equal(look(s, WHOLE), REFUSED);
	heal_all(s);
	report(s, "records swapped inside the file");

	/* The same plaintext under the same ring: only the file is another. */
	size_t len;
	plain_seal(s->box, "b.kyv", SEED, SIZE);
	unsigned char *other = bytes_read(s->box, "b.kyv", &len);
	assert_true(len == s->len);
	for (unsigned to = 0; to < 3; to++)
		for (unsigned from = 0; from < 3; from++)
			if (from < 2 || to == 2)
				assert_int_equal(plant(s, to, other + kyv_record_at(from)),
						 REFUSED);
	report(s, "records of another file");
	/* Its header over these records, and each of its slots. */
	put(s, 0, other, KYV_RECORDS_AT);
	assert_int_equal(look(s, WHOLE), REFUSED);
	heal_all(s);
	for (unsigned to = 0; to < 2; to++) {
		for (unsigned from = 0; from < 2; from++) {
			put(s, to * KYV_SLOT, other + from * KYV_SLOT, KYV_SLOT);
			assert_int_equal(look(s, WHOLE), REFUSED);
			heal(s, to * KYV_SLOT, KYV_SLOT);
		}
	}
	report(s, "header slots of another file");
	free(other);
}

/* -- older generations --------------------------------------------------------- */

enum { AGES = 5 };
/* The file at each step of its life, of three whole chunks whose number was not known at first. */
static void live(struct siege *s, unsigned char *ages[AGES], size_t lens[AGES])
{
	static unsigned char chunk[VAULT_CHUNK];
	struct box *b = s->box;
	struct vault_meta meta = { .title = "young" };
	struct vault_writer *w;
	bytes_cut(b, NAME, 0);
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", b->vault, NAME);
	assert_int_equal(unlink(path), 0);
	check_ok(w = vault_create(b->v, NAME, &meta, SOURCE_SIZE_UNKNOWN, err));
	for (unsigned i = 0; i < 3; i++) {
		memcpy(chunk, sealed_text() + i * CHUNK, CHUNK);
		check_ok(vault_write_chunk(w, i, chunk, CHUNK, err));
	}
	ages[0] = bytes_read(b, NAME, &lens[0]); /* size unknown */
	check_ok(vault_set_size(w, 3 * CHUNK, err));
	ages[1] = bytes_read(b, NAME, &lens[1]); /* known, partial */
	check_ok(vault_finish(w, NAME, NULL, err));
	ages[2] = bytes_read(b, NAME, &lens[2]);
	meta.title = "old";
	check_ok(vault_set_meta(w, &meta, err));
	for (unsigned i = 0; i < 3; i++) { /* mended: the same bytes under other nonces */
		memcpy(chunk, sealed_text() + i * CHUNK, CHUNK);
		check_ok(vault_write_chunk(w, i, chunk, CHUNK, err));
	}
	ages[3] = bytes_read(b, NAME, &lens[3]);
	check_ok(vault_set_meta(w, &meta, err));
	ages[4] = bytes_read(b, NAME, &lens[4]);
	vault_writer_free(w);
	close(s->fd);
	s->fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(s->fd >= 0);
	free(s->good);
	s->good = bytes_read(b, NAME, &s->len);
}

static void older_generations(void **state)
{
	struct siege *s = *state;
	unsigned char *ages[AGES];
	size_t lens[AGES];
	live(s, ages, lens);
	/* Records of every age in every place: the same chunk of the same content reads, all else is refused. What was
	 * written as "not the last" is not the last. */
	for (unsigned age = 0; age < AGES; age++) {
		assert_true(lens[age] == s->len);
		for (unsigned from = 0; from < 3; from++) {
			for (unsigned to = 0; to < 3; to++) {
				put(s, kyv_record_at(to), ages[age] + kyv_record_at(from),
				    KYV_RECORD);
				bool true_one = from == to && !(age == 0 && to == 2);
				enum outcome end = look(s, WHOLE);
				assert_int_equal(end, true_one ? ORIGINAL : REFUSED);
				check_verdict(s, end);
				heal(s, kyv_record_at(to), KYV_RECORD);
			}
		}
	}
	report(s, "records of older generations");
	/* Each slot of each age in each place, two by two. That it is not the newest the database knows. */
	for (unsigned i = 0; i < 4 * AGES * AGES; i++) {
		unsigned first = i / 4 % AGES, second = i / 4 / AGES;
		put(s, 0, ages[first] + i % 2 * KYV_SLOT, KYV_SLOT);
		put(s, KYV_SLOT, ages[second] + i / 2 % 2 * KYV_SLOT, KYV_SLOT);
		look(s, WHOLE);
		heal(s, 0, KYV_RECORDS_AT);
	}
	report(s, "header slots of older generations");
	/* A header of one age over the records of another. */
	for (unsigned header = 0; header < AGES; header++) {
		for (unsigned records = 0; records < AGES; records++) {
			put(s, 0, ages[records], s->len);
			put(s, 0, ages[header], KYV_RECORDS_AT);
			look(s, WHOLE);
		}
	}
	heal_all(s);
	assert_int_equal(look(s, WHOLE), ORIGINAL);
	report(s, "a header of one age over the records of another");
	for (unsigned age = 0; age < AGES; age++)
		free(ages[age]);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, siege_setup, siege_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_header_bit), TEST(each_offset),       TEST(each_length),
		TEST(swapped_records), TEST(older_generations),
	};
	return cmocka_run_group_tests_name("vault_attack", tests, NULL, NULL);
}
