/* Keyrings: made, opened, refused, spoiled, and locked. */
#include "vault_support.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kiyya/hash.h"
#include "vault/keyring.h"
#include "vault/le.h"

static int folder_setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	box_make(b);
	struct vault_paths paths = box_paths(b);
	fault_arm(0, FAULT_NONE);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
	*state = b;
	return 0;
}

static void reopen(struct box *b)
{
	vault_free(b->v);
	struct vault_paths paths = box_paths(b);
	check_ok(b->v = vault_new(&paths, fault_io(), err));
}

static unsigned mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void first_use(void **state)
{
	struct box *b = *state;
	assert_false(vault_has_keyring(b->v));
	assert_false(vault_is_unlocked(b->v));
	char id[33] = "x", again[33];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	assert_string_equal(id, "");
	const struct vault_meta meta = { 0 };
	check_fails(ERR_LOCKED, vault_create(b->v, "a.kyv", &meta, 1, err));
	assert_int_not_equal(access(b->key, F_OK), 0);

	bool created = false;
	check_ok(vault_unlock(b->v, NULL, 0, &created, err));
	assert_true(created && vault_is_unlocked(b->v) && vault_has_keyring(b->v));
	assert_int_equal(mode_of(b->key), 0600);
	assert_int_equal(mode_of(b->keyring), 0600);
	vault_ring_info(b->v, id, types, &n);
	assert_int_equal(strlen(id), 32);
	assert_int_equal(n, 1);
	assert_int_equal(types[0], 2);
	check_ok(vault_unlock(b->v, NULL, 0, &created, err));
	assert_false(created);
	plain_seal(b, "a.kyv", 1, 100);

	reopen(b);
	check_fails(ERR_LOCKED, vault_open(b->v, "a.kyv", err));
	check_ok(vault_unlock(b->v, NULL, 0, &created, err));
	assert_false(created);
	vault_ring_info(b->v, again, types, &n);
	assert_string_equal(id, again);
	plain_check(b, "a.kyv", 1, 100, 100);
}

static void passphrase(void **state)
{
	struct box *b = *state;
	bool created = false;
	check_fails(ERR_USAGE, vault_unlock(b->v, "", 0, &created, err));
	assert_false(vault_has_keyring(b->v));
	check_ok(vault_unlock(b->v, "correct horse", 13, &created, err));
	assert_true(created && vault_is_unlocked(b->v));
	char id[33];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	assert_true(n == 1 && types[0] == 1);
	assert_int_not_equal(access(b->key, F_OK), 0); /* no key file beside it */
	plain_seal(b, "a.kyv", 1, 100);
	reopen(b);
	check_fails(ERR_LOCKED, vault_unlock(b->v, NULL, 0, NULL, err));
	check_fails(ERR_LOCKED, vault_unlock(b->v, "correct horsf", 13, NULL, err));
	check_fails(ERR_LOCKED, vault_unlock(b->v, "correct horse", 12, NULL, err));
	static char long_one[1025];
	check_fails(ERR_USAGE, vault_unlock(b->v, long_one, sizeof(long_one), NULL, err));
	assert_false(vault_is_unlocked(b->v));
	check_ok(vault_unlock(b->v, "correct horse", 13, NULL, err));
	plain_check(b, "a.kyv", 1, 100, 100);
	/* Open already: a wrong passphrase is still wrong. */
	check_fails(ERR_LOCKED, vault_unlock(b->v, "wrong", 5, NULL, err));
}

/* The first use with a passphrase makes a passphrase slot. */
static void passphrase_at_first_use(void **state)
{
	struct box *b = *state;
	bool created = false;
	check_ok(vault_unlock(b->v, "secret", 6, &created, err));
	assert_true(created);
	char id[33];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	assert_true(n == 1 && types[0] == 1);
}

