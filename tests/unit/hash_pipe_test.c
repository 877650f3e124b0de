/* Hashing on another thread says what hashing here says. Worth running under TSan. */
#include "unit.h"

#include "kiyya/hash_pipe.h"

#define MOST (9 * HASH_PIPE_BLOCK)

/* The same bytes in blocks of these lengths, over and over. */
static void check_lengths(const unsigned char *text, size_t n, const size_t *lens, size_t n_lens)
{
	struct err err = { 0 };
	char want[HASH_HEX_MAX], got[HASH_HEX_MAX];
	hash_once_hex(HASH_SHA384, text, n, want);
	struct hash_pipe *p = hash_pipe_new(&err);
	if (!p)
		fail_msg("%s", err.text);
	for (size_t at = 0, i = 0; at < n; i++) {
		size_t len = lens[i % n_lens] < n - at ? lens[i % n_lens] : n - at;
		memcpy(hash_pipe_block(p), text + at, len);
		assert_ptr_equal(hash_pipe_block(p), hash_pipe_block(p));
		hash_pipe_give(p, len);
		at += len;
	}
	hash_pipe_end(p, got);
	assert_string_equal(got, want);
}

static void test_the_same_hash(void **state)
{
	static const size_t sizes[] = { 0, 1, HASH_PIPE_BLOCK, HASH_PIPE_BLOCK + 1, MOST };
	static const size_t whole[] = { HASH_PIPE_BLOCK },
			    odd[] = { 1, 65537, HASH_PIPE_BLOCK, 0, 77 };
	unsigned char *text = malloc(MOST);
	for (size_t i = 0; i < MOST; i++)
		text[i] = (unsigned char)(i * 2654435761u >> 13);
	EACH_ROW (n, sizes) {
		check_lengths(text, *n, whole, N_ROWS(whole));
		check_lengths(text, *n, odd, N_ROWS(odd));
	}
	free(text);
}

static void test_dropped(void **state)
{
	struct err err = { 0 };
	for (int given = 0; given < 6; given++) {
		struct hash_pipe *p = hash_pipe_new(&err);
		assert_non_null(p);
		for (int i = 0; i < given; i++) {
			memset(hash_pipe_block(p), i, HASH_PIPE_BLOCK);
			hash_pipe_give(p, HASH_PIPE_BLOCK);
		}
		hash_pipe_end(p, NULL);
	}
	hash_pipe_end(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_hash),
		cmocka_unit_test(test_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
