/* The whole screen on a grid in memory, driven by scripts, against a backend with canned answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../support/fake_backend.h"
#include "kiyya/picture.h"
#include "kiyya/str.h"
#include "kiyya/ui.h"
#include "state.h"

struct world {
	struct link link;
	struct settings settings;
	struct fake_backend *backend;
	struct ui_config config;
};

static void world_init(struct world *w, const char *place)
{
	*w = (struct world){ 0 };
	settings_init(&w->settings);
	link_init(&w->link);
	w->backend = fake_backend_start(&w->link);
	assert_non_null(w->backend);
	w->config = (struct ui_config){
		.link = &w->link,
		.settings = &w->settings,
		.place = place,
		.signal_fd = -1,
	};
}

static void world_release(struct world *w)
{
	fake_backend_stop(w->backend);
	link_release(&w->link);
	settings_release(&w->settings);
}

/* Runs the script text; what it prints comes back, owned, and whether it went well. */
static bool play_script(struct world *w, const char *script, int columns, int lines, char **ret_out,
			struct err *err)
{
	char file[256];
	size_t size = 0;
	const char *tmp = getenv("TMPDIR");
	snprintf(file, sizeof(file), "%s/kiyya-ui-XXXXXX", tmp ? tmp : "/tmp");
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, strlen(script)), (ssize_t)strlen(script));
	close(fd);
	FILE *out = open_memstream(ret_out, &size);
	bool ok = ui_run_script(&w->config, file, columns, lines, out, err);
	fclose(out);
	unlink(file);
	return ok;
}

static void expect_script(const char *place, int columns, int lines, bool ascii, const char *script)
{
	struct world w;
	struct err err = { 0 };
	char *out;
	world_init(&w, place);
	w.config.ascii = ascii;
	bool ok = play_script(&w, script, columns, lines, &out, &err);
	if (!ok)
		print_error("%s\n%s\n", err.text, out);
	free(out);
	world_release(&w);
	assert_true(ok);
}

static const struct story {
	const char *name, *place;
	int columns, lines;
	bool ascii;
	const char *script;
} stories[] = {
#include "ui_stories.h"
};

static void test_stories(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		const struct story *s = &stories[i];
		print_message("             %s\n", s->name);
		expect_script(s->place, s->columns, s->lines, s->ascii, s->script);
	}
}

/* -- scripts that must fail -------------------------------------------------------------------- */