static void key_file_gone_or_other(void **state)
{
	struct box *b = *state;
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	reopen(b);
	char aside[320];
	snprintf(aside, sizeof(aside), "%s.aside", b->key);
	assert_int_equal(rename(b->key, aside), 0);
	check_fails(ERR_LOCKED, vault_unlock(b->v, NULL, 0, NULL, err));
	unsigned char other[32] = { 1 };
	check_ok(file_write_atomic(NULL, b->key, other, 32, 0600, err));
	check_fails(ERR_LOCKED, vault_unlock(b->v, NULL, 0, NULL, err));
	check_ok(file_write_atomic(NULL, b->key, other, 31, 0600, err));
	check_fails(ERR_DAMAGED, vault_unlock(b->v, NULL, 0, NULL, err));
	unlink(b->key);
	assert_int_equal(symlink(aside, b->key), 0); /* not followed */
	struct err why = { 0 };
	assert_false(vault_unlock(b->v, NULL, 0, NULL, &why));
	unlink(b->key);
	assert_int_equal(rename(aside, b->key), 0);
	/* A ring with a key-file slot only does not look at a passphrase. */
	check_ok(vault_unlock(b->v, "whatever", 8, NULL, err));
}

static void another_ring(void **state)
{
	struct box *b = *state;
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	plain_seal(b, "a.kyv", 1, 100);
	char id[33], beside[360];
	unsigned char types[8];
	size_t n;
	vault_ring_info(b->v, id, types, &n);
	snprintf(beside, sizeof(beside), "%s/%s", b->rings, id);
	assert_int_equal(rename(b->keyring, beside), 0);
	char aside[400];
	snprintf(aside, sizeof(aside), "%s.aside", beside);
	assert_int_equal(rename(beside, aside), 0);

	/* Its ring is not here: the sentence names it. */
	reopen(b);
	bool created = false;
	check_ok(vault_unlock(b->v, NULL, 0, &created, err));
	assert_true(created);
	struct err why = { 0 };
	assert_null(vault_open(b->v, "a.kyv", &why));
	assert_int_equal(why.kind, ERR_LOCKED);
	assert_non_null(strstr(why.text, id));
	struct vault_verdict r;
	check_fails(ERR_LOCKED, vault_verify(b->v, "a.kyv", false, NULL, &r, err));

	/* Among the rings that were put away it is found. */
	assert_int_equal(rename(aside, beside), 0);
	reopen(b);
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	plain_check(b, "a.kyv", 1, 100, 100);
	plain_seal(b, "b.kyv", 1, 100);
	struct source *s;
	check_ok(s = vault_open(b->v, "b.kyv", err));
	assert_string_not_equal(vault_source_info(s)->master_key_id, id);
	source_free(s);
}

/* -- bytes --------------------------------------------------------------------- */

static void every_ring_bit(void **state)
{
	struct box *b = *state;
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	struct buf good;
	check_ok(file_read_all(b->keyring, 10000, &good, err));
	assert_int_equal(good.len, RING_HEAD + RING_SLOT + RING_HASH);
	for (size_t at = 0; at < good.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			good.data[at] ^= (char)(1u << bit);
			int fd = open(b->keyring, O_WRONLY);
			check_ok(file_write_at(NULL, fd, good.data, good.len, 0, err));
			close(fd);
			good.data[at] ^= (char)(1u << bit);
			vault_lock(b->v);
			check_fails(ERR_DAMAGED, vault_unlock(b->v, NULL, 0, NULL, err));
		}
	}
	for (size_t len = 0; len < good.len; len += 7) {
		check_ok(file_write_atomic(fault_io(), b->keyring, good.data, len, 0600, err));
		check_fails(ERR_DAMAGED, vault_unlock(b->v, NULL, 0, NULL, err));
	}
	buf_release(&good);
	static char big[5000];
	check_ok(file_write_atomic(fault_io(), b->keyring, big, sizeof(big), 0600, err));
	check_fails(ERR_DAMAGED, vault_unlock(b->v, NULL, 0, NULL, err));
}

/* Changes one number of a passphrase slot and makes its check right again, as someone who wants our
 * memory would. */
