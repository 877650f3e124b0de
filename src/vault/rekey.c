/* The slots of the current ring: another passphrase, a ring to take elsewhere, rings that come and go. */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "agent.h"
#include "kiyya/log.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

static bool remove_durably(struct vault *v, const char *path, struct err *err)
{
	struct err why;
	if (!file_remove(v->seams.io, path, &why) && why.num != ENOENT)
		return err_set(err, why.kind, why.num, "%s", why.text);
	char *for_dir = str_dup(path);
	bool ok = file_sync_dir(v->seams.io, dirname(for_dir), err);
	free(for_dir);
	return ok;
}

/* -- the key file -------------------------------------------------------------- */

static bool note_key_file_slot(void *arg, const char *path)
{
	struct ring r;
	bool *needed = arg;
	/* One that cannot be read may need it. */
	*needed = *needed || !keyring_read(path, &r, NULL) || ring_has(&r, RING_KEY_FILE);
	return !*needed;
}

/* When no ring here has a slot for it any more. */
static bool drop_key_file(struct vault *v, struct err *err)
{
	bool needed = false;
	note_key_file_slot(&needed, v->keyring);
	vault_each_ring(v, note_key_file_slot, &needed);
	if (needed || access(v->key_file, F_OK) != 0)
		return false;
	struct err why;
	if (remove_durably(v, v->key_file, &why))
		return true;
	log_warn("vault", NULL, "the key file stays: %s", why.text);
	return false;
}

/* -- another passphrase -------------------------------------------------------- */

static size_t count_slots(const struct ring *r, enum ring_slot_type type)
{
	size_t n = 0;
	for (size_t i = 0; i < r->slots; i++)
		n += ring_slot_type(r, i) == type;
	return n;
}

/* The passphrase slot that a new one replaces: the one that opened the ring, or the only one.
 * RING_SLOTS_MAX: there is none. */
static bool slot_to_replace(const struct vault *v, const struct ring *r, size_t *ret,
			    struct err *err)
{
	*ret = RING_SLOTS_MAX;
	size_t known = count_slots(r, RING_PASSPHRASE);
	if (v->opener >= 0 && (size_t)v->opener < r->slots &&
	    ring_slot_type(r, (size_t)v->opener) == RING_PASSPHRASE)
		*ret = (size_t)v->opener;
	else if (known > 1)
		return err_set(err, ERR_LOCKED, 0,
			       "%zu passphrases open this keyring: give the one to be replaced",
			       known);
	for (size_t i = 0; known == 1 && i < r->slots; i++)
		if (ring_slot_type(r, i) == RING_PASSPHRASE)
			*ret = i;
	return true;
}

static bool change_passphrase(struct vault *v, const struct vault_passphrase *fresh,
			      bool *ret_had_key_file, struct err *err)
{
	struct ring r;
	struct secret *mk = NULL;
	size_t replaced;
	if (!keyring_read(v->keyring, &r, err) ||
	    !vault_master_key(v, ring_master_id(&r), NULL, &mk, err) || !mk)
		return false;
	*ret_had_key_file = ring_has(&r, RING_KEY_FILE);
	bool ok = slot_to_replace(v, &r, &replaced, err);
	for (size_t i = r.slots; ok && i-- > 0;)
		if (i == replaced || ring_slot_type(&r, i) == RING_KEY_FILE)
			ring_drop_slot(&r, i);
	ok = ok && vault_add_passphrase_slot(v, &r, mk, fresh, err) && ring_close(&r, mk, err) &&
	     keyring_install(v->seams.io, v->keyring, &r, mk, err);
	if (ok)
		v->opener = (int)r.slots - 1;
	secret_unref(mk);
	return ok;
}

bool vault_passwd(struct vault *v, const struct vault_passphrase *fresh, bool *ret_key_file_gone,
		  struct err *err)
{
	if (!fresh->text || !vault_check_passphrase(fresh, err))
		return false;
	bool had_key_file = false;
	pthread_mutex_lock(&v->opening);
	int held = keyring_lock(v->keyring, err);
	bool ok = held >= 0 && change_passphrase(v, fresh, &had_key_file, err);
	if (ok)
		*ret_key_file_gone = had_key_file && drop_key_file(v, err);
	if (held >= 0)
		close(held);
	pthread_mutex_unlock(&v->opening);
	vault_wipe_stack();
	return ok;
}

/* -- to take elsewhere, and from elsewhere ------------------------------------- */

bool vault_export_ring(struct vault *v, const char *path, const struct vault_passphrase *fresh,
		       struct err *err)
{
	struct ring r;
	struct secret *mk = NULL;
	unsigned char id[KYV_ID];
	if (!fresh->text || !vault_check_passphrase(fresh, err) ||
	    !vault_master_key(v, NULL, id, &mk, err))
		return false;
	ring_init_for(&r, id, &v->seams.chance);
	bool ok = vault_add_passphrase_slot(v, &r, mk, fresh, err) && ring_close(&r, mk, err) &&
		  keyring_install(v->seams.io, path, &r, mk, err);
	secret_unref(mk);
	vault_wipe_stack();
	return ok;
}

