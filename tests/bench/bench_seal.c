/* What the vault costs over its cipher: seals and opens the same chunks through it and through
 * libsodium alone.
 *
 *	bench_seal [MiB]
 *
 * Both sides write and read a file of the same layout, unsynced, in rounds that take turns; the
 * ratios are the medians of the rounds' ratios of speed (1: the layer costs nothing). */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "kiyya/vault.h"

#define ROUNDS 9
#define RECORD (24 + VAULT_CHUNK + 16)

static _Noreturn void die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench_seal: %s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

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

/* The disk's own pace is not the question. */
static int no_sync(int fd, bool data_only)
{
	return 0;
}

struct bench {
	char root[256], raw[300], keyring[300], rings[300], key[300], vault[300], sealed[400];
	struct vault *v;
	uint64_t chunks;
	unsigned char key_bytes[32], chunk[VAULT_CHUNK], record[RECORD];
};

/* -- libsodium alone ----------------------------------------------------------- */

static void raw_seal(struct bench *b)
{
	unlink(b->raw); /* as the vault does: a new file each time */
	int fd = open(b->raw, O_RDWR | O_CREAT | O_EXCL, 0600);
	for (uint64_t i = 0; i < b->chunks; i++) {
		unsigned char ad[25] = { 0 };
		memcpy(ad + 16, &i, sizeof(i));
		randombytes_buf(b->record, 24);
		crypto_aead_xchacha20poly1305_ietf_encrypt(b->record + 24, NULL, b->chunk,
							   VAULT_CHUNK, ad, sizeof(ad), NULL,
							   b->record, b->key_bytes);
		if (pwrite(fd, b->record, RECORD, (off_t)(8192 + i * RECORD)) != RECORD)
			die("writing", NULL);
	}
	close(fd);
}

static void raw_open(struct bench *b)
{
	int fd = open(b->raw, O_RDONLY);
	for (uint64_t i = 0; i < b->chunks; i++) {
		unsigned char ad[25] = { 0 };
		memcpy(ad + 16, &i, sizeof(i));
		if (pread(fd, b->record, RECORD, (off_t)(8192 + i * RECORD)) != RECORD ||
		    crypto_aead_xchacha20poly1305_ietf_decrypt(b->chunk, NULL, NULL, b->record + 24,
							       VAULT_CHUNK + 16, ad, sizeof(ad),
							       b->record, b->key_bytes) != 0)
			die("opening", NULL);
	}
	close(fd);
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

/* -- the rounds ---------------------------------------------------------------- */

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

static struct span timed(struct bench *b, void (*fn)(struct bench *b))
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	fn(b);
	return (struct span){ seconds(CLOCK_MONOTONIC) - wall,
			      seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu };
}

static void compare(struct bench *b, const char *name, void (*raw)(struct bench *),
		    void (*vault)(struct bench *))
{
	double raw_times[ROUNDS], vault_times[ROUNDS], ratios[ROUNDS], cpu_ratios[ROUNDS];
	raw(b); /* once for the page cache */
	vault(b);
	for (int i = 0; i < ROUNDS; i++) {
		struct span r = { 0 }, v = { 0 };
		/* Who goes first takes turns too. */
		if (i % 2)
			v = timed(b, vault);
		r = timed(b, raw);
		if (i % 2 == 0)
			v = timed(b, vault);
		raw_times[i] = r.wall;
		vault_times[i] = v.wall;
		ratios[i] = r.wall / v.wall;
		cpu_ratios[i] = r.cpu / v.cpu;
	}
	double mib = (double)b->chunks / 16;
	printf("%s_ratio %.3f\n", name, median(ratios));
	printf("%s_cpu_ratio %.3f\n", name, median(cpu_ratios));
	printf("%s_vault_mib_s %.0f\n", name, mib / median(vault_times));
	printf("%s_raw_mib_s %.0f\n", name, mib / median(raw_times));
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
	randombytes_buf(b.key_bytes, sizeof(b.key_bytes));
	randombytes_buf(b.chunk, sizeof(b.chunk));
	compare(&b, "seal", raw_seal, vault_seal);
	compare(&b, "open", raw_open, vault_open_all);
	tear_down(&b);
	return 0;
}
