/* Records against libsodium's own XChaCha20-Poly1305, byte for byte; and that no key is left in this
 * process once the vault is locked. */
#include "vault_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
#include "vault/key.h"
#include "vault/record.h"
#include "vault/vault_inner.h"
#include "vault/writer.h"

struct rig {
	struct keychain *chain;
	struct record_tools tools;
	unsigned char content[KYV_KEY], file_id[KYV_ID];
};

static void rig_make(struct rig *r)
{
	void *bytes;
	randombytes_buf_deterministic(r->content, sizeof(r->content),
				      (const unsigned char[randombytes_SEEDBYTES]){ 1 });
	memset(r->file_id, 0x42, sizeof(r->file_id));
	r->chain = keychain_new();
	r->tools.keys = secret_new(r->chain, NULL, sizeof(struct file_keys), &bytes);
	memcpy(((struct file_keys *)bytes)->content, r->content, KYV_KEY);
	secret_done(r->tools.keys);
	check_ok(r->tools.aead = aead_new(err));
}

static void rig_release(struct rig *r)
{
	aead_free(r->tools.aead);
	secret_unref(r->tools.keys);
	keychain_free(r->chain);
}

static size_t words_of_ad(const struct record_place *place, unsigned char ad[25])
{
	memcpy(ad, place->file_id, KYV_ID);
	for (int i = 0; i < 8; i++)
		ad[KYV_ID + i] = (unsigned char)(place->index >> 8 * i);
	ad[24] = place->last;
	return 25;
}

/* Ours opens with libsodium, and libsodium's is ours; one flipped bit and neither opens. */
static void agree(struct rig *r, int fd, const struct record_place *place, uint32_t dice)
{
	static unsigned char plain[VAULT_CHUNK], back[VAULT_CHUNK];
	static unsigned char ours[KYV_RECORD], theirs[KYV_RECORD], read[KYV_RECORD];
	const struct chance chance = { 0 };
	unsigned char ad[25];
	size_t ad_len = words_of_ad(place, ad);
	unsigned long long len = place->len + KYV_TAG, got = 0;
	plain_fill(dice, 0, plain, place->len);
	check_ok(record_seal(r->tools, &chance, place, plain, ours, err));
	memcpy(theirs, ours, KYV_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(RECORD_PLAIN(theirs), NULL, plain, place->len,
						   ad, ad_len, NULL, theirs, r->content);
	assert_memory_equal(ours, theirs, place->len + KYV_RECORD_EXTRA);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(back, &got, NULL,
								    RECORD_PLAIN(ours), len, ad,
								    ad_len, ours, r->content),
			 0);
	assert_true(got == place->len && memcmp(back, plain, place->len) == 0);

	off_t at = (off_t)kyv_record_at(place->index);
	size_t all = place->len + KYV_RECORD_EXTRA;
	bool opened = false;
	assert_true(pwrite(fd, theirs, all, at) == (ssize_t)all);
	memset(back, 0, sizeof(back));
	check_ok(record_read(fd, r->tools, place, read, back, &opened, err));
	assert_true(opened && memcmp(back, plain, place->len) == 0);
	theirs[dice % all] ^= (unsigned char)(1 << dice % 7);
	assert_true(pwrite(fd, theirs, all, at) == (ssize_t)all);
	check_ok(record_read(fd, r->tools, place, read, back, &opened, err));
	assert_false(opened);
}

static void two_libraries_agree(void **state)
{
	struct rig r;
	rig_make(&r);
	FILE *file = tmpfile();
	assert_non_null(file);
	static const size_t edges[] = { 0, 1, 15, 16, 17, 63, 64, 65, 65535, 65536 };
	enum { RANDOM = 200 };
	uint32_t dice[2 * RANDOM];
	randombytes_buf_deterministic(dice, sizeof(dice),
				      (const unsigned char[randombytes_SEEDBYTES]){ 2 });
	for (size_t i = 0; i < COUNT(edges) + RANDOM; i++) {
		uint32_t roll = dice[2 * (i % RANDOM)], other = dice[2 * (i % RANDOM) + 1];
		struct record_place place = { .file_id = r.file_id,
					      .index = roll % 5,
					      .len = i < COUNT(edges) ? edges[i]
								      : other % (VAULT_CHUNK + 1),
					      .last = roll & 64 };
		agree(&r, fileno(file), &place, other);
	}
	fclose(file);
	rig_release(&r);
}

/* -- what is left in memory ---------------------------------------------------- */

/* What is looked for, with every byte turned over: this test itself must not hold a key. */
enum { CHUNKS = 3, NEEDLES = 4 + CHUNKS, MASK = 0x5a };
struct needles {
	size_t n;
	unsigned char v[NEEDLES][KYV_KEY];
	const char *name[NEEDLES];
	bool locked; /* by now */
};

static void add_needle(struct needles *all, const char *name, const unsigned char *key)
{
	assert_true(all->n < NEEDLES);
	for (size_t i = 0; i < KYV_KEY; i++)
		all->v[all->n][i] = key[i] ^ MASK;
	all->name[all->n++] = name;
}

static bool is_needle(const unsigned char *at, const unsigned char *needle)
{
	for (size_t i = 0; i < KYV_KEY; i++)
		if ((at[i] ^ MASK) != needle[i])
			return false;
	return true;
}

