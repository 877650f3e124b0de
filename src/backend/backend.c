/* The backend thread: one loop over requests, finished chores, the player, timers and sockets. */
#include "kiyya/backend.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "core.h"
#include "doorbell.h"
#include "engine.h"
#include "hook.h"
#include "kiyya/thread.h"
#include "playback.h"
#include "reconcile.h"
#include "route.h"
#include "seek.h"
#include "settle.h"
#include "ticket.h"
#include "unlock.h"

struct backend {
	struct core core;
	pthread_t thread;
	atomic_bool stop;
};

/* Waits for anything to happen. Before the first network call there is no http to wait in. */
static void wait(struct core *core)
{
	int fds[6];
	size_t n = 0;
	fds[n++] = core->link->to_backend.read_fd;
	fds[n++] = core->chores_wake.read_fd;
	fds[n++] = core->player_wake.read_fd;
	fds[n++] = core->readers_wake.read_fd;
	if (core->doorbell)
		fds[n++] = doorbell_fd(core->doorbell);
	if (unlock_fd(core->unlock) >= 0)
		fds[n++] = unlock_fd(core->unlock);
	if (hook_fd(core) >= 0)
		fds[n++] = hook_fd(core);
	if (playback_fd(core->playback) >= 0)
		fds[n++] = playback_fd(core->playback);
	int timeout = timers_wait_ms(core->timers, -1);
	if (core->http) {
		http_poll(core->http, timeout, fds, n);
		return;
	}
	struct pollfd p[6];
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	poll(p, n, timeout);
}

static void turn(struct core *core)
{
	wait(core);
	timers_run(core->timers);
	wake_clear(&core->chores_wake);
	if (core->chores)
		chores_finish(core->chores);
	if (core->seeker)
		seeker_finish(core->seeker);
	wake_clear(&core->player_wake);
	if (core->playback)
		playback_poll(core->playback);
	wake_clear(&core->readers_wake);
	if (core->engine)
		engine_heed(core->engine);
	if (core->doorbell && doorbell_rang(core->doorbell))
		engine_kick(core->engine);
	unlock_poll(core->unlock);
	hook_poll(core);
	for (struct req *r; (r = link_next_request(core->link));)
		route(core, r);
	settle_turn(core);
}

static void *run(void *arg)
{
	struct backend *b = arg;
	struct core *core = &b->core;
	if (!core_boot(core, &core->boot_error)) {
		log_error("backend", NULL, "%s", core->boot_error.text);
		post_note(core, NULL, "error", "%s", core->boot_error.text);
	} else if (core->work_off) {
		engine_begin_work_off(core->engine);
		if (core->lock)
			core->reconcile = reconcile_new(core);
	}
	while (!atomic_load(&b->stop))
		turn(core);
	core_shut(core);
	return NULL;
}

struct backend *backend_start(const struct backend_config *config, struct link *link,
			      struct err *err)
{
	struct backend *b = NEW(struct backend);
	b->core = (struct core){ .paths = config->paths,
				 .settings = config->settings,
				 .link = link,
				 .offline = config->offline,
				 .umask = config->umask,
				 .work_off = config->work_off,
				 .asks = config->asks,
				 .passphrase = config->passphrase,
				 .new_passphrase = config->new_passphrase };
	atomic_init(&b->stop, false);
	if (thread_start(&b->thread, "kiyya-backend", run, b, err))
		return b;
	free(b);
	return NULL;
}

void backend_stop(struct backend *b)
{
	if (!b)
		return;
	atomic_store(&b->stop, true);
	wake_up(&b->core.link->to_backend);
	thread_join(b->thread);
	free(b);
}
