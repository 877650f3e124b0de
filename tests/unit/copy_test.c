/* Rows of the queue and copies in the vault: unknown at first, copied deep, and the words of a state. */
#include "unit.h"
#include "kiyya/copy.h"
#include "kiyya/str.h"

static void test_states(void **state)
{
	static const char *const words[] = { "queued", "active", "paused", "done", "failed" };
	for (int i = 0; i < (int)N_ROWS(words); i++) {
		enum download_state s;
		assert_string_equal(download_state_word((enum download_state)i), words[i]);
		assert_true(download_state_of(words[i], &s));
		assert_int_equal(s, i);
	}
	static const char *const wrong[] = { NULL, "", "Queued", "queued ", "gone" };
	EACH_ROW (word, wrong) {
		enum download_state s = DOWNLOAD_PAUSED;
		assert_false(download_state_of(*word, &s));
		assert_int_equal(s, DOWNLOAD_PAUSED);
	}
}

static void test_download(void **state)
{
	struct download d;
	download_init(&d);
	assert_int_equal(d.id, 0);
	assert_int_equal(d.size, SIZE_UNKNOWN);
	assert_int_equal(d.duration, DURATION_UNKNOWN);
	assert_true(d.release_time == TIME_UNKNOWN && d.last_modified == TIME_UNKNOWN);
	assert_int_equal(d.state, DOWNLOAD_QUEUED);
	assert_true(d.encrypted);
	d.id = 7;
	d.size = 100;
	str_copy(d.quality, sizeof(d.quality), "720p");

	/* Each text in turn is the only one: all are copied, none is shared. */
	char **texts[] = { &d.title, &d.channel, &d.media_type, &d.url,
			   &d.file,  &d.etag,    &d.category,   &d.error };
	EACH_ROW (text, texts) {
		str_set(*text, "words");
		struct download copy;
		download_copy(&copy, &d);
		char *const *copied = (char *const *)((char *)&copy + ((char *)*text - (char *)&d));
		assert_string_equal(*copied, "words");
		assert_ptr_not_equal(*copied, **text);
		str_set(*text, NULL);
		assert_string_equal(*copied, "words");
		assert_int_equal(copy.id, 7);
		assert_string_equal(copy.quality, "720p");
		download_release(&copy);
		assert_null(*copied);
		assert_int_equal(copy.size, SIZE_UNKNOWN);
		download_release(&copy); /* again is fine */
	}
	download_release(&d);
}

static void test_copy(void **state)
{
	struct copy c;
	copy_init(&c);
	assert_int_equal(c.size, SIZE_UNKNOWN);
	assert_int_equal(c.duration, DURATION_UNKNOWN);
	assert_true(c.release_time == TIME_UNKNOWN && c.added_at == TIME_UNKNOWN &&
		    c.verified_at == TIME_UNKNOWN);
	assert_true(c.encrypted);
	assert_false(c.complete);
	c.generation = 3;
	char **texts[] = { &c.title, &c.channel, &c.media_type, &c.file, &c.publisher_hash };
	EACH_ROW (text, texts) {
		str_set(*text, "words");
		struct copy copy;
		copy_copy(&copy, &c);
		char *const *copied = (char *const *)((char *)&copy + ((char *)*text - (char *)&c));
		assert_string_equal(*copied, "words");
		assert_ptr_not_equal(*copied, **text);
		str_set(*text, NULL);
		assert_int_equal(copy.generation, 3);
		copy_release(&copy);
		assert_null(*copied);
		copy_release(&copy);
	}
	copy_release(&c);
}

static void test_copy_of_download(void **state)
{
	struct download d;
	struct copy c;
	download_init(&d);
	str_copy(d.quality, sizeof(d.quality), "720p");
	str_copy(d.sd_hash, sizeof(d.sd_hash), "ab");
	d.title = str_dup("A film");
	d.file = str_dup("x.part");
	d.size = 100;
	d.added_at = 5;
	d.encrypted = false;
	copy_of_download(&c, &d);
	download_release(&d);
	assert_string_equal(c.title, "A film");
	assert_string_equal(c.file, "x.part");
	assert_string_equal(c.quality, "720p");
	assert_string_equal(c.sd_hash, "ab");
	assert_string_equal(c.publisher_hash, "unchecked");
	assert_int_equal(c.size, 100);
	assert_int_equal(c.added_at, 5);
	assert_false(c.encrypted || c.complete);
	copy_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_states),
					    cmocka_unit_test(test_download),
					    cmocka_unit_test(test_copy),
					    cmocka_unit_test(test_copy_of_download) };
	return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
