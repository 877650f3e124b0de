/* Opening the vault: a ring by passphrase, agent or key file, and the first one made. */
#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>
#include "agent.h"
#include "kiyya/log.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

/* Ciphers and hashes leave their key and their message on the stack; deeper than any of them went. */
#define STACK_DEPTH (64u << 10)

bool vault_wants_passphrase(const struct vault *v)
{
	struct ring r;
	return keyring_read(v->keyring, &r, NULL) && ring_has(&r, RING_PASSPHRASE);
}

bool vault_check_passphrase(const struct vault_passphrase *p, struct err *err)
{
	if (p->text && (p->len == 0 || p->len > RING_PASSPHRASE_MAX))
		return err_set(err, ERR_USAGE, 0, "a passphrase is 1 to %u bytes long",
			       RING_PASSPHRASE_MAX);
	return true;
}

void vault_wipe_stack(void)
{
	sodium_stackzero(STACK_DEPTH);
}

/* -- openers ------------------------------------------------------------------- */

struct secret *vault_key_file(struct vault *v, bool make, struct err *err)
{
	if (make && access(v->key_file, F_OK) != 0)
		return key_file_make(v->seams.io, v->key_file, v->chain, &v->seams.chance, err);
	return key_file_read(v->key_file, v->chain, err);
}

static struct secret *open_by_key_file(struct vault *v, const struct ring *r, size_t *ret_slot,
				       struct err *err)
{
	struct secret *mk = NULL;
	struct secret *key = vault_key_file(v, false, err);
	const void *bytes = key ? secret_use(key, err) : NULL;
	if (bytes) {
		mk = ring_open(r, v->chain, &(struct ring_opener){ RING_KEY_FILE, bytes, KYV_KEY },
			       ret_slot, err);
		secret_done(key);
	}
	secret_unref(key);
	return mk;
}

static struct secret *open_by_agent(struct vault *v, const struct ring *r)
{
	struct secret *mk = agent_take(ring_id(r), v->chain);
	if (!mk || ring_is_of(r, mk))
		return mk;
	log_warn("vault", NULL, "the agent has another key than the ring's: not used");
	secret_unref(mk);
	return NULL;
}

struct secret *vault_open_ring(struct vault *v, const struct ring *r,
			       const struct vault_passphrase *given, bool strict, int *ret_slot,
			       struct err *err)
{
	struct secret *mk = NULL;
	size_t slot = 0;
	bool tried = given->text && ring_has(r, RING_PASSPHRASE);
	if (tried)
		mk = ring_open(r, v->chain,
			       &(struct ring_opener){ RING_PASSPHRASE, given->text, given->len },
			       &slot, err);
	if (!mk && tried && strict)
		return NULL;
	*ret_slot = (int)slot;
	if (mk)
		return mk;
	*ret_slot = -1;
	mk = open_by_agent(v, r);
	if (mk)
		return mk;
	if (ring_has(r, RING_KEY_FILE))
		mk = open_by_key_file(v, r, &slot, err);
	else if (!tried)
		err_set(
		    err, ERR_LOCKED, 0,
		    "the vault opens with a passphrase: KIYYA_PASSPHRASE_FILE names a file with "
		    "it, kiyya key unlock asks for it on a terminal");
	*ret_slot = (int)slot;
	return mk;
}

/* -- the first ring ------------------------------------------------------------ */

struct secret *vault_new_master_key(struct vault *v)
{
	void *bytes;
	struct secret *mk = secret_new(v->chain, NULL, KYV_KEY, &bytes);
	chance_fill(&v->seams.chance, bytes, KYV_KEY);
	secret_done(mk);
	return mk;
}

bool vault_add_passphrase_slot(struct vault *v, struct ring *r, struct secret *mk,
			       const struct vault_passphrase *given, struct err *err)
{
	const struct ring_opener opener = { RING_PASSPHRASE, given->text, given->len };
	return ring_add_slot(r, v->chain, mk, &opener, v->cost, &v->seams.chance, err);
}

bool vault_add_key_file_slot(struct vault *v, struct ring *r, struct secret *mk, bool make,
			     struct err *err)
{
	struct secret *key = vault_key_file(v, make, err);
	const void *bytes = key ? secret_use(key, err) : NULL;
	bool ok = bytes && ring_add_slot(r, v->chain, mk,
					 &(struct ring_opener){ RING_KEY_FILE, bytes, KYV_KEY },
					 (struct ring_cost){ 0 }, &v->seams.chance, err);
	if (bytes)
		secret_done(key);
	secret_unref(key);
	return ok;
}

/* A ring where there is none, which is open then. Under the lock of its directory, so that two
 * programs cannot both make one and the loser's files be lost. *ret_made false: another was first.
 */
