/* A vault in a folder of its own, files to spoil, and a disk that fails when told to. */
#include "vault_support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- the folder ---------------------------------------------------------------- */

void box_make(struct box *b)
{
	*b = (struct box){ 0 };
	const char *tmp = getenv("TMPDIR");
	snprintf(b->root, sizeof(b->root), "%s/kiyya-vault.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(b->root));
	snprintf(b->vault, sizeof(b->vault), "%s/vault", b->root);
	snprintf(b->keyring, sizeof(b->keyring), "%s/keyring", b->root);
	snprintf(b->rings, sizeof(b->rings), "%s/keyring.d", b->root);
	snprintf(b->key, sizeof(b->key), "%s/key", b->root);
	assert_int_equal(mkdir(b->vault, 0700), 0);
	assert_int_equal(mkdir(b->rings, 0700), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void box_remove(struct box *b)
{
	vault_free(b->v);
	b->v = NULL;
	nftw(b->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct vault_paths box_paths(const struct box *b)
{
	return (struct vault_paths){ b->vault, b->keyring, b->rings, b->key };
}

int box_setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	box_make(b);
	struct vault_paths paths = box_paths(b);
	check_ok(b->v = vault_new(&paths, NULL, err));
	check_ok(vault_unlock(b->v, NULL, 0, NULL, err));
	*state = b;
	return 0;
}

int box_teardown(void **state)
{
	box_remove(*state);
	free(*state);
	return 0;
}

/* -- plaintext ----------------------------------------------------------------- */

void plain_fill(unsigned seed, uint64_t off, unsigned char *dst, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t x = (off + i) * UINT64_C(0x9e3779b97f4a7c15) + seed;
		x ^= x >> 29;
		x *= UINT64_C(0xbf58476d1ce4e5b9);
		dst[i] = (unsigned char)(x >> 56);
	}
}

bool plain_write(struct vault_writer *w, unsigned seed, uint64_t i, struct err *err)
{
	static unsigned char chunk[VAULT_CHUNK];
	uint64_t rest = vault_writer_info(w)->size - i * VAULT_CHUNK;
	size_t len = rest < VAULT_CHUNK ? (size_t)rest : VAULT_CHUNK;
	plain_fill(seed, i * VAULT_CHUNK, chunk, len);
	return vault_write_chunk(w, i, chunk, len, err);
}

void plain_seal(struct box *b, const char *name, unsigned seed, uint64_t size)
{
	struct vault_writer *w;
	struct vault_meta meta = { .title = "A title",
				   .claim_id = "0123",
				   .duration = 61,
				   .release_time = INT64_MIN,
				   .size = (int64_t)size,
				   .last_modified = INT64_MIN };
	check_ok(w = vault_create(b->v, name, &meta, size, err));
	uint64_t chunks = vault_writer_info(w)->chunks;
	for (uint64_t i = chunks; i-- > 0;)
		check_ok(plain_write(w, seed, i, err));
	assert_true(vault_have_bytes(w) == size);
	check_ok(vault_finish(w, name, NULL, err));
	vault_writer_free(w);
}

void plain_check(struct box *b, const char *name, unsigned seed, uint64_t size, size_t step)
{
	struct source *s;
	check_ok(s = vault_open(b->v, name, err));
	assert_true(source_size(s) == size);
	unsigned char *got = malloc(step), *want = malloc(step);
	uint64_t off = 0;
	for (;;) {
		ssize_t n = 0;
		check_ok((n = source_read_at(s, off, got, step, err)) >= 0);
		if (n == 0)
			break;
		plain_fill(seed, off, want, (size_t)n);
		assert_memory_equal(got, want, (size_t)n);
		off += (uint64_t)n;
	}
	assert_true(off == size);
	free(got);
	free(want);
	source_free(s);
}

/* -- bytes --------------------------------------------------------------------- */

static int open_file(const struct box *b, const char *name, int flags)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/%s", b->vault, name);
	int fd = open(path, flags, 0600);
	assert_true(fd >= 0);
	return fd;
}

unsigned char *bytes_read(const struct box *b, const char *name, size_t *ret_n)
{
	int fd = open_file(b, name, O_RDONLY);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	*ret_n = (size_t)st.st_size;
	unsigned char *data = malloc(*ret_n + 1);
	check_ok(file_read_at(fd, data, *ret_n, 0, err));
	close(fd);
	return data;
}

void bytes_write(const struct box *b, const char *name, const void *data, size_t n)
{
	int fd = open_file(b, name, O_WRONLY | O_CREAT | O_TRUNC);
	check_ok(file_write_at(NULL, fd, data, n, 0, err));
	close(fd);
}

void bytes_patch(const struct box *b, const char *name, uint64_t off, const void *data, size_t n)
{
	int fd = open_file(b, name, O_WRONLY);
	check_ok(file_write_at(NULL, fd, data, n, off, err));
	close(fd);
}

void bytes_cut(const struct box *b, const char *name, uint64_t len)
{
	int fd = open_file(b, name, O_WRONLY);
	assert_int_equal(ftruncate(fd, (off_t)len), 0);
	close(fd);
}

/* -- a disk that fails --------------------------------------------------------- */

static unsigned fault_left;
static enum fault_way fault_how;

void fault_arm(unsigned nth, enum fault_way way)
{
	fault_left = nth;
	fault_how = way;
}

bool fault_was_met(void)
{
	return fault_left == 0;
}

/* Counts this call; true if it is the one to fail, with errno set. */
static bool fault_now(void)
{
	if (fault_how == FAULT_NONE || fault_left == 0 || --fault_left > 0)
		return false;
	errno = EIO;
	return true;
}

static ssize_t fault_write_at(int fd, const void *data, size_t n, off_t off)
{
	if (!fault_now())
		return io_real()->write_at(fd, data, n, off);
	if (fault_how == FAULT_TEARS && io_real()->write_at(fd, data, n / 2, off) < 0)
		return -1;
	errno = EIO;
	return -1;
}

static int fault_sync(int fd, bool data_only)
{
	return fault_now() ? -1
			   : 0; /* these tests do not cut the power: no need to wait for a disk */
}

static int fault_truncate(int fd, off_t len)
{
	return fault_now() ? -1 : io_real()->truncate(fd, len);
}

static int fault_rename(const char *from, const char *to)
{
	return fault_now() ? -1 : io_real()->rename(from, to);
}

static int fault_create(const char *path, unsigned mode)
{
	return fault_now() ? -1 : io_real()->create(path, mode);
}

static int fault_remove(const char *path)
{
	return io_real()->remove(path); /* tidying up after a failure; the disk has failed once */
}

const struct io *fault_io(void)
{
	static const struct io io = { fault_write_at, fault_sync,   fault_truncate,
				      fault_rename,   fault_create, fault_remove };
	return &io;
}
