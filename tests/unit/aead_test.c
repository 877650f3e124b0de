/* ChaCha20-Poly1305: the example of RFC 8439, 2.8.2, what must not open, and a libcrypto without it. */
#include "unit.h"

#include <openssl/evp.h>
#include "kiyya/aead.h"
#include "kiyya/hash.h"
#include "kiyya/str.h"

static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you only "
			   "one tip for the future, sunscreen would be it.";
#define TEXT_LEN (sizeof(text) - 1)
static const unsigned char nonce[] = { 7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47 };
static const unsigned char ad[] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1,
				    0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7 };
static const char sealed_hex[] =
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da9272"
    "8b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831"
    "d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691";

static struct aead_under the_example(unsigned char key[AEAD_KEY])
{
	for (int i = 0; i < AEAD_KEY; i++)
		key[i] = (unsigned char)(0x80 + i);
	return (struct aead_under){ key, nonce, ad, sizeof(ad) };
}

static struct aead *cipher(void)
{
	struct err err;
	struct aead *a = aead_new(&err);
	if (!a)
		fail_msg("%s", err.text);
	return a;
}

static void test_known_answer(void **state)
{
	unsigned char key[AEAD_KEY], sealed[TEXT_LEN + AEAD_TAG], plain[TEXT_LEN];
	struct aead_under u = the_example(key);
	struct aead *a = cipher();
	char hex[2 * sizeof(sealed) + 1];
	for (int again = 0; again < 2; again++) { /* one thing serves call after call */
		aead_seal(a, &u, text, TEXT_LEN, sealed);
		hex_encode(hex, sealed, sizeof(sealed));
		assert_string_equal(hex, sealed_hex);
		assert_true(aead_open(a, &u, sealed, TEXT_LEN, plain));
		assert_memory_equal(plain, text, TEXT_LEN);
	}
	aead_free(a);
	aead_free(NULL);
}

static void test_in_place(void **state)
{
	unsigned char key[AEAD_KEY], both[TEXT_LEN + AEAD_TAG];
	struct aead_under u = the_example(key);
	struct aead *a = cipher();
	char hex[2 * sizeof(both) + 1];
	memcpy(both, text, TEXT_LEN);
	aead_seal(a, &u, both, TEXT_LEN, both);
	hex_encode(hex, both, sizeof(both));
	assert_string_equal(hex, sealed_hex);
	assert_true(aead_open(a, &u, both, TEXT_LEN, both));
	assert_memory_equal(both, text, TEXT_LEN);
	aead_free(a);
}

/* Every bit of what was sealed, and each thing it was sealed under. */
static void test_what_must_not_open(void **state)
{
	unsigned char key[AEAD_KEY], other[AEAD_KEY] = { 0 };
	unsigned char sealed[TEXT_LEN + AEAD_TAG], plain[TEXT_LEN];
	static const unsigned char zeros[TEXT_LEN];
	struct aead_under u = the_example(key);
	struct aead *a = cipher();
	aead_seal(a, &u, text, TEXT_LEN, sealed);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
		memset(plain, 1, sizeof(plain));
		assert_false(aead_open(a, &u, sealed, TEXT_LEN, plain));
		assert_memory_equal(plain, zeros, TEXT_LEN);
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	const struct aead_under wrong[] = { { other, nonce, ad, sizeof(ad) },
					    { key, ad, ad, sizeof(ad) },
					    { key, nonce, nonce, sizeof(nonce) },
					    { key, nonce, ad, sizeof(ad) - 1 },
					    { key, nonce, NULL, 0 } };
	EACH_ROW (w, wrong)
		assert_false(aead_open(a, w, sealed, TEXT_LEN, plain));
	assert_false(aead_open(a, &u, sealed, TEXT_LEN - 1, plain));
	assert_true(
	    aead_open(a, &u, sealed, TEXT_LEN, plain)); /* a refusal leaves nothing behind */
	assert_memory_equal(plain, text, TEXT_LEN);
	aead_free(a);
}

static void test_nothing_at_all(void **state)
{
	unsigned char key[AEAD_KEY], sealed[AEAD_TAG], plain[1] = { 42 };
	struct aead_under u = the_example(key);
	u.ad_len = 0;
	struct aead *a = cipher();
	aead_seal(a, &u, NULL, 0, sealed);
	assert_true(aead_open(a, &u, sealed, 0, plain));
	sealed[0] ^= 1;
	assert_false(aead_open(a, &u, sealed, 0, plain));
	assert_int_equal(plain[0], 42);
	aead_free(a);
}

/* In two steps it is the same: what opens is good, and any part of it can be had. */
static void test_in_parts(void **state)
{
	enum { MOST = 300 };
	unsigned char key[AEAD_KEY], plain[MOST], sealed[MOST + AEAD_TAG], part[MOST];
	struct aead_under u = the_example(key);
	struct aead *a = cipher();
	for (size_t i = 0; i < MOST; i++)
		plain[i] = (unsigned char)(i * 31);
	for (size_t n = 0; n <= MOST; n++) {
		u.ad_len = n % (sizeof(ad) + 1);
		aead_seal(a, &u, plain, n, sealed);
		assert_true(aead_check(a, &u, sealed, n));
		size_t at = n / 2 - n / 2 % AEAD_BLOCK;
		aead_decipher(a, &u, at, sealed + at, n - at, part);
		assert_memory_equal(part, plain + at, n - at);
		aead_decipher(a, &u, 0, sealed, at, sealed);
		assert_memory_equal(sealed, plain, at);
	}
	u = the_example(key);
	aead_seal(a, &u, text, TEXT_LEN, sealed);
	for (size_t bit = 0; bit < 8 * (TEXT_LEN + AEAD_TAG); bit++) {
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(aead_check(a, &u, sealed, TEXT_LEN));
		sealed[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	u.ad_len--;
	assert_false(aead_check(a, &u, sealed, TEXT_LEN));
	u.ad_len++;
	assert_false(aead_check(a, &u, sealed, TEXT_LEN - 1));
	assert_true(aead_check(a, &u, sealed, TEXT_LEN));
	aead_free(a);
}

static void test_a_libcrypto_without_it(void **state)
{
	struct err err = { 0 };
	assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
	assert_null(aead_new(&err));
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_non_null(strstr(err.text, "ChaCha20-Poly1305"));
	aead_free(cipher());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_what_must_not_open),
		cmocka_unit_test(test_nothing_at_all),
		cmocka_unit_test(test_in_parts),
		cmocka_unit_test(test_a_libcrypto_without_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
