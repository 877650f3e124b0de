/* The text of the configuration file: what each kind of line means, and that an edit changes one
 * line only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/buf.h"
#include "kiyya/config_text.h"
#include "kiyya/settings.h"
#include "kiyya/str.h"

/* Writes what was read as "line key=value;" so that a row of a table can say what it wants. */
static bool note_pair(void *arg, int line, const char *key, const char *value, struct err *err)
{
	if (str_eq(key, "test.refused"))
		return err_set(err, ERR_CONFIG, 0, "test.refused must be nothing");
	buf_addf(arg, "%d %s=%s;", line, key, value);
	return true;
}

static void test_read(void **state)
{
	static const struct {
		const char *text, *pairs;
	} rows[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "[a]\nb = c\n", "2 a.b=c;" },
		{ "[a]\nb=c", "2 a.b=c;" },
		{ "[a]\r\nb = c\r\n", "2 a.b=c;" },
		{ "\xef\xbb\xbf[a]\nb = c\n", "2 a.b=c;" },
		{ "  [ a ]  # note\n\tb\t=\tc  \n", "2 a.b=c;" },
		{ "# b = c\n; b = c\n[a] ; x\n", "" },
		{ "[a]\nb = c # note\nd = e ; note\n", "2 a.b=c;3 a.d=e;" },
		{ "[a]\nb = lbry://@x#1/y;z#2\n", "2 a.b=lbry://@x#1/y;z#2;" },
		{ "[a]\nb =\nc = # nothing\nd =    \n", "2 a.b=;3 a.c=;4 a.d=;" },
		{ "[a]\nb = \"c # d\" # note\n", "2 a.b=c # d;" },
		{ "[a]\nb = \" c \"\n", "2 a.b= c ;" },
		{ "[a]\nb = \"c \\\"d\\\" \\\\ \\e\"\n", "2 a.b=c \"d\" \\ \\e;" },
		{ "[a]\nb = \"c\" \"d\"\n", "2 a.b=\"c\" \"d\";" },
		{ "[a]\nb = \"c\n", "2 a.b=\"c;" },
		{ "[a]\nb = \"\"\n", "2 a.b=;" },
		{ "[a]\nb = x = y\n", "2 a.b=x = y;" },
		{ "a.b = c\n[d]\ne = f\n", "1 a.b=c;3 d.e=f;" },
		{ "[a]\nb = 1\n[c]\nb = 2\n[a]\nb = 3\n", "2 a.b=1;4 c.b=2;6 a.b=3;" },
		{ "[a]\nb = ሰላም é\n", "2 a.b=ሰላም é;" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf pairs;
		struct err err = { 0 };
		buf_init(&pairs, 4096);
		const char *text = rows[i].text;
		if (!config_read_text("f", text, strlen(text), note_pair, &pairs, &err))
			fail_msg("row %zu: %s", i, err.text);
		assert_string_equal(pairs.data, rows[i].pairs);
		buf_release(&pairs);
	}
}

