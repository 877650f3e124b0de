/* main(): reads the command line, sets the house up, runs the screen or one command, takes the house down. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "boot.h"
#include "crash.h"
#include "hush.h"
#include "kiyya/cli.h"
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/ui.h"
#include "version.h"

/* What bare kiyya is given: nothing, or a place to open. */
static bool wants_browser(const struct cli_line *line)
{
	return line->argc == 0 || !cli_is_command(line->argv[0]);
}

/* A word that is neither a command nor an address would open a browser on nothing. */
static bool looks_like_place(const char *word)
{
	return strchr(word, '@') || strchr(word, '/') || strchr(word, ':') || strlen(word) == 40;
}

/* Out of memory, or something impossible: the person gets terminal and message. */
static void on_die(void)
{
	ui_restore_terminal();
	hush_end();
}

static int fail(const struct err *err)
{
	cli_say_error(err);
	return err_exit_code(err->kind);
}

static int run_browser(const struct cli_line *line, struct boot *boot)
{
	struct err err;
	int signal = 0;
	struct ui_config config = {
		.link = &boot->link,
		.settings = &boot->settings,
		.place = line->argc ? line->argv[0] : NULL,
		.ascii = line->options.ascii,
		.no_color = line->options.no_color,
		.crash_note = boot->crash_note,
		.signal_fd = boot->signal_fd,
	};
	bool ok;
	if (line->script) {
		int columns = 80, lines = 24;
		if (line->screen && sscanf(line->screen, "%dx%d", &columns, &lines) != 2) {
			err_set(&err, ERR_USAGE, 0, "--screen wants COLUMNSxLINES, such as 80x24");
			return fail(&err);
		}
		ok = ui_run_script(&config, line->script, columns, lines, stdout, &err);
	} else {
		hush_begin(boot->paths.state_dir);
		ok = ui_run(&config, &signal, &err);
		hush_end();
	}
	if (!ok)
		return fail(&err);
	return signal ? 128 + signal : 0;
}

/* From now on, and not before: a command of the user's that was asked for the key has something to say, too. */
static void on_playing(void *arg)
{
	const struct boot *boot = arg;
	hush_begin(boot->paths.state_dir);
}

static int run_command(const struct cli_line *line, struct boot *boot)
{
	FILE *person = hush_person();
	int code = cli_run(&(struct cli_config){ .link = &boot->link,
						 .settings = &boot->settings,
						 .options = line->options,
						 .signal_fd = boot->signal_fd,
						 .err = person,
						 .playing = person ? on_playing : NULL,
						 .playing_arg = boot,
						 .print_keys = ui_print_keys,
						 .print_actions = ui_print_actions },
			   line->argc, line->argv);
	if (person)
		fclose(person);
	return code;
}

static int run(const struct cli_line *line, unsigned users_umask)
{
	struct err err;
	if (line->help) {
		bool known = cli_print_help(stdout, line->argc ? line->argv[0] : NULL);
		return known ? 0 : 2;
	}
	if (line->version) {
		version_print(stdout);
		return 0;
	}
	bool browser = wants_browser(line);
	if (browser && line->argc && !looks_like_place(line->argv[0])) {
		err_set(&err, ERR_USAGE, 0, "%s: no such command: did you mean %s?", line->argv[0],
			cli_nearest_command(line->argv[0]));
		return fail(&err);
	}
	if (browser && !line->script && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		err_set(&err, ERR_USAGE, 0,
			"not a terminal: try ssh -t, or a command (kiyya --help)");
		return fail(&err);
	}
	struct boot boot;
	if (!boot_begin(&boot, line, &err))
		return fail(&err);
	boot.umask = users_umask;
	bool person = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
	enum asks asks = browser ? ASKS_UNTIL_RIGHT : person ? ASKS_ONCE : ASKS_NOBODY;
	bool needs_backend = browser || cli_needs_backend(line->argv[0]);
	int code;
	if (needs_backend && !boot_backend(&boot, browser, asks, &err))
		code = fail(&err);
	else
		code = browser ? run_browser(line, &boot) : run_command(line, &boot);
	boot_end(&boot);
	hush_end(); /* the player's end may have been loud */
	return code;
}

int main(int argc, char **argv)
{
	unsigned users_umask = umask(077);
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC,
		  "C"); /* numbers are read and written the same everywhere; libmpv insists */
	signal(SIGPIPE, SIG_IGN);
	mem_on_die(on_die);
	struct cli_line line;
	struct err err;
	if (!cli_read_line(&line, argc, argv, &err))
		return fail(&err);
	int code = run(&line, users_umask);
	cli_line_release(&line);
	if (fflush(stdout) != 0 && code == 0)
		code = 1;
	return code;
}
