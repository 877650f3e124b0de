/* A command that is run for what it prints. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/mem.h"

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
#define CLOSES_FROM
#endif
#endif

extern char **environ;

bool command_words(const char *line, struct strs *ret, struct err *err)
{
	struct buf word;
	bool in_word = false;
	char quote = 0;
	*ret = (struct strs){ 0 };
	buf_init(&word, strlen(line) + 1);
	for (const char *p = line; *p; p++) {
		if (*p == '\\' && quote != '\'' && p[1]) {
			(void)!buf_add(&word, ++p, 1);
			in_word = true;
		} else if (quote ? *p == quote : *p == '\'' || *p == '"') {
			quote = quote ? 0 : *p;
			in_word = true;
		} else if (!quote && (*p == ' ' || *p == '\t')) {
			if (in_word)
				strs_addn(ret, word.data, word.len);
			buf_clear(&word);
			in_word = false;
		} else {
			(void)!buf_add(&word, p, 1);
			in_word = true;
		}
	}
	if (in_word)
		strs_addn(ret, word.data, word.len);
	buf_release(&word);
	if (!quote && ret->n)
		return true;
	strs_release(ret);
	return err_set(err, ERR_CONFIG, 0, quote ? "a quote is not closed: %s" : "no command: %s",
		       line);
}

/* Ours, without what leads to our passphrases and what is said anew, and more. The list is the caller's, its strings are
 * not. */
static char **make_environment(const struct strs *more)
{
	size_t n = 0, kept = 0;
	while (environ[n])
		n++;
	char **list = mem_new((n + (more ? more->n : 0) + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if (!str_starts(environ[i], "KIYYA_PASSPHRASE") &&
		    !str_starts(environ[i], "KIYYA_NEW_PASSPHRASE") &&
		    !str_starts(environ[i], "KIYYA_ITEM_"))
			list[kept++] = environ[i];
	for (size_t i = 0; more && i < more->n; i++)
		list[kept++] = more->v[i];
	list[kept] = NULL;
	return list;
}

static void set_file(posix_spawn_file_actions_t *files, int as, int fd, int how)
{
	if (fd < 0)
		posix_spawn_file_actions_addopen(files, as, "/dev/null", how, 0);
	else
		posix_spawn_file_actions_adddup2(files, fd, as);
}

static void set_files(posix_spawn_file_actions_t *files, const struct command_files *f)
{
	set_file(files, STDIN_FILENO, f->in, O_RDONLY);
	set_file(files, STDOUT_FILENO, f->out, O_WRONLY);
	if (f->err >= 0)
		posix_spawn_file_actions_adddup2(files, f->err, STDERR_FILENO);
#ifdef CLOSES_FROM
	/* Ours close by themselves; these are what we were given by whoever started us. */
	posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
#endif
}

/* Its own process group, so that all of it can be ended. Signals are as for any program: ours are blocked. */
int command_spawn(const struct strs *words, const struct strs *more, const struct command_files *f,
		  pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe_only;
	sigemptyset(&none);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	set_files(&files, f);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe_only);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
					    POSIX_SPAWN_SETPGROUP);
	char **argv = mem_new((words->n + 1) * sizeof(*argv)), **env = make_environment(more);
	memcpy(argv, words->v, words->n * sizeof(*argv));
	argv[words->n] = NULL;
	int why = posix_spawnp(ret, argv[0], &files, &attr, argv, env);
	free(argv);
	free(env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return why;
}

/* Until when, and who may say that it is enough. */
struct patience {
	int64_t deadline; /* mono ms */
	int stop_fd;
};

static bool wait_for(int fd, const struct patience *p, struct err *err)
{
	for (;;) {
		int64_t left = p->deadline - clock_mono_ms(clock_real());
		struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
					{ .fd = p->stop_fd, .events = POLLIN } };
		int ready = left > 0 ? poll(fds, 2, (int)left) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return err_set(err, ERR_LOCKED, 0, "it took too long");
		if (fds[1].revents)
			return err_set(err, ERR_LOCKED, 0, "stopped");
		return true;
	}
}

/* The first line; what comes behind it is read and forgotten, so that the command can end well. */
static bool read_line(int fd, char *line, size_t max, const struct patience *p, size_t *ret,
		      struct err *err)
{
	char rest[4096];
	size_t n = 0;
	bool whole = false, ok;
	while ((ok = wait_for(fd, p, err))) {
		ssize_t got = read(fd, whole ? rest : line + n, whole ? sizeof(rest) : 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ok = err_sys(err, "reading what it prints");
		if (got <= 0)
			break;
		if (whole)
			continue;
		whole = line[n] == '\n';
		if (!whole && ++n > max) {
			ok = err_set(err, ERR_LOCKED, 0, "its first line is longer than %zu bytes",
				     max);
			break;
		}
	}
	explicit_bzero(rest, sizeof(rest));
	*ret = n && line[n - 1] == '\r' ? n - 1 : n;
	return ok;
}

/* A line is an answer only from a command that ended well: `pass` prints what is wrong, too. */
static bool wait_for_end(pid_t pid, bool ok, const struct patience *p, struct err *err)
{
	int pid_fd = ok ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (pid_fd >= 0) {
		ok = wait_for(pid_fd, p, err);
		close(pid_fd);
	}
	if (!ok)
		kill(-pid, SIGKILL);
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!ok || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return ok;
	return err_set(err, ERR_LOCKED, 0, "it ended with %d",
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static bool run(const struct strs *words, size_t max, const struct patience *p, char *line,
		size_t *ret_len, struct err *err)
{
	int fds[2];
	pid_t pid;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_sys(err, "making a pipe");
	errno = command_spawn(words, NULL, &(struct command_files){ -1, fds[1], -1 }, &pid);
	close(fds[1]);
	bool ok = errno == 0 || err_sys(err, "it does not start");
	if (ok)
		ok = wait_for_end(pid, read_line(fds[0], line, max, p, ret_len, err), p, err);
	close(fds[0]);
	return ok;
}

bool command_first_line(const char *line, size_t max, int64_t ms, int stop_fd, char **ret,
			struct err *err)
{
	struct strs words;
	if (!command_words(line, &words, err))
		return false;
	char *first = mem_new(max + 2);
	size_t n = 0;
	const struct patience p = { clock_mono_ms(clock_real()) + ms, stop_fd };
	bool ok = run(&words, max, &p, first, &n, err) &&
		  ((n > 0 && !memchr(first, 0, n)) ||
		   err_set(err, ERR_LOCKED, 0, "it prints no passphrase"));
	if (ok)
		*ret = str_dupn(first, n);
	explicit_bzero(first, max + 2);
	free(first);
	if (!ok) {
		err_wrap(err, "%s", words.v[0]);
		err->kind = ERR_LOCKED;
	}
	strs_release(&words);
	return ok;
}
