/* Opens the vault's rings when they are needed, and locks them again. */
#include "unlock.h"

#include <stdlib.h>
#include <string.h>
#include "audit.h"
#include "command.h"
#include "engine.h"
#include "held.h"
#include "kiyya/vault_keys.h"
#include "playback.h"
#include "ticket.h"

/* Somebody may have to find their other key, or their glasses, for what the command asks. */
#define COMMAND_MS 120000

struct wait {
	struct wait *next;
	unlock_fn *fn;
	void *arg;
};
struct unlock {
	struct core *core;
	struct held *held;
	struct wait *waits;
	struct wait *plain; /* who needs no key */
	uint64_t plain_timer;
	struct wake stop; /* ends a command that is run */
	uint64_t timer;
	/* the open question */
	ask_fn *ask;
	void *ask_arg;
	bool keep;
	char *kept;
	bool locked; /* while the chore ran */
	/* the chore's, while it runs */
	bool running;
	char *given; /* NULL: nothing is given */
	bool typed;  /* by the person who was asked */
	bool use_command, may_write;
	bool ok, created, wants_passphrase;
	struct vault_rotation rotation;
	struct err err;
};

static void begin(struct unlock *u);

struct unlock *unlock_new(struct core *core)
{
	struct unlock *u = NEW(struct unlock);
	u->core = core;
	u->held = held_new(core->paths->data_dir);
	wake_init(&u->stop);
	return u;
}

/* Those with this arg; NULL: all. */
static void drop_waits(struct wait **list, const void *arg)
{
	for (struct wait **p = list, *w; (w = *p);) {
		if (arg && w->arg != arg) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		free(w);
	}
}

static void add_wait(struct wait **list, unlock_fn *fn, void *arg)
{
	struct wait *w = NEW(struct wait);
	*w = (struct wait){ .fn = fn, .arg = arg };
	while (*list)
		list = &(*list)->next;
	*list = w;
}

void unlock_stop(struct unlock *u)
{
	if (u)
		wake_up(&u->stop);
}

void unlock_free(struct unlock *u)
{
	if (!u)
		return;
	drop_waits(&u->waits, NULL);
	drop_waits(&u->plain, NULL);
	timer_drop(u->core->timers, u->timer);
	timer_drop(u->core->timers, u->plain_timer);
	held_free(u->held);
	wake_release(&u->stop);
	str_burn(u->given);
	str_burn(u->kept);
	free(u);
}

struct held *unlock_held(struct unlock *u)
{
	return u->held;
}

static void tell(struct wait **waits, const struct err *err)
{
	struct wait *list = *waits;
	*waits = NULL;
	while (list) {
		struct wait *w = list;
		list = w->next;
		w->fn(w->arg, err);
		free(w);
	}
}

static void tell_all(struct unlock *u, const struct err *err)
{
	tell(&u->waits, err);
}

static void tell_plain(void *arg)
{
	struct unlock *u = arg;
	u->plain_timer = 0;
	tell(&u->plain, NULL);
}

/* -- the chore ----------------------------------------------------------------------------------- */

static bool ask_command(struct unlock *u)
{
	struct err why;
	const char *line = u->core->settings->key_command;
	if (u->given || !u->use_command)
		return true;
	if (vault_has_keyring(u->core->vault) && !vault_wants_passphrase(u->core->vault))
		return true;
	if (command_first_line(line, VAULT_PASSPHRASE_MAX, COMMAND_MS, u->stop.read_fd, &u->given,
			       &why))
		return true;
	return err_set(&u->err, why.kind, 0, "key.command: %s", why.text);
}

static void open_ring(void *arg)
{
	struct unlock *u = arg;
	struct vault *v = u->core->vault;
	held_wait(u->held);
	u->ok = ask_command(u) &&
		vault_unlock(v, u->given, u->given ? strlen(u->given) : 0, &u->created, &u->err);
	u->wants_passphrase = !u->ok && vault_wants_passphrase(v);
	struct err why;
	if (u->ok && u->may_write && vault_rotation_is_cut_off(v) &&
	    !vault_rotation_end(v, &u->rotation, &why))
		log_error("vault", NULL, "%s", why.text);
}

/* -- the person ---------------------------------------------------------------------------------- */

bool unlock_ask(struct unlock *u, const char *what, ask_fn *fn, void *arg)
{
	if (u->core->asks == ASKS_NOBODY || u->ask)
		return false;
	u->ask = fn;
	u->ask_arg = arg;
	struct event *e = event_new(EV_ASK);
	e->u.ask.what_ = str_dup(what);
	e->u.ask.again_ = u->typed && str_eq(what, "open");
	link_post(u->core->link, e);
	return true;
}

bool unlock_answer(struct unlock *u, char *passphrase)
{
	ask_fn *fn = u->ask;
	u->ask = NULL;
	if (fn)
		fn(u->ask_arg, passphrase);
	else
		str_burn(passphrase);
	return fn != NULL;
}

static void on_answer(void *arg, char *passphrase)
{
	struct unlock *u = arg;
	if (passphrase && *passphrase) {
		str_burn(u->given);
		u->given = passphrase;
		u->typed = true;
		begin(u);
		return;
	}
	str_burn(passphrase);
	u->typed = false;
	err_set(&u->err, ERR_LOCKED, 0, "the vault is locked: no passphrase was given");
	tell_all(u, &u->err);
}

