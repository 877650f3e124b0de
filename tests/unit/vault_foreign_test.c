/* The reader that shares no code with us (tests/foreign) opens what we write, in every state a file can be in. */
#include "vault_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kiyya/hash.h"
#include "vault/format.h"

#define SEED     4u
#define NAME     "a.kyv"
#define LIST_MAX 65536u

/* Runs it over a file of b, its output into out (which is initialised here); its exit code. */
static int run_reader(const struct box *b, const char *option, const char *name, struct buf *out)
{
	const char *top = getenv("top_builddir");
	char program[600], file[600];
	snprintf(program, sizeof(program), "%s/tests/foreign/vault_reader", top ? top : ".");
	snprintf(file, sizeof(file), "%s/%s", b->vault, name);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		if (option)
			execl(program, program, option, b->keyring, b->key, file, (char *)NULL);
		else
			execl(program, program, b->keyring, b->key, file, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	char got[10000];
	ssize_t n;
	buf_init(out, 64u << 20);
	while ((n = read(ends[0], got, sizeof(got))) > 0)
		assert_true(buf_add(out, got, (size_t)n));
	close(ends[0]);
	int status;
	assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == 127)
		fail_msg("%s is not built", program);
	return WEXITSTATUS(status);
}

/* Its exit code, and how many bytes it wrote; they are those of the text. */
static int read_plain(const struct box *b, const char *name, uint64_t *ret_n)
{
	struct buf out;
	int code = run_reader(b, NULL, name, &out);
	unsigned char *want = malloc(out.len + 1);
	plain_fill(SEED, 0, want, out.len);
	assert_memory_equal(out.data, want, out.len);
	*ret_n = out.len;
	free(want);
	buf_release(&out);
	return code;
}

static void complete_files(void **state)
{
	struct box *b = *state;
	static const uint64_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 300001 };
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char name[32];
		snprintf(name, sizeof(name), "%zu.kyv", i);
		plain_seal(b, name, SEED, sizes[i]);
		uint64_t n;
		assert_int_equal(read_plain(b, name, &n), 0);
		assert_true(n == sizes[i]);
	}
}

static void spoiled_ones_are_refused(void **state)
{
	struct box *b = *state;
	uint64_t n;
	plain_seal(b, NAME, SEED, 2 * VAULT_CHUNK);
	bytes_patch(b, NAME, kyv_record_at(1) + 100, "x", 1);
	assert_int_equal(read_plain(b, NAME, &n), 1);
	assert_true(n == VAULT_CHUNK);
	bytes_patch(b, NAME, KYV_SLOT + 5, "x", 1);
	bytes_patch(b, NAME, 5, "x", 1);
	assert_int_equal(read_plain(b, NAME, &n), 1);
	assert_true(n == 0);
}

/* -- states -------------------------------------------------------------------- */

/* What a listing should be: there is the text's chunk i where there[i] is '+'. */
static void expect(const struct box *b, const char *state, uint64_t size, unsigned generation,
		   unsigned slots, const char *meta, const char *there)
{
	struct buf want, got;
	buf_init(&want, LIST_MAX);
	assert_true(buf_addf(&want, "state %s\n", state));
	if (size == SOURCE_SIZE_UNKNOWN)
		assert_true(buf_addf(&want, "size unknown\n"));
	else
		assert_true(buf_addf(&want, "size %llu\n", (unsigned long long)size));
	assert_true(buf_addf(&want, "generation %u\nslots %u\nmeta %s\n", generation, slots, meta));
	for (uint64_t i = 0; there[i]; i++) {
		static unsigned char chunk[VAULT_CHUNK];
		char hex[HASH_HEX_MAX] = "missing";
		size_t len = size == SOURCE_SIZE_UNKNOWN ? VAULT_CHUNK : kyv_chunk_len(size, i);
		plain_fill(SEED, i * VAULT_CHUNK, chunk, len);
		if (there[i] == '+')
			hash_once_hex(HASH_SHA256, chunk, len, hex);
		assert_true(buf_addf(&want, "%llu %s\n", (unsigned long long)i, hex));
	}
	assert_int_equal(run_reader(b, "--list", NAME, &got), 0);
	assert_true(buf_add(&got, "", 1));
	assert_true(buf_add(&want, "", 1));
	assert_string_equal(got.data, want.data);
	buf_release(&want);
	buf_release(&got);
}

