/* Answers key: each action as steps, of which those that take a while are chores and those that a person takes part in
 * are questions. */
#include <stdlib.h>
#include <string.h>
#include "audit.h"
#include "held.h"
#include "kiyya/vault_keys.h"
#include "route.h"
#include "ticket.h"
#include "unlock.h"

#define LOOK_MS 20  /* whether the others have wiped their keys */
#define LOOKS   250 /* 5 s in all */

struct op {
	struct core *core;
	struct ticket *ticket; /* NULL: it was stopped while the chore ran */
	const struct key_action *action;
	char *file, *id;
	bool overwrite, running;
	char *given, *fresh;
	uint64_t timer;
	int looks;
	bool
	    flag; /* lock: only here; after passwd: the key file is gone; after import: current now */
	/* the chore's */
	bool ok;
	struct vault_rotation rotation;
	char ring[VAULT_FILE_ID_HEX];
	struct err err;
};
struct key_action {
	const char *word;
	bool writes; /* wants the lock of the data directory */
	void (*begin)(struct op *op);
	void (*run)(struct op *op);  /* in a chore */
	void (*done)(struct op *op); /* after it, when it went well */
};

static void op_free(struct op *op)
{
	unlock_forget(op->core->unlock, op);
	timer_drop(op->core->timers, op->timer);
	str_burn(op->given);
	str_burn(op->fresh);
	free(op->file);
	free(op->id);
	free(op);
}

static void op_cancel(void *arg)
{
	struct op *op = arg;
	op->ticket = NULL;
	if (!op->running)
		op_free(op);
}

static void op_end(struct op *op, const struct err *err)
{
	if (op->ticket)
		ticket_done(op->ticket, err);
	op_free(op);
}

/* -- the state ----------------------------------------------------------------------------------- */

static void post_key(struct ticket *t, struct vault *v)
{
	static const char *const types[] = { "unknown", "passphrase", "key_file",
					     "secret_service" };
	struct event *e = ticket_event(t, EV_KEY);
	char id[VAULT_FILE_ID_HEX];
	unsigned char slots[8];
	size_t n = 0;
	vault_ring_info(v, id, slots, &n);
	int64_t left = vault_agent_seconds(v);
	e->u.key.state_ = str_dup(!vault_has_keyring(v)               ? "absent"
				  : vault_is_unlocked(v) || left >= 0 ? "unlocked"
								      : "locked");
	for (size_t i = 0; i < n; i++)
		strs_add(&e->u.key.slots_, types[slots[i] < 4 ? slots[i] : 0]);
	if (id[0])
		e->u.key.ring_ = str_dup(id);
	if (left >= 0 && left < INT64_MAX)
		e->u.key.agent_seconds_ = left;
	link_post(t->core->link, e);
}

static void say_state(struct op *op)
{
	if (op->ticket)
		post_key(op->ticket, op->core->vault);
}

/* -- steps --------------------------------------------------------------------------------------- */

static void run_chore(void *arg)
{
	struct op *op = arg;
	op->action->run(op);
}

static void chore_done(void *arg)
{
	struct op *op = arg;
	op->running = false;
	if (op->ok)
		op->action->done(op);
	op_end(op, op->ok ? NULL : &op->err);
}

static void step_run(struct op *op)
{
	op->running = true;
	op->ok = err_set(&op->err, ERR_CANCELLED, 0, "stopped");
	chores_add(op->core->chores, 0, run_chore, chore_done, op);
}

static void warn_of_loss(struct op *op)
{
	post_note(op->core, op->ticket, "warn",
		  "nobody can find a lost passphrase again: with it the videos sealed under it are "
		  "lost");
}

static void on_fresh(void *arg, char *passphrase)
{
	struct op *op = arg;
	op->fresh = passphrase;
	if (passphrase && *passphrase) {
		step_run(op);
		return;
	}
	err_set(&op->err, ERR_USAGE, 0, "nothing was changed: no new passphrase was given");
	op_end(op, &op->err);
}

/* A new passphrase: given, or typed twice. */
static void step_fresh(void *arg, const struct err *err)
{
	struct op *op = arg;
	if (err) {
		op_end(op, err);
		return;
	}
	warn_of_loss(op);
	op->fresh = op->core->new_passphrase;
	op->core->new_passphrase = NULL;
	if (op->fresh) {
		step_run(op);
	} else if (!unlock_ask(op->core->unlock, "new", on_fresh, op)) {
		err_set(
		    &op->err, ERR_USAGE, 0,
		    "a new passphrase is wanted: KIYYA_NEW_PASSPHRASE_FILE names a file with it, "
		    "or there must be a terminal to type it on");
		op_end(op, &op->err);
	}
}

static void open_first(struct op *op, unlock_fn *then)
{
	struct err err;
	struct vault *v = op->core->vault;
	if (vault_has_keyring(v)) {
		unlock_ensure(op->core->unlock, then, op);
		return;
	}
	err_set(&err, ERR_NOT_FOUND, 0, "there is no keyring yet: kiyya key init makes one");
	op_end(op, &err);
}

