/* Drives the screen without a terminal: the language of the .test files in tests/ui and of bug reports.
 *
 *	# a comment; blank lines are nothing
 *	keys    3 j <Enter> ^F      key names with blanks between; a number repeats the next one, a last one is a key
 *	text    hello world         types the rest of the line, blanks and all
 *	paste   @name:1             the same as a terminal's bracketed paste
 *	wait    idle                until every request is answered and every event shown
 *	wait    text SOMETHING      until the screen contains it
 *	wait    no text SOMETHING   until it does not
 *	resize  60x16               another window
 *	expect  TEXT                the screen contains it now
 *	expect  not TEXT            it does not
 *	expect  copied TEXT         that was copied to the clipboard last
 *	screen  80x24               the screen has this size, and begins with these rows:
 *	| what a row holds          blanks at the end do not count; rows not given may hold anything
 *	|~                          this row may hold anything
 *	show                        prints the whole screen
 *
 * A wait that lasts over ten seconds, or a screen that differs, ends the script with ERR_UNFINISHED
 * after both have been printed. Blanks before the bar are nothing; one blank after it belongs to it.
*/
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include "keys.h"
#include "kiyya/file.h"
#include "kiyya/link.h"
#include "kiyya/str.h"

#define SCRIPT_MAX  (1u << 20)
#define DEADLINE_MS 10000
#define MAX_SIDE    1000
#define MAX_REPEAT  10000

struct script {
	struct ui *ui;
	struct term *term;
	FILE *out;
	const char *at; /* what has not been read yet */
	int number;     /* of the line in hand */
};

/* -- the screen as text ------------------------------------------------------------------------ */

static bool screen_has(struct script *s, const char *text)
{
	bool found = false;
	for (int i = 0; i < s->ui->canvas.lines && !found; i++) {
		char *line = term_memory_line(s->term, i);
		found = strstr(line, text) != NULL;
		free(line);
	}
	return found;
}

static void show(struct script *s)
{
	for (int i = 0; i < s->ui->canvas.lines; i++) {
		char *line = term_memory_line(s->term, i);
		fprintf(s->out, "| %s\n", line);
		free(line);
	}
}

static bool fail(struct script *s, struct err *err, const char *what, const char *arg)
{
	fprintf(s->out, "line %d: %s %s; the screen is\n", s->number, what, arg);
	show(s);
	return err_set(err, ERR_UNFINISHED, 0, "line %d: %s %s", s->number, what, arg);
}

/* -- waiting ----------------------------------------------------------------------------------- */

static bool is_idle(struct script *s, const char *arg)
{
	const struct link *l = s->ui->config->link;
	return !ui_is_waiting(s->ui) && mq_count(l->events) == 0 && mq_count(l->requests) == 0;
}

static bool has_no(struct script *s, const char *text)
{
	return !screen_has(s, text);
}

static bool wait_until(struct script *s, bool (*holds)(struct script *s, const char *arg),
		       const char *arg, const char *what, struct err *err)
{
	int64_t end = clock_mono_ms(s->ui->clock) + DEADLINE_MS;
	for (;;) {
		ui_settle(s->ui);
		if (holds(s, arg))
			return true;
		int64_t left = end - clock_mono_ms(s->ui->clock);
		if (left <= 0 || s->ui->quit)
			return fail(s, err, what, arg);
		ui_step(s->ui, left < 100 ? (int)left : 100);
	}
}

static bool do_wait(struct script *s, const char *arg, struct err *err)
{
	if (strcmp(arg, "idle") == 0)
		return wait_until(s, is_idle, "", "waited in vain for all answers", err);
	if (str_starts(arg, "text "))
		return wait_until(s, screen_has, arg + 5, "waited in vain for", err);
	if (str_starts(arg, "no text "))
		return wait_until(s, has_no, arg + 8, "waited in vain for the end of", err);
	return err_set(err, ERR_USAGE, 0, "line %d: wait for what?", s->number);
}

/* -- typing ------------------------------------------------------------------------------------ */

static void press(struct script *s, uint32_t code)
{
	term_memory_feed(s->term, (struct key){ .code = code });
}

static bool do_keys(struct script *s, const char *arg, struct err *err)
{
	uint64_t times = 1, number;
	while (*arg) {
		size_t len = strcspn(arg, " \t");
		char *word = str_dupn(arg, len);
		uint32_t code;
		bool is_count = arg[len] != 0 && str_to_u64(word, &number);
		if (is_count)
			times = number;
		bool is_key = !is_count && key_parse(word, len, &code);
		free(word);
		if (!is_count && !is_key)
			return err_set(err, ERR_USAGE, 0, "line %d: no key \"%.*s\"", s->number,
				       (int)len, arg);
		for (uint64_t i = 0; is_key && i < times && i < MAX_REPEAT; i++)
			press(s, code);
		if (is_key)
			times = 1;
		arg += len + strspn(arg + len, " \t");
	}
	ui_settle(s->ui);
	return true;
}

/* Each byte that is no text is typed as the key it is: a script may be hostile too. */
static bool do_text(struct script *s, const char *arg, struct err *err)
{
	for (size_t len; *arg; arg += len) {
		uint32_t code;
		len = 1;
		while (len < 4 && ((unsigned char)arg[len] & 0xc0) == 0x80)
			len++;
		if (key_parse(arg, len, &code))
			press(s, code);
		else
			len = 1;
	}
	ui_settle(s->ui);
	return true;
}

