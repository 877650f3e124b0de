/* Known answers of SHA-256 and SHA-384 (FIPS 180-4 examples), and random bytes. */
#include "unit.h"

#include "kiyya/hash.h"
#include "kiyya/str.h"

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

static void test_known_answers(void **state)
{
	static const struct {
		enum hash_kind kind;
		const char *text, *hex;
	} rows[] = {
		{ HASH_SHA256, "",
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ HASH_SHA256, "abc",
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ HASH_SHA256, two_blocks,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ HASH_SHA384, "",
		  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
		  "274edebfe76f65fbd51ad2f14898b95b" },
		{ HASH_SHA384, "abc",
		  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		  "8086072ba1e7cc2358baeca134c825a7" },
	};
	EACH_ROW (row, rows) {
		char hex[HASH_HEX_MAX];
		hash_once_hex(row->kind, row->text, strlen(row->text), hex);
		assert_string_equal(hex, row->hex);
	}
}

static void test_pieces_make_the_same_as_the_whole(void **state)
{
	for (size_t cut = 0; cut < sizeof(two_blocks); cut++) {
		char pieces[HASH_HEX_MAX], whole[HASH_HEX_MAX];
		struct hash *h = hash_new(HASH_SHA384);
		hash_add(h, two_blocks, cut);
		hash_add(h, two_blocks + cut, sizeof(two_blocks) - cut);
		hash_hex(h, pieces);
		hash_free(h);
		hash_once_hex(HASH_SHA384, two_blocks, sizeof(two_blocks), whole);
		assert_string_equal(pieces, whole);
	}
	hash_free(NULL);
}

static void test_random_is_long_enough_and_differs(void **state)
{
	char a[201], b[201];
	random_hex(a, 100);
	random_hex(b, 100);
	assert_true(str_is_hex(a, 200));
	assert_string_not_equal(a, b);
	unsigned char none[1] = { 42 };
	random_bytes(none, 0);
	assert_int_equal(none[0], 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_pieces_make_the_same_as_the_whole),
		cmocka_unit_test(test_random_is_long_enough_and_differs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