static size_t search_one(const unsigned char *needle, const unsigned char *bytes, size_t n)
{
	size_t found = 0,
	       anchor = 0; /* most of memory is zeros: another byte finds its place faster */
	while (needle[anchor] == MASK)
		anchor++;
	const unsigned char *at = bytes + anchor, *end = bytes + n - (KYV_KEY - 1 - anchor);
	while (at < end && (at = memchr(at, needle[anchor] ^ MASK, (size_t)(end - at)))) {
		found += is_needle(at - anchor, needle);
		at++;
	}
	return found;
}

/* How many of them lie in these bytes; says which when none should. */
static size_t search(const struct needles *all, const unsigned char *bytes, size_t n)
{
	size_t found = 0;
	for (size_t k = 0; k < all->n && n >= KYV_KEY; k++) {
		size_t here = search_one(all->v[k], bytes, n);
		if (here && all->locked)
			print_message("%s is in memory\n", all->name[k]);
		found += here;
	}
	return found;
}

/* One mapping; bytes, of STEP + KYV_KEY, is where it is read to and is not looked at itself. */
enum { STEP = 1 << 20 };
static size_t search_mapping(const struct needles *all, int mem, unsigned char *bytes,
			     uintptr_t from, uintptr_t to)
{
	uintptr_t mine = (uintptr_t)bytes;
	size_t found = 0;
	for (uintptr_t at = from; at < to; at += STEP) {
		if (at < mine + STEP + KYV_KEY && mine < at + STEP + KYV_KEY)
			continue;
		ssize_t n = pread(mem, bytes, STEP + KYV_KEY, (off_t)at);
		if (n > 0)
			found += search(all, bytes, (size_t)n);
	}
	return found;
}

/* All of this process, also what it may not look at itself (/proc/self/mem may), but for mappings
 * of a sanitizer's size. */
static size_t search_process(const struct needles *all)
{
	const uintptr_t most = (uintptr_t)256 << 20;
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	unsigned char *bytes = malloc(STEP + KYV_KEY);
	if (!maps || mem < 0 || !bytes)
		fail_msg("this system does not show a process its memory");
	size_t found = 0;
	char line[512];
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && to - from <= most)
			found += search_mapping(all, mem, bytes, from, to);
	}
	free(bytes);
	close(mem);
	fclose(maps);
	return found;
}

struct work {
	struct box *b;
	struct vault_writer *w;
	struct source *s;
	bool ok;
};

static void note_keys(const struct work *work, struct needles *needles)
{
	struct secret *mk;
	struct err why;
	check_ok(vault_master_key(work->b->v, NULL, NULL, &mk, err));
	add_needle(needles, "the master key", secret_use(mk, &why));
	secret_done(mk);
	secret_unref(mk);
	const struct file_keys *keys = secret_use(work->w->header.keys, &why);
	assert_non_null(keys);
	add_needle(needles, "the content key", keys->content);
	add_needle(needles, "the header's key", keys->mac);
	add_needle(needles, "the metadata's key", keys->meta);
	secret_done(work->w->header.keys);
}

/* The keys of single records, from their nonces in the file. */
static void note_record_keys(const struct work *work, struct needles *needles)
{
	struct err why;
	const struct file_keys *keys = secret_use(work->w->header.keys, &why);
	assert_non_null(keys);
	for (uint64_t i = 0; i < CHUNKS; i++) {
		unsigned char nonce[KYV_NONCE], key[KYV_KEY];
		check_ok(file_read_at(work->w->fd, nonce, sizeof(nonce), kyv_record_at(i), err));
		crypto_core_hchacha20(key, nonce, keys->content, NULL);
		add_needle(needles, "a record's key", key);
		sodium_memzero(key, sizeof(key));
	}
	secret_done(work->w->header.keys);
}

/* On a thread of its own, whose stack stays where it is. */
static void *seal_and_read(void *arg)
{
	struct work *work = arg;
	struct err err;
	unsigned char byte;
	work->ok = true;
	for (uint64_t i = 0; i < CHUNKS; i++)
		work->ok = work->ok && plain_write(work->w, 9, i, &err);
	work->s = vault_open(work->b->v, "a.kyv", &err);
	for (uint64_t i = 0; i < CHUNKS && work->s; i++)
		work->ok =
		    work->ok && source_read_at(work->s, i * VAULT_CHUNK, &byte, 1, &err) == 1;
	return NULL;
}

static void no_key_after_a_lock(void **state)
{
	struct work work = { .b = *state };
	struct needles needles = { 0 };
	const struct vault_meta meta = { .title = "kept" };
	pthread_t thread;
	check_ok(work.w = vault_create(work.b->v, "a.kyv", &meta, CHUNKS * VAULT_CHUNK, err));
	assert_int_equal(pthread_create(&thread, NULL, seal_and_read, &work), 0);
	pthread_join(thread, NULL);
	assert_true(work.ok && work.s);
	note_keys(&work, &needles);
	assert_true(search_process(&needles) >= needles.n); /* the search finds what is there */
	note_record_keys(&work, &needles);
	needles.locked = true;
	vault_lock(work.b->v);
	assert_int_equal(search_process(&needles), 0);
	vault_writer_free(work.w);
	source_free(work.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_libraries_agree),
		cmocka_unit_test_setup_teardown(no_key_after_a_lock, box_setup, box_teardown),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
