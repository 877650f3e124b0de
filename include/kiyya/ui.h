/* The screen: list, detail and downloads panes, views, keys from a table. Front end thread (main).
 * Curses is one implementation of struct term; a grid in memory is the other (tests, --script). */
#ifndef KIYYA_UI_H
#define KIYYA_UI_H

#include <stdbool.h>
#include <stdio.h>
#include "kiyya/err.h"
#include "kiyya/link.h"
#include "kiyya/settings.h"

struct ui_config {
	struct link *link;               /* borrowed */
	const struct settings *settings; /* borrowed */
	const char *place;               /* channel or item address to open first; NULL: channel.default */
	bool ascii, no_color;
	const char *crash_note;          /* said at the start; NULL none */
	int signal_fd;                   /* readable: struct signalfd_siginfo (SIGWINCH SIGTERM SIGHUP SIGINT …); -1 none */
};
/* Runs on the terminal until the person quits. ret_signal: the signal that ended it, 0 none. */
bool ui_run(const struct ui_config *config, int *ret_signal, struct err *err);
/* Runs a script on a grid of cells in memory; what the script saves or shows goes to out. ERR_UNFINISHED when
 * an expected screen was not reached. */
bool ui_run_script(const struct ui_config *config, const char *script_file, int columns, int lines,
		   FILE *out, struct err *err);
/* Tables for `keys`, `actions` and the manual. */
void ui_print_keys(FILE *out, bool json);
void ui_print_actions(FILE *out, bool json);
/* Gives the terminal back, whatever state it is in: for the crash hook; signal-safe as far as it can be. */
void ui_restore_terminal(void);

#endif
