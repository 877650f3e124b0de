/* The configuration file on the disk, read into the settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "../../src/app/config.h"

struct scratch {
	char *dir, *file;
	struct settings settings;
	struct strs warnings;
};

static int set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));
	const char *tmp = getenv("TMPDIR");
	s->dir = str_fmt("%s/kiyya-config-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(s->dir))
		return -1;
	s->file = str_fmt("%s/kiyya.conf", s->dir);
	settings_init(&s->settings);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scratch *s = *state;
	unlink(s->file);
	rmdir(s->dir);
	settings_release(&s->settings);
	strs_release(&s->warnings);
	free(s->file);
	free(s->dir);
	free(s);
	return 0;
}

static void write_file(struct scratch *s, const char *text)
{
	FILE *f = fopen(s->file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_values(void **state)
{
	struct scratch *s = *state;
	write_file(
	    s, "[gateway]\nurls = http://a, http://b\ntimeout = 500ms ; fast\n[ui]\nmouse = no\n"
	       "[download]\nrate = 2M\n");
	struct err err = { 0 };
	assert_true(config_load(&s->settings, s->file, true, &s->warnings, &err));
	assert_int_equal(s->settings.gateway_urls.n, 2);
	assert_string_equal(s->settings.gateway_urls.v[1], "http://b");
	assert_int_equal(s->settings.gateway_timeout, 500);
	assert_int_equal(s->settings.download_rate, 2 << 20);
	assert_false(s->settings.ui_mouse);
	assert_string_equal(s->settings.source[SET_ui_mouse], "file");
	assert_string_equal(s->settings.source[SET_ui_theme], "default");
	assert_int_equal(s->warnings.n, 0);
}

static void test_missing_file(void **state)
{
	struct scratch *s = *state;
	struct err err = { 0 };
	assert_true(config_load(&s->settings, s->file, false, &s->warnings, &err));
	assert_false(config_load(&s->settings, s->file, true, &s->warnings, &err));
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, s->file));
}

static void test_unknown_key(void **state)
{
	struct scratch *s = *state;
	write_file(s, "[gatway]\nurls = x\n\n[ui]\nmuose = no\nmouse = no\n");
	assert_true(config_load(&s->settings, s->file, true, &s->warnings, NULL));
	assert_false(s->settings.ui_mouse);

	char *said = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&said, &size);
	config_say_warnings(f, &s->warnings);
	fclose(f);
	char *want =
	    str_fmt("kiyya: warning: %s:2: unknown key gatway.urls; did you mean gateway.urls?\n"
		    "kiyya: warning: %s:5: unknown key ui.muose; did you mean ui.mouse?\n",
		    s->file, s->file);
	assert_string_equal(said, want);
	free(want);
	free(said);
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *why; /* why: what follows the file's name */
	} rows[] = {
		{ "[gateway]\n\ntimeout = soon\n", ":3: gateway.timeout must be a time" },
		{ "[ui]\nmouse = maybe\n", ":2: ui.mouse must be yes or no" },
		{ "[server]\nport = 70000\n", ":2: server.port must be from 0 to 65535" },
		{ "[server\n", ":1: a section without its ]" },
		{ "nonsense\n", ":1: neither a [section] nor key = value" },
	};
	struct scratch *s = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		write_file(s, rows[i].text);
		assert_false(config_load(&s->settings, s->file, false, &s->warnings, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_int_equal(err_exit_code(err.kind), 11);
		assert_true(str_starts(err.text, s->file));
		assert_non_null(strstr(err.text, rows[i].why));
	}
}

static void test_too_large(void **state)
{
	struct scratch *s = *state;
	write_file(s, "");
	assert_int_equal(truncate(s->file, CONFIG_MAX_BYTES + 1), 0);
	struct err err = { 0 };
	assert_false(config_load(&s->settings, s->file, false, &s->warnings, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_values), TEST(test_missing_file), TEST(test_unknown_key),
		TEST(test_bad),    TEST(test_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