static struct vault_passphrase word_of(const char *text)
{
	return (struct vault_passphrase){ text, text ? strlen(text) : 0 };
}

/* -- status, open -------------------------------------------------------------------------------- */

static void begin_status(struct op *op)
{
	say_state(op);
	op_end(op, NULL);
}

static void on_open(void *arg, const struct err *err)
{
	struct op *op = arg;
	if (!err)
		say_state(op);
	op_end(op, err);
}

static void begin_open(struct op *op)
{
	open_first(op, on_open);
}

/* -- init ---------------------------------------------------------------------------------------- */

/* Empty: a key file. */
static void on_first_word(void *arg, char *passphrase)
{
	struct op *op = arg;
	if (!passphrase) {
		err_set(&op->err, ERR_CANCELLED, 0, "no keyring was made");
		op_end(op, &op->err);
		return;
	}
	if (*passphrase)
		op->core->passphrase = passphrase;
	else
		str_burn(passphrase);
	unlock_ensure(op->core->unlock, on_open, op);
}

static void begin_init(struct op *op)
{
	struct core *core = op->core;
	if (vault_has_keyring(core->vault)) {
		err_set(&op->err, ERR_USAGE, 0, "there is a keyring already: %s",
			core->paths->keyring);
		op_end(op, &op->err);
		return;
	}
	bool given = core->passphrase || !str_empty(core->settings->key_command);
	if (given || core->asks != ASKS_NOBODY)
		warn_of_loss(op);
	if (given || !unlock_ask(core->unlock, "first", on_first_word, op))
		unlock_ensure(core->unlock, on_open, op);
}

/* -- the agent ----------------------------------------------------------------------------------- */

static void on_open_for_agent(void *arg, const struct err *err)
{
	struct op *op = arg;
	struct core *core = op->core;
	int64_t seconds = (core->settings->key_timeout + 999) / 1000;
	bool ok = !err && vault_agent_fill(core->vault, seconds, &op->err);
	if (ok) {
		audit(core, "key_operation", "info", "given to the agent for %lld s",
		      (long long)seconds);
		say_state(op);
	}
	op_end(op, ok ? NULL : err ? err : &op->err);
}

static void begin_unlock(struct op *op)
{
	open_first(op, on_open_for_agent);
}

static void look_for_others(void *arg)
{
	struct op *op = arg;
	op->timer = 0;
	int pid = held_others(unlock_held(op->core->unlock));
	if (pid && ++op->looks < LOOKS) {
		op->timer = timer_add(op->core->timers, LOOK_MS, look_for_others, op);
		return;
	}
	if (pid > 0)
		err_set(&op->err, ERR_BUSY, pid,
			"another kiyya still has keys and does not answer "
			"(PID %d)",
			pid);
	else if (pid)
		err_set(&op->err, ERR_BUSY, 0,
			"another process still has keys and does not answer");
	if (!pid)
		say_state(op);
	op_end(op, pid ? &op->err : NULL);
}

static void begin_lock(struct op *op)
{
	struct core *core = op->core;
	bool ok = vault_agent_drop(core->vault, &op->err);
	unlock_lock(core->unlock, op->flag ? "nobody was there" : "asked for");
	if (!ok || op->flag) {
		if (ok)
			say_state(op);
		op_end(op, ok ? NULL : &op->err);
		return;
	}
	held_tell(unlock_held(core->unlock));
	look_for_others(op);
}

/* -- passwd -------------------------------------------------------------------------------------- */

static void begin_passwd(struct op *op)
{
	open_first(op, step_fresh);
}

static void run_passwd(struct op *op)
{
	const struct vault_passphrase fresh = word_of(op->fresh);
	op->ok = vault_passwd(op->core->vault, &fresh, &op->flag, &op->err);
}

static void done_passwd(struct op *op)
{
	audit(op->core, "key_operation", "info", "another passphrase%s",
	      op->flag ? ", and no key file any more" : "");
	if (op->flag)
		post_note(
		    op->core, op->ticket, "warn",
		    "the key file is deleted, but an old backup of it and of the keyring still "
		    "opens everything: kiyya key rotate makes a key that it does not open");
	say_state(op);
}

/* -- rotate -------------------------------------------------------------------------------------- */

static void on_kept_word(void *arg, char *passphrase)
{
	struct op *op = arg;
	op->given = passphrase;
	if (passphrase && !*passphrase) {
		str_burn(passphrase);
		op->given = NULL;
	}
	step_run(op);
}

/* The key needs a secret to lie under; the agent gives none. */
static void on_open_for_rotation(void *arg, const struct err *err)
{
	struct op *op = arg;
	if (err) {
		op_end(op, err);
		return;
	}
	op->given = unlock_kept(op->core->unlock);
	bool wanted = !op->given && vault_wants_passphrase(op->core->vault) &&
		      !vault_rotation_is_cut_off(op->core->vault);
	if (!wanted || !unlock_ask(op->core->unlock, "keep", on_kept_word, op))
		step_run(op);
}