/* -- after the chore ----------------------------------------------------------------------------- */

static void say_what_happened(struct unlock *u)
{
	if (u->created && !u->given)
		post_note(u->core, NULL, "info",
			  "made the vault key %s: whoever has this file can open your downloads; "
			  "keep a copy of it, without it they are lost",
			  u->core->paths->key_file);
	if (u->created)
		audit(u->core, "key_operation", "info", "made the keyring, under a %s",
		      u->given ? "passphrase" : "key file");
	if (u->rotation.resumed)
		post_note(u->core, NULL, "info",
			  "a rotation of the vault's key that was cut off has been ended");
}

static void has_opened(struct unlock *u)
{
	say_what_happened(u);
	if (u->keep) {
		u->kept = u->given;
		u->given = NULL;
	}
	u->keep = false;
	tell_all(u, NULL);
	engine_kick(u->core->engine); /* downloads may have waited for it */
}

/* Whether the person shall be asked: what was given from outside is right or wrong at once. */
static bool shall_ask(const struct unlock *u)
{
	if (u->err.kind != ERR_LOCKED || !u->wants_passphrase)
		return false;
	return u->typed ? u->core->asks == ASKS_UNTIL_RIGHT : !u->given;
}

static void opened(void *arg)
{
	struct unlock *u = arg;
	u->running = false;
	if (u->ok && u->locked) {
		vault_lock(u->core->vault);
		u->ok = err_set(&u->err, ERR_LOCKED, 0, "the vault was locked");
	}
	if (u->ok)
		has_opened(u);
	else
		held_end(u->held);
	bool wrong = !u->ok && u->given && u->wants_passphrase && u->err.kind == ERR_LOCKED;
	if (wrong)
		audit(u->core, "authentication_failure", "warning", "%s", u->err.text);
	bool asked =
	    !u->ok && !u->locked && u->waits && shall_ask(u) && unlock_ask(u, "open", on_answer, u);
	str_burn(u->given);
	u->given = NULL;
	u->typed = u->typed && asked;
	if (!u->ok && !asked)
		tell_all(u, &u->err);
}

static void begin(struct unlock *u)
{
	struct core *core = u->core;
	if (!held_begin(u->held, &u->err)) {
		tell_all(u, &u->err);
		return;
	}
	if (!u->given) {
		u->given = core->passphrase;
		core->passphrase = NULL;
	}
	u->running = true;
	u->locked = u->created = u->wants_passphrase = false;
	u->ok = err_set(&u->err, ERR_CANCELLED, 0, "stopped");
	u->rotation = (struct vault_rotation){ 0 };
	u->use_command = !str_empty(core->settings->key_command);
	u->may_write = core->lock && !u->keep; /* a rotation that is asked for sees to it itself */
	chores_add(core->chores, 0, open_ring, opened, u);
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
	add_wait(&u->waits, fn, arg);
	if (u->running || u->timer || u->ask)
		return;
	struct vault *v = core_vault(u->core, &u->err);
	if (!v || vault_is_unlocked(v))
		u->timer = timer_add(u->core->timers, 0, tell_now, u);
	else
		begin(u);
}

void unlock_if(struct unlock *u, bool encrypted, unlock_fn *fn, void *arg)
{
	if (encrypted) {
		unlock_ensure(u, fn, arg);
		return;
	}
	add_wait(&u->plain, fn, arg);
	if (!u->plain_timer)
		u->plain_timer = timer_add(u->core->timers, 0, tell_plain, u);
}

void unlock_forget(struct unlock *u, const void *arg)
{
	drop_waits(&u->waits, arg);
	drop_waits(&u->plain, arg);
	if (u->ask && (u->ask_arg == arg || (u->ask_arg == u && !u->waits)))
		u->ask = NULL;
}

void unlock_keep(struct unlock *u)
{
	u->keep = true;
}

char *unlock_kept(struct unlock *u)
{
	char *kept = u->kept;
	u->kept = NULL;
	return kept;
}

/* -- locking ------------------------------------------------------------------------------------- */

void unlock_lock(struct unlock *u, const char *why)
{
	struct core *core = u->core;
	if (u->running)
		u->locked = true;
	if (!core->vault)
		return;
	bool was_open = vault_is_unlocked(core->vault);
	vault_lock(core->vault); /* first of all: to end a player takes a while */
	struct err err;
	err_set(&err, ERR_LOCKED, 0, "the vault was locked");
	if (was_open) {
		engine_lock(core->engine);
		playback_lock(core->playback, &err);
		audit(core, "key_operation", "info", "locked: %s", why);
	}
	str_burn(core->passphrase);
	str_burn(core->new_passphrase);
	core->passphrase = core->new_passphrase = NULL;
	if (!u->running)
		held_end(u->held);
}

int unlock_fd(const struct unlock *u)
{
	return u ? held_fd(u->held) : -1;
}

void unlock_poll(struct unlock *u)
{
	if (u && held_was_touched(u->held)) {
		post_note(u->core, NULL, "info", "the vault was locked by another kiyya");
		unlock_lock(u, "another process asked for it");
	}
}
