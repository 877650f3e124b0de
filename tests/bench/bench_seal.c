/* What the vault costs over its ciphers: seals, opens and verifies the same chunks through it, through
 * libsodium alone and through libcrypto alone.
 *
 *	bench_seal [MiB]
 *
 * All write and read files of the same layout, unsynced, in rounds in which everyone has a turn; the
 * ratios are the medians of the rounds' ratios of speed (1: the layer costs nothing). */
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "kiyya/vault.h"

#define ROUNDS   9
#define RECORD   (24 + VAULT_CHUNK + 16)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static _Noreturn void die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_seal: %s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

/* The disk's own pace is not the question. */
static int no_sync(int fd, bool data_only)
{
	return 0;
}

struct bench {
	char root[256], raw[300], keyring[300], rings[300], key[300], vault[300], sealed[400];
	struct vault *v;
	uint64_t chunks;
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	unsigned char key_bytes[32], chunk[VAULT_CHUNK], record[RECORD], ad[25];
};

/* -- the libraries alone ------------------------------------------------------- */

static void sodium_seal_one(struct bench *b)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(b->record + 24, NULL, b->chunk, VAULT_CHUNK,
						   b->ad, sizeof(b->ad), NULL, b->record,
						   b->key_bytes);
}

static void sodium_open_one(struct bench *b)
{
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(b->chunk, NULL, NULL, b->record + 24,
						       VAULT_CHUNK + 16, b->ad, sizeof(b->ad),
						       b->record, b->key_bytes) != 0)
		die("opening", NULL);
}

/* The same cipher by way of HChaCha20, which libcrypto has not. */
static bool crypto_begin(struct bench *b, bool sealing)
{
	unsigned char key[32], nonce[12] = { 0 };
	int n;
	crypto_core_hchacha20(key, b->record, b->key_bytes, NULL);
	memcpy(nonce + 4, b->record + 16, 8);
	return EVP_CipherInit_ex2(b->ctx, b->cipher, key, nonce, sealing, NULL) == 1 &&
	       EVP_CipherUpdate(b->ctx, NULL, &n, b->ad, sizeof(b->ad)) == 1;
}

static void crypto_seal_one(struct bench *b)
{
	int n;
	unsigned char *tag = b->record + 24 + VAULT_CHUNK;
	if (!crypto_begin(b, true) ||
	    EVP_CipherUpdate(b->ctx, b->record + 24, &n, b->chunk, VAULT_CHUNK) != 1 ||
	    EVP_CipherFinal_ex(b->ctx, tag, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) != 1)
		die("sealing", NULL);
}

static void crypto_open_one(struct bench *b)
{
	int n;
	unsigned char *tag = b->record + 24 + VAULT_CHUNK;
	if (!crypto_begin(b, false) ||
	    EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) != 1 ||
	    EVP_CipherUpdate(b->ctx, b->chunk, &n, b->record + 24, VAULT_CHUNK) != 1 ||
	    EVP_CipherFinal_ex(b->ctx, b->chunk, &n) != 1)
		die("opening", NULL);
}

static void seal_all(struct bench *b, void (*seal_one)(struct bench *b))
{
	unlink(b->raw); /* as the vault does: a new file each time */
	int fd = open(b->raw, O_RDWR | O_CREAT | O_EXCL, 0600);
	for (uint64_t i = 0; i < b->chunks; i++) {
		memcpy(b->ad + 16, &i, sizeof(i));
		randombytes_buf(b->record, 24);
		seal_one(b);
		if (pwrite(fd, b->record, RECORD, (off_t)(8192 + i * RECORD)) != RECORD)
			die("writing", NULL);
	}
	close(fd);
}

static void open_all(struct bench *b, void (*open_one)(struct bench *b))
{
	int fd = open(b->raw, O_RDONLY);
	for (uint64_t i = 0; i < b->chunks; i++) {
		memcpy(b->ad + 16, &i, sizeof(i));
		if (pread(fd, b->record, RECORD, (off_t)(8192 + i * RECORD)) != RECORD)
			die("reading", NULL);
		open_one(b);
	}
	close(fd);
}

static void sodium_seal(struct bench *b)
{
	seal_all(b, sodium_seal_one);
}

