/* Hooks: queued, started, listened to, buried. */
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command.h"
#include "kiyya/text.h"

#define RUNNING_MOST 2
#define WAITING_MOST 1000
#define RUN_MS       (10 * 60 * 1000)
#define START_MS     5000 /* at the end of the program: for those that wait to be started */
#define END_MS       1000 /* and for those that run to end */
#define VALUE_MOST   1000
#define LINE_MOST    400
#define SAID_MOST    4096

/* One that waits (pid 0) or runs. */
struct hook {
	struct hook *next;
	struct hooks *hooks;
	const char *name; /* "hook.done" */
	struct strs words, env;
	pid_t pid;
	int pid_fd, ear; /* ear: its standard error; -1 closed */
	uint64_t timer;
};
struct hooks {
	struct core *core;
	int epoll;
	struct hook *running, *waiting; /* waiting: the oldest first */
	unsigned n_running, n_waiting;
};

static const int keys[] = {
	[HOOK_DONE] = SET_hook_done, [HOOK_FAILED] = SET_hook_failed, [HOOK_NEW] = SET_hook_new
};

/* -- one that runs --------------------------------------------------------------------------------- */

/* What it wrote lies in a file in memory that holds so much and cannot grow: it may outlive us, and never waits for us. */
static int make_ear(void)
{
	int fd = memfd_create("hook", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && ftruncate(fd, SAID_MOST) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void log_what_it_said(const struct hook *h)
{
	char said[SAID_MOST + 1];
	ssize_t n = pread(h->ear, said, SAID_MOST, 0);
	said[n > 0 ? n : 0] = 0;
	for (char *line = said; *line;) {
		size_t len = strcspn(line, "\n");
		char *text = text_clean(line, len, LINE_MOST, false);
		if (*text)
			log_warn("hook", NULL, "%s says: %s", h->name, text);
		free(text);
		line += len + (line[len] == '\n');
	}
}

static void hook_free(struct hook *h)
{
	timer_drop(h->hooks->core->timers, h->timer);
	if (h->pid_fd >= 0)
		close(h->pid_fd);
	if (h->ear >= 0)
		close(h->ear);
	strs_release(&h->words);
	strs_release(&h->env);
	free(h);
}

/* True when it has ended. */
static bool is_over(struct hook *h)
{
	int status = 0;
	pid_t gone = waitpid(h->pid, &status, WNOHANG);
	if (gone == 0 || (gone < 0 && errno == EINTR))
		return false;
	log_what_it_said(h);
	if (gone > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		log_warn("hook", NULL, "%s: %s ended with %d", h->name, h->words.v[0],
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return true;
}

static void took_too_long(void *arg)
{
	struct hook *h = arg;
	h->timer = 0;
	log_warn("hook", NULL, "%s: %s is ended after %d minutes", h->name, h->words.v[0],
		 RUN_MS / 60000);
	kill(-h->pid, SIGKILL);
}

static bool start(struct hook *h, struct err *err)
{
	h->ear = make_ear();
	if (h->ear < 0)
		return err_sys(err, "making room for what it says");
	errno =
	    command_spawn(&h->words, &h->env, &(struct command_files){ -1, -1, h->ear }, &h->pid);
	if (errno)
		return err_sys(err, "%s does not start", h->words.v[0]);
	h->pid_fd = (int)syscall(SYS_pidfd_open, h->pid, 0);
	struct epoll_event e = { .events = EPOLLIN };
	if (h->pid_fd < 0 || epoll_ctl(h->hooks->epoll, EPOLL_CTL_ADD, h->pid_fd, &e) != 0)
		log_warn("hook", NULL, "%s: its end is seen late: %s", h->name, strerror(errno));
	h->timer = timer_add(h->hooks->core->timers, RUN_MS, took_too_long, h);
	return true;
}

static void start_waiting(struct hooks *all)
{
	while (all->waiting && all->n_running < RUNNING_MOST) {
		struct err err;
		struct hook *h = all->waiting;
		all->waiting = h->next;
		all->n_waiting--;
		if (!start(h, &err)) {
			log_warn("hook", NULL, "%s: %s", h->name, err.text);
			hook_free(h);
			continue;
		}
		h->next = all->running;
		all->running = h;
		all->n_running++;
	}
}

void hook_poll(struct core *core)
{
	struct hooks *all = core->hooks;
	if (!all)
		return;
	for (struct hook **p = &all->running; *p;) {
		struct hook *h = *p;
		if (!is_over(h)) {
			p = &h->next;
			continue;
		}
		*p = h->next;
		all->n_running--;
		hook_free(h);
	}
	start_waiting(all);
}

int hook_fd(const struct core *core)
{
	return core->hooks ? core->hooks->epoll : -1;
}

/* -- asked for ------------------------------------------------------------------------------------- */

static struct hooks *hooks_of(struct core *core)
{
	if (core->hooks)
		return core->hooks;
	struct hooks *all = NEW(struct hooks);
	*all = (struct hooks){ .core = core, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	core->hooks = all;
	return all;
}

static const char *command_of(const struct core *core, enum hook_kind kind)
{
	return core->settings->text[keys[kind]];
}

bool hook_is_set(const struct core *core, enum hook_kind kind)
{
	return !str_empty(command_of(core, kind));
}

/* NULL: there is no such command, or none that can be run. */
static struct hook *hook_new(struct core *core, enum hook_kind kind)
{
	struct err err;
	struct strs words;
	const char *name = setting_defs[keys[kind]].key;
	if (!hook_is_set(core, kind))
		return NULL;
	struct hooks *all = hooks_of(core);
	if (all->n_waiting >= WAITING_MOST) {
		log_warn("hook", NULL, "%s is not run: %u wait already", name, all->n_waiting);
		return NULL;
	}
	if (!command_words(command_of(core, kind), &words, &err)) {
		log_warn("hook", NULL, "%s: %s", name, err.text);
		return NULL;
	}
	struct hook *h = NEW(struct hook);
	*h = (struct hook){ .hooks = all, .name = name, .words = words, .pid_fd = -1, .ear = -1 };
	return h;
}

/* Titles come from anybody. */
static void tell(struct hook *h, const char *name, const char *value)
{
	char *text = text_clean(value ? value : "", value ? strlen(value) : 0, VALUE_MOST, false);
	char *pair = str_fmt("KIYYA_ITEM_%s=%s", name, text);
	strs_add(&h->env, pair);
	free(pair);
	free(text);
}

static void tell_size(struct hook *h, int64_t size)
{
	char *text = size >= 0 ? str_fmt("%lld", (long long)size) : NULL;
	tell(h, "SIZE", text);
	free(text);
}

static void line_up(struct hook *h)
{
	struct hook **last = &h->hooks->waiting;
	while (*last)
		last = &(*last)->next;
	*last = h;
	h->hooks->n_waiting++;
	start_waiting(h->hooks);
}

void hook_download(struct core *core, const struct download *row)
{
	if (row->state != DOWNLOAD_DONE && row->state != DOWNLOAD_FAILED)
		return;
	struct hook *h = hook_new(core, row->state == DOWNLOAD_DONE ? HOOK_DONE : HOOK_FAILED);
	if (!h)
		return;
	char *file = row->file ? path_join(core->vault_dir, row->file) : NULL;
	tell(h, "CLAIM_ID", row->claim_id);
	tell(h, "TITLE", row->title);
	tell(h, "CHANNEL", row->channel);
	tell(h, "QUALITY", row->quality);
	tell_size(h, row->size);
	tell(h, "STATE", download_state_word(row->state));
	tell(h, "ERROR", row->error);
	tell(h, "FILE", file);
	free(file);
	line_up(h);
}

void hook_claim(struct core *core, enum hook_kind kind, const struct claim *c)
{
	struct hook *h = hook_new(core, kind);
	if (!h)
		return;
	tell(h, "CLAIM_ID", c->id);
	tell(h, "TITLE", c->title);
	tell(h, "CHANNEL", c->channel_name);
	tell_size(h, c->size);
	tell(h, "STATE", "new");
	line_up(h);
}

/* Those that wait are still started, within a moment; those that run on are left to themselves. */
void hook_stop(struct core *core)
{
	struct hooks *all = core->hooks;
	if (!all)
		return;
	int64_t begin = clock_mono_ms(core->clock), left;
	while (all->n_running && (left = begin + (all->waiting ? START_MS : END_MS) -
					 clock_mono_ms(core->clock)) > 0) {
		struct pollfd p = { .fd = all->epoll, .events = POLLIN };
		poll(&p, 1, (int)left);
		hook_poll(core);
	}
	if (all->waiting)
		log_warn("hook", NULL, "%u hooks are not run: those before take too long",
			 all->n_waiting);
	for (struct hook *h, *next = all->running; (h = next);) {
		next = h->next;
		hook_free(h);
	}
	for (struct hook *h, *next = all->waiting; (h = next);) {
		next = h->next;
		hook_free(h);
	}
	close(all->epoll);
	free(all);
	core->hooks = NULL;
}