static void test_scripts_can_fail(void **state)
{
	static const struct {
		const char *script, *says;
	} rows[] = {
		{ "wait idle\nexpect No such words\n", "line 2: was expected: No such words" },
		{ "wait idle\nexpect not The first film\n", "line 2: was not expected" },
		{ "wait idle\nscreen 80x24\n| something else\n", "another screen was expected" },
		{ "screen 81x24\n", "the screen is not 81x24" },
		{ "fly\n", "no verb \"fly\"" },
		{ "keys j <Nonsense>\n", "no key \"<Nonsense>\"" },
		{ "resize 0x7\n", "a size is 80x24" },
		{ "wait for it\n", "wait for what?" },
		{ "keys q\nwait text the end\n", "waited in vain for the end" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		struct err err = { 0 };
		char *out;
		world_init(&w, "@demo");
		assert_false(play_script(&w, rows[i].script, 80, 24, &out, &err));
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s says %s", rows[i].script, err.text);
		free(out);
		world_release(&w);
	}
}

/* -- properties -------------------------------------------------------------------------------- */

/* No cell of the screen may hold anything a terminal would act on. */
static void assert_harmless(const struct term *t, int columns, int lines)
{
	for (int line = 0; line < lines; line++) {
		for (int column = 0; column < columns; column++) {
			const struct cell *c = term_memory_cell(t, line, column);
			const unsigned char *s = (const unsigned char *)c->text;
			for (; *s; s++) {
				bool c0 = *s < 0x20 || *s == 0x7f;
				bool c1 = s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;
				bool bidi = s[0] == 0xe2 &&
					    ((s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
					     (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
				if (c0 || c1 || bidi)
					fail_msg("cell %d,%d holds byte %02x", line, column, *s);
			}
			if (c->width == 2 && column + 1 == columns)
				fail_msg("a wide sign straddles the edge in line %d", line);
			if (c->width == 2 && term_memory_cell(t, line, column + 1)->width != 0)
				fail_msg("a wide sign is halved in line %d", line);
		}
	}
}

static void settle_until_answered(struct ui *ui)
{
	for (int i = 0; i < 200 && (ui_is_waiting(ui) || i == 0); i++)
		ui_step(ui, 50);
	ui_settle(ui);
	assert_false(ui_is_waiting(ui));
}

static const struct {
	int columns, lines;
} sizes[] = { { 80, 24 }, { 200, 60 }, { 60, 16 }, { 40, 10 },
	      { 20, 5 },  { 1, 1 },    { 59, 40 }, { 100, 16 } };
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void test_hostile_titles(void **state)
{
	struct world w;
	world_init(&w, "@hostile");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	/* Messages, questions and pages show titles too. */
	static const char keys[] = "jjjopqjL\rqyjDnjjj?q/x\r";
	for (const char *k = keys; *k; k++) {
		term_memory_feed(t, (struct key){ .code = (uint32_t)*k });
		ui_settle(ui);
		for (size_t i = 0; i < N_SIZES; i++) {
			term_memory_resize(t, sizes[i].columns, sizes[i].lines);
			ui_resize(ui);
			ui_settle(ui);
			assert_harmless(t, sizes[i].columns, sizes[i].lines);
		}
	}
	ui_free(ui);
	world_release(&w);
}

static void test_first_frame_needs_no_answer(void **state)
{
	struct world w;
	world_init(&w, "@slow");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	char *top = term_memory_line(t, 0);
	assert_non_null(strstr(top, "2 Channels"));
	free(top);
	ui_free(ui);
	world_release(&w);
}

static size_t keys_taken;

static bool next_of_many(struct term *t, struct key *ret)
{
	*ret = (struct key){ .code = keys_taken & 1 ? 'k' : 'j' };
	return keys_taken++ < 2000;
}

/* Signals and the screen have their turn while a terminal sends more and more; a script takes them all. */
static void test_keys_have_pauses(void **state)
{
	struct world w;
	world_init(&w, "@demo");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	struct term_ops many = *t->ops;
	many.key = next_of_many;
	t->ops = &many;
	keys_taken = 0;
	ui_step(ui, 10000);
	assert_in_range(keys_taken, 100, 300);
	ui_step(ui, 10000); /* and does not wait for more to come */
	assert_in_range(keys_taken, 300, 600);
	ui_settle(ui);
	assert_in_range(keys_taken, 2000, 2010);
	ui_free(ui);
	world_release(&w);
}

/* Nothing is put when nothing changed; a step of the cursor redraws two rows and the counts, not the screen. */
static void test_draws_little(void **state)
{
	struct world w;
	world_init(&w, "@demo");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	unsigned before = term_memory_puts(t);
	ui_settle(ui);
	assert_int_equal(term_memory_puts(t), before);
	term_memory_feed(t, (struct key){ .code = 'j' });
	ui_settle(ui);
	assert_in_range(term_memory_puts(t) - before, 1, 2 * 80);
	ui_free(ui);
	world_release(&w);
}

/* -- a film in the pane, from a painter that is this test ---------------------------------------- */

struct studio {
	struct wake wake;
	struct picture *picture;
	struct pixels pixels;
};

/* What it is asked for; 0×0: for nothing. */
static void asked(struct studio *s, int *ret_width, int *ret_height)
{
	*ret_width = *ret_height = 0;
	picture_wish(s->picture, &s->wake, ret_width, ret_height);
}

static bool paint(struct studio *s, uint8_t grey)
{
	int width, height;
	asked(s, &width, &height);
	if (width == 0)
		return false;
	pixels_resize(&s->pixels, width, height);
	memset(s->pixels.rgb0, grey, s->pixels.stride * (size_t)height);
	picture_give(s->picture, &s->wake, &s->pixels);
	return true;
}

static void press(struct ui *ui, uint32_t code)
{
	term_memory_feed(ui->term, (struct key){ .code = code });
	ui_settle(ui);
}

static void test_film_in_the_pane(void **state)
{
	struct world w;
	struct studio s = { 0 };
	int width, height;
	world_init(&w, "@demo");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	s.picture = w.link.picture;
	wake_init(&s.wake);
	press(ui, 'Z');
	assert_non_null(strstr(ui->message, "nothing is playing in the pane"));

	picture_attach(s.picture, &s.wake);
	ui_settle(ui); /* sees that there is one */
	ui_settle(ui); /* and makes room */
	asked(&s, &width, &height);
	assert_int_equal(width, 38);
	assert_int_equal(height, 22);
	char *line = term_memory_line(t, 1);
	assert_non_null(strstr(line, "┬ Film ──"));
	free(line);

	size_t before = term_memory_pictured(t);
	assert_true(paint(&s, 100));
	ui_settle(ui);
	size_t first = term_memory_pictured(t) - before;
	assert_true(first > 38 * 11);
	assert_true(paint(&s, 100));
	ui_settle(ui);
	assert_int_equal(term_memory_pictured(t),
			 before + first); /* the same picture costs nothing */
	press(ui, 'j');
	assert_int_equal(term_memory_pictured(t), before + first); /* nor does the list beside it */

	/* a line that has two of them on the way gets no third, until it says so */
	t->unanswered = 2;
	assert_true(paint(&s, 200));
	ui_settle(ui);
	assert_int_equal(term_memory_pictured(t), before + first);
	t->unanswered = 1;
	ui_settle(ui);
	before = term_memory_pictured(t) - first;
	assert_true(before > 0);
	assert_false(picture_take(s.picture, &s.pixels));
	t->unanswered = 0;

	press(ui, '?');
	assert_false(paint(&s, 1)); /* nobody sees it */
	press(ui, 'q');
	assert_int_equal(term_memory_pictured(t), before + 2 * first); /* the last one, once more */
	press(ui, 'w');
	assert_false(paint(&s, 2));
	press(ui, 'Z');
	asked(&s, &width, &height);
	assert_int_equal(width, 78);
	press(ui, 'Z');
	term_memory_resize(t, 50, 30);
	ui_resize(ui);
	ui_settle(ui);
	asked(&s, &width, &height);
	assert_int_equal(width, 48);
	term_memory_resize(t, 30, 8);
	ui_resize(ui);
	ui_settle(ui);
	assert_false(paint(&s, 3));

	picture_detach(s.picture, &s.wake);
	term_memory_resize(t, 80, 24);
	ui_resize(ui);
	ui_settle(ui);
	ui_settle(ui);
	line = term_memory_line(t, 1);
	assert_null(strstr(line, "┬"));
	free(line);
	ui_free(ui);
	assert_false(picture_has_screen(s.picture));
	pixels_release(&s.pixels);
	wake_release(&s.wake);
	world_release(&w);
}

/* The hardware cursor is where the eye should be. */
static void test_cursor_sits_on_selection(void **state)
{
	struct world w;
	int line, column;
	world_init(&w, "@demo");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	term_memory_feed(t, (struct key){ .code = 'j' });
	ui_settle(ui);
	term_memory_cursor(t, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(column, 1);
	term_memory_feed(t, (struct key){ .code = ':' });
	ui_settle(ui);
	term_memory_cursor(t, &line, &column);
	assert_int_equal(line, 23);
	assert_int_equal(column, 2);
	ui_free(ui);
	world_release(&w);
}

/* Every key in every view at every size: nothing falls over, nothing harmful is drawn. */
static void test_every_key_everywhere(void **state)
{
	struct world w;
	world_init(&w, "@demo");
	struct term *t = term_memory_new(80, 24);
	struct ui *ui = ui_new(&w.config, t);
	ui_start(ui);
	settle_until_answered(ui);
	for (size_t i = 0; i < N_SIZES; i++) {
		term_memory_resize(t, sizes[i].columns, sizes[i].lines);
		ui_resize(ui);
		for (uint32_t view = '1'; view < '1' + n_views; view++) {
			for (size_t b = 0; b < ui->keymap.n; b++) {
				term_memory_feed(t, (struct key){ .code = view });
				term_memory_feed(t, (struct key){ .code = ui->keymap.v[b].key });
				ui_settle(ui);
				ui->quit = false;
				term_memory_feed(t, (struct key){ .code = K_ESC });
				ui_settle(ui);
			}
		}
		assert_harmless(t, sizes[i].columns, sizes[i].lines);
	}
	ui_free(ui);
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_scripts_can_fail),
		cmocka_unit_test(test_hostile_titles),
		cmocka_unit_test(test_first_frame_needs_no_answer),
		cmocka_unit_test(test_keys_have_pauses),
		cmocka_unit_test(test_draws_little),
		cmocka_unit_test(test_film_in_the_pane),
		cmocka_unit_test(test_cursor_sits_on_selection),
		cmocka_unit_test(test_every_key_everywhere),
	};
	return cmocka_run_group_tests_name("ui", tests, NULL, NULL);
}
