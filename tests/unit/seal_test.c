/* Bytes of several runs, in any order, into a vault file: what is in it afterwards, and that the running hash is that of
 * the whole. */
#include "unit.h"

#include <poll.h>
#include "../../src/backend/seal.h"
#include "kiyya/hash.h"

#define DEADLINE_MS 20000

struct room {
	char dir[256];
	char *keyring, *keyring_dir, *key_file;
	struct core core;
	struct seal *seal;
	struct chunkset there;
	bool ready, lighter, finished, failed;
	char hash[HASH_HEX_MAX], name[64];
};

static void on_ready(void *arg, const struct seal_state *s, const struct chunkset *there)
{
	struct room *r = arg;
	chunkset_copy(&r->there, there);
	r->ready = true;
}

static void on_written(void *arg, const struct seal_state *s)
{
}

static void on_lighter(void *arg)
{
	((struct room *)arg)->lighter = true;
}

static void on_finished(void *arg, const struct vault_info *info, const char *name,
			const char *hash)
{
	struct room *r = arg;
	r->finished = true;
	str_copy(r->hash, sizeof(r->hash), hash);
	str_copy(r->name, sizeof(r->name), name);
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

static void room_open(struct room *r)
{
	struct err err;
	*r = (struct room){ .ready = false };
	r->keyring = path_join(temp_dir_make(r->dir), "keyring");
	r->keyring_dir = path_join(r->dir, "keyring.d");
	r->key_file = path_join(r->dir, "key");
	wake_init(&r->core.chores_wake);
	r->core.chores = chores_new(2, &r->core.chores_wake, &err);
	struct vault_paths paths = { r->dir, r->keyring, r->keyring_dir, r->key_file };
	r->core.vault = vault_new(&paths, NULL, &err);
	r->core.transfers = 1;
	assert_true(r->core.chores && r->core.vault);
	if (!vault_unlock(r->core.vault, NULL, 0, NULL, &err))
		fail_msg("%s", err.text);
}

static void room_close(struct room *r)
{
	seal_close(r->seal);
	chores_free(r->core.chores);
	plain_pool_release(&r->core.plains);
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

static void open_seal(struct room *r, const char *file, bool create, uint64_t size)
{
	struct vault_meta meta = { .claim_id = "0123456789abcdef0123456789abcdef01234567",
				   .duration = INT64_MIN,
				   .release_time = INT64_MIN,
				   .size = (int64_t)size,
				   .last_modified = INT64_MIN };
	struct seal_events events = { .arg = r,
				      .ready = on_ready,
				      .written = on_written,
				      .lighter = on_lighter,
				      .finished = on_finished,
				      .mismatch = on_mismatch,
				      .failed = on_failed };
	r->ready = false;
	chunkset_release(&r->there);
	r->seal = seal_open(&r->core, file, create, &meta, size, &events);
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

static void check_file(struct room *r, uint64_t size)
{
	struct err err;
	struct hash *h = hash_new(HASH_SHA384);
	char hex[HASH_HEX_MAX];
	for (uint64_t i = 0; i < size; i++) {
		unsigned char b = byte_at(i);
		hash_add(h, &b, 1);
	}
	hash_hex(h, hex);
	hash_free(h);
	assert_string_equal(r->hash, hex);
	struct vault_verdict v;
	if (!vault_verify(r->core.vault, r->name, true, NULL, &v, &err))
		fail_msg("%s", err.text);
	assert_int_equal(v.n_bad, 0);
	assert_string_equal(v.hash, hex);
	vault_verdict_release(&v);
}

static void finish(struct room *r)
{
	while (!seal_is_idle(r->seal)) {
		r->lighter = false;
		wait_for(r, &r->lighter);
	}
	seal_finish(r->seal, "", false);
	wait_for(r, &r->finished);
}

/* The parts come from the end to the front: all but a few have to be read back. And in the order of the front: none has. */
static void test_any_order(void **state)
{
	static const uint64_t size = 9 * (UINT64_C(1) << 20) + 12345, part = 1u << 20;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct room r;
		room_open(&r);
		open_seal(&r, "0123456789abcdef0123456789abcdef.part", true, size);
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

/* Taken up with holes: what is there is told, hashed from the file, and not needed again. */
static void test_taken_up(void **state)
{
	static const uint64_t size = 64 * VAULT_CHUNK + 1;
	struct room r;
	room_open(&r);
	open_seal(&r, "0123456789abcdef0123456789abcdef.part", true, size);
	add(&r, 0, 0, 10 * VAULT_CHUNK + 99, size); /* the broken chunk is worth nothing */
	add(&r, 1, 20 * VAULT_CHUNK, 30 * VAULT_CHUNK, size);
	add(&r, 2, 64 * VAULT_CHUNK, size, size);
	wait_for(&r, &r.ready);
	while (!seal_is_idle(r.seal)) {
		r.lighter = false;
		wait_for(&r, &r.lighter);
	}
	seal_close(r.seal);
	open_seal(&r, "0123456789abcdef0123456789abcdef.part", false, size);
	wait_for(&r, &r.ready);
	for (uint64_t i = 0; i <= 64; i++)
		assert_int_equal(chunkset_has(&r.there, i),
				 i < 10 || (i >= 20 && i < 30) || i == 64);
	add(&r, 3, 30 * VAULT_CHUNK, 64 * VAULT_CHUNK, size);
	add(&r, 0, 10 * VAULT_CHUNK, 20 * VAULT_CHUNK, size);
	finish(&r);
	check_file(&r, size);
	room_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_taken_up),
	};
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
