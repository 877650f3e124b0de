/* The test vectors of doc/vault-format.md, made anew.
 *
 * With --print it writes the vectors as they stand in the page. */
#include "vault_support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include "kiyya/str.h"
#include "vault/format.h"
#include "vault/key.h"
#include "vault/record.h"
#include "vault/vault_inner.h"

#define PAGE_MAX (1u << 20)

/* Chance that counts: the draws are runs of one ascending sequence of bytes, and are remembered. */
enum { DRAWS_MAX = 32 };
struct draws {
	unsigned char next;
	size_t n;
	unsigned char v[DRAWS_MAX][KYV_KEY];
};
static void draw(void *arg, void *dst, size_t n)
{
	struct draws *d = arg;
	assert_true(d->n < DRAWS_MAX && n <= KYV_KEY);
	for (size_t i = 0; i < n; i++)
		((unsigned char *)dst)[i] = d->next++;
	memcpy(d->v[d->n++], dst, n);
}
/* In the order in which a first ring and a first file take them. */
enum {
	MASTER_ID,
	RING_ID,
	MASTER_KEY,
	KEY_FILE,
	SALT,
	RING_NONCE,
	FILE_ID,
	FILE_KEY,
	WRAP_NONCE,
	META_NONCE_1,
	RECORD_NONCE,
	META_NONCE_2,
	META_NONCE_3
};

static int64_t fixed_wall(const struct clock *c)
{
	return 1700000000;
}

static const char plain[] = "hello vault";
#define PLAIN_LEN (sizeof(plain) - 1)

static const char metadata[] = "{\"claim_id\":\"0123456789abcdef0123456789abcdef01234567\","
			       "\"title\":\"Vector\",\"media_type\":\"video/mp4\","
			       "\"duration\":61,\"size\":11}";
#define METADATA_LEN (sizeof(metadata) - 1)

/* Everything that the page shows, one line each: names with values, then files in lines of 32
 * bytes. */
struct lines {
	struct buf text;
};

static void put(struct lines *l, const char *name, const void *bytes, size_t n)
{
	char hex[2 * 256 + 1];
	assert_true(n <= 256);
	hex_encode(hex, bytes, n);
	buf_addf(&l->text, "%s = %s\n", name, hex);
}

static void put_file(struct lines *l, const char *name, const unsigned char *bytes, size_t n)
{
	static const unsigned char zeros[32];
	buf_addf(&l->text, "%s: %zu bytes\n", name, n);
	for (size_t at = 0; at < n; at += 32) {
		size_t len = n - at < 32 ? n - at : 32;
		char hex[65];
		hex_encode(hex, bytes + at, len);
		if (memcmp(bytes + at, zeros, len) != 0)
			buf_addf(&l->text, "%04zx %s\n", at, hex);
	}
}

/* The derivation once more, by the words of the page and not by our function. */
static void derive(unsigned char out[32], const unsigned char key[32], const char *context,
		   size_t context_len, const void *data, size_t n)
{
	crypto_generichash_state s;
	crypto_generichash_init(&s, key, 32, 32);
	crypto_generichash_update(&s, (const unsigned char *)context, context_len);
	crypto_generichash_update(&s, data, n);
	crypto_generichash_final(&s, out, 32);
}

static void put_derived(struct lines *l, const char *name, const unsigned char key[32],
			const char *context, const void *data, size_t n)
{
	unsigned char out[32], ours[32];
	derive(out, key, context, strlen(context) + 1, data, n);
	key_derive(ours, key, context, data, n);
	assert_memory_equal(out, ours, 32);
	put(l, name, out, 32);
}

/* What opens out of the newest slot, by the words of the page. */
static void put_metadata(struct lines *l, const struct draws *d, const unsigned char *file)
{
	unsigned char key[32], ad[48], text[METADATA_LEN];
	derive(key, d->v[FILE_KEY], "kyv1 meta", 10, file, 40);
	memcpy(ad, file, 48); /* const and generation */
	assert_int_equal(file[176] | file[177] << 8, METADATA_LEN);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(
			     text, NULL, NULL, file + 184, METADATA_LEN + 16, ad, sizeof(ad),
			     d->v[META_NONCE_3], key),
			 0);
	assert_memory_equal(text, metadata, METADATA_LEN);
	put(l, "metadata", text, METADATA_LEN);
}

