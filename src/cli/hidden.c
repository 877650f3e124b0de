/* A line typed on the terminal that is not shown. */
#include "hidden.h"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "typed.h"

#define LINE_LEN_MAX 1024
#define TRIES        3

/* Without echo; ^Z would give the shell a chance to switch it on again. */
static bool hide(int fd, struct termios *ret_before)
{
	if (tcgetattr(fd, ret_before) != 0)
		return false;
	struct termios quiet = *ret_before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
	return tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
}

static char *read_hidden(struct cli *c, const char *label, int *ret_signal)
{
	const struct cli_config *config = c->config;
	struct termios before;
	char line[LINE_LEN_MAX + 1] = "";
	char *typed = NULL;
	fputs(label, c->out.err);
	fflush(c->out.err);
	if (!hide(config->in_fd, &before))
		return NULL;
	if (typed_line(config, line, sizeof(line), ret_signal))
		typed = str_dup(line);
	tcsetattr(config->in_fd, TCSAFLUSH, &before);
	explicit_bzero(line, sizeof(line));
	fputc('\n', c->out.err);
	return typed;
}

/* Twice the same; empty needs no second time. */
static char *read_twice(struct cli *c, const char *label, int *ret_signal)
{
	for (int i = 0; i < TRIES; i++) {
		char *one = read_hidden(c, label, ret_signal);
		if (!one || !*one)
			return one;
		char *two = read_hidden(c, "The same again: ", ret_signal);
		bool same = two && strcmp(one, two) == 0;
		bool gone = !two;
		str_burn(two);
		if (same)
			return one;
		str_burn(one);
		if (gone)
			return NULL;
		out_error(&c->out, "they differ");
	}
	return NULL;
}

static const struct {
	const char *what, *label;
	bool twice;
} questions[] = {
	{ "open", "Passphrase of the vault: ", false },
	{ "new", "New passphrase: ", true },
	{ "first", "Passphrase for the vault (empty: a key file): ", true },
	{ "keep", "Passphrase of the vault (empty: it is left behind): ", false },
};

char *hidden_ask(struct cli *c, const char *what, int *ret_signal)
{
	*ret_signal = 0;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (str_eq(questions[i].what, what))
			return (questions[i].twice ? read_twice : read_hidden)(
			    c, questions[i].label, ret_signal);
	return NULL;
}
