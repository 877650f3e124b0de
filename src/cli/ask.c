/* Questions before something is destroyed or overwritten. */
#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "wait.h"

#define ANSWER_MAX   64
#define QUESTION_MAX 4096

/* Reads a line from the terminal; false at its end, or with *ret_signal when one came first. */
static bool read_answer(const struct cli_config *config, char answer[ANSWER_MAX], int *ret_signal)
{
	size_t n = 0;
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
		if (!fds[0].revents)
			continue;
		char c;
		if (read(config->in_fd, &c, 1) != 1)
			return false;
		if (c == '\n')
			break;
		if (n + 1 < ANSWER_MAX)
			answer[n++] = c;
	}
	answer[n] = '\0';
	return true;
}

bool ask_yes(struct cli *c, int *ret_code, const char *question, ...)
{
	*ret_code = err_exit_code(ERR_USAGE);
	if (c->config->options.yes)
		return true;
	if (!c->out.err_is_tty || isatty(c->config->in_fd) != 1) {
		out_error(&c->out, "%s: there is no terminal to ask on: --yes does it unasked",
			  c->command->name);
		return false;
	}
	struct buf b;
	buf_init(&b, QUESTION_MAX);
	va_list ap;
	va_start(ap, question);
	buf_vaddf(&b, question, ap);
	va_end(ap);
	char *clean = text_clean(b.data, b.len, QUESTION_MAX, false);
	fprintf(c->out.err, "%s? [y/N] ", clean);
	fflush(c->out.err);
	free(clean);
	buf_release(&b);

	char answer[ANSWER_MAX];
	int signal = 0;
	if (read_answer(c->config, answer, &signal) &&
	    (str_ieq(answer, "y") || str_ieq(answer, "yes")))
		return true;
	if (signal) {
		fputc('\n', c->out.err);
		*ret_code = 128 + signal;
	} else {
		out_note(&c->out, "%s: nothing was done", c->command->name);
	}
	return false;
}
