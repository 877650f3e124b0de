/* Keys that change: another passphrase, another master key, rings that come and go, and the agent; each of them
 * also with a disk that fails at every call. */
#include "vault_support.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/vault_keys.h"
#include "vault/keyring.h"
#include "vault/vault_inner.h"

#define WORD(s) (&(struct vault_passphrase){ s, sizeof(s) - 1 })
#define NO_WORD (&(struct vault_passphrase){ NULL, 0 })

static void anew(struct box *b)
{
	vault_free(b->v);
	struct vault_paths paths = box_paths(b);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
	b->v->cost = (struct ring_cost){ 1, 8192 };
}

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	box_make(b);
	fault_arm(0, FAULT_NONE);
	anew(b);
	*state = b;
	return 0;
}

static void current_id(const struct box *b, char id[33])
{
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
}

/* As digits, such as "12": a passphrase slot, then a key file's. */
static const char *slots(const struct box *b)
{
	static char text[9];
	char id[33];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('0' + types[i]);
	text[n] = '\0';
	return text;
}

static void open_with(struct box *b, const char *word)
{
	anew(b);
	check_ok(vault_unlock(b->v, word, word ? strlen(word) : 0, NULL, err));
}

static void copy_file(const char *from, const char *to)
{
	struct buf bytes;
	check_ok(file_read_all(from, 10000, &bytes, err));
	check_ok(file_write_atomic(NULL, to, bytes.data, bytes.len, 0600, err));
	buf_release(&bytes);
}

/* A partial file with its first chunk. */
static void seal_part(struct box *b, const char *name, uint64_t size)
{
	struct vault_writer *w;
	const struct vault_meta meta = { .title = "Half of it" };
	check_ok(w = vault_create(b->v, name, &meta, size, err));
	unsigned char chunk[VAULT_CHUNK];
	plain_fill(4, 0, chunk, sizeof(chunk));
	check_ok(vault_write_chunk(w, 0, chunk, sizeof(chunk), err));
	check_ok(vault_writer_sync(w, err));
	vault_writer_free(w);
}

static void check_part(struct box *b, const char *name)
{
	struct source *s;
	unsigned char got[100], want[100];
	check_ok(s = vault_open(b->v, name, err));
	check_ok(source_read_at(s, 1000, got, sizeof(got), err) == sizeof(got));
	plain_fill(4, 1000, want, sizeof(want));
	assert_memory_equal(got, want, sizeof(got));
	assert_string_equal(vault_source_info(s)->meta.title, "Half of it");
	source_free(s);
}

static void seal_some(struct box *b)
{
	plain_seal(b, "whole.kyv", 1, 2 * VAULT_CHUNK + 7);
	plain_seal(b, "empty.kyv", 2, 0);
	seal_part(b, "part.kyv", 3 * VAULT_CHUNK);
	seal_part(b, "unknown.kyv", SOURCE_SIZE_UNKNOWN);
}

static void check_some(struct box *b)
{
	plain_check(b, "whole.kyv", 1, 2 * VAULT_CHUNK + 7, 70000);
	plain_check(b, "empty.kyv", 2, 0, 1);
	check_part(b, "part.kyv");
	check_part(b, "unknown.kyv");
}

/* -- another passphrase ------------------------------------------------------------ */

static void from_key_file_to_passphrase(void **state)
{
	struct box *b = *state;
	bool gone = false;
	open_with(b, NULL);
	seal_some(b);
	char id[33], again[33];
	current_id(b, id);
	size_t n;
	unsigned char *before = bytes_read(b, "whole.kyv", &n);
	check_fails(ERR_USAGE, vault_passwd(b->v, WORD(""), &gone, err));
	check_ok(vault_passwd(b->v, WORD("first"), &gone, err));
	assert_true(gone && access(b->key, F_OK) != 0);
	assert_string_equal(slots(b), "1");
	current_id(b, again);
	assert_string_equal(id, again);
	size_t n_after;
	unsigned char *after = bytes_read(b, "whole.kyv", &n_after);
	assert_true(n == n_after && memcmp(before, after, n) == 0); /* untouched */
	free(before);
	free(after);

	anew(b);
	assert_true(vault_wants_passphrase(b->v));
	check_fails(ERR_LOCKED, vault_unlock(b->v, NULL, 0, NULL, err));
	check_fails(ERR_LOCKED, vault_unlock(b->v, "second", 6, NULL, err));
	check_fails(ERR_LOCKED, vault_passwd(b->v, WORD("third"), &gone, err));
	check_ok(vault_unlock(b->v, "first", 5, NULL, err));
	check_some(b);
	check_ok(vault_passwd(b->v, WORD("second"), &gone, err));
	assert_false(gone);
	assert_string_equal(slots(b), "1");
	anew(b);
	check_fails(ERR_LOCKED, vault_unlock(b->v, "first", 5, NULL, err));
	check_ok(vault_unlock(b->v, "second", 6, NULL, err));
	check_some(b);
}

