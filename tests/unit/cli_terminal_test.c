/* The command line where there is more than rows: the line as a whole, questions, the bar, signals, broken output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "../support/scripted_backend.h"

#define ONE_CLAIM \
	"page {\"claims\":[{\"claim_id\":\"" ID1 "\",\"title\":\"A\",\"kind\":\"video\"}]}"

/* -- without a backend -- */

static void test_help(void **state)
{
	struct result r = run(NULL, "help");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.out, "\n  list  "));
	assert_non_null(strstr(r.out, "--gateway URL"));
	result_release(&r);

	r = run(NULL, "help list");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.out, "--tag TAG …"));
	result_release(&r);

	r = run(NULL, "help lsit");
	assert_int_equal(r.code, 2);
	assert_string_equal(r.err, "kiyya: help: unknown command lsit; did you mean list?\n");
	result_release(&r);

	assert_true(cli_is_command("queue"));
	assert_false(cli_is_command("@queue"));
	assert_true(cli_needs_backend("ping"));
	assert_false(cli_needs_backend("help"));
	assert_false(cli_needs_backend("@channel"));
	assert_false(cli_print_help(stdout, "nothing"));
}

static void test_completion(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	for (size_t i = 0; i < 3; i++) {
		char *words = str_fmt("completion %s", shells[i]);
		struct result r = run(NULL, words);
		assert_int_equal(r.code, 0);
		assert_non_null(strstr(r.out, "kiyya"));
		assert_non_null(strstr(r.out, "queue-only"));
		assert_non_null(strstr(r.out, "newest oldest trending name"));
		result_release(&r);
		free(words);
	}
	assert_false(cli_print_completion(stdout, "tcsh"));
}

/* -- the line -- */

static void test_line(void **state)
{
	static const struct {
		const char *words, *left; /* what is left, joined by '|' */
		bool json, help;
		const char *home, *gateways, *screen;
	} rows[] = {
		{ "list @c", "list|@c", false, false, NULL, "", NULL },
		{ "--json list @c", "list|@c", true, false, NULL, "", NULL },
		{ "list @c --json", "list|@c", true, false, NULL, "", NULL },
		{ "list --tag --json @c", "list|--tag|--json|@c", false, false, NULL, "", NULL },
		{ "list --tag=x --home /h @c", "list|--tag=x|@c", false, false, "/h", "", NULL },
		{ "--gateway a --gateway=b ping", "ping", false, false, NULL, "a b ", NULL },
		{ "--home list list", "list", false, false, "list", "", NULL },
		{ "list -- --json", "list|--|--json", false, false, NULL, "", NULL },
		{ "-- list", "list", false, false, NULL, "", NULL },
		{ "play x -- --home=y", "play|x|--|--home=y", false, false, NULL, "", NULL },
		{ "list -h", "list", false, true, NULL, "", NULL },
		{ "@c --odd", "@c|--odd", false, false, NULL, "", NULL },
		{ "--screen 80x24 @c", "@c", false, false, NULL, "", "80x24" },
		{ "-", "-", false, false, NULL, "", NULL },
		{ "", "", false, false, NULL, "", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *copy = str_dup(rows[i].words), *argv[WORDS_MAX];
		int argc = split_words(copy, argv);
		struct cli_line l;
		struct buf left, gateways;
		buf_init(&left, 4096);
		buf_init(&gateways, 4096);
		assert_true(cli_read_line(&l, argc, argv, NULL));
		for (int w = 0; w < l.argc; w++)
			buf_addf(&left, "%s%s", w ? "|" : "", l.argv[w]);
		for (size_t g = 0; g < l.gateways.n; g++)
			buf_addf(&gateways, "%s ", l.gateways.v[g]);
		assert_string_equal(left.data, rows[i].left);
		assert_string_equal(gateways.data, rows[i].gateways);
		assert_null(l.argv[l.argc]);
		assert_int_equal(l.options.json, rows[i].json);
		assert_int_equal(l.help, rows[i].help);
		assert_true(str_eq(l.home, rows[i].home));
		assert_true(str_eq(l.screen, rows[i].screen));
		cli_line_release(&l);
		buf_release(&left);
		buf_release(&gateways);
		free(copy);
	}
}

/* -- a terminal -- */

struct terminal {
	int master, slave;
	FILE *screen; /* the slave, written to */
};

static void terminal_open(struct terminal *t)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
	t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->slave >= 0);
	t->screen = fdopen(dup(t->slave), "w");
	assert_non_null(t->screen);
}