static char *beside(const struct vault *v, const char *id)
{
	return path_join(v->keyring_dir, id);
}

/* Nothing but its slots' checks can be looked at before its secret is there. */
static bool take_in(struct vault *v, const struct ring *r, const char *path, struct err *err)
{
	char *fresh = str_fmt("%s.new", path);
	char *for_dir = str_dup(path);
	struct ring back;
	bool ok = file_write_atomic(v->seams.io, fresh, r->raw, ring_len(r), 0600, err) &&
		  keyring_read(fresh, &back, err) &&
		  (memcmp(back.raw, r->raw, ring_len(r)) == 0 ||
		   err_set(err, ERR_IO, 0, "%s reads back differently", fresh)) &&
		  file_rename(v->seams.io, fresh, path, err) &&
		  file_sync_dir(v->seams.io, dirname(for_dir), err);
	if (!ok)
		file_remove(v->seams.io, fresh, NULL);
	free(for_dir);
	free(fresh);
	return ok;
}

static bool import_beside(struct vault *v, const struct ring *r, const char *id, bool replace,
			  struct err *err)
{
	struct ring there;
	char *path = beside(v, id);
	bool known = access(path, F_OK) == 0;
	bool same = known && keyring_read(path, &there, NULL) && ring_len(&there) == ring_len(r) &&
		    memcmp(there.raw, r->raw, ring_len(r)) == 0;
	bool ok =
	    same ||
	    (known && !replace
		 ? err_set(err, ERR_USAGE, 0,
			   "another keyring of the key %s is here already: --yes replaces it", id)
		 : take_in(v, r, path, err));
	free(path);
	return ok;
}

bool vault_import_ring(struct vault *v, const char *path, bool replace,
		       char ret_id[VAULT_FILE_ID_HEX], bool *ret_current, struct err *err)
{
	struct ring r;
	if (!keyring_read(path, &r, err))
		return false;
	hex_encode(ret_id, ring_master_id(&r), KYV_ID);
	pthread_mutex_lock(&v->opening);
	int held = keyring_lock(v->keyring, err);
	*ret_current = !vault_has_keyring(v);
	bool ok = held >= 0 && (*ret_current ? take_in(v, &r, v->keyring, err)
					     : import_beside(v, &r, ret_id, replace, err));
	if (held >= 0)
		close(held);
	pthread_mutex_unlock(&v->opening);
	return ok;
}

/* -- away ---------------------------------------------------------------------- */

static bool is_current(struct vault *v, const unsigned char id[KYV_ID])
{
	struct ring r;
	return keyring_read(v->keyring, &r, NULL) && memcmp(ring_master_id(&r), id, KYV_ID) == 0;
}

/* What is beside the current ring and has the same key is needed by no file. */
static bool is_free_to_go(struct vault *v, const unsigned char id[KYV_ID], const char *hex,
			  struct err *err)
{
	size_t n;
	if (is_current(v, id))
		return true;
	if (!vault_count_files(v, id, &n, err))
		return false;
	return n == 0 || err_set(err, ERR_USAGE, 0,
				 "%zu file%s of the vault need%s the key %s: kiyya key rotate puts "
				 "them under the current one",
				 n, n == 1 ? "" : "s", n == 1 ? "s" : "", hex);
}

static bool forget(struct vault *v, const char *path, const char *hex, struct err *err)
{
	struct ring r;
	unsigned char id[KYV_ID];
	(void)!hex_decode(id, KYV_ID, hex);
	bool whole = keyring_read(path, &r, NULL);
	if (access(path, F_OK) != 0)
		return is_current(v, id)
			   ? err_set(err, ERR_USAGE, 0,
				     "%s is the current key: kiyya key rotate makes another", hex)
			   : err_set(err, ERR_NOT_FOUND, 0, "no keyring of the key %s is here",
				     hex);
	if (!is_free_to_go(v, id, hex, err) || !remove_durably(v, path, err))
		return false;
	if (whole && ring_has(&r, RING_KEY_FILE))
		drop_key_file(v, err);
	return !whole || agent_drop(ring_id(&r), err);
}

bool vault_forget_ring(struct vault *v, const char *id, struct err *err)
{
	if (!str_is_hex(id, 2 * KYV_ID))
		return err_set(err, ERR_USAGE, 0, "%s is no key's id: it has %d hex digits", id,
			       2 * KYV_ID);
	char *path = beside(v, id);
	pthread_mutex_lock(&v->opening);
	bool ok = forget(v, path, id, err);
	pthread_mutex_unlock(&v->opening);
	free(path);
	return ok;
}