/* A ring of several slots, as another program may write it. */
static void ring_of(struct box *b, const char *const words[], bool key_file)
{
	struct ring r;
	struct secret *mk = vault_new_master_key(b->v);
	ring_init(&r, &b->v->seams.chance);
	if (key_file)
		check_ok(vault_add_key_file_slot(b->v, &r, mk, true, err));
	for (size_t i = 0; words[i]; i++)
		check_ok(vault_add_passphrase_slot(
		    b->v, &r, mk, &(struct vault_passphrase){ words[i], strlen(words[i]) }, err));
	check_ok(ring_close(&r, mk, err));
	check_ok(keyring_install(fault_io(), b->keyring, &r, mk, err));
	secret_unref(mk);
}

static void others_stay(void **state)
{
	struct box *b = *state;
	bool gone = false;
	ring_of(b, (const char *const[]){ "a", "b", "c", NULL }, false);
	open_with(b, "b");
	check_ok(vault_passwd(b->v, WORD("d"), &gone, err));
	assert_string_equal(slots(b), "111");
	open_with(b, "a");
	open_with(b, "c");
	open_with(b, "d");
	anew(b);
	check_fails(ERR_LOCKED, vault_unlock(b->v, "b", 1, NULL, err));
	/* The key file opened it: which of the three is meant nobody knows. */
	ring_of(b, (const char *const[]){ "a", "b", NULL }, true);
	open_with(b, NULL);
	check_fails(ERR_LOCKED, vault_passwd(b->v, WORD("d"), &gone, err));
	assert_string_equal(slots(b), "211");
	open_with(b, "a");
	check_ok(vault_passwd(b->v, WORD("d"), &gone, err));
	assert_string_equal(slots(b), "11");
	open_with(b, "b");
	/* Eight, and one is replaced. */
	ring_of(b, (const char *const[]){ "1", "2", "3", "4", "5", "6", "7", "8", NULL }, false);
	open_with(b, "5");
	check_ok(vault_passwd(b->v, WORD("9"), &gone, err));
	assert_string_equal(slots(b), "11111111");
	open_with(b, "8");
	open_with(b, "9");
}

static void faults_of_passwd(void **state)
{
	struct box *b = *state;
	for (int way = FAULT_FAILS; way <= FAULT_TEARS; way++) {
		unsigned nth = 1;
		for (bool met = true; met; nth++) {
			assert_true(nth < 30);
			ring_of(b, (const char *const[]){ "old", NULL }, false);
			open_with(b, "old");
			plain_seal(b, "a.kyv", 1, 10);
			bool gone;
			fault_arm(nth, (enum fault_way)way);
			bool ok = vault_passwd(b->v, WORD("new"), &gone, NULL);
			met = fault_was_met();
			fault_arm(0, FAULT_NONE);
			anew(b);
			bool old = vault_unlock(b->v, "old", 3, NULL, NULL);
			/* The directory's sync comes after the rename: the new one is there already. */
			bool new = vault_unlock(b->v, "new", 3, NULL, NULL);
			assert_true(old != new);
			assert_true(!ok || new);
			plain_check(b, "a.kyv", 1, 10, 10);
			char path[600];
			snprintf(path, sizeof(path), "%s/a.kyv", b->vault);
			unlink(path);
		}
		assert_true(nth > 4);
	}
}

/* -- another master key ------------------------------------------------------------ */

