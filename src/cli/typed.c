/* A line from the terminal, while signals are heard. */
#include "typed.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include "wait.h"

/* The next byte; false as typed_line says. */
static bool next_byte(const struct cli_config *config, char *ret, int *ret_signal)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = config->in_fd, .events = POLLIN },
			{ .fd = config->signal_fd > 0 ? config->signal_fd : -1, .events = POLLIN },
		};
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return false;
		*ret_signal = fds[1].revents ? wait_take_signal(config->signal_fd) : 0;
		if (*ret_signal)
			return false;
		if (fds[0].revents)
			return read(config->in_fd, ret, 1) == 1;
	}
}

bool typed_line(const struct cli_config *config, char *line, size_t size, int *ret_signal)
{
	size_t n = 0;
	bool fits = true;
	char c;
	*ret_signal = 0;
	while (next_byte(config, &c, ret_signal)) {
		if (c == '\n') {
			line[n] = '\0';
			return fits;
		}
		fits = fits && c != '\0' && n + 1 < size;
		if (fits)
			line[n++] = c;
	}
	return false;
}
