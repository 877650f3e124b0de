/* Keys, the tables of keys and commands, and the line being typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "canvas.h"
#include "command.h"
#include "keymap.h"
#include "keys.h"
#include "kiyya/text.h"
#include "prompt.h"
#include "view.h"

/* -- keys, keymap, commands -------------------------------------------------------------------- */

static void test_key_names(void **state)
{
	static const struct {
		const char *name;
		bool ok;
		uint32_t code;
		const char *shown;
	} rows[] = {
		{ "j", true, 'j', "j" },
		{ "<Enter>", true, '\r', "Enter" },
		{ "^F", true, 6, "^F" },
		{ "<", true, '<', "<" },
		{ "<S-Tab>", true, K_BACK_TAB, "S-Tab" },
		{ "ሰ", true, 0x1230, "ሰ" },
		{ "^", true, '^', "^" },
		{ "😀", true, 0x1f600, "😀" },
		{ "", false, 0, "" },
		{ "jj", false, 0, "" },
		{ "<enter>", false, 0, "" },
		{ "^f", false, 0, "" },
		{ "\x01", false, 0, "" },
		{ "\xff", false, 0, "" },
		{ "\xe1\x88", false, 0, "" },
		{ "<>", false, 0, "" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t code = 0;
		char shown[KEY_NAME_SIZE];
		assert_int_equal(key_parse(rows[i].name, strlen(rows[i].name), &code), rows[i].ok);
		if (!rows[i].ok)
			continue;
		assert_int_equal(code, rows[i].code);
		key_to_name(code, shown);
		assert_string_equal(shown, rows[i].shown);
	}
}

static void test_commands_table(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		assert_true(c->name[0] && c->hint[0] && c->help[0]);
		assert_non_null(c->run);
		if (i > 0 && strcmp(commands[i - 1].name, c->name) >= 0)
			fail_msg("%s stands in the wrong place", c->name);
		assert_ptr_equal(command_find(c->name, strlen(c->name)), c);
	}
	assert_null(command_find("fnord", 5));
	assert_null(command_find("", 0));
}

static void test_command_completion(void **state)
{
	static const struct {
		const char *prefix, *whole;
		size_t matches;
	} rows[] = {
		{ "vi", "view", 1 },    { "queue", "queue-", 2 }, { "xyz", "", 0 },
		{ "", "", (size_t)-1 }, { "re", "re", 5 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t matches;
		char *whole = command_complete(rows[i].prefix, &matches);
		assert_string_equal(whole, rows[i].whole);
		assert_int_equal(matches,
				 rows[i].matches == (size_t)-1 ? n_commands : rows[i].matches);
		free(whole);
	}
}

/* The sets of contexts that can hold at once. */
static size_t active_sets(unsigned sets[16])
{
	size_t n = 0;
	for (size_t i = 0; i < n_views; i++)
		sets[n++] = IN_LIST | view_table[i]->where;
	sets[n++] = IN_DETAIL;
	sets[n++] = IN_DOWNLOADS;
	sets[n++] = IN_PAGE;
	return n;
}

static void test_default_keys(void **state)
{
	struct keymap m;
	unsigned sets[16];
	size_t n = active_sets(sets);
	keymap_init(&m);
	assert_true(m.n > 60);
	for (size_t i = 0; i < m.n; i++) {
		const struct binding *b = &m.v[i];
		if (!command_find(b->line, strcspn(b->line, " ")))
			fail_msg("bound to no command: %s", b->line);
		for (size_t j = 0; j < i; j++)
			for (size_t s = 0; s < n; s++)
				if (m.v[j].key == b->key && (m.v[j].where & sets[s]) &&
				    (b->where & sets[s]))
					fail_msg("%s and %s have the same key", m.v[j].line,
						 b->line);
	}
	keymap_release(&m);
}

/* Whatever can be done by name can be done by a key, but for what needs an argument. */
static void test_every_command_has_a_key(void **state)
{
	struct keymap m;
	keymap_init(&m);
	for (size_t i = 0; i < n_commands; i++) {
		bool bound = strcmp(commands[i].name, "order") == 0;
		for (size_t j = 0; j < m.n; j++)
			bound |=
			    command_find(m.v[j].line, strcspn(m.v[j].line, " ")) == &commands[i];
		if (!bound)
			fail_msg("no key for %s", commands[i].name);
	}
	keymap_release(&m);
}

static void test_own_keys(void **state)
{
	struct keymap m;
	struct err err = { 0 };
	char key[KEY_NAME_SIZE];
	keymap_init(&m);
	assert_true(keymap_read(
	    &m, "# mine\n\nall <Down> seek +30\n  list j none  \nqueue J first\n", "keys", &err));
	assert_string_equal(keymap_find(&m, IN_LIST, K_DOWN), "seek +30");
	assert_null(keymap_find(&m, IN_LIST, 'j'));
	assert_string_equal(keymap_find(&m, IN_DETAIL, 'j'), "down");
	assert_true(keymap_key_of(&m, IN_DETAIL, "down", key));
	assert_string_equal(key, "j");
	assert_false(keymap_key_of(&m, IN_LIST, "down", key));
	keymap_release(&m);
}

static void test_own_keys_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "nowhere j down", "keys:1: no context \"nowhere\"" },
		{ "\nlist jj down", "keys:2: no key \"jj\"" },
		{ "list j fly", "keys:1: no command \"fly\"" },
		{ "list", "keys:1: no key \"\"" },
		{ "list j", "keys:1: no command \"\"" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct keymap m;
		struct err err = { 0 };
		keymap_init(&m);
		assert_false(keymap_read(&m, rows[i].text, "keys", &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text, rows[i].says));
		keymap_release(&m);
	}
}