static void rotated(void **state)
{
	struct box *b = *state;
	struct vault_rotation r;
	check_fails(ERR_LOCKED, vault_rotate(b->v, NO_WORD, &r, err));
	open_with(b, NULL);
	seal_some(b);
	char old[33], id[33];
	current_id(b, old);
	check_ok(vault_rotate(b->v, NO_WORD, &r, err));
	current_id(b, id);
	assert_string_not_equal(old, id);
	assert_string_equal(r.old_id, old);
	assert_true(r.files == 4 && r.failed == 0 && !r.resumed);
	assert_int_equal(r.dropped[1] + r.dropped[2] + r.dropped[3], 0);
	assert_false(vault_rotation_is_cut_off(b->v));
	check_some(b);
	open_with(b, NULL);
	check_some(b);
	struct source *s;
	check_ok(s = vault_open(b->v, "part.kyv", err));
	assert_string_equal(vault_source_info(s)->master_key_id, id);
	assert_false(vault_source_info(s)->one_slot);
	source_free(s);
	/* Partial ones are resumed. */
	struct vault_writer *w;
	check_ok(w = vault_resume(b->v, "part.kyv", NULL, NULL, err));
	assert_true(vault_has_chunk(w, 0));
	vault_writer_free(w);
	/* Nobody needs the old ring: without it all is as before. */
	check_fails(ERR_USAGE, vault_forget_ring(b->v, id, err));
	check_fails(ERR_USAGE, vault_forget_ring(b->v, "../keyring", err));
	check_ok(vault_forget_ring(b->v, old, err));
	check_fails(ERR_NOT_FOUND, vault_forget_ring(b->v, old, err));
	open_with(b, NULL);
	check_some(b);
}

static void only_what_was_given(void **state)
{
	struct box *b = *state;
	struct vault_rotation r;
	ring_of(b, (const char *const[]){ "a", "b", NULL }, true);
	open_with(b, NULL);
	seal_some(b);
	check_fails(ERR_LOCKED, vault_rotate(b->v, WORD("wrong"), &r, err));
	assert_string_equal(slots(b), "211");
	check_ok(vault_rotate(b->v, WORD("b"), &r, err));
	assert_string_equal(slots(b), "12");
	assert_true(r.dropped[1] == 1 && r.dropped[2] == 0);
	open_with(b, "b");
	check_some(b);
	check_ok(vault_rotate(b->v, NO_WORD, &r, err));
	assert_string_equal(slots(b), "2");
	assert_true(r.dropped[1] == 1 && r.dropped[2] == 0);
	open_with(b, NULL);
	check_some(b);
	/* Nothing that could be kept. */
	ring_of(b, (const char *const[]){ "a", NULL }, false);
	open_with(b, "a");
	check_fails(ERR_LOCKED, vault_rotate(b->v, NO_WORD, &r, err));
}

/* A file with one good slot comes out with two; one that does not open stays, and is told. */
static void bad_files(void **state)
{
	struct box *b = *state;
	struct vault_rotation r;
	open_with(b, NULL);
	seal_some(b);
	plain_seal(b, "gone.kyv", 3, 10);
	static const unsigned char zeros[8192];
	bytes_patch(b, "whole.kyv", 100, zeros, 50);
	bytes_patch(b, "gone.kyv", 90, zeros, 60);
	bytes_patch(b, "gone.kyv", 4096 + 90, zeros, 60);
	bytes_write(b, "no-vault-file", zeros, sizeof(zeros));
	char old[33], path[600];
	current_id(b, old);
	check_ok(vault_rotate(b->v, NO_WORD, &r, err));
	assert_true(r.files == 4 && r.failed == 1);
	assert_int_equal(r.first.kind, ERR_DAMAGED);
	check_some(b);
	struct source *s;
	check_ok(s = vault_open(b->v, "whole.kyv", err));
	assert_false(vault_source_info(s)->one_slot);
	source_free(s);
	struct err why = { 0 };
	assert_false(vault_forget_ring(b->v, old, &why));
	assert_non_null(strstr(why.text, "1 file of"));
	snprintf(path, sizeof(path), "%s/gone.kyv", b->vault);
	unlink(path);
	check_ok(vault_forget_ring(b->v, old, err));
}

