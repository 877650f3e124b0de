/* A backend that answers from a script, and commands run against it: for the tests of the command line.
 *
 * A script has a line for each thing to do, and "--" between one request and the next:
 *	NAME {…}   post that event for the request;   0 NAME {…}   as news of state
 *	done       shorthand: the last event, all well
 *	write TEXT the bytes go to the descriptor of the request
 *	signal N   a signal arrives at the front end
 *	deaf       requests to stop are ignored from now on
 *	taken      go on when the front end has taken every event (news that is unread would be replaced)
 * A request to stop is answered with the last event of what it stops. */
#ifndef KIYYA_TESTS_SCRIPTED_BACKEND_H
#define KIYYA_TESTS_SCRIPTED_BACKEND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include "kiyya/buf.h"
#include "kiyya/cli.h"
#include "kiyya/link.h"
#include "kiyya/thread.h"

#define ID1 "1111111111111111111111111111111111111111"
#define ID2 "2222222222222222222222222222222222222222"

/* The body of EV_DOWNLOAD; event is "" or "\"event\":\"progress\",". */
#define DOWNLOAD(event, state, have)                                                         \
	"{" event "\"claim_id\":\"" ID1                                                      \
	"\",\"title\":\"A\",\"quality\":\"original\",\"state\":\"" state "\",\"have\":" have \
	",\"total\":100,\"encrypted\":true}"

struct fake {
	struct link link;
	const char *script;
	struct buf asked; /* "NAME {…}" a line */
	int signal_pipe[2];
	bool deaf;
	atomic_bool quit;
	pthread_t thread;
};
void fake_start(struct fake *f, const char *script);
void fake_stop(struct fake *f);
void fake_signal(struct fake *f, const char *number); /* arrives at the front end */

/* Runs a command line, its words between blanks, as main does; config has streams and descriptors. */
int run_line(const char *words, struct link *link, struct cli_config config);

struct result {
	char *out, *err; /* owned */
	int code;
};
/* The same with both streams kept, and nobody to ask. f NULL: without a backend. */
struct result run(struct fake *f, const char *words);
void result_release(struct result *r);

/* "kiyya" and the words of a line, cut in place; the list ends with NULL. */
#define WORDS_MAX 16
int split_words(char *words, char *argv[WORDS_MAX]);
char *read_back(FILE *f); /* owned; closes f */

#endif