/* -- prompt ------------------------------------------------------------------------------------ */

static void test_prompt_editing(void **state)
{
	static const struct {
		const char *keys; /* ^X, B: backspace, D: delete, L R: arrows, others type */
		const char *text;
		size_t cursor;
	} rows[] = {
		{ "abc", "abc", 3 },          { "abcB", "ab", 2 },       { "abcLLx", "axbc", 2 },
		{ "abc^Ax", "xabc", 1 },      { "abc^A^Ex", "abcx", 4 }, { "one two^W", "one ", 4 },
		{ "one two  ^W", "one ", 4 }, { "abc^U", "", 0 },        { "abcL^K", "ab", 2 },
		{ "abcLD", "ab", 2 },         { "日本L本B", "日本", 3 }, { "LLLBx", "x", 1 },
		{ "abc^ARRRRRx", "abcx", 4 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prompt p;
		prompt_init(&p);
		prompt_begin(&p, ":", "");
		for (const char *k = rows[i].keys; *k;) {
			int width;
			size_t len = *k == '^' ? 2 : text_next(k, &width);
			uint32_t code = 0;
			assert_true(key_parse(k, len, &code));
			code = *k == 'B'   ? K_BACKSPACE
			       : *k == 'D' ? K_DELETE
			       : *k == 'L' ? K_LEFT
			       : *k == 'R' ? K_RIGHT
					   : code;
			(void)prompt_key(&p, code);
			k += len;
		}
		assert_string_equal(p.text.data, rows[i].text);
		assert_int_equal(p.cursor, rows[i].cursor);
		prompt_release(&p);
	}
}

static void test_prompt_ends(void **state)
{
	struct prompt p;
	prompt_init(&p);
	prompt_begin(&p, ":", "x");
	assert_int_equal(prompt_key(&p, K_ENTER), PROMPT_ENTERED);
	assert_int_equal(prompt_key(&p, K_ESC), PROMPT_LEFT);
	assert_int_equal(prompt_key(&p, K_TAB), PROMPT_COMPLETE);
	assert_int_equal(prompt_key(&p, K_BACKSPACE), PROMPT_CHANGED);
	assert_int_equal(prompt_key(&p, K_BACKSPACE), PROMPT_LEFT);
	prompt_release(&p);
}

/* A paste may hold anything, and as much as it likes. */
static void test_prompt_paste(void **state)
{
	struct prompt p;
	prompt_init(&p);
	prompt_begin(&p, ":", "");
	(void)prompt_key(&p, K_PASTE_BEGIN);
	for (const char *s = "a\r\n\tb\033\x7f"
			     "c";
	     *s; s++)
		assert_int_not_equal(prompt_key(&p, (uint32_t)*s), PROMPT_ENTERED);
	(void)prompt_key(&p, K_PASTE_END);
	assert_string_equal(p.text.data, "a   bc");
	for (int i = 0; i < 2 * PROMPT_MAX; i++)
		(void)prompt_key(&p, 'x');
	assert_int_equal(p.text.len, PROMPT_MAX);
	prompt_release(&p);
}

static void test_prompt_history(void **state)
{
	struct prompt p;
	prompt_init(&p);
	for (int i = 0; i < PROMPT_HISTORY + 10; i++) {
		char text[32];
		snprintf(text, sizeof(text), "line %d", i);
		prompt_begin(&p, ":", text);
		prompt_remember(&p);
		prompt_remember(&p); /* the same twice is once */
	}
	assert_int_equal(p.history.n, PROMPT_HISTORY);
	prompt_begin(&p, ":", "");
	(void)prompt_key(&p, K_UP);
	(void)prompt_key(&p, K_UP);
	assert_string_equal(p.text.data, "line 58");
	(void)prompt_key(&p, K_DOWN);
	(void)prompt_key(&p, K_DOWN);
	(void)prompt_key(&p, K_DOWN);
	assert_string_equal(p.text.data, "");
	prompt_release(&p);
}

/* What a row of the canvas shows; owned. */
static char *row_text(struct canvas *c, int line)
{
	struct term *t = term_memory_new(c->columns, c->lines);
	c->spoilt = true;
	canvas_flush(c, t);
	char *text = term_memory_line(t, line);
	t->ops->end(t);
	return text;
}

static void test_prompt_scrolls(void **state)
{
	struct prompt p;
	struct canvas c;
	prompt_init(&p);
	canvas_init(&c, 10, 1, glyphs_get(false));
	prompt_begin(&p, ":", "0123456789abcdef");
	prompt_draw(&p, &c, 0, 0, 10);
	char *row = row_text(&c, 0);
	assert_string_equal(row, ":89abcdef");
	assert_int_equal(c.cursor_column, 9);
	free(row);
	canvas_release(&c);
	prompt_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_names),
		cmocka_unit_test(test_commands_table),
		cmocka_unit_test(test_command_completion),
		cmocka_unit_test(test_default_keys),
		cmocka_unit_test(test_every_command_has_a_key),
		cmocka_unit_test(test_own_keys),
		cmocka_unit_test(test_own_keys_refused),
		cmocka_unit_test(test_prompt_editing),
		cmocka_unit_test(test_prompt_ends),
		cmocka_unit_test(test_prompt_paste),
		cmocka_unit_test(test_prompt_history),
		cmocka_unit_test(test_prompt_scrolls),
	};
	return cmocka_run_group_tests_name("ui keys", tests, NULL, NULL);
}
