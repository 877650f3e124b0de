/* The terminal as a keyboard while something plays: keys one at a time, without echo. Signals stay signals. */
#ifndef KIYYA_CLI_KEYS_H
#define KIYYA_CLI_KEYS_H

#include <stdbool.h>
#include <termios.h>

struct keys {
	int fd;
	bool on; /* false: fd is no terminal of ours, and there are no keys */
	struct termios before;
};
void keys_start(struct keys *k, int fd);
void keys_stop(struct keys *k); /* the terminal is as it was */

#endif
