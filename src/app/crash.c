/* When the program dies. The handler uses only what signal-safety(7) allows, and what glibc's backtrace does once it
 * has been called before. */
#include "crash.h"

#include <dirent.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "hush.h"
#include "kiyya/log.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "kiyya/ui.h"

/* The crash hook's state: one of the two mutable globals of the house. */
static char report_file[4096];

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static void put(int fd, const char *s)
{
	(void)!write(fd, s, strlen(s));
}

static void put_number(int fd, long v)
{
	char digits[24];
	size_t i = sizeof(digits);
	digits[--i] = 0;
	do
		digits[--i] = (char)('0' + v % 10);
	while ((v /= 10) > 0 && i > 0);
	put(fd, digits + i);
}

static void on_crash(int sig)
{
	ui_restore_terminal();
	hush_end();
	int fd = open(report_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		put(fd, "kiyya " PACKAGE_VERSION " ended by signal ");
		put_number(fd, sig);
		put(fd, " at unix time ");
		put_number(fd, (long)time(NULL));
		put(fd, "\n\n");
		void *frames[64];
		backtrace_symbols_fd(frames, backtrace(frames, 64), fd);
		put(fd, "\n");
		log_dump_recent(fd);
		close(fd);
	}
	put(STDERR_FILENO, "kiyya: crashed; a report is in ");
	put(STDERR_FILENO, report_file);
	put(STDERR_FILENO, "\n");
	signal(sig, SIG_DFL);
	raise(sig);
}

void crash_install(const char *crash_dir)
{
	if (SANITIZED)
		return; /* the sanitizers tell more, and need to look into the process */
	char name[64];
	struct tm tm;
	time_t now = time(NULL);
	gmtime_r(&now, &tm);
	strftime(name, sizeof(name), "%Y%m%dT%H%M%SZ.new", &tm);
	snprintf(report_file, sizeof(report_file), "%s/%s", crash_dir, name);
	void *warm_up[2];
	(void)!backtrace(warm_up, 2); /* loads what it needs now, not in the handler */
	struct sigaction sa = { .sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER };
	sigemptyset(&sa.sa_mask);
	static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		sigaction(deadly[i], &sa, NULL);
	/* A core dump would hold keys. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0);
}

/* Reports that nobody has been told of end in ".new"; telling takes that away. */
char *crash_last_note(const char *crash_dir)
{
	char *note = NULL;
	DIR *dir = opendir(crash_dir);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		if (!str_ends(d->d_name, ".new"))
			continue;
		char *from = path_join(crash_dir, d->d_name);
		char *to = str_dupn(from, strlen(from) - strlen(".new"));
		if (rename(from, to) == 0) {
			free(note);
			note = str_fmt("kiyya crashed the last time; the report is %s", to);
		}
		free(from);
		free(to);
	}
	if (dir)
		closedir(dir);
	return note;
}