/* A kill is a call to the disk after which nothing more is done. Afterwards each file opens, with nothing done
 * about it; and a second rotation, or the next start, ends what was begun. */
static void killed_rotation(void **state)
{
	struct box *b = *state;
	unsigned nth = 1, cut_off = 0;
	for (bool met = true; met; nth++) {
		assert_true(nth < 200);
		struct vault_rotation r;
		char id[33];
		box_remove(b);
		box_make(b);
		open_with(b, NULL);
		seal_some(b);
		fault_arm(nth, nth % 2 ? FAULT_TEARS : FAULT_FAILS);
		bool ok = vault_rotate(b->v, NO_WORD, &r, NULL);
		met = fault_was_met();
		fault_arm(0, FAULT_NONE);
		assert_true(ok || met);
		open_with(b, NULL);
		check_some(b);
		bool is_cut = vault_rotation_is_cut_off(b->v);
		cut_off += is_cut;
		if (nth % 3 == 0)
			check_ok(vault_rotation_end(b->v, &r, err));
		else
			check_ok(vault_rotate(b->v, NO_WORD, &r, err));
		assert_false(vault_rotation_is_cut_off(b->v));
		assert_int_equal(r.failed, 0);
		open_with(b, NULL);
		check_some(b);
		/* Whatever lies beside is not needed any more. */
		current_id(b, id);
		struct secret *mk;
		unsigned char raw[KYV_ID];
		size_t n;
		check_ok(vault_master_key(b->v, NULL, raw, &mk, err));
		secret_unref(mk);
		check_ok(vault_count_files(b->v, raw, &n, err));
		assert_int_equal(n, 4);
		open_with(b, NULL);
		check_some(b);
	}
	assert_true(nth > 30 && cut_off > 10);
}

/* -- rings that travel ------------------------------------------------------------- */

static void there_and_back(void **state)
{
	struct box *b = *state;
	char out[600], id[33], got[33];
	bool current;
	open_with(b, NULL);
	seal_some(b);
	current_id(b, id);
	snprintf(out, sizeof(out), "%s/out", b->root);
	check_ok(vault_export_ring(b->v, out, WORD("travel"), err));
	assert_string_equal(slots(b), "2"); /* its own stays what it was */

	unlink(b->keyring);
	unlink(b->key);
	anew(b);
	check_ok(vault_import_ring(b->v, out, false, got, &current, err));
	assert_true(current);
	assert_string_equal(got, id);
	check_fails(ERR_LOCKED, vault_unlock(b->v, "other", 5, NULL, err));
	check_ok(vault_unlock(b->v, "travel", 6, NULL, err));
	check_some(b);

	/* Where there is a ring, it lies beside that. */
	ring_of(b, (const char *const[]){ "mine", NULL }, false);
	anew(b);
	check_ok(vault_import_ring(b->v, out, false, got, &current, err));
	assert_false(current);
	check_ok(vault_import_ring(b->v, out, false, got, &current, err)); /* the same once more */
	open_with(b, "mine");
	check_fails(ERR_LOCKED, vault_open(b->v, "whole.kyv", err));
	struct err why = { 0 };
	assert_false(vault_forget_ring(b->v, id, &why));
	assert_int_equal(why.kind, ERR_USAGE);
	assert_non_null(strstr(why.text, "4 files"));
	/* Another ring of the same key only if told so. */
	copy_file(out, b->keyring);
	open_with(b, "travel");
	check_ok(vault_export_ring(b->v, out, WORD("mine"), err));
	check_fails(ERR_USAGE, vault_import_ring(b->v, out, false, got, &current, err));
	check_ok(vault_import_ring(b->v, out, true, got, &current, err));
	ring_of(b, (const char *const[]){ "mine", NULL }, false);
	open_with(b, "mine"); /* both of them */
	check_some(b);
	bytes_write(b, "noise", "not a ring", 10);
	snprintf(out, sizeof(out), "%s/noise", b->vault);
	check_fails(ERR_DAMAGED, vault_import_ring(b->v, out, true, got, &current, err));
	check_fails(ERR_NOT_FOUND, vault_import_ring(b->v, "/nowhere", true, got, &current, err));
}

