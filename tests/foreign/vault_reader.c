/* A second reader of vault files, written from doc/vault-format.md alone.
 *
 *	vault_reader KEYRING KEYFILE FILE >plaintext	of a complete file
 *	vault_reader --list KEYRING KEYFILE FILE	what is there, of a file in any state
 *
 * It shares no code with kiyya, and each cipher is the one of the library kiyya does not use for it:
 * BLAKE2b and the wrapped keys are OpenSSL's here, the records libsodium's, and HChaCha20 stands
 * below. Only key-file slots of a keyring are known. Exit 0: all was there and
 * true. 1: it was not, and said why; what was written before is true. 2: wrong use.
 *
 * The list is a line each for state, size, generation, how many slots are good and the metadata, then for each chunk its
 * number with the SHA-256 of its plaintext, or "missing". */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char byte;

enum { KEY = 32, ID = 16, NONCE = 24, TAG = 16, CHUNK = 65536, SLOT = 4096, FIXED = 40 };

static _Noreturn void refuse(const char *why)
{
	fprintf(stderr, "vault_reader: %s\n", why);
	exit(1);
}

static uint64_t number(const byte *p, int bytes)
{
	uint64_t v = 0;
	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/* -- primitives ---------------------------------------------------------------- */

/* Keyed BLAKE2b with 32 bytes of output over the three parts. */
static void blake2b(byte out[KEY], const byte key[KEY], const void *a, size_t na, const void *b,
		    size_t nb, const void *c, size_t nc)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "BLAKE2BMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	size_t size = KEY, n = 0;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t("size", &size),
				OSSL_PARAM_construct_end() };
	if (!ctx || !EVP_MAC_init(ctx, key, KEY, params) || !EVP_MAC_update(ctx, a, na) ||
	    !EVP_MAC_update(ctx, b, nb) || !EVP_MAC_update(ctx, c, nc) ||
	    !EVP_MAC_final(ctx, out, &n, KEY) || n != KEY)
		refuse("this OpenSSL has no keyed BLAKE2b");
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

static uint32_t turn(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void quarter(uint32_t s[16], int a, int b, int c, int d)
{
	s[a] += s[b], s[d] = turn(s[d] ^ s[a], 16);
	s[c] += s[d], s[b] = turn(s[b] ^ s[c], 12);
	s[a] += s[b], s[d] = turn(s[d] ^ s[a], 8);
	s[c] += s[d], s[b] = turn(s[b] ^ s[c], 7);
}

/* draft-irtf-cfrg-xchacha, 2.2: the first and last rows after twenty rounds. */
static void hchacha20(byte out[KEY], const byte key[KEY], const byte nonce[16])
{
	uint32_t s[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	for (int i = 0; i < 8; i++)
		s[4 + i] = (uint32_t)number(key + 4 * i, 4);
	for (int i = 0; i < 4; i++)
		s[12 + i] = (uint32_t)number(nonce + 4 * i, 4);
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 4; i++)
			quarter(s, i, 4 + i, 8 + i, 12 + i);
		for (int i = 0; i < 4; i++)
			quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
	}
	for (int i = 0; i < 8; i++) {
		uint32_t word = s[i < 4 ? i : 8 + i];
		for (int k = 0; k < 4; k++)
			out[4 * i + k] = (byte)(word >> (8 * k));
	}
}

/* Half of XChaCha20-Poly1305: what is left is ChaCha20-Poly1305 under this key and nonce. */
static void halve(byte subkey[KEY], byte inner[12], const byte key[KEY], const byte nonce[NONCE])
{
	hchacha20(subkey, key, nonce);
	memset(inner, 0, 4);
	memcpy(inner + 4, nonce + 16, 8);
}

/* n bytes of ciphertext, its tag behind them: by OpenSSL. */
static bool open_sealed(byte *out, const byte *sealed, int n, const byte *ad, int ad_len,
			const byte nonce[NONCE], const byte key[KEY])
{
	byte subkey[KEY], inner[12], tag[TAG];
	halve(subkey, inner, key, nonce);
	memcpy(tag, sealed + n, TAG);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int got;
	bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, subkey, inner) &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag) &&
		  EVP_DecryptUpdate(ctx, NULL, &got, ad, ad_len) &&
		  EVP_DecryptUpdate(ctx, out, &got, sealed, n) &&
		  EVP_DecryptFinal_ex(ctx, out + got, &got);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* The same by libsodium. */