static void write_some(struct vault_writer *w, const char *which)
{
	static unsigned char chunk[VAULT_CHUNK];
	uint64_t size = vault_writer_info(w)->size;
	for (uint64_t i = 0; which[i]; i++) {
		size_t len = size == SOURCE_SIZE_UNKNOWN ? VAULT_CHUNK : kyv_chunk_len(size, i);
		plain_fill(SEED, i * VAULT_CHUNK, chunk, len);
		if (which[i] == '+')
			check_ok(vault_write_chunk(w, i, chunk, len, err));
	}
}

/* One life of a file, looked at after each step. */
static void every_state(void **state)
{
	struct box *b = *state;
	struct vault_meta meta = { .title = "T\xc3\xa9",
				   .duration = 61,
				   .release_time = INT64_MIN,
				   .size = INT64_MIN,
				   .last_modified = INT64_MIN };
	static const char young[] = "{\"title\":\"T\xc3\xa9\",\"duration\":61}";
	uint64_t size = 4 * VAULT_CHUNK, unknown = SOURCE_SIZE_UNKNOWN;
	struct vault_writer *w;
	check_ok(w = vault_create(b->v, NAME, &meta, unknown, err));
	expect(b, "partial", unknown, 1, 1, young, "");
	write_some(w, "+-+");
	expect(b, "partial", unknown, 1, 1, young, "+-+");
	write_some(w, "---+");
	expect(b, "partial", unknown, 1, 1, young, "+-++");
	vault_writer_free(w);
	check_ok(w = vault_resume(b->v, NAME, NULL, NULL, err));
	check_ok(
	    vault_set_size(w, size, err)); /* an exact multiple: the last one is written again */
	expect(b, "partial", size, 2, 2, young, "+-++");
	meta.title = "other";
	static const char old[] = "{\"title\":\"other\",\"duration\":61}";
	check_ok(vault_set_meta(w, &meta, err));
	expect(b, "partial", size, 3, 2, old, "+-++");
	write_some(w, "-+");
	expect(b, "partial", size, 3, 2, old, "++++");
	check_ok(vault_finish(w, NAME, NULL, err));
	vault_writer_free(w);
	expect(b, "complete", size, 5, 2, old, "++++");
	bytes_patch(b, NAME, 2000, "torn", 4);
	expect(b, "complete", size, 4, 1, old, "++++");
	check_ok(w = vault_resume(b->v, NAME, NULL, NULL, err)); /* mended */
	check_ok(vault_finish(w, NAME, NULL, err));
	vault_writer_free(w);
	expect(b, "complete", size, 5, 2, old, "++++");
	uint64_t n;
	assert_int_equal(read_plain(b, NAME, &n), 0);
	assert_true(n == size);
}

static void partial_of_known_size(void **state)
{
	struct box *b = *state;
	struct vault_writer *w;
	const struct vault_meta meta = { .duration = INT64_MIN,
					 .release_time = INT64_MIN,
					 .size = 5,
					 .last_modified = INT64_MIN };
	uint64_t size = 2 * VAULT_CHUNK + 77, n;
	check_ok(w = vault_create(b->v, NAME, &meta, size, err));
	write_some(w, "--+");
	expect(b, "partial", size, 1, 1, "{\"size\":5}", "--+");
	assert_int_equal(read_plain(b, NAME, &n), 1);
	assert_true(n == 0);
	vault_writer_free(w);
	check_ok(w = vault_resume(b->v, NAME, NULL, NULL, err));
	write_some(w, "++");
	check_ok(vault_finish(w, NAME, NULL, err));
	vault_writer_free(w);
	expect(b, "complete", size, 3, 2, "{\"size\":5}", "+++");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, box_setup, box_teardown)
	const struct CMUnitTest tests[] = {
		TEST(complete_files),
		TEST(spoiled_ones_are_refused),
		TEST(every_state),
		TEST(partial_of_known_size),
	};
	return cmocka_run_group_tests_name("vault_foreign", tests, NULL, NULL);
}