static bool do_paste(struct script *s, const char *arg, struct err *err)
{
	press(s, K_PASTE_BEGIN);
	bool ok = do_text(s, arg, err);
	press(s, K_PASTE_END);
	ui_settle(s->ui);
	return ok;
}

/* -- size and contents ------------------------------------------------------------------------- */

static bool read_size(const char *arg, int *ret_columns, int *ret_lines)
{
	char *columns = str_dupn(arg, strcspn(arg, "x"));
	const char *lines = arg + strlen(columns);
	uint64_t w, h;
	bool ok = *lines == 'x' && str_to_u64(columns, &w) && str_to_u64(lines + 1, &h) && w > 0 &&
		  h > 0 && w <= MAX_SIDE && h <= MAX_SIDE;
	if (ok) {
		*ret_columns = (int)w;
		*ret_lines = (int)h;
	}
	free(columns);
	return ok;
}

static bool do_resize(struct script *s, const char *arg, struct err *err)
{
	int columns, lines;
	if (!read_size(arg, &columns, &lines))
		return err_set(err, ERR_USAGE, 0, "line %d: a size is 80x24", s->number);
	term_memory_resize(s->term, columns, lines);
	ui_resize(s->ui);
	ui_settle(s->ui);
	return true;
}

/* The next line if it is a row of an expected screen; its text is from the character behind "| ".
 * Owned. */
static char *next_row(struct script *s)
{
	const char *at = s->at + strspn(s->at, " \t");
	if (*at != '|')
		return NULL;
	size_t len = strcspn(at, "\n");
	s->at = at + len + (at[len] == '\n');
	s->number++;
	size_t skip = at[1] == ' ' ? 2 : 1;
	while (len > skip && strchr(" \t\r", at[len - 1]))
		len--;
	return str_dupn(at + skip, len > skip ? len - skip : 0);
}

static bool row_is(struct script *s, int line, const char *want)
{
	if (strcmp(want, "~") == 0)
		return true;
	if (line >= s->ui->canvas.lines)
		return false;
	char *is = term_memory_line(s->term, line);
	bool same = strcmp(is, want) == 0;
	if (!same)
		fprintf(s->out, "line %d: row %d differs\n  expected | %s\n  actual   | %s\n",
			s->number, line + 1, want, is);
	free(is);
	return same;
}

static bool do_screen(struct script *s, const char *arg, struct err *err)
{
	int columns, lines;
	if (!read_size(arg, &columns, &lines))
		return err_set(err, ERR_USAGE, 0, "line %d: a size is 80x24", s->number);
	if (columns != s->ui->canvas.columns || lines != s->ui->canvas.lines)
		return fail(s, err, "the screen is not", arg);
	bool same = true;
	int i = 0;
	for (char *want; (want = next_row(s)); i++) {
		same = row_is(s, i, want) && same;
		free(want);
	}
	return same || fail(s, err, "another screen was expected:", arg);
}

static bool do_expect(struct script *s, const char *arg, struct err *err)
{
	if (str_starts(arg, "copied "))
		return str_eq(term_memory_copied(s->term), arg + 7) ||
		       fail(s, err, "was not copied:", arg + 7);
	if (str_starts(arg, "not "))
		return !screen_has(s, arg + 4) || fail(s, err, "was not expected:", arg + 4);
	return screen_has(s, arg) || fail(s, err, "was expected:", arg);
}

static bool do_show(struct script *s, const char *arg, struct err *err)
{
	show(s);
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct script *s, const char *arg, struct err *err);
} verbs[] = {
	{ "expect", do_expect }, { "keys", do_keys },     { "paste", do_paste },
	{ "resize", do_resize }, { "screen", do_screen }, { "show", do_show },
	{ "text", do_text },     { "wait", do_wait },
};

static bool run_line(struct script *s, char *line, struct err *err)
{
	line += strspn(line, " \t");
	if (*line == 0 || *line == '#')
		return true;
	size_t len = strcspn(line, " \t");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strlen(verbs[i].word) == len && strncmp(verbs[i].word, line, len) == 0)
			return verbs[i].run(s, line + len + strspn(line + len, " \t"), err);
	return err_set(err, ERR_USAGE, 0, "line %d: no verb \"%.*s\"", s->number, (int)len, line);
}

static bool run_all(struct script *s, struct err *err)
{
	while (*s->at) {
		size_t len = strcspn(s->at, "\n");
		char *line = str_dupn(s->at, len);
		s->at += len + (s->at[len] == '\n');
		s->number++;
		size_t end = strlen(line);
		while (end > 0 && strchr(" \t\r", line[end - 1]))
			line[--end] = 0;
		bool ok = run_line(s, line, err);
		free(line);
		if (!ok)
			return false;
	}
	return true;
}

bool ui_run_script(const struct ui_config *config, const char *script_file, int columns, int lines,
		   FILE *out, struct err *err)
{
	struct buf text;
	buf_init(&text, SCRIPT_MAX);
	bool ok = file_read_all(script_file, SCRIPT_MAX, &text, err);
	if (ok) {
		struct term *term = term_memory_new(columns, lines);
		struct script s = {
			.ui = ui_new(config, term), .term = term, .out = out, .at = text.data
		};
		ui_start(s.ui);
		ok = run_all(&s, err) || err_wrap(err, "%s", script_file);
		ui_free(s.ui);
	}
	buf_release(&text);
	return ok;
}
