/* Open requests, and how they end. */
#include "ticket.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct ticket *ticket_open(struct core *core, const struct req *r)
{
	struct ticket *t = NEW(struct ticket);
	*t = (struct ticket){ .core = core, .kind = r->kind, .slot = r->slot, .id = r->ticket };
	t->next = core->tickets;
	core->tickets = t;
	return t;
}

void ticket_on_cancel(struct ticket *t, void (*cancel)(void *arg), void *arg)
{
	t->cancel = cancel;
	t->arg = arg;
}

struct event *ticket_event(const struct ticket *t, enum event_kind kind)
{
	struct event *e = event_new(kind);
	e->slot = t->slot;
	e->ticket = t->id;
	return e;
}

static void unlink_ticket(struct ticket *t)
{
	struct ticket **p = &t->core->tickets;
	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
}

/* What is recorded of a failure: what a person would look for in `log errors`. */
static void record(struct core *core, const struct ticket *t, const struct err *err)
{
	if (err->kind == ERR_CANCELLED || err->kind == ERR_USAGE)
		return;
	log_warn("backend", NULL, "%s: %s", req_name(t->kind), err->text);
	if (!core->store)
		return;
	struct log_row row = {
		.time = clock_wall(core->clock),
		.level = err->kind == ERR_PARSE ? "warn" : "error",
		.component = req_name(t->kind),
		.message = err->text,
		.category = err_category(err->kind),
		.code = err->num ? err->num : INT64_MIN,
		.ms = INT64_MIN,
		.http_status = INT64_MIN,
	};
	struct err why;
	if (!store_log_put(core->store, "errors", &row, &why))
		log_error("backend", NULL, "an error could not be recorded: %s", why.text);
}

void ticket_done_code(struct ticket *t, const struct err *err, int exit_code)
{
	struct event *e = ticket_event(t, EV_DONE);
	bool ok = !err || err->kind == ERR_NONE;
	e->u.done.ok_ = ok && exit_code == 0;
	e->u.done.exit_code_ = exit_code;
	if (!ok) {
		e->u.done.error_ = str_dup(err->text);
		e->u.done.category_ = str_dup(err_category(err->kind));
		e->u.done.retry_ = err_can_retry(err->kind);
		record(t->core, t, err);
	}
	unlink_ticket(t);
	link_post(t->core->link, e);
	free(t);
}

void ticket_done(struct ticket *t, const struct err *err)
{
	ticket_done_code(t, err, err ? err_exit_code(err->kind) : 0);
}

static void end(struct ticket *t, const struct err *err)
{
	if (t->cancel)
		t->cancel(t->arg);
	ticket_done(t, err);
}

static void stop(struct ticket *t)
{
	struct err err;
	err_set(&err, ERR_CANCELLED, 0, "stopped");
	end(t, &err);
}

void tickets_supersede(struct core *core, uint32_t slot)
{
	for (struct ticket *t = core->tickets, *next; slot && t; t = next) {
		next = t->next;
		if (t->slot == slot)
			stop(t);
	}
}

void ticket_stop(struct core *core, uint64_t id)
{
	for (struct ticket *t = core->tickets; t; t = t->next) {
		if (t->id == id) {
			stop(t);
			return;
		}
	}
}

void tickets_stop_all(struct core *core)
{
	while (core->tickets)
		stop(core->tickets);
}

void tickets_end_some(struct core *core, enum req_kind kind, bool (*which)(const void *arg),
		      const struct err *err)
{
	for (struct ticket *t = core->tickets, *next; t; t = next) {
		next = t->next;
		if (t->kind == kind && t->arg && which(t->arg))
			end(t, err);
	}
}

void post_note(struct core *core, const struct ticket *t, const char *level, const char *fmt, ...)
{
	char text[600];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct event *e = t ? ticket_event(t, EV_NOTE) : event_new(EV_NOTE);
	e->u.note.text_ = str_dup(text);
	e->u.note.level_ = str_dup(level);
	link_post(core->link, e);
}

void post_stale_note(const struct ticket *t, int64_t fetched_at, const struct err *err)
{
	if (err && err->kind != ERR_NONE)
		post_note(t->core, t, "warn", "showing what is stored: %s", err->text);
	else if (fetched_at != TIME_UNKNOWN)
		post_note(t->core, t, "info", "stored %lld minutes ago",
			  (long long)(clock_wall(t->core->clock) - fetched_at) / 60);
}

void post_row_failed(const struct ticket *t, const char *item, const struct err *err)
{
	struct event *e = ticket_event(t, EV_ROW_FAILED);
	e->u.row_failed.claim_id_ = str_dup(item);
	e->u.row_failed.error_ = str_dup(err->text);
	e->u.row_failed.category_ = str_dup(err_category(err->kind));
	e->u.row_failed.retry_ = err_can_retry(err->kind);
	link_post(t->core->link, e);
}

void tally_add(struct tally *t, const struct err *err)
{
	if (!err) {
		t->n_ok++;
		return;
	}
	if (t->n_failed++ == 0)
		t->first = *err;
	else if (err_exit_code(err->kind) != err_exit_code(t->first.kind))
		t->mixed = true;
}

void ticket_done_tally(struct ticket *t, const struct tally *tally)
{
	if (!tally->n_failed) {
		ticket_done(t, NULL);
		return;
	}
	struct err err = tally->first;
	if (tally->n_ok + tally->n_failed > 1 && (tally->mixed || tally->n_ok))
		err_set(&err, ERR_SOME, 0, "%d of %d items failed", tally->n_failed,
			tally->n_ok + tally->n_failed);
	ticket_done(t, &err);
}
