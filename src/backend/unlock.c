/* Opens the vault's keyring when it is needed; answers key. */
#include "unlock.h"

#include <stdlib.h>
#include <string.h>
#include "route.h"
#include "ticket.h"

struct wait {
	struct wait *next;
	unlock_fn *fn;
	void *arg;
};
struct unlock {
	struct core *core;
	struct wait *waits;
	bool running;
	uint64_t timer;
	/* the chore's, while it runs */
	bool ran, ok, created;
	struct err err;
};

struct unlock *unlock_new(struct core *core)
{
	struct unlock *u = NEW(struct unlock);
	u->core = core;
	return u;
}

void unlock_free(struct unlock *u)
{
	if (!u)
		return;
	while (u->waits) {
		struct wait *w = u->waits;
		u->waits = w->next;
		free(w);
	}
	timer_drop(u->core->timers, u->timer);
	free(u);
}

static void tell_all(struct unlock *u, const struct err *err)
{
	struct wait *list = u->waits;
	u->waits = NULL;
	while (list) {
		struct wait *w = list;
		list = w->next;
		w->fn(w->arg, err);
		free(w);
	}
}

static void open_ring(void *arg)
{
	struct unlock *u = arg;
	const char *pass = u->core->passphrase;
	u->ran = true;
	u->ok = vault_unlock(u->core->vault, pass, pass ? strlen(pass) : 0, &u->created, &u->err);
}

static void opened(void *arg)
{
	struct unlock *u = arg;
	u->running = false;
	if (!u->ran)
		err_set(&u->err, ERR_CANCELLED, 0, "stopped");
	if (u->ran && u->ok && u->created)
		post_note(u->core, NULL, "info",
			  "made the vault key %s: whoever has this file can open your downloads; "
			  "keep a copy of it, "
			  "without it they are lost",
			  u->core->paths->key_file);
	tell_all(u, u->ran && u->ok ? NULL : &u->err);
}

static void tell_now(void *arg)
{
	struct unlock *u = arg;
	u->timer = 0;
	if (u->core->vault && vault_is_unlocked(u->core->vault))
		tell_all(u, NULL);
	else
		tell_all(u, &u->err);
}

void unlock_ensure(struct unlock *u, unlock_fn *fn, void *arg)
{
	struct wait *w = NEW(struct wait);
	*w = (struct wait){ .fn = fn, .arg = arg };
	struct wait **end = &u->waits;
	while (*end)
		end = &(*end)->next;
	*end = w;
	if (u->running || u->timer)
		return;
	struct vault *v = core_vault(u->core, &u->err);
	if (!v || vault_is_unlocked(v)) {
		u->timer = timer_add(u->core->timers, 0, tell_now, u);
		return;
	}
	u->running = true;
	u->ran = u->ok = u->created = false;
	chores_add(u->core->chores, 0, open_ring, opened, u);
}

void unlock_forget(struct unlock *u, const void *arg)
{
	for (struct wait **p = &u->waits; *p;) {
		struct wait *w = *p;
		if (w->arg == arg) {
			*p = w->next;
			free(w);
		} else {
			p = &w->next;
		}
	}
}

static void post_key(struct ticket *t, struct vault *v)
{
	static const char *const types[] = { "unknown", "passphrase", "key_file",
					     "secret_service" };
	struct event *e = ticket_event(t, EV_KEY);
	char id[33];
	unsigned char slots[8];
	size_t n = 0;
	vault_ring_info(v, id, slots, &n);
	e->u.key.state_ = str_dup(!vault_has_keyring(v)  ? "absent"
				  : vault_is_unlocked(v) ? "unlocked"
							 : "locked");
	for (size_t i = 0; i < n; i++)
		strs_add(&e->u.key.slots_, types[slots[i] < 4 ? slots[i] : 0]);
	if (id[0])
		e->u.key.ring_ = str_dup(id);
	link_post(t->core->link, e);
}

static void on_init(void *arg, const struct err *err)
{
	struct ticket *t = arg;
	if (!err)
		post_key(t, t->core->vault);
	ticket_done(t, err);
}

static void stop_waiting(void *arg)
{
	struct ticket *t = arg;
	unlock_forget(t->core->unlock, t);
}

void answer_key(struct core *core, struct ticket *t, const struct req_key *r)
{
	struct err err;
	struct vault *v = core_vault(core, &err);
	if (!v) {
		ticket_done(t, &err);
	} else if (str_eq(r->action_, "status")) {
		post_key(t, v);
		ticket_done(t, NULL);
	} else if (str_eq(r->action_, "init") && vault_has_keyring(v)) {
		err_set(&err, ERR_USAGE, 0, "there is a keyring already: %s", core->paths->keyring);
		ticket_done(t, &err);
	} else if (str_eq(r->action_, "init") && core_take_lock(core, &err)) {
		ticket_on_cancel(t, stop_waiting, t);
		unlock_ensure(core->unlock, on_init, t);
	} else {
		if (!str_eq(r->action_, "init"))
			err_set(&err, ERR_USAGE, 0, "key knows init and status");
		ticket_done(t, &err);
	}
}
