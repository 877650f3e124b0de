/* What the player is told before it starts. */
#include "unit.h"

#include "kiyya/play.h"
#include "kiyya/str.h"
#include "play_setup.h"

/* The last word on it. */
static const char *setting(const struct play_setup *s, const char *name)
{
	const char *value = NULL;
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->settings[i].name, name))
			value = s->settings[i].value;
	return value;
}

static void test_outputs(void **state)
{
	static const struct {
		const char *vo, *display;
		bool audio_only;
		const char *want_vo, *want_vid;
		bool window;
		enum err_kind kind;
	} rows[] = {
		{ NULL, "", false, NULL, "no", false, ERR_NONE },
		{ "auto", "", false, NULL, "no", false, ERR_NONE },
		{ "auto", ":0", false, NULL, NULL, true, ERR_NONE },
		{ "auto", ":0", true, NULL, "no", false, ERR_NONE },
		{ "window", ":0", false, NULL, NULL, true, ERR_NONE },
		{ "window", "", false, NULL, NULL, false, ERR_PLAYER },
		{ "audio", ":0", false, NULL, "no", false, ERR_NONE },
		{ "terminal", ":0", false, "tct", NULL, false, ERR_NONE },
		{ "null", ":0", false, "null", NULL, false, ERR_NONE },
		{ "null", ":0", true, NULL, "no", false, ERR_NONE },
		{ "tct", ":0", false, "tct", NULL, false, ERR_NONE },
		{ "x11", ":0", false, "x11", NULL, true, ERR_NONE },
		{ "x11", "", false, "x11", NULL, false, ERR_NONE },
		{ "image", ":0", false, NULL, NULL, false, ERR_USAGE },
		{ "pane", ":0", true, NULL, "no", false, ERR_NONE },
		{ "pane", ":0", false, NULL, NULL, false, ERR_USAGE }, /* no screen to paint for */
		{ "libmpv", ":0", false, NULL, NULL, false, ERR_USAGE },
		{ "x=y", ":0", false, NULL, NULL, false, ERR_USAGE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		setenv("DISPLAY", rows[i].display, 1);
		struct play_options o = { .vo = rows[i].vo, .audio_only = rows[i].audio_only };
		struct play_setup s;
		struct err err = { 0 };
		bool ok = play_setup_init(&s, &o, &err);
		assert_int_equal(err.kind, rows[i].kind);
		assert_int_equal(ok, rows[i].kind == ERR_NONE);
		if (!ok)
			continue;
		assert_true(str_eq(setting(&s, "vo"), rows[i].want_vo));
		assert_true(str_eq(setting(&s, "vid"), rows[i].want_vid));
		assert_int_equal(s.window, rows[i].window);
		assert_string_equal(setting(&s, "input-default-bindings"),
				    rows[i].window ? "yes" : "no");
		const char *script = rows[i].window ? NULL : "no";
		assert_true(str_eq(setting(&s, "load-stats-overlay"), script));
		assert_true(str_eq(setting(&s, "load-osd-console"), script));
		play_setup_release(&s);
	}
	unsetenv("DISPLAY");
}

/* Of a film that is all here little; of any other, as much as a line may take away. */
static void test_read_ahead(void **state)
{
	for (int complete = 0; complete < 2; complete++) {
		struct play_options o = { .vo = "null", .local = true, .complete = complete };
		struct play_setup s;
		assert_true(play_setup_init(&s, &o, NULL));
		assert_true(str_eq(setting(&s, "cache-secs"), complete ? "1" : NULL));
		assert_string_equal(setting(&s, "demuxer-readahead-secs"), complete ? "1" : "10");
		play_setup_release(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_read_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