/* What was written to it, as far as it is there. */
static char *terminal_read(struct terminal *t)
{
	char *text = calloc(1, 65536);
	assert_non_null(text);
	size_t n = 0;
	struct pollfd p = { .fd = t->master, .events = POLLIN };
	while (n < 65535 && poll(&p, 1, 0) == 1 && (p.revents & POLLIN)) {
		ssize_t got = read(t->master, text + n, 65535 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return text;
}

static void terminal_close(struct terminal *t)
{
	fclose(t->screen);
	close(t->slave);
	close(t->master);
}

/* Runs with the terminal for questions and answers; what is typed is there before. */
static struct result run_on_terminal(struct fake *f, const char *words, const char *typed,
				     bool out_too, const char *extra)
{
	struct terminal t;
	terminal_open(&t);
	if (typed)
		assert_int_equal(write(t.master, typed, strlen(typed)), strlen(typed));
	FILE *out = out_too ? fdopen(dup(t.slave), "w") : tmpfile();
	assert_non_null(out);
	struct termios before, after;
	assert_int_equal(tcgetattr(t.slave, &before), 0);
	char *line = str_fmt("%s%s", words, extra);
	struct result r;
	r.code = run_line(
	    line, &f->link,
	    (struct cli_config){
		.signal_fd = f->signal_pipe[0], .in_fd = t.slave, .out = out, .err = t.screen });
	free(line);
	assert_int_equal(tcgetattr(t.slave, &after), 0);
	assert_int_equal(after.c_lflag, before.c_lflag);
	if (out_too)
		fclose(out);
	r.out = out_too ? str_dup("") : read_back(out);
	fflush(t.screen);
	r.err = terminal_read(&t);
	terminal_close(&t);
	return r;
}

static void test_asking(void **state)
{
	static const struct {
		const char *typed, *asked;
		int code;
	} rows[] = {
		{ "y\n", "remove {\"items\":[\"x\"],\"watched\":false,\"dry_run\":false}", 0 },
		{ "YES\n", "remove {\"items\":[\"x\"],\"watched\":false,\"dry_run\":false}", 0 },
		{ "n\n", "", 2 },
		{ "\n", "", 2 },
		{ "yeah\n", "", 2 },
		{ "\004", "", 2 }, /* the end of the input */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake f;
		fake_start(&f, "done");
		struct result r = run_on_terminal(&f, "rm x", rows[i].typed, false, "");
		assert_non_null(strstr(r.err, "delete x from the vault? [y/N] "));
		assert_string_equal(f.asked.data, rows[i].asked);
		assert_int_equal(r.code, rows[i].code);
		result_release(&r);
		fake_stop(&f);
	}
}

static void test_asking_interrupted(void **state)
{
	struct fake f;
	fake_start(&f, "done");
	fake_signal(&f, "2");
	struct result r = run_on_terminal(&f, "rm x", NULL, false, "");
	assert_int_equal(r.code, 130);
	assert_string_equal(f.asked.data, "");
	result_release(&r);
	fake_stop(&f);
}

static void test_cat_refuses_terminal(void **state)
{
	struct fake f;
	fake_start(&f, "done");
	struct result r = run_on_terminal(&f, "cat x", NULL, true, "");
	assert_int_equal(r.code, 2);
	assert_non_null(strstr(r.err, "standard output is a terminal"));
	assert_string_equal(f.asked.data, "");
	result_release(&r);
	fake_stop(&f);
}

/* The bar is on the terminal while it runs, in one line, and gone before the row. */
static void test_progress_bar(void **state)
{
	static const struct {
		const char *extra, *gauge; /* gauge NULL: no bar at all */
	} rows[] = {
		{ "", "A  " },
		{ "", "██████████░░░░░░░░░░   50%  50 B of 100 B" },
		{ " --ascii", "##########----------   50%" },
		{ " -q", NULL },
		{ " --json", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake f;
		fake_start(&f, "download " DOWNLOAD("\"event\":\"progress\",", "active",
						    "50") "\ntaken\n"
							  "download " DOWNLOAD(
							      "\"event\":\"progress\",", "active",
							      "60") "\ntaken\n"
								    "download " DOWNLOAD(
									"\"event\":\"done\",",
									"done", "100") "\ndone");
		struct result r = run_on_terminal(&f, "download x", NULL, false, rows[i].extra);
		assert_int_equal(r.code, 0);
		if (rows[i].gauge) {
			assert_non_null(strstr(r.err, rows[i].gauge));
			assert_null(strstr(r.err, " 60%")); /* too soon after the first */
			assert_int_equal(r.err[strlen(r.err) - 1], '\r');
			assert_null(strchr(r.err, '\n'));
		} else {
			assert_string_equal(r.err, "");
		}
		result_release(&r);
		fake_stop(&f);
	}
}

/* A pause shows at once, however short ago the line was drawn. */
static void test_player_line(void **state)
{
	struct fake f;
	fake_start(&f, "0 player {\"state\":\"playing\",\"title\":\"A\",\"position_seconds\":70,"
		       "\"duration\":2530,\"offline\":true}\ntaken\n"
		       "0 player {\"state\":\"playing\",\"position_seconds\":71}\ntaken\n"
		       "0 player {\"state\":\"paused\",\"position_seconds\":71}\ntaken\ndone");
	struct result r = run_on_terminal(&f, "play x", NULL, false, "");
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.err, "playing  1:10 of 42:10  (vault)"));
	assert_null(strstr(r.err, "playing  1:11"));
	assert_non_null(strstr(r.err, "paused  1:11"));
	assert_string_equal(r.out, "");
	result_release(&r);
	fake_stop(&f);
}

/* Keys go to the player, and the terminal is as before in the end. */
static void test_player_keys(void **state)
{
	struct fake f;
	/* the first request is answered by its events only when the keys have come: by the stop of 'q' */
	fake_start(&f, "0 player {\"state\":\"playing\"}\n--\ndone\n--\ndone\n--\nsignal 2");
	struct result r = run_on_terminal(&f, "play x", " ?>q", false, "");
	assert_int_equal(r.code, 130);
	assert_string_equal(f.asked.data, "play {\"item\":\"x\",\"audio\":false,\"url\":false}\n"
					  "player {\"command\":\"pause\",\"amount\":0}\n"
					  "player {\"command\":\"seek\",\"amount\":10}\n"
					  "player {\"command\":\"stop\",\"amount\":0}\n"
					  "stop {\"of\":1}");
	result_release(&r);
	fake_stop(&f);
}

static void test_ssh_line(void **state)
{
	struct fake f;
	fake_start(&f, "serve {\"url\":\"http://127.0.0.1:8080/movies/1\"}\n"
		       "serve {\"url\":\"http://127.0.0.1:8080/movies/2\"}\ndone");
	struct result r = run(&f, "serve");
	const char *line = strstr(r.err, "ssh -L 8080:127.0.0.1:8080 ");
	assert_non_null(line);
	assert_null(strstr(line + 1, "ssh -L"));
	result_release(&r);
	fake_stop(&f);
}

/* A reader that goes away ends the command, quietly, as a closed pipe does. */
static void test_closed_pipe(void **state)
{
	struct fake f;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	FILE *out = fdopen(ends[1], "w"), *err = tmpfile();
	assert_non_null(out);
	assert_non_null(err);
	fake_start(&f, ONE_CLAIM);
	int code =
	    run_line("favorite list", &f.link, (struct cli_config){ .out = out, .err = err });
	assert_int_equal(code, 128 + SIGPIPE);
	fclose(out);
	char *said = read_back(err);
	assert_string_equal(said, "");
	free(said);
	fake_stop(&f);
}

static void test_full_disk(void **state)
{
	static const char *const lines[] = { "favorite list", "help" };
	for (size_t i = 0; i < 2; i++) {
		struct fake f;
		FILE *out = fopen("/dev/full", "w"), *err = tmpfile();
		if (!out)
			skip();
		fake_start(&f, ONE_CLAIM);
		int code =
		    run_line(lines[i], &f.link, (struct cli_config){ .out = out, .err = err });
		assert_int_equal(code, 6);
		fclose(out);
		char *said = read_back(err);
		assert_true(str_starts(said, "kiyya: writing standard output: "));
		free(said);
		fake_stop(&f);
	}
}

/* A backend that does not stop: the second signal does not wait for it. */
static void test_impatience(void **state)
{
	struct fake f;
	fake_start(&f, "deaf\nsignal 15\nsignal 2");
	struct result r = run(&f, "ping");
	assert_int_equal(r.code, 143);
	result_release(&r);
	fake_stop(&f);
}

static void test_backend_gone(void **state)
{
	struct fake f;
	fake_start(&f, "");
	mq_close(f.link.requests);
	struct result r = run(&f, "ping");
	assert_int_equal(r.code, 1);
	assert_string_equal(r.err, "kiyya: ping: the backend is gone\n");
	result_release(&r);
	fake_stop(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_asking),
		cmocka_unit_test(test_asking_interrupted),
		cmocka_unit_test(test_cat_refuses_terminal),
		cmocka_unit_test(test_progress_bar),
		cmocka_unit_test(test_player_line),
		cmocka_unit_test(test_player_keys),
		cmocka_unit_test(test_ssh_line),
		cmocka_unit_test(test_closed_pipe),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_impatience),
		cmocka_unit_test(test_backend_gone),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
