/* Opens the vault's rings when they are needed, and locks them again. What is given decides, then the agent, the key
 * file, and a person who can be asked; off this thread, for Argon2id and the file take a while.
 *
 *	unlock_ensure(core->unlock, fn, arg)   fn once it is open, or why not
 *	vault_lock_here(core, why)             wipes the keys of this process and ends what needed them
 */
#ifndef KIYYA_BACKEND_UNLOCK_H
#define KIYYA_BACKEND_UNLOCK_H

#include "core.h"

struct unlock *unlock_new(struct core *core);
void unlock_stop(struct unlock *u); /* what it waits for, before the chores go; NULL is fine */
void unlock_free(struct unlock *u); /* after the chores are gone; NULL is fine */

/* Calls fn(arg, NULL) once the vault is open, or fn(arg, err). Never from inside. */
typedef void unlock_fn(void *arg, const struct err *err);
void unlock_ensure(struct unlock *u, unlock_fn *fn, void *arg);
/* The same for what may be plain: then fn is called at once, from the loop, and nothing is opened. */
void unlock_if(struct unlock *u, bool encrypted, unlock_fn *fn, void *arg);
/* Forgets every wait and question with this arg. */
void unlock_forget(struct unlock *u, const void *arg);

/* Asks the person. what: as in EV_ASK. fn gets what was typed (owned, str_burn), NULL: they do not want to. False:
 * there is nobody to ask, or another question is open. */
typedef void ask_fn(void *arg, char *passphrase);
bool unlock_ask(struct unlock *u, const char *what, ask_fn *fn, void *arg);
/* The answer to the open question, moves in; NULL: none. False: nobody asked. */
bool unlock_answer(struct unlock *u, char *passphrase);

/* The next passphrase that opens the vault is not wiped but kept, for unlock_kept (moves out; NULL: none did). */
void unlock_keep(struct unlock *u);
char *unlock_kept(struct unlock *u);

/* Whether another process has said that keys are to be wiped: then it is done. */
int unlock_fd(const struct unlock *u); /* to poll; -1 none */
void unlock_poll(struct unlock *u);
/* Wipes the keys of this process; players, servers and downloads that used them stop. */
void unlock_lock(struct unlock *u, const char *why);
struct held *unlock_held(struct unlock *u);

#endif
