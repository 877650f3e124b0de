/* The log: JSON lines in a file that rotates, and the last of them in memory for a crash report. */
#include "kiyya/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiyya/buf.h"
#include "kiyya/clock.h"
#include "kiyya/json.h"
#include "kiyya/str.h"
#include "kiyya/text.h"

#define FILE_BYTES  (5 << 20)
#define FILES       3 /* the current one and two older */
#define MESSAGE_MAX 2048
#define RECENT_SIZE (16 << 10)

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* One of the two mutable globals of the program (the other is the die hook). */
static struct {
	pthread_mutex_t mutex; /* guards path, fd and writing to recent */
	char *path;
	int fd;
	atomic_int level;
	/* The last lines, as a ring of bytes. A signal handler reads it without the mutex: a line
	 * that is being written then may be torn, which a crash report can bear. */
	char recent[RECENT_SIZE];
	atomic_size_t recent_total;
} the_log = { .mutex = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .level = LOG_INFO };

static bool find_level(const char *name, enum log_level *ret)
{
	for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
		if (str_eq(name, level_names[i])) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static int open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		(void)fchmod(fd, 0600); /* an older file may be looser than we would make it */
	return fd;
}

bool log_open(const char *path, const char *level, struct err *err)
{
	enum log_level wanted = LOG_INFO;
	if (level && !find_level(level, &wanted))
		return err_set(err, ERR_CONFIG, 0,
			       "no log level \"%.20s\": it is error, warn, info or debug", level);
	int fd = open_file(path);
	if (fd < 0)
		return err_sys(err, "opening the log %s", path);
	log_close();
	pthread_mutex_lock(&the_log.mutex);
	the_log.path = str_dup(path);
	the_log.fd = fd;
	pthread_mutex_unlock(&the_log.mutex);
	atomic_store(&the_log.level, (int)wanted);
	return true;
}

void log_close(void)
{
	pthread_mutex_lock(&the_log.mutex);
	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = -1;
	free(the_log.path);
	the_log.path = NULL;
	pthread_mutex_unlock(&the_log.mutex);
}

bool log_wants(enum log_level level)
{
	return (int)level <= atomic_load(&the_log.level);
}

/* Another process may write to the same file and have rotated it already: then only reopen. */
static void rotate(void)
{
	struct stat ours, named;
	bool same = fstat(the_log.fd, &ours) == 0 && stat(the_log.path, &named) == 0 &&
		    ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
	for (int i = FILES - 1; same && i > 0; i--) {
		char *from = i == 1 ? str_dup(the_log.path) : str_fmt("%s.%d", the_log.path, i - 1);
		char *to = str_fmt("%s.%d", the_log.path, i);
		(void)rename(from, to); /* the older ones may not be there yet */
		free(from);
		free(to);
	}
	int fd = open_file(the_log.path);
	if (fd >= 0) {
		close(the_log.fd);
		the_log.fd = fd;
	}
}

/* The file is shared by appending, so a line goes out in one write and the size is asked, not
 * counted. */
static void write_line(const char *line, size_t n)
{
	struct stat st;
	if (the_log.fd < 0)
		return;
	if (fstat(the_log.fd, &st) == 0 && st.st_size + (off_t)n > FILE_BYTES)
		rotate();
	if (write(the_log.fd, line, n) < 0)
		return; /* a full disk stops the log, nothing else */
}

static void remember_line(const char *line, size_t n)
{
	size_t total = atomic_load(&the_log.recent_total);
	for (size_t i = 0; i < n; i++)
		the_log.recent[(total + i) % RECENT_SIZE] = line[i];
	atomic_store(&the_log.recent_total, total + n);
}

static void put_clean(struct json_out *o, const char *key, const char *text)
{
	char *clean = text ? text_clean(text, strlen(text), MESSAGE_MAX, false) : NULL;
	if (clean)
		log_redact(clean);
	json_put_str(o, key, clean);
	free(clean);
}

void log_add(enum log_level level, const char *component, const char *claim_id, const char *fmt,
	     ...)
{
	if (!log_wants(level))
		return;
	char message[MESSAGE_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);

	struct buf line;
	struct json_out o;
	buf_init(&line, 16 * MESSAGE_MAX);
	json_out_init(&o, &line);
	json_open(&o, NULL, '{');
	json_put_time(&o, "time", clock_wall(clock_real()));
	json_put_str(&o, "level", level_names[level]);
	put_clean(&o, "component", component);
	put_clean(&o, "claim_id", claim_id);
	put_clean(&o, "message", message);
	json_close(&o, '}');
	buf_add_char(&line, '\n');

	pthread_mutex_lock(&the_log.mutex);
	write_line(line.data, line.len);
	remember_line(line.data, line.len);
	pthread_mutex_unlock(&the_log.mutex);
	buf_release(&line);
}

void log_dump_recent(int fd)
{
	size_t total = atomic_load(&the_log.recent_total);
	size_t from = 0;
	if (total > RECENT_SIZE) { /* the oldest line has lost its beginning */
		from = total - RECENT_SIZE;
		while (from < total && the_log.recent[from++ % RECENT_SIZE] != '\n')
			;
	}
	while (from < total) {
		size_t at = from % RECENT_SIZE;
		size_t n = total - from < RECENT_SIZE - at ? total - from : RECENT_SIZE - at;
		ssize_t done = write(fd, the_log.recent + at, n);
		if (done <= 0)
			return;
		from += (size_t)done;
	}
}
