/* Growing bytes with a cap. */
#include "unit.h"

#include "kiyya/buf.h"

static void test_empty_is_a_string(void **state)
{
	struct buf b;
	buf_init(&b, 10);
	assert_string_equal(b.data, "");
	buf_clear(&b);
	buf_cut(&b, 5);
	assert_int_equal(b.len, 0);
	char *stolen = buf_steal(&b);
	assert_string_equal(stolen, "");
	free(stolen);
	buf_release(&b);
	buf_release(&b); /* twice does no harm */
}

static void test_the_cap_refuses_and_changes_nothing(void **state)
{
	struct buf b;
	buf_init(&b, 8);
	assert_true(buf_add_str(&b, "12345"));
	assert_false(buf_add_str(&b, "6789"));
	assert_false(buf_addf(&b, "%d", 6789));
	assert_false(buf_add(&b, "x", SIZE_MAX)); /* no overflow in the sum */
	assert_string_equal(b.data, "12345");
	assert_true(buf_addf(&b, "%s", "678"));
	assert_string_equal(b.data, "12345678");
	assert_false(buf_add_char(&b, '9'));
	assert_true(buf_add(&b, NULL, 0));
	assert_int_equal(b.len, 8);
	buf_release(&b);
}

static void test_growing_keeps_all(void **state)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 20000; i++)
		assert_true(buf_addf(&b, "%05d", i));
	assert_int_equal(b.len, 100000);
	assert_memory_equal(b.data + 5 * 12345, "12345", 5);
	assert_int_equal(b.data[b.len], 0);
	buf_release(&b);
}

static void test_cutting(void **state)
{
	struct buf b;
	buf_init(&b, 100);
	buf_add(&b, "bcdef", 5);
	buf_cut(&b, 9);
	buf_cut(&b, 3);
	assert_string_equal(b.data, "bcd");
	buf_cut(&b, 0);
	assert_int_equal(b.len, 0);
	assert_true(buf_add_str(&b, "again"));
	char *s = buf_steal(&b);
	assert_string_equal(s, "again");
	assert_string_equal(b.data, "");
	assert_true(buf_add_str(&b, "new"));
	assert_string_equal(s, "again");
	free(s);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_is_a_string),
		cmocka_unit_test(test_the_cap_refuses_and_changes_nothing),
		cmocka_unit_test(test_growing_keeps_all),
		cmocka_unit_test(test_cutting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
