/* Questions before something is destroyed or overwritten. */
#include "ask.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "kiyya/text.h"
#include "typed.h"

#define ANSWER_MAX   64
#define QUESTION_MAX 4096

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
	if (typed_line(c->config, answer, sizeof(answer), &signal) &&
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
