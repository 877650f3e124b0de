/* Sends a request and lives through its events until the last one. */
#include "wait.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "hidden.h"
#include "kiyya/clock.h"

#define STOP_WAIT_MS 10000

struct waiting {
	struct cli *c;
	uint64_t ticket;
	event_fn fn;
	void *arg;
	bool done;
	int code;           /* of EV_DONE, or of what stopped us */
	bool stopping;      /* REQ_STOP is sent; code stays */
	int64_t give_up_ms; /* when stopping */
};

int wait_take_signal(int signal_fd)
{
	struct pollfd p = { .fd = signal_fd, .events = POLLIN };
	struct signalfd_siginfo info;
	while (signal_fd > 0 && poll(&p, 1, 0) == 1) {
		if (read(signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			return 0;
		int n = (int)info.ssi_signo;
		if (n == SIGINT || n == SIGTERM || n == SIGHUP || n == SIGQUIT)
			return n;
	}
	return 0;
}

static void ask_to_stop(struct waiting *w, int code)
{
	if (w->stopping) { /* told twice: no more patience */
		w->done = true;
		return;
	}
	struct req *r = req_new(REQ_STOP);
	r->u.stop.of_ = (int64_t)w->ticket;
	w->stopping = true;
	w->code = code;
	w->give_up_ms = clock_mono_ms(clock_real()) + STOP_WAIT_MS;
	if (!link_send(w->c->config->link, r, 0))
		w->done = true;
}

static void stop_by_signal(struct waiting *w, int signal)
{
	bool meant = w->c->command->flags & CMD_SIGNAL_ENDS;
	ask_to_stop(w, meant ? 0 : 128 + signal);
}

static void stop_by_output(struct waiting *w)
{
	if (!w->stopping)
		ask_to_stop(w, out_broken(&w->c->out));
}

static void take_done(struct waiting *w, const struct ev_done *d)
{
	w->done = true;
	if (w->stopping)
		return;
	if (d->error_)
		out_error(&w->c->out, "%s", d->error_);
	if (d->exit_code_ != MSG_UNKNOWN)
		w->code = (int)d->exit_code_;
	else
		w->code = d->ok_ ? 0 : err_exit_code(err_kind_of(d->category_));
}

/* Asked on the terminal; a signal there ends the request as it does anywhere. */
static void take_ask(struct waiting *w, const struct ev_ask *a)
{
	int signal = 0;
	struct req *r = req_new(REQ_KEY);
	r->u.key.action_ = str_dup("answer");
	r->u.key.passphrase_ = hidden_ask(w->c, a->what_, &signal);
	if (signal)
		stop_by_signal(w, signal);
	link_send(w->c->config->link, r, 0);
}

static void take_event(struct waiting *w, const struct event *e)
{
	struct out *o = &w->c->out;
	bool own = e->ticket == w->ticket;
	if (!own && e->ticket != 0)
		return;
	if (w->fn && w->fn(w->c, e, w->arg))
		return;
	switch ((int)e->kind) {
	case EV_NOTE:
		if (str_eq(e->u.note.level_, "info") || !e->u.note.level_)
			out_note(o, "%s", e->u.note.text_ ? e->u.note.text_ : "");
		else
			out_error(o, "%s", e->u.note.text_ ? e->u.note.text_ : "");
		break;
	case EV_ASK:
		take_ask(w, &e->u.ask);
		break;
	case EV_ROW_FAILED:
		if (!own)
			break;
		if (o->json)
			out_json_event(o, e);
		out_error(o, "%s: %s", e->u.row_failed.claim_id_ ? e->u.row_failed.claim_id_ : "",
			  e->u.row_failed.error_ ? e->u.row_failed.error_ : "failed");
		break;
	case EV_DONE:
		if (own)
			take_done(w, &e->u.done);
		break;
	default:
		if (own)
			out_event(o, e);
		break;
	}
}

static void take_key(struct cli *c)
{
	char key;
	if (read(c->config->in_fd, &key, 1) == 1)
		c->on_key(c, key);
	else
		c->on_key = NULL; /* the terminal has gone */
}

/* Milliseconds until patience ends; -1 while there is no hurry. */
static int patience_ms(const struct waiting *w)
{
	if (!w->stopping)
		return -1;
	int64_t left = w->give_up_ms - clock_mono_ms(clock_real());
	return left > 0 ? (int)left : 0;
}

/* Sleeps until there is an event, a signal or a key, or patience ends. */
static void sleep_until_news(struct waiting *w)
{
	struct cli *c = w->c;
	int signal_fd = c->config->signal_fd;
	struct pollfd fds[] = {
		{ .fd = c->config->link->to_front.read_fd, .events = POLLIN },
		{ .fd = signal_fd > 0 ? signal_fd : -1, .events = POLLIN },
		{ .fd = c->on_key ? c->config->in_fd : -1, .events = POLLIN },
	};
	int patience = patience_ms(w);
	if (patience == 0) {
		out_error(&c->out, "the backend does not stop: leaving without it");
		w->done = true;
		return;
	}
	if (poll(fds, 3, patience) <= 0)
		return;
	int signal = fds[1].revents ? wait_take_signal(signal_fd) : 0;
	if (signal)
		stop_by_signal(w, signal);
	if (fds[2].revents)
		take_key(c);
}

int wait_for(struct cli *c, struct req *r, event_fn fn, void *arg)
{
	struct waiting w = { .c = c, .fn = fn, .arg = arg };
	w.ticket = link_send(c->config->link, r, 0);
	if (!w.ticket) {
		out_error(&c->out, "%s: the backend is gone", c->command->name);
		return err_exit_code(ERR_INTERNAL);
	}
	while (!w.done) {
		struct event *e;
		while (!w.done && (e = link_next_event(c->config->link))) {
			take_event(&w, e);
			event_free(e);
		}
		if (!out_flush(&c->out))
			stop_by_output(&w);
		if (!w.done)
			sleep_until_news(&w);
	}
	return w.code;
}