static void begin_rotate(struct op *op)
{
	unlock_keep(op->core->unlock);
	open_first(op, on_open_for_rotation);
}

static void run_rotate(struct op *op)
{
	const struct vault_passphrase given = word_of(op->given);
	op->ok = vault_rotate(op->core->vault, &given, &op->rotation, &op->err);
}

static void say_dropped(struct op *op)
{
	static const char *const kinds[] = { NULL, "passphrase", "key file", "secret service" };
	for (size_t i = 1; i < 4; i++)
		if (op->rotation.dropped[i])
			post_note(op->core, op->ticket, "warn",
				  "left behind with the old key: %u %s slot%s, whose secret was "
				  "not given",
				  op->rotation.dropped[i], kinds[i],
				  op->rotation.dropped[i] == 1 ? "" : "s");
}

static void done_rotate(struct op *op)
{
	const struct vault_rotation *r = &op->rotation;
	if (r->resumed)
		post_note(op->core, op->ticket, "info",
			  "ended the rotation that was cut off: %zu files", r->files);
	else
		post_note(
		    op->core, op->ticket, "info",
		    "a new key, and %zu files under it; the old keyring stays until kiyya key "
		    "forget %s",
		    r->files, r->old_id);
	audit(op->core, "key_operation", "info", "rotated: %zu files", r->files);
	say_dropped(op);
	if (r->failed) {
		op->ok = err_set(&op->err, r->first.kind, 0,
				 "%zu file%s under an old key, which stays: %s", r->failed,
				 r->failed == 1 ? " remains" : "s remain", r->first.text);
		return;
	}
	say_state(op);
}

/* -- export, import, forget ---------------------------------------------------------------------- */

static void begin_export(struct op *op)
{
	open_first(op, step_fresh);
}

static void run_export(struct op *op)
{
	const struct vault_passphrase fresh = word_of(op->fresh);
	op->ok = vault_export_ring(op->core->vault, op->file, &fresh, &op->err);
}

static void done_export(struct op *op)
{
	audit(op->core, "key_operation", "info", "exported the keyring");
	post_note(op->core, op->ticket, "info", "%s opens the vault with its own passphrase",
		  op->file);
}

static void run_import(struct op *op)
{
	op->ok = vault_import_ring(op->core->vault, op->file, op->overwrite, op->ring, &op->flag,
				   &op->err);
}

static void done_import(struct op *op)
{
	audit(op->core, "key_operation", "info", "imported a keyring of the key %s", op->ring);
	post_note(op->core, op->ticket, "info",
		  op->flag
		      ? "the keyring of the key %s is the current one"
		      : "the keyring of the key %s lies beside the current one, and opens with "
			"the same passphrase as that",
		  op->ring);
	say_state(op);
}

static void run_forget(struct op *op)
{
	op->ok = vault_forget_ring(op->core->vault, op->id, &op->err);
}

static void done_forget(struct op *op)
{
	audit(op->core, "key_operation", "info", "forgot the key %s", op->id);
}

/* ------------------------------------------------------------------------------------------------ */

static const struct key_action actions[] = {
	{ "status", false, begin_status, NULL, NULL },
	{ "init", true, begin_init, NULL, NULL },
	{ "open", false, begin_open, NULL, NULL },
	{ "unlock", false, begin_unlock, NULL, NULL },
	{ "lock", false, begin_lock, NULL, NULL },
	{ "passwd", true, begin_passwd, run_passwd, done_passwd },
	{ "rotate", true, begin_rotate, run_rotate, done_rotate },
	{ "export", false, begin_export, run_export, done_export },
	{ "import", true, step_run, run_import, done_import },
	{ "forget", true, step_run, run_forget, done_forget },
};

static const struct key_action *find_action(const char *word)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (str_eq(actions[i].word, word))
			return &actions[i];
	return NULL;
}

static void take_answer(struct core *core, struct ticket *t, const struct req_key *r)
{
	struct err err;
	bool ok = unlock_answer(core->unlock, str_dup(r->passphrase_)) ||
		  err_set(&err, ERR_USAGE, 0, "nobody asked for a passphrase");
	ticket_done(t, ok ? NULL : &err);
}

void answer_key(struct core *core, struct ticket *t, const struct req_key *r)
{
	struct err err = { 0 };
	if (str_eq(r->action_, "answer")) {
		take_answer(core, t, r);
		return;
	}
	const struct key_action *action = find_action(r->action_);
	if (!action)
		err_set(&err, ERR_USAGE, 0, "key does not know %s", r->action_ ? r->action_ : "it");
	if (!action || !core_vault(core, &err) || (action->writes && !core_take_lock(core, &err))) {
		ticket_done(t, &err);
		return;
	}
	struct op *op = NEW(struct op);
	*op = (struct op){ .core = core,
			   .ticket = t,
			   .action = action,
			   .file = str_dup(r->file_ ? r->file_ : ""),
			   .id = str_dup(r->id_ ? r->id_ : ""),
			   .overwrite = r->overwrite_,
			   .flag = r->here_ };
	ticket_on_cancel(t, op_cancel, op);
	action->begin(op);
}