static bool open_record(byte *out, const byte *sealed, size_t n, const byte *ad, size_t ad_len,
			const byte nonce[NONCE], const byte key[KEY])
{
	byte subkey[KEY], inner[12];
	halve(subkey, inner, key, nonce);
	return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, n + TAG, ad,
							 ad_len, inner, subkey) == 0;
}

/* -- the keyring --------------------------------------------------------------- */

static size_t read_small(const char *path, byte *dst, size_t max)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		refuse("a file cannot be opened");
	size_t n = fread(dst, 1, max, f);
	if (ferror(f) || fgetc(f) != EOF)
		refuse("a keyring or key file is too long");
	fclose(f);
	return n;
}

static void open_ring(const char *ring_path, const char *key_path, byte id[ID], byte mk[KEY])
{
	static byte ring[48 + 8 * 160 + 32 + 1];
	byte kek[KEY + 1], ad[106], hash[KEY];
	size_t len = read_small(ring_path, ring, sizeof(ring) - 1);
	if (read_small(key_path, kek, KEY) != KEY)
		refuse("the key file is not 32 bytes long");
	size_t slots = len < 48 ? 0 : number(ring + 10, 2);
	if (slots == 0 || memcmp(ring, "KYRING01", 8) != 0 || number(ring + 8, 2) != 1 ||
	    len != 48 + slots * 160 + 32)
		refuse("not a keyring");
	for (size_t i = 0; i < slots; i++) {
		const byte *slot = ring + 48 + i * 160;
		byte commit[KEY];
		blake2b(commit, kek, "kyr1 commit", 12, slot, 32, "", 0);
		if (slot[0] != 2 || memcmp(commit, slot + 32, KEY) != 0)
			continue;
		memcpy(ad, ring, 10);
		memcpy(ad + 10, ring + 16, 32);
		memcpy(ad + 42, slot, 64);
		if (!open_sealed(mk, slot + 88, KEY, ad, sizeof(ad), slot + 64, kek))
			refuse("the wrapped master key does not open");
		blake2b(hash, mk, ring, len - 32, "", 0, "", 0);
		if (memcmp(hash, ring + len - 32, KEY) != 0)
			refuse("the keyring's hash is wrong");
		memcpy(id, ring + 16, ID);
		return;
	}
	refuse("the key file opens no slot of this keyring");
}

/* -- the file ------------------------------------------------------------------ */

struct vault {
	byte file_id[ID], content[KEY], meta[SLOT];
	uint64_t generation, size;
	int meta_len, good_slots;
	bool complete;
};

#define UNKNOWN UINT64_MAX

/* A slot that verifies and is newer than what v has goes into v. */
static void try_slot(const byte *raw, unsigned place, const byte id[ID], const byte mk[KEY],
		     struct vault *v)
{
	byte wk[KEY], fek[KEY], key[KEY], mac[KEY], ad[FIXED + ID];
	static byte meta[SLOT];
	if (memcmp(raw, "KYVAULT1\1\0\0\020\1\020\0\0", 16) != 0 || memcmp(raw + 64, id, ID) != 0)
		return;
	blake2b(wk, mk, "kyv1 wrap", 10, id, ID, "", 0);
	memcpy(ad, raw, FIXED);
	memcpy(ad + FIXED, id, ID);
	if (!open_sealed(fek, raw + 104, KEY, ad, sizeof(ad), raw + 80, wk))
		return;
	blake2b(key, fek, "kyv1 mac", 9, raw, FIXED, "", 0);
	blake2b(mac, key, raw, 4064, "", 0, "", 0);
	if (CRYPTO_memcmp(mac, raw + 4064, KEY) != 0)
		return;
	uint64_t generation = number(raw + 40, 8);
	int meta_len = (int)number(raw + 176, 2);
	memcpy(ad + FIXED, raw + 40, 8);
	blake2b(key, fek, "kyv1 meta", 10, raw, FIXED, "", 0);
	if (meta_len > 3864 ||
	    !open_sealed(meta, raw + 184, meta_len, ad, FIXED + 8, raw + 152, key))
		return;
	if (generation % 2 == place)
		refuse("a header slot lies in the wrong place");
	v->good_slots++;
	if (generation <= v->generation)
		return;
	v->generation = generation;
	v->complete = raw[48] == 1;
	v->size = number(raw + 56, 8);
	v->meta_len = meta_len;
	memcpy(v->meta, meta, (size_t)meta_len);
	memcpy(v->file_id, raw + 16, ID);
	blake2b(v->content, fek, "kyv1 content", 13, raw, FIXED, "", 0);
}

