/* Starts a program on a pseudo-terminal of 120x40 and says how long it took until a text stood on the screen.
 *
 *	first_frame TEXT COMMAND [ARG…]		prints milliseconds, from fork to the last byte of TEXT
 *
 * TEXT is looked for in what the program writes, without its escape sequences. The program gets a q and, if that does
 * not end it, SIGTERM. Exit 1: the text never came in 10 s. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kiyya/buf.h"
#include "kiyya/clock.h"

#define PATIENCE_MS 10000
#define GOODBYE_MS 2000

/* What has been seen, without escape sequences: CSI … final, OSC … BEL or ST, ESC and one more. */
struct seen {
	struct buf text;
	enum { PLAIN, ESCAPE, CSI, OSC, CHARSET } state;
};

static void see(struct seen *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		switch (s->state) {
		case PLAIN:
			if (c == 27)
				s->state = ESCAPE;
			else if ((unsigned char)c >= ' ')
				buf_add_char(&s->text, c);
			break;
		case ESCAPE:
			s->state = c == '[' ? CSI : c == ']' ? OSC : c == '(' || c == ')' ? CHARSET : PLAIN;
			break;
		case CSI:
			if (c >= '@' && c <= '~')
				s->state = PLAIN;
			break;
		case OSC:
			if (c == 7 || c == '\\')
				s->state = PLAIN;
			break;
		case CHARSET:
			s->state = PLAIN;
			break;
		}
	}
}

/* Reads for at most ms; false when nothing came or the program is gone. */
static bool read_some(int fd, struct seen *s, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (poll(&p, 1, ms) <= 0)
		return false;
	char bytes[65536];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	see(s, bytes, (size_t)n);
	return true;
}

static void say_goodbye(int fd, pid_t pid, struct seen *s)
{
	(void)!write(fd, "q", 1);
	int64_t until = clock_mono_ms(clock_real()) + GOODBYE_MS;
	while (clock_mono_ms(clock_real()) < until && read_some(fd, s, 100))
		;
	int status;
	if (waitpid(pid, &status, WNOHANG) == 0) {
		kill(pid, SIGTERM);
		waitpid(pid, &status, 0);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: first_frame TEXT COMMAND [ARG...]\n", stderr);
		return 2;
	}
	struct winsize size = { .ws_row = 40, .ws_col = 120 };
	int fd;
	struct timespec begin, end;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid_t pid = forkpty(&fd, NULL, NULL, &size);
	if (pid < 0) {
		perror("first_frame");
		return 2;
	}
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	struct seen s = { .state = PLAIN };
	buf_init(&s.text, 16 << 20);
	int64_t until = clock_mono_ms(clock_real()) + PATIENCE_MS;
	bool found = false;
	while (!found && clock_mono_ms(clock_real()) < until && read_some(fd, &s, PATIENCE_MS))
		found = strstr(s.text.data, argv[1]) != NULL;
	clock_gettime(CLOCK_MONOTONIC, &end);
	say_goodbye(fd, pid, &s);
	buf_release(&s.text);
	if (!found) {
		fprintf(stderr, "first_frame: \"%s\" never showed %s\n", argv[2], argv[1]);
		return 1;
	}
	printf("%.2f\n", (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6);
	return 0;
}