static bool make_ring(struct vault *v, const struct vault_passphrase *given, bool *ret_made,
		      struct err *err)
{
	int held = keyring_lock(v->keyring, err);
	if (held < 0)
		return false;
	bool ok = true;
	*ret_made = !vault_has_keyring(v);
	if (*ret_made) {
		struct ring r;
		ring_init(&r, &v->seams.chance);
		struct secret *mk = vault_new_master_key(v);
		ok = (given->text ? vault_add_passphrase_slot(v, &r, mk, given, err)
				  : vault_add_key_file_slot(v, &r, mk, true, err)) &&
		     ring_close(&r, mk, err) &&
		     keyring_install(v->seams.io, v->keyring, &r, mk, err);
		if (ok) {
			v->opener = 0;
			vault_add_open(v, &r, mk);
		} else {
			secret_unref(mk);
		}
	}
	close(held);
	return ok;
}

/* -- all of them --------------------------------------------------------------- */

void vault_each_ring(const struct vault *v, bool (*fn)(void *arg, const char *path), void *arg)
{
	DIR *dir = opendir(v->keyring_dir);
	if (!dir)
		return;
	const struct dirent *entry;
	bool more = true;
	while (more && (entry = readdir(dir)) != NULL) {
		if (!str_is_hex(entry->d_name, 2 * KYV_ID))
			continue;
		char *path = path_join(v->keyring_dir, entry->d_name);
		more = fn(arg, path);
		free(path);
	}
	closedir(dir);
}

struct opening {
	struct vault *v;
	const struct vault_passphrase *given;
	size_t tried;
};

/* Rings that were rotated away or imported: what does not open stays shut. */
static bool open_old_ring(void *arg, const char *path)
{
	struct opening *o = arg;
	struct ring r;
	struct err why;
	struct secret *mk = NULL;
	int slot;
	if (keyring_read(path, &r, &why))
		mk = vault_open_ring(o->v, &r, o->given, false, &slot, &why);
	if (mk)
		vault_add_open(o->v, &r, mk);
	else
		log_info("vault", NULL, "an old keyring stays shut: %s", why.text);
	return ++o->tried < VAULT_RINGS_MAX;
}

static bool open_current(struct vault *v, const struct vault_passphrase *given, struct err *err)
{
	struct ring r;
	int slot;
	struct secret *mk =
	    keyring_settle(v->seams.io, v->keyring, err) && keyring_read(v->keyring, &r, err)
		? vault_open_ring(v, &r, given, true, &slot, err)
		: NULL;
	if (!mk)
		return false;
	v->opener = slot;
	vault_add_open(v, &r, mk);
	return true;
}

static bool unlock(struct vault *v, const struct vault_passphrase *given, bool *ret_created,
		   struct err *err)
{
	bool created = false;
	if (!vault_has_keyring(v) && !make_ring(v, given, &created, err))
		return false;
	if (!created && !open_current(v, given, err))
		return false;
	vault_each_ring(v, open_old_ring, &(struct opening){ v, given, 0 });
	if (ret_created)
		*ret_created = created;
	return true;
}

bool vault_unlock(struct vault *v, const char *passphrase, size_t passphrase_len, bool *ret_created,
		  struct err *err)
{
	const struct vault_passphrase given = { passphrase, passphrase_len };
	if (!vault_check_passphrase(&given, err))
		return false;
	pthread_mutex_lock(&v->opening);
	bool ok = true;
	if (passphrase || !vault_is_unlocked(v))
		ok = unlock(v, &given, ret_created, err);
	else if (ret_created)
		*ret_created = false;
	pthread_mutex_unlock(&v->opening);
	vault_wipe_stack();
	return ok;
}

/* -- the agent ----------------------------------------------------------------- */

int64_t vault_agent_seconds(const struct vault *v)
{
	struct ring r;
	if (!keyring_read(v->keyring, &r, NULL))
		return -1;
	return agent_seconds(ring_id(&r), clock_wall(v->seams.clock));
}

bool vault_agent_fill(struct vault *v, int64_t seconds, struct err *err)
{
	struct open_ring open[VAULT_RINGS_MAX];
	pthread_mutex_lock(&v->lock);
	size_t n = v->n_open;
	for (size_t i = 0; i < n; i++) {
		open[i] = v->open[i];
		secret_ref(open[i].mk);
	}
	pthread_mutex_unlock(&v->lock);
	bool ok = n > 0 || err_set(err, ERR_LOCKED, 0, "the vault is locked");
	for (size_t i = 0; i < n; i++) {
		ok = ok && agent_put(open[i].ring_id, open[i].mk, seconds,
				     clock_wall(v->seams.clock), err);
		secret_unref(open[i].mk);
	}
	vault_wipe_stack();
	return ok;
}

struct dropping {
	bool ok;
	struct err *err;
};

static bool drop_from_agent(void *arg, const char *path)
{
	struct dropping *d = arg;
	struct ring r;
	if (keyring_read(path, &r, NULL))
		d->ok = agent_drop(ring_id(&r), d->err) && d->ok;
	return true;
}

bool vault_agent_drop(struct vault *v, struct err *err)
{
	struct dropping d = { true, err };
	drop_from_agent(&d, v->keyring);
	vault_each_ring(v, drop_from_agent, &d);
	return d.ok;
}
