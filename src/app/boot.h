/* Setting the house up and taking it down: directories, settings, log, crash hook, signals, backend. Main thread. */
#ifndef KIYYA_APP_BOOT_H
#define KIYYA_APP_BOOT_H

#include <stdbool.h>
#include "kiyya/backend.h"
#include "kiyya/cli.h"
#include "kiyya/err.h"
#include "kiyya/link.h"
#include "kiyya/path.h"
#include "kiyya/settings.h"

struct boot {
	struct paths paths;
	struct settings settings;
	struct link link;
	struct backend *backend;
	char *passphrase, *new_passphrase; /* until the backend has them */
	bool offline;
	unsigned umask; /* the user's, as it was before ours */
	int signal_fd;
	char *crash_note; /* NULL: the last run ended well */
};
/* Up to the signals; nothing of the network, nothing of the database. */
bool boot_begin(struct boot *b, const struct cli_line *line, struct err *err) MUST_USE;
bool boot_backend(struct boot *b, bool browser, enum asks asks, struct err *err) MUST_USE;
void boot_end(struct boot *b);

#endif