/* The next record; false: it does not open, or the file ends in it. *ret_end: nothing of it is there. */
static bool read_record(FILE *f, const struct vault *v, uint64_t i, size_t len, bool last,
			byte *plain, bool *ret_end)
{
	static byte record[CHUNK + NONCE + TAG];
	byte ad[ID + 8 + 1];
	memcpy(ad, v->file_id, ID);
	for (int k = 0; k < 8; k++)
		ad[ID + k] = (byte)(i >> (8 * k));
	ad[ID + 8] = last;
	size_t got = fread(record, 1, len + NONCE + TAG, f);
	*ret_end = got == 0;
	return got == len + NONCE + TAG &&
	       open_record(plain, record + NONCE, len, ad, sizeof(ad), record, v->content);
}

static uint64_t count_chunks(const struct vault *v)
{
	return v->size == UNKNOWN ? UNKNOWN : v->size == 0 ? 1 : (v->size + CHUNK - 1) / CHUNK;
}

static size_t chunk_len(const struct vault *v, uint64_t i)
{
	uint64_t rest = v->size == UNKNOWN ? CHUNK : v->size - i * CHUNK;
	return rest < CHUNK ? (size_t)rest : CHUNK;
}

static void copy_records(FILE *f, const struct vault *v)
{
	static byte plain[CHUNK];
	bool end;
	uint64_t n = count_chunks(v);
	for (uint64_t i = 0; i < n; i++) {
		size_t len = chunk_len(v, i);
		if (!read_record(f, v, i, len, i == n - 1, plain, &end))
			refuse(end ? "the file ends too early" : "a record does not open");
		if (fwrite(plain, 1, len, stdout) != len)
			refuse("standard output does not take it");
	}
	if (fgetc(f) != EOF)
		refuse("there is something behind the end");
}

static void list(FILE *f, const struct vault *v)
{
	static byte plain[CHUNK];
	uint64_t n = count_chunks(v);
	printf("state %s\n", v->complete ? "complete" : "partial");
	if (v->size == UNKNOWN)
		printf("size unknown\n");
	else
		printf("size %llu\n", (unsigned long long)v->size);
	printf("generation %llu\nslots %d\nmeta %.*s\n", (unsigned long long)v->generation,
	       v->good_slots, v->meta_len, (const char *)v->meta);
	for (uint64_t i = 0; i < n; i++) {
		byte hash[crypto_hash_sha256_BYTES];
		char hex[2 * sizeof(hash) + 1];
		bool end, opened = read_record(f, v, i, chunk_len(v, i), i == n - 1, plain, &end);
		if (v->size == UNKNOWN && end)
			break;
		crypto_hash_sha256(hash, plain, chunk_len(v, i));
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		printf("%llu %s\n", (unsigned long long)i, opened ? hex : "missing");
	}
}

int main(int argc, char **argv)
{
	bool listing = argc == 5 && strcmp(argv[1], "--list") == 0;
	if (argc != 4 && !listing) {
		fprintf(stderr, "usage: vault_reader [--list] KEYRING KEYFILE FILE\n");
		return 2;
	}
	char **names = argv + argc - 3;
	byte id[ID], mk[KEY];
	if (sodium_init() < 0)
		refuse("libsodium does not start");
	open_ring(names[0], names[1], id, mk);
	static byte header[2 * SLOT];
	static struct vault v;
	FILE *f = fopen(names[2], "rb");
	if (!f || fread(header, 1, sizeof(header), f) < SLOT)
		refuse("the vault file cannot be read");
	if (fseek(f, sizeof(header), SEEK_SET) != 0)
		refuse("the vault file cannot be read");
	try_slot(header, 0, id, mk, &v);
	try_slot(header + SLOT, 1, id, mk, &v);
	if (v.generation == 0)
		refuse("no header slot opens");
	if (listing)
		list(f, &v);
	else if (v.complete)
		copy_records(f, &v);
	else
		refuse("the file is not complete");
	fclose(f);
	if (fflush(stdout) != 0)
		refuse("standard output does not take it");
	return 0;
}