static void put_keys(struct lines *l, const struct draws *d, const unsigned char *file,
		     const unsigned char *ring)
{
	static const char *const names[] = {
		"master_id",    "ring_id",      "master_key",   "key_file",   "salt",
		"ring_nonce",   "file_id",      "file_key",     "wrap_nonce", "meta_nonce_1",
		"record_nonce", "meta_nonce_2", "meta_nonce_3",
	};
	static const size_t sizes[] = { 16, 16, 32, 32, 16, 24, 16, 32, 24, 24, 24, 24, 24 };
	assert_int_equal(d->n, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		put(l, names[i], d->v[i], sizes[i]);
	put_derived(l, "commit", d->v[KEY_FILE], "kyr1 commit", ring + 48, 32);
	put_derived(l, "wrap_key", d->v[MASTER_KEY], "kyv1 wrap", d->v[MASTER_ID], 16);
	put_derived(l, "content_key", d->v[FILE_KEY], "kyv1 content", file, 40);
	put_derived(l, "mac_key", d->v[FILE_KEY], "kyv1 mac", file, 40);
	put_derived(l, "meta_key", d->v[FILE_KEY], "kyv1 meta", file, 40);
	put(l, "const", file, 40);
	put(l, "plaintext", plain, PLAIN_LEN);
	put_metadata(l, d, file);
	/* Argon2id, cheap: one pass over 8 KiB. */
	unsigned char kek[32];
	assert_int_equal(crypto_pwhash(kek, 32, "correct horse", 13, d->v[SALT], 1, 8192,
				       crypto_pwhash_ALG_ARGON2ID13),
			 0);
	put(l, "passphrase_kek", kek, 32);
}

/* Makes the ring and the file of the page in b. */
static void make_all(struct box *b, struct lines *l)
{
	struct draws d = { 0 };
	static const struct clock fixed = { .wall = fixed_wall };
	const struct vault_seams seams = { .io = io_real(),
					   .clock = &fixed,
					   .chance = { draw, &d } };
	struct vault_paths paths = box_paths(b);
	check_ok(b->v = vault_new_with(&paths, &seams, err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	const struct vault_meta meta = {
		.claim_id = "0123456789abcdef0123456789abcdef01234567",
		.title = "Vector",
		.media_type = "video/mp4",
		.duration = 61,
		.release_time = INT64_MIN,
		.size = PLAIN_LEN,
		.last_modified = INT64_MIN,
	};
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, "vector.kyv", &meta, PLAIN_LEN, err));
	check_ok(vault_write_chunk(w, 0, plain, PLAIN_LEN, err));
	check_ok(vault_finish(w, "vector.kyv", NULL, err));
	vault_writer_free(w);

	size_t file_len;
	unsigned char *file = bytes_read(b, "vector.kyv", &file_len);
	struct buf ring;
	check_ok(file_read_all(b->keyring, 10000, &ring, err));
	buf_init(&l->text, PAGE_MAX);
	put_keys(l, &d, file, (const unsigned char *)ring.data);
	put_file(l, "keyring", (const unsigned char *)ring.data, ring.len);
	put_file(l, "file", file, file_len);
	buf_release(&ring);
	free(file);
}

static void the_page(void **state)
{
	struct box b;
	struct lines l;
	box_make(&b);
	make_all(&b, &l);
	struct buf page;
	char path[600];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof(path), "%s/doc/vault-format.md", top ? top : "..");
	check_ok(file_read_all(path, PAGE_MAX, &page, err));
	if (!strstr(page.data, l.text.data))
		fail_msg("the vectors in %s are not these:\n%s", path, l.text.data);
	buf_release(&page);
	buf_release(&l.text);
	box_remove(&b);
}

static int print_page(void)
{
	struct box b;
	struct lines l;
	box_make(&b);
	make_all(&b, &l);
	fputs(l.text.data, stdout);
	buf_release(&l.text);
	box_remove(&b);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--print") == 0)
		return print_page();
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_page) };
	return cmocka_run_group_tests_name("vault_vectors", tests, NULL, NULL);
}