static void limits_of_a_slot(void **state)
{
	static const struct {
		unsigned type, kdf;
		uint64_t ops, mem;
		bool parses;
	} rows[] = {
		{ 1, 1, 3, 128 << 20, true },   { 1, 1, 16, 1 << 30, true },
		{ 1, 1, 17, 8192, false },      { 1, 1, 0, 8192, false },
		{ 1, 1, 3, 8191, false },       { 1, 1, 3, (1 << 30) + 1, false },
		{ 1, 1, 3, UINT64_MAX, false }, { 1, 1, UINT32_MAX, 8192, false },
		{ 1, 0, 3, 8192, false },       { 1, 2, 3, 8192, false },
		{ 2, 0, 0, 0, true },           { 2, 1, 0, 0, false },
		{ 2, 0, 1, 0, false },          { 2, 0, 0, 1, false },
		{ 3, 0, 0, 0, true },           { 0, 0, 0, 0, false },
		{ 4, 0, 0, 0, false },          { 255, 0, 0, 0, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ring r;
		ring_init(&r, &(struct chance){ 0 });
		unsigned char *slot = r.raw + RING_HEAD;
		r.raw[10] = 1;
		slot[0] = (unsigned char)rows[i].type;
		slot[1] = (unsigned char)rows[i].kdf;
		le_put(slot + 4, rows[i].ops, 4);
		le_put(slot + 8, rows[i].mem, 8);
		crypto_generichash(slot + 136, 16, slot, 136, NULL, 0);
		struct ring ret;
		struct err why = { 0 };
		if (ring_parse(r.raw, RING_HEAD + RING_SLOT + RING_HASH, &ret, &why) !=
		    rows[i].parses)
			fail_msg("row %zu: %s", i, why.text);
		if (!rows[i].parses)
			assert_int_equal(why.kind, ERR_DAMAGED);
	}
}

static struct secret *secret_of(struct keychain *chain, const void *bytes, size_t n)
{
	void *to;
	struct secret *s = secret_new(chain, NULL, n, &to);
	memcpy(to, bytes, n);
	secret_done(s);
	return s;
}

static void eight_slots(void **state)
{
	struct chance chance = { 0 };
	struct keychain *chain = keychain_new();
	unsigned char mk[32], key[32] = { 9 };
	random_bytes(mk, sizeof(mk));
	struct secret *master = secret_of(chain, mk, 32);
	struct ring r, back;
	ring_init(&r, &chance);
	static const char *const words[] = {
		"one", "two", "three", "four", "five", "six", "seven"
	};
	struct ring_cost cheap = { 1, 8192 };
	for (size_t i = 0; i < COUNT(words); i++)
		check_ok(ring_add_slot(
		    &r, chain, master,
		    &(struct ring_opener){ RING_PASSPHRASE, words[i], strlen(words[i]) }, cheap,
		    &chance, err));
	const struct ring_opener by_file = { RING_KEY_FILE, key, 32 };
	check_ok(ring_add_slot(&r, chain, master, &by_file, (struct ring_cost){ 0 }, &chance, err));
	check_fails(ERR_LIMIT, ring_add_slot(&r, chain, master, &by_file, (struct ring_cost){ 0 },
					     &chance, err));
	check_ok(ring_close(&r, master, err));
	assert_int_equal(ring_len(&r), RING_LEN_MAX);
	check_ok(ring_parse(r.raw, ring_len(&r), &back, err));
	for (size_t i = 0; i < COUNT(words); i++) {
		struct secret *s;
		check_ok(s = ring_open(
			     &back, chain,
			     &(struct ring_opener){ RING_PASSPHRASE, words[i], strlen(words[i]) },
			     NULL, err));
		const void *bytes;
		check_ok(bytes = secret_use(s, err));
		assert_memory_equal(bytes, mk, 32);
		secret_done(s);
		secret_unref(s);
	}
	struct secret *s;
	check_ok(s = ring_open(&back, chain, &by_file, NULL, err));
	secret_unref(s);
	check_fails(
	    ERR_LOCKED,
	    ring_open(&back, chain, &(struct ring_opener){ RING_PASSPHRASE, "eight", 5 }, NULL, err));
	check_fails(
	    ERR_LOCKED,
	    ring_open(&back, chain, &(struct ring_opener){ RING_SECRET_SERVICE, key, 32 }, NULL, err));
	secret_unref(master);
	keychain_free(chain);
}

/* Every call to the disk fails once while the first ring is made: then it is made, and nothing is
 * lost. */
static void faults_at_first_use(void **state)
{
	struct box *b = *state;
	unsigned nth = 1;
	for (;; nth++) {
		assert_true(nth < 30);
		fault_arm(nth, FAULT_TEARS);
		bool ok = vault_unlock(b->v, NULL, 0, NULL, NULL);
		bool met = fault_was_met();
		fault_arm(0, FAULT_NONE);
		if (!met) {
			assert_true(ok);
			break;
		}
		assert_false(ok);
		bool created;
		check_ok(vault_unlock(b->v, NULL, 0, &created, err));
		plain_seal(b, "a.kyv", 1, 10);
		reopen(b);
		check_ok(vault_unlock(b->v, NULL, 0, &created, err));
		assert_false(created);
		plain_check(b, "a.kyv", 1, 10, 10);
		reopen(b);
		unlink(b->keyring);
		unlink(b->key);
		char path[600];
		snprintf(path, sizeof(path), "%s/a.kyv", b->vault);
		unlink(path);
	}
	assert_true(nth > 8);
}

/* -- locking ------------------------------------------------------------------- */

static void lock_ends_all(void **state)
{
	struct box *b = *state;
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	plain_seal(b, "a.kyv", 1, 3 * VAULT_CHUNK);
	struct source *s, *clone;
	struct vault_writer *w;
	const struct vault_meta meta = { 0 };
	check_ok(s = vault_open(b->v, "a.kyv", err));
	check_ok(clone = source_clone(s, err));
	check_ok(w = vault_create(b->v, "b.kyv", &meta, 10, err));
	unsigned char byte;
	check_ok(source_read_at(s, 0, &byte, 1, err) == 1); /* its chunk lies in the reader now */
	vault_lock(b->v);
	assert_false(vault_is_unlocked(b->v));
	check_fails(ERR_LOCKED, source_read_at(s, 0, &byte, 1, err) >= 0);
	check_fails(ERR_LOCKED, source_read_at(clone, 0, &byte, 1, err) >= 0);
	check_fails(ERR_LOCKED, source_clone(s, err));
	check_fails(ERR_LOCKED, vault_write_chunk(w, 0, "0123456789", 10, err));
	check_fails(ERR_LOCKED, vault_set_meta(w, &meta, err));
	check_fails(ERR_LOCKED, vault_open(b->v, "a.kyv", err));
	check_fails(ERR_LOCKED, vault_resume(b->v, "b.kyv", NULL, NULL, err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	plain_check(b, "a.kyv", 1, 3 * VAULT_CHUNK, 70000);
	/* What was open before the lock stays shut. */
	check_fails(ERR_LOCKED, source_read_at(s, 0, &byte, 1, err) >= 0);
	source_free(clone);
	vault_writer_free(w);
	/* A source may outlive its vault. */
	vault_free(b->v);
	b->v = NULL;
	check_fails(ERR_LOCKED, source_read_at(s, 0, &byte, 1, err) >= 0);
	source_free(s);
}

static void a_doomed_parent(void **state)
{
	struct keychain *chain = keychain_new();
	void *bytes;
	struct secret *parent = secret_new(chain, NULL, 32, &bytes);
	keychain_wipe(chain); /* while it is in use */
	assert_true(secret_is_doomed(parent));
	struct secret *child = secret_new(chain, parent, 32, &bytes);
	secret_done(parent);
	secret_done(child);
	check_fails(ERR_LOCKED, secret_use(parent, err));
	check_fails(ERR_LOCKED, secret_use(child, err));
	struct secret *later = secret_new(chain, NULL, 32, &bytes);
	secret_done(later);
	check_ok(secret_use(later, err));
	secret_done(later);
	secret_unref(secret_ref(later));
	keychain_free(chain);
	secret_unref(parent);
	secret_unref(child);
	secret_unref(later);
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(first_use),
		TEST(passphrase),
		TEST(passphrase_at_first_use),
		TEST(key_file_gone_or_other),
		TEST(another_ring),
		TEST(every_ring_bit),
		cmocka_unit_test(limits_of_a_slot),
		cmocka_unit_test(eight_slots),
		TEST(faults_at_first_use),
		TEST(lock_ends_all),
		cmocka_unit_test(a_doomed_parent),
	};
	return cmocka_run_group_tests_name("vault_keyring", tests, NULL, NULL);
}