static void sodium_open(struct bench *b)
{
	open_all(b, sodium_open_one);
}

static void crypto_seal(struct bench *b)
{
	seal_all(b, crypto_seal_one);
}

static void crypto_open(struct bench *b)
{
	open_all(b, crypto_open_one);
}

/* Of bytes in memory. */
static void sha384(struct bench *b)
{
	unsigned char digest[48];
	unsigned n;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha384(), NULL) == 1;
	for (uint64_t i = 0; i < b->chunks && ok; i++)
		ok = EVP_DigestUpdate(md, b->chunk, VAULT_CHUNK) == 1;
	if (!ok || EVP_DigestFinal_ex(md, digest, &n) != 1)
		die("hashing", NULL);
	EVP_MD_CTX_free(md);
}

/* -- the vault ----------------------------------------------------------------- */

static void vault_seal(struct bench *b)
{
	struct err err;
	const struct vault_meta meta = { .title = "bench" };
	unlink(b->sealed);
	struct vault_writer *w =
	    vault_create(b->v, "bench.kyv", &meta, b->chunks * VAULT_CHUNK, &err);
	if (!w)
		die("creating", &err);
	for (uint64_t i = 0; i < b->chunks; i++)
		if (!vault_write_chunk(w, i, b->chunk, VAULT_CHUNK, &err))
			die("sealing", &err);
	if (!vault_finish(w, "bench.kyv", NULL, &err))
		die("finishing", &err);
	vault_writer_free(w);
}

static void vault_open_all(struct bench *b)
{
	struct err err;
	struct source *s = vault_open(b->v, "bench.kyv", &err);
	if (!s)
		die("opening", &err);
	for (uint64_t i = 0; i < b->chunks; i++)
		if (source_read_at(s, i * VAULT_CHUNK, b->chunk, VAULT_CHUNK, &err) != VAULT_CHUNK)
			die("reading", &err);
	source_free(s);
}

static void verify(struct bench *b, bool with_hash)
{
	struct err err;
	struct vault_verdict verdict;
	if (!vault_verify(b->v, "bench.kyv", with_hash, NULL, &verdict, &err))
		die("verifying", &err);
	if (verdict.n_bad > 0 || (verdict.hash[0] != '\0') != with_hash)
		die("a verdict that is wrong", NULL);
	vault_verdict_release(&verdict);
}

static void vault_verify_all(struct bench *b)
{
	verify(b, true);
}

static void vault_verify_records(struct bench *b)
{
	verify(b, false);
}

/* -- the rounds ---------------------------------------------------------------- */

enum run {
	SODIUM_SEAL,
	CRYPTO_SEAL,
	VAULT_SEAL,
	SODIUM_OPEN,
	CRYPTO_OPEN,
	VAULT_OPEN,
	SHA384,
	VERIFY,
	VERIFY_NO_HASH,
	RUNS
};
static void (*const runs[RUNS])(struct bench *b) = {
	[SODIUM_SEAL] = sodium_seal,
	[CRYPTO_SEAL] = crypto_seal,
	[VAULT_SEAL] = vault_seal,
	[SODIUM_OPEN] = sodium_open,
	[CRYPTO_OPEN] = crypto_open,
	[VAULT_OPEN] = vault_open_all,
	[SHA384] = sha384,
	[VERIFY] = vault_verify_all,
	[VERIFY_NO_HASH] = vault_verify_records,
};

/* Seconds by the wall and of this process. */
struct span {
	double wall, cpu;
};

static double seconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct span timed(struct bench *b, void (*run)(struct bench *b))
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	run(b);
	return (struct span){ seconds(CLOCK_MONOTONIC) - wall,
			      seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu };
}

static void run_rounds(struct bench *b, struct span took[ROUNDS][RUNS])
{
	for (size_t i = 0; i < RUNS; i++) /* once for the page cache */
		runs[i](b);
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < RUNS; i++) {
			size_t run = (i + round) % RUNS; /* who goes first takes turns too */
			took[round][run] = timed(b, runs[run]);
		}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double v[ROUNDS])
{
	qsort(v, ROUNDS, sizeof(v[0]), by_value);
	return v[ROUNDS / 2];
}

