/* The backend: one thread that owns network, database, downloads, vault key and player, and answers
 * requests with events. Front ends talk to it through a struct link only. */
#ifndef KIYYA_BACKEND_H
#define KIYYA_BACKEND_H

#include <stdbool.h>
#include "kiyya/clock.h"
#include "kiyya/err.h"
#include "kiyya/link.h"
#include "kiyya/path.h"
#include "kiyya/settings.h"

/* Whether the front end can be asked for a passphrase (EV_ASK), and what comes of a wrong one. */
enum asks { ASKS_NOBODY, ASKS_ONCE, ASKS_UNTIL_RIGHT };

struct backend_config {
	const struct paths *paths;        /* borrowed until backend_stop */
	const struct settings *settings;  /* borrowed until backend_stop */
	bool offline;                     /* no network at all */
	unsigned umask;                   /* the user's, for files that are exported; ours are for us alone */
	bool work_off;                    /* take the lock if it is free and work the queue off (the browser) */
	enum asks asks;
	char *passphrase, *new_passphrase; /* given by file or descriptor; moved, wiped; NULL none */
};
struct backend;
/* Starts the thread; database and migrations happen there: a failure comes as the EV_DONE of every request. */
struct backend *backend_start(const struct backend_config *config, struct link *link, struct err *err);
/* Ends it: downloads are saved, sources cancelled, server and player stopped, in at most a few seconds. */
void backend_stop(struct backend *b);

#endif
