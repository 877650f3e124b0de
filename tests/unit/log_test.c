/* The log: one JSON object a line, nothing secret, nothing raw, never too large, any thread. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "kiyya/file.h"
#include "kiyya/json.h"
#include "kiyya/log.h"
#include "kiyya/text.h"

struct place {
	char dir[256], file[300];
};

static struct place place_make(void)
{
	struct place p;
	temp_dir_make(p.dir);
	snprintf(p.file, sizeof(p.file), "%s/kiyya.log", p.dir);
	return p;
}

static struct buf read_log(const struct place *p)
{
	struct buf b;
	struct err err;
	assert_true(file_read_all(p->file, 64 << 20, &b, &err));
	return b;
}

/* Checks that each line is an object by itself; answers how many there are. */
static int count_lines(const char *text)
{
	int n = 0;
	for (const char *end; (end = strchr(text, '\n')); text = end + 1, n++) {
		struct json *doc = json_parse(text, (size_t)(end - text), 100000, NULL);
		assert_non_null(doc);
		assert_non_null(json_str(json_get(doc, "time")));
		assert_non_null(json_str(json_get(doc, "message")));
		json_free(doc);
	}
	assert_string_equal(text, "");
	return n;
}

static void test_lines_are_objects_with_levels(void **state)
{
	struct place p = place_make();
	struct err err;
	struct stat st;
	assert_true(log_open(p.file, "warn", &err));
	log_error("net", NULL, "asking %s", "a.example");
	log_warn("vault", "00112233445566778899aabbccddeeff00112233", "chunk %d", 7);
	log_info("net", NULL, "not wanted");
	assert_true(log_wants(LOG_WARN));
	assert_false(log_wants(LOG_INFO));
	log_close();
	log_error("net", NULL, "nobody listens"); /* harmless */

	struct buf b = read_log(&p);
	assert_int_equal(count_lines(b.data), 2);
	assert_non_null(strstr(
	    b.data, "\"level\":\"error\",\"component\":\"net\",\"message\":\"asking a.example\"}"));
	assert_non_null(
	    strstr(b.data, "\"claim_id\":\"00112233445566778899aabbccddeeff00112233\""));
	buf_release(&b);
	assert_int_equal(stat(p.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	temp_dir_remove(p.dir);
}

static void test_an_unknown_level_or_place_is_an_error(void **state)
{
	struct place p = place_make();
	struct err err;
	assert_false(log_open(p.file, "loud", &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_int_not_equal(access(p.file, F_OK), 0);
	assert_false(log_open("/no/such/place/log", NULL, &err));
	assert_int_equal(symlink("/tmp/elsewhere", p.file), 0);
	assert_false(log_open(p.file, NULL, &err)); /* no link is followed */
	temp_dir_remove(p.dir);
}

static void test_nothing_raw_gets_in(void **state)
{
	struct place p = place_make();
	struct err err;
	assert_true(log_open(p.file, "debug", &err));
	log_info("c\033x", "id\n", "title \033]52;c;eA==\a\xe2\x80\xae\nnext\xff\"}");
	char big[10000];
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	log_info("net", NULL, "%s", big);
	log_close();
	struct buf b = read_log(&p);
	assert_int_equal(count_lines(b.data), 2);
	assert_true(text_is_clean(b.data, b.len, true));
	assert_true(b.len < 5000);
	buf_release(&b);
	temp_dir_remove(p.dir);
}

static void test_rotation_keeps_three_files(void **state)
{
	struct place p = place_make();
	struct err err;
	char one[310], two[310], three[310];
	snprintf(one, sizeof(one), "%s.1", p.file);
	snprintf(two, sizeof(two), "%s.2", p.file);
	snprintf(three, sizeof(three), "%s.3", p.file);
	assert_true(log_open(p.file, NULL, &err));
	for (int round = 0; round < 4; round++) {
		log_info("round", NULL, "%d", round);
		assert_int_equal(truncate(p.file, 5 << 20), 0); /* it grew, as if by many lines */
	}
	log_info("round", NULL, "last");
	log_close();
	struct stat st;
	assert_int_equal(stat(p.file, &st), 0);
	assert_true(st.st_size > 0 && st.st_size < 200);
	assert_int_equal(stat(one, &st), 0);
	assert_int_equal(st.st_size, 5 << 20);
	assert_int_equal(stat(two, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_not_equal(access(three, F_OK), 0);
	temp_dir_remove(p.dir);
}

/* Another process has rotated: its file must not be pushed on, and ours not be lost. */
static void test_a_rotation_by_somebody_else(void **state)
{
	struct place p = place_make();
	struct err err;
	char one[310];
	snprintf(one, sizeof(one), "%s.1", p.file);
	assert_true(log_open(p.file, NULL, &err));
	log_info("a", NULL, "old");
	assert_int_equal(truncate(p.file, 5 << 20), 0);
	assert_int_equal(rename(p.file, one), 0);
	close(open(p.file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	log_info("a", NULL, "new");
	log_close();
	struct buf b = read_log(&p);
	assert_non_null(strstr(b.data, "\"new\""));
	buf_release(&b);
	struct stat st;
	assert_int_equal(stat(one, &st), 0);
	assert_int_equal(st.st_size, 5 << 20);
	temp_dir_remove(p.dir);
}

static void test_the_last_lines_are_remembered(void **state)
{
	int fds[2];
	char text[40000];
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < 1000; i++)
		log_error("crash", NULL, "line %d", i);
	log_dump_recent(fds[1]);
	close(fds[1]);
	size_t n = 0;
	for (ssize_t got; (got = read(fds[0], text + n, sizeof(text) - 1 - n)) > 0;)
		n += (size_t)got;
	close(fds[0]);
	text[n] = '\0';
	assert_in_range(n, 8000, 20000);
	assert_true(count_lines(text) > 50); /* whole lines only */
	assert_non_null(strstr(text, "line 999\"}\n"));
}

static void *log_much(void *arg)
{
	for (int i = 0; i < 200; i++)
		log_info("thread", NULL, "%d", i);
	return NULL;
}

static void test_threads_share_it(void **state)
{
	struct place p = place_make();
	struct err err;
	pthread_t threads[4];
	assert_true(log_open(p.file, NULL, &err));
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_much, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	log_close();
	struct buf b = read_log(&p);
	assert_int_equal(count_lines(b.data), 800);
	buf_release(&b);
	temp_dir_remove(p.dir);
}

#define KEY "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void test_secrets_become_stars(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "nothing secret here", "nothing secret here" },
		{ "What? Why?", "What? Why?" },
		{ "http://127.0.0.1:4000/movies/0123456789abcdef0123456789abcdef",
		  "http://127.0.0.1:4000/movies/***" },
		{ "GET /movies/0123?x=1 HTTP/1.1", "GET /movies/***?*** HTTP/1.1" },
		{ "/movies/ab /movies/cdef", "/movies/** /movies/***" },
		{ "/movies/", "/movies/" },
		{ "asking https://a.example/p?sig=abc&t=1 failed",
		  "asking https://a.example/p?*** failed" },
		{ "(https://a.example/p?q=1), https://b.example/?x",
		  "(https://a.example/p?***), https://b.example/?*" },
		{ "/api/v1/proxy?m=get", "/api/v1/proxy?***" },
		{ "proxy http://user:pass@host:80/x", "proxy http://***@host:80/x" },
		{ "http://host/a@b", "http://host/a@b" },
		{ "passphrase=hunter2", "passphrase=***" },
		{ "PASSPHRASE: hunter2, next", "PASSPHRASE: ***, next" },
		{ "{\"token\":\"abcdef\",\"n\":1}", "{\"token\":\"***\",\"n\":1}" },
		{ "auth_token=abc secret = 'xyz'", "auth_token=*** secret = '***'" },
		{ "Authorization: Bearer abc.def", "Authorization: Bearer ***" },
		{ "Authorization: Basic YTpi", "Authorization: Basic ***" },
		{ "Cookie: session=1", "Cookie: ***" },
		{ "no passphrase was given", "no passphrase was given" },
		{ "password:", "password:" },
		{ "key " KEY " end", "key *** end" },
		{ "mk" KEY, "mk***" },
		{ "claim 00112233445566778899aabbccddeeff00112233 stays",
		  "claim 00112233445566778899aabbccddeeff00112233 stays" },
	};
	EACH_ROW (row, rows) {
		char text[200];
		snprintf(text, sizeof(text), "%s", row->in);
		log_redact(text);
		assert_string_equal(text, row->out);
		log_redact(text);
		assert_string_equal(text, row->out); /* stars stay stars */
	}
}

static void test_secrets_do_not_reach_the_file(void **state)
{
	struct place p = place_make();
	struct err err;
	assert_true(log_open(p.file, NULL, &err));
	log_info("stream", NULL, "GET /movies/%s", "0123456789abcdef0123456789abcdef");
	/* a control character does not hide a name from the filter */
	log_info("vault", NULL, "pass\001phrase=%s", "hunter2");
	log_close();
	struct buf b = read_log(&p);
	assert_null(strstr(b.data, "0123456789abcdef"));
	assert_null(strstr(b.data, "hunter2"));
	buf_release(&b);
	temp_dir_remove(p.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_objects_with_levels),
		cmocka_unit_test(test_an_unknown_level_or_place_is_an_error),
		cmocka_unit_test(test_nothing_raw_gets_in),
		cmocka_unit_test(test_rotation_keeps_three_files),
		cmocka_unit_test(test_a_rotation_by_somebody_else),
		cmocka_unit_test(test_the_last_lines_are_remembered),
		cmocka_unit_test(test_threads_share_it),
		cmocka_unit_test(test_secrets_become_stars),
		cmocka_unit_test(test_secrets_do_not_reach_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
