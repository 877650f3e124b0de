/* The line for a passphrase, and when the screen locks for want of a key press. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../support/fake_clock.h"
#include "keys.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"
#include "masked.h"
#include "state.h"

static bool is_zero_behind(const struct masked *m)
{
	for (size_t i = m->len; i <= MASKED_MAX; i++)
		if (m->text[i])
			return false;
	return true;
}

static void test_masked_edits(void **state)
{
	struct masked m = { 0 };
	masked_begin(&m, "word: ");
	assert_int_equal(masked_key(&m, 'a'), PROMPT_CHANGED);
	assert_int_equal(masked_key(&m, 0x1f512), PROMPT_CHANGED); /* a lock */
	assert_int_equal(masked_key(&m, K_LEFT), PROMPT_NOTHING);
	assert_int_equal(masked_key(&m, K_BACKSPACE), PROMPT_CHANGED);
	assert_string_equal(m.text, "a");
	assert_true(is_zero_behind(&m));
	masked_key(&m, K_PASTE_BEGIN);
	masked_key(&m, 'b');
	assert_int_equal(masked_key(&m, '\n'), PROMPT_NOTHING);
	masked_key(&m, K_PASTE_END);
	assert_string_equal(m.text, "ab");
	assert_int_equal(masked_key(&m, K_CTRL('U')), PROMPT_CHANGED);
	assert_true(m.len == 0 && is_zero_behind(&m));
	masked_key(&m, K_BACKSPACE); /* of nothing */
	assert_int_equal(m.len, 0);
	assert_int_equal(masked_key(&m, K_ESC), PROMPT_LEFT);
	masked_key(&m, 'x');
	assert_int_equal(masked_key(&m, K_ENTER), PROMPT_ENTERED);
	char *word = masked_take(&m);
	assert_string_equal(word, "x");
	assert_null(m.text);
	str_burn(word);
}

static void test_masked_has_an_end(void **state)
{
	struct masked m = { 0 };
	masked_begin(&m, "");
	for (int i = 0; i < MASKED_MAX - 1; i++)
		assert_int_equal(masked_key(&m, 'a'), PROMPT_CHANGED);
	assert_int_equal(masked_key(&m, 0xe9), PROMPT_NOTHING); /* two bytes, and room for one */
	assert_int_equal(masked_key(&m, 'a'), PROMPT_CHANGED);
	assert_int_equal(masked_key(&m, 'a'), PROMPT_NOTHING);
	assert_int_equal(strlen(m.text), MASKED_MAX);
	masked_drop(&m);
	masked_drop(&m);
}

static void test_idle(void **state)
{
	struct fake_clock clock;
	struct settings settings;
	fake_clock_init(&clock, 0);
	settings_init(&settings);
	struct ui_config config = { .settings = &settings };
	struct ui ui = { .config = &config, .clock = &clock.clock };
	assert_int_equal(ui_idle_lock_ms(&ui), -1); /* never, unless somebody wants it */
	settings.key_idle_lock = 60000;
	assert_int_equal(ui_idle_lock_ms(&ui), 60000);
	fake_clock_add(&clock, 59000);
	assert_int_equal(ui_idle_lock_ms(&ui), 1000);
	fake_clock_add(&clock, 5000);
	assert_int_equal(ui_idle_lock_ms(&ui), 0);

	/* A film runs: not now, but as soon as it is over. */
	ui.player = event_new(EV_PLAYER);
	assert_int_equal(ui_idle_lock_ms(&ui), -1);
	event_free(ui.player);
	ui.player = NULL;
	assert_int_equal(ui_idle_lock_ms(&ui), 0);
	/* So with downloads, but for those of another process. */
	ui.status = event_new(EV_STATUS);
	ui.status->u.status.active_ = 1;
	assert_int_equal(ui_idle_lock_ms(&ui), 0);
	ui.status->u.status.holder_ = true;
	assert_int_equal(ui_idle_lock_ms(&ui), -1);
	ui.status->u.status.active_ = 0;
	assert_int_equal(ui_idle_lock_ms(&ui), 0);
	event_free(ui.status);
	ui.status = NULL;

	/* Once is enough. */
	ui.idle_locked = true;
	assert_int_equal(ui_idle_lock_ms(&ui), -1);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masked_edits),
		cmocka_unit_test(test_masked_has_an_end),
		cmocka_unit_test(test_idle),
	};
	return cmocka_run_group_tests_name("ui locking", tests, NULL, NULL);
}
