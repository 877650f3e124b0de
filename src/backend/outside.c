/* A player of the user's (play.command): a process that reads an address from its standard input. */
#include "outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command.h"
#include "kiyya/mem.h"

#define END_MS 1000

struct outside {
	char *name; /* its first word; owned */
	pid_t pid;  /* 0: it has been waited for */
	int pid_fd; /* -1 */
};

/* What a pipe takes at once (PIPE_BUF) need not wait for its reader. */
static bool write_playlist(int fd, const char *title, const char *url, struct err *err)
{
	char *text = str_fmt("#EXTM3U\n#EXTINF:-1,%.1000s\n%s\n", title ? title : "", url);
	size_t len = strlen(text);
	bool ok =
	    len < PIPE_BUF || err_set(err, ERR_PLAYER, 0, "the address is too long for a player");
	if (ok && write(fd, text, len) != (ssize_t)len)
		ok = err_sys(err, "writing to a pipe");
	free(text);
	return ok;
}

static bool start(struct outside *o, const struct strs *words, const char *title, const char *url,
		  struct err *err)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_sys(err, "making a pipe");
	bool ok = write_playlist(fds[1], title, url, err);
	close(fds[1]);
	int why =
	    ok ? command_spawn(words, NULL, &(struct command_files){ fds[0], -1, -1 }, &o->pid) : 0;
	close(fds[0]);
	if (ok && why) {
		errno = why;
		ok = err_sys(err, "play.command: %s", o->name);
		err->kind = ERR_PLAYER;
	}
	if (ok)
		o->pid_fd = (int)syscall(SYS_pidfd_open, o->pid, 0);
	return ok;
}

struct outside *outside_new(const char *command, const char *title, const char *url,
			    struct err *err)
{
	struct strs words;
	if (!command_words(command, &words, err)) {
		err_wrap(err, "play.command");
		return NULL;
	}
	struct outside *o = NEW(struct outside);
	o->pid_fd = -1;
	o->name = str_dup(words.v[0]);
	bool ok = start(o, &words, title, url, err);
	strs_release(&words);
	if (ok)
		return o;
	o->pid = 0;
	outside_free(o);
	return NULL;
}

int outside_fd(const struct outside *o)
{
	return o->pid_fd;
}

bool outside_ended(struct outside *o, struct err *err)
{
	int status = 0;
	err_clear(err);
	if (o->pid && waitpid(o->pid, &status, WNOHANG) == 0)
		return false;
	o->pid = 0;
	if (WIFSIGNALED(status))
		err_set(err, ERR_PLAYER, 0, "%.60s was ended by signal %d", o->name,
			WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		err_set(err, ERR_PLAYER, 0, "%.60s ended with %d", o->name, WEXITSTATUS(status));
	return true;
}

void outside_free(struct outside *o)
{
	if (!o)
		return;
	if (o->pid) {
		struct pollfd ended = { .fd = o->pid_fd, .events = POLLIN };
		kill(-o->pid, SIGTERM);
		if (o->pid_fd < 0 || poll(&ended, 1, END_MS) <= 0)
			kill(-o->pid, SIGKILL);
		while (waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (o->pid_fd >= 0)
		close(o->pid_fd);
	free(o->name);
	free(o);
}