/* peer and other may be the same; of two that work at once the slower sets the pace. */
static const struct {
	const char *name;
	enum run ours, peer, other;
} pairs[] = {
	{ "seal_sodium", VAULT_SEAL, SODIUM_SEAL, SODIUM_SEAL },
	{ "seal_crypto", VAULT_SEAL, CRYPTO_SEAL, CRYPTO_SEAL },
	{ "open_sodium", VAULT_OPEN, SODIUM_OPEN, SODIUM_OPEN },
	{ "open_crypto", VAULT_OPEN, CRYPTO_OPEN, CRYPTO_OPEN },
	{ "verify", VERIFY, CRYPTO_OPEN, SHA384 },
	{ "verify_no_hash", VERIFY_NO_HASH, CRYPTO_OPEN, CRYPTO_OPEN },
};

static void print_pair(const struct bench *b, struct span took[ROUNDS][RUNS], size_t which)
{
	double ours[ROUNDS], peer[ROUNDS], wall[ROUNDS], cpu[ROUNDS];
	double mib = (double)b->chunks / 16;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct span o = took[i][pairs[which].ours], p = took[i][pairs[which].peer],
			    q = took[i][pairs[which].other];
		ours[i] = o.wall;
		peer[i] = p.wall > q.wall ? p.wall : q.wall;
		wall[i] = peer[i] / o.wall;
		cpu[i] = o.cpu * 1024 / mib;
	}
	const char *name = pairs[which].name;
	printf("%s_ratio %.2f\n", name, median(wall));
	printf("%s_least %.2f\n", name, wall[0]); /* sorted by now */
	printf("%s_most %.2f\n", name, wall[ROUNDS - 1]);
	printf("%s_cpu_s_gib %.2f\n", name, median(cpu));
	printf("%s_mib_s %.0f\n", name, mib / median(ours));
	printf("%s_peer_mib_s %.0f\n", name, mib / median(peer));
}

static void set_up(struct bench *b)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(b->root, sizeof(b->root), "%s/kiyya-bench.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(b->root))
		die("making a folder", NULL);
	snprintf(b->raw, sizeof(b->raw), "%s/raw", b->root);
	snprintf(b->keyring, sizeof(b->keyring), "%s/keyring", b->root);
	snprintf(b->rings, sizeof(b->rings), "%s/keyring.d", b->root);
	snprintf(b->key, sizeof(b->key), "%s/key", b->root);
	snprintf(b->vault, sizeof(b->vault), "%s/vault", b->root);
	snprintf(b->sealed, sizeof(b->sealed), "%s/bench.kyv", b->vault);
	mkdir(b->vault, 0700);
}

static void tear_down(struct bench *b)
{
	EVP_CIPHER_CTX_free(b->ctx);
	EVP_CIPHER_free(b->cipher);
	vault_free(b->v);
	unlink(b->sealed);
	unlink(b->raw);
	unlink(b->keyring);
	unlink(b->key);
	rmdir(b->vault);
	rmdir(b->root);
}

int main(int argc, char **argv)
{
	static struct bench b;
	uint64_t mib = 256;
	if (argc > 2 || (argc == 2 && (!str_to_u64(argv[1], &mib) || mib == 0 || mib > 65536))) {
		fprintf(stderr, "usage: bench_seal [MiB]\n");
		return 2;
	}
	b.chunks = mib * 16;
	set_up(&b);
	struct io io = *io_real();
	io.sync = no_sync;
	struct err err;
	struct vault_paths paths = { b.vault, b.keyring, b.rings, b.key };
	b.v = vault_new(&paths, &io, &err);
	if (!b.v || !vault_unlock(b.v, NULL, 0, NULL, &err))
		die("unlocking", &err);
	b.cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	b.ctx = EVP_CIPHER_CTX_new();
	if (!b.cipher || !b.ctx)
		die("libcrypto has no ChaCha20-Poly1305", NULL);
	randombytes_buf(b.key_bytes, sizeof(b.key_bytes));
	randombytes_buf(b.chunk, sizeof(b.chunk));
	static struct span took[ROUNDS][RUNS];
	run_rounds(&b, took);
	for (size_t i = 0; i < COUNT(pairs); i++)
		print_pair(&b, took, i);
	tear_down(&b);
	return 0;
}