static void test_read_bad(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* 0: as the string is */
		const char *error;
	} rows[] = {
		{ "[a]\nword\n", 0, "f:2: neither a [section] nor key = value" },
		{ "[a\n", 0, "f:1: a section without its ]" },
		{ "[]\n", 0, "f:1: not the name of a section" },
		{ "[a b]\n", 0, "f:1: not the name of a section" },
		{ "[a] b = c\n", 0, "f:1: something behind the ] of a section" },
		{ "[a]\n= c\n", 0, "f:2: not the name of a key" },
		{ "[a]\n\nb c = d\n", 0, "f:3: not the name of a key" },
		{ "[a]\nb = \x1b[2J\n", 0, "f:2: not plain text" },
		{ "[a]\nb = \xff\n", 0, "f:2: not plain text" },
		{ "[a]\n# \x7f\n", 0, "f:2: not plain text" },
		{ "[a]\nb = c\0d\n", 12, "f:2: not plain text" },
		{ "[test]\nx = 1\nrefused = 2\n", 0, "f:3: test.refused must be nothing" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf pairs;
		struct err err = { 0 };
		buf_init(&pairs, 4096);
		const char *text = rows[i].text;
		size_t len = rows[i].len ? rows[i].len : strlen(text);
		assert_false(config_read_text("f", text, len, note_pair, &pairs, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.text, rows[i].error);
		buf_release(&pairs);
	}
}

static void test_edit(void **state)
{
	static const struct {
		const char *before, *key, *value, *after;
	} rows[] = {
		{ "", "a.b", "c", "[a]\nb = c\n" },
		{ "[x]\ny = z\n", "a.b", "c", "[x]\ny = z\n\n[a]\nb = c\n" },
		{ "[x]\ny = z", "a.b", "c", "[x]\ny = z\n\n[a]\nb = c\n" },
		{ "[a]\nb = old\n", "a.b", "new", "[a]\nb = new\n" },
		{ "[a]\n  b=old   # why\nc = d\n", "a.b", "new", "[a]\n  b=new   # why\nc = d\n" },
		{ "[a]\nb = old\r\nc = d\r\n", "a.b", "new", "[a]\nb = new\r\nc = d\r\n" },
		{ "[a]\nb =\n", "a.b", "new", "[a]\nb = new\n" },
		{ "[a]\nb = # why\n", "a.b", "new", "[a]\nb = new # why\n" },
		{ "[a]\nb = old\n", "a.b", "", "[a]\nb = \n" },
		{ "[a]\nb = \"o # d\" ; why\n", "a.b", "n", "[a]\nb = n ; why\n" },
		{ "[a]\nb = 1\nb = 2\n", "a.b", "3", "[a]\nb = 1\nb = 3\n" },
		{ "[a]\nc = 1\n\n[d]\n", "a.b", "2", "[a]\nc = 1\nb = 2\n\n[d]\n" },
		{ "[a]\n#b = 1\n# text\n#c = 2\n", "a.b", "3",
		  "[a]\n#b = 1\nb = 3\n# text\n#c = 2\n" },
		{ "[d]\n#b = 1\n[a]\n", "a.b", "3", "[d]\n#b = 1\n[a]\nb = 3\n" },
		{ "[a]", "a.b", "3", "[a]\nb = 3\n" },
		{ "a.b = 1\n", "a.b", "2", "a.b = 2\n" },
		{ "[a]\nb = 1\n", "a.b", "x # y", "[a]\nb = \"x # y\"\n" },
		{ "[a]\nb = 1\n", "a.b", "\"q\"", "[a]\nb = \"\\\"q\\\"\"\n" },
		{ "[a]\nb = 1\n", "a.b", "#", "[a]\nb = \"#\"\n" },
		{ "[a]\nb = 1\n", "a.b", " x", "[a]\nb = \" x\"\n" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *after = config_edit_text(rows[i].before, rows[i].key, rows[i].value);
		assert_non_null(after);
		assert_string_equal(after, rows[i].after);
		free(after);
	}
}

static void test_edit_refuses(void **state)
{
	static const char *const rows[][2] = {
		{ "a", "c" },      { ".b", "c" },     { "a.", "c" },     { "a b.c", "d" },
		{ "a.b=", "c" },   { "a.b", "c\nd" }, { "a.b", "\x1b" }, { "a.b", "c\td" },
		{ "a.b", "\xc3" }, { "", "c" },       { "a.b]", "c" },   { "a.b", "c\rd" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_null(config_edit_text("[a]\nb = 1\n", rows[i][0], rows[i][1]));
}

struct last {
	const char *key;
	char *value;
};

static bool keep_last(void *arg, int line, const char *key, const char *value, struct err *err)
{
	struct last *l = arg;
	if (str_eq(key, l->key))
		str_set(&l->value, value);
	return true;
}

/* Every value survives being written and read, whatever the file looked like before. */
static void test_round_trip(void **state)
{
	static const char *const files[] = {
		"",
		"[a]",
		"[a]\nb=1\n",
		"# x\n[a]\n#b = 2\n\n[c]\nb = 3",
		"[c]\n[a]\nb = \"q\" # n\n[a]\n",
		"\xef\xbb\xbf",
	};
	static const char *const values[] = {
		"",    " ",  "x",        "x y",       "#",       ";",        "x #y",
		"x;y", "\"", "\"\"",     "\\",        "\"x\\\"", "\"a\" b",  "=",
		"[]",  "x ", "\\\" # ;", "\"a\" # b", "é # ñ",   "\"\\\\\"",
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			struct last l = { .key = "a.b" };
			char *text = config_edit_text(files[i], "a.b", values[j]);
			assert_non_null(text);
			assert_true(config_read_text("f", text, strlen(text), keep_last, &l, NULL));
			if (!str_eq(l.value, values[j]))
				fail_msg("\"%s\" came back as \"%s\"", values[j], l.value);
			free(l.value);
			free(text);
		}
}

static bool count_pair(void *arg, int line, const char *key, const char *value, struct err *err)
{
	int *n = arg;
	int known = settings_find(key);
	assert_true(known >= 0);
	assert_string_equal(value, setting_defs[known].def);
	(*n)++;
	return true;
}

/* The file that `config init` writes changes nothing; without its signs it is every key at its
 * default. */
static void test_commented_file(void **state)
{
	char *text = config_commented_file();
	int n = 0;
	assert_true(config_read_text("f", text, strlen(text), count_pair, &n, NULL));
	assert_int_equal(n, 0);
	for (char *p = text; (p = strchr(p, '\n'));)
		if (*++p == '#' && p[1] != ' ')
			*p = ' ';
	assert_true(config_read_text("f", text, strlen(text), count_pair, &n, NULL));
	assert_int_equal(n, SETTING_COUNT);
	free(text);
}

/* Setting a key in that file puts it below its own explanation. */
static void test_edit_commented_file(void **state)
{
	char *text = config_commented_file();
	char *edited = config_edit_text(text, "ui.mouse", "no");
	assert_non_null(strstr(edited, "#mouse = yes\nmouse = no\n"));
	assert_int_equal(strlen(edited), strlen(text) + strlen("mouse = no\n"));
	free(edited);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_bad),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_edit_refuses),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_commented_file),
		cmocka_unit_test(test_edit_commented_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