static void faults_of_import(void **state)
{
	struct box *b = *state;
	char out[600], got[33];
	bool current;
	open_with(b, NULL);
	snprintf(out, sizeof(out), "%s/out", b->root);
	check_ok(vault_export_ring(b->v, out, WORD("travel"), err));
	unsigned nth = 1;
	for (bool met = true; met; nth++) {
		assert_true(nth < 30);
		unlink(b->keyring);
		fault_arm(nth, FAULT_TEARS);
		bool ok = vault_import_ring(b->v, out, false, got, &current, NULL);
		met = fault_was_met();
		fault_arm(0, FAULT_NONE);
		assert_true(ok || met);
		if (access(b->keyring, F_OK) == 0)
			open_with(b, "travel");
	}
	assert_true(nth > 4);
}

/* -- damage ------------------------------------------------------------------------ */

/* Each bit of a ring of two slots: refused as damaged, or, where only the other slot has changed and the ring's own
 * hash sees it, refused too. Never another key, never a crash. */
static void every_bit_of_two_slots(void **state)
{
	struct box *b = *state;
	ring_of(b, (const char *const[]){ "word", NULL }, true);
	struct buf good;
	check_ok(file_read_all(b->keyring, 10000, &good, err));
	for (size_t at = 0; at < good.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			good.data[at] ^= (char)(1u << bit);
			check_ok(file_write_atomic(fault_io(), b->keyring, good.data, good.len,
						   0600, err));
			good.data[at] ^= (char)(1u << bit);
			vault_lock(b->v);
			check_fails(ERR_DAMAGED, vault_unlock(b->v, NULL, 0, NULL, err));
			check_fails(ERR_DAMAGED, vault_unlock(b->v, "word", 4, NULL, err));
		}
	}
	buf_release(&good);
}

/* -- the agent --------------------------------------------------------------------- */

static void the_agent(void **state)
{
	struct box *b = *state;
	struct err why = { 0 };
	open_with(b, "word");
	plain_seal(b, "a.kyv", 1, 10);
	assert_true(vault_agent_seconds(b->v) == -1);
	if (!vault_agent_fill(b->v, 60, &why)) {
		assert_int_equal(why.kind, ERR_LOCKED);
		print_message("no agent here: %s\n", why.text);
		return;
	}
	int64_t left = vault_agent_seconds(b->v);
	assert_true(left > 0 && left <= 60);
	anew(b);
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	plain_check(b, "a.kyv", 1, 10, 10);
	/* What is given comes first, and is wrong. */
	anew(b);
	check_fails(ERR_LOCKED, vault_unlock(b->v, "wrong", 5, NULL, err));
	/* It opened the ring; the only passphrase is the one to be replaced. */
	bool gone;
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	check_ok(vault_passwd(b->v, WORD("other"), &gone, err));
	assert_string_equal(slots(b), "1");
	/* A secret that the agent does not have is wanted for a new key. */
	struct vault_rotation r;
	check_fails(ERR_LOCKED, vault_rotate(b->v, NO_WORD, &r, err));
	check_ok(vault_rotate(b->v, WORD("other"), &r, err));
	assert_true(vault_agent_seconds(b->v) == -1);
	check_ok(vault_agent_fill(b->v, 0, err));
	assert_true(vault_agent_seconds(b->v) == INT64_MAX);
	check_ok(vault_agent_drop(b->v, err));
	check_ok(vault_agent_drop(b->v, err));
	assert_true(vault_agent_seconds(b->v) == -1);
	anew(b);
	check_fails(ERR_LOCKED, vault_unlock(b->v, NULL, 0, NULL, err));
	check_fails(ERR_LOCKED, vault_agent_fill(b->v, 60, err));
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(from_key_file_to_passphrase),
		TEST(others_stay),
		TEST(faults_of_passwd),
		TEST(rotated),
		TEST(only_what_was_given),
		TEST(bad_files),
		TEST(killed_rotation),
		TEST(there_and_back),
		TEST(faults_of_import),
		TEST(every_bit_of_two_slots),
		TEST(the_agent),
	};
	return cmocka_run_group_tests_name("vault_rekey", tests, NULL, NULL);
}
