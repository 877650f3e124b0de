/* Rotation: a new master key, the old ring put aside, every file wrapped anew.
 *
 * Order: the old ring beside the current one; a mark that names the new key; the new ring; the files;
 * the mark away. Whoever finds the mark later goes on with the files if the new ring is the current
 * one, and else takes it away: nothing had changed. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "agent.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

static char *mark_path(const struct vault *v)
{
	return path_join(v->keyring_dir, "rotating");
}

static bool set_mark(struct vault *v, const struct ring *r, struct err *err)
{
	char hex[2 * KYV_ID + 1];
	char *path = mark_path(v);
	hex_encode(hex, ring_master_id(r), KYV_ID);
	bool ok = file_write_atomic(v->seams.io, path, hex, 2 * KYV_ID, 0600, err);
	free(path);
	return ok;
}

/* Left behind by a power cut it costs a look at each file. */
static void clear_mark(struct vault *v)
{
	char *path = mark_path(v);
	file_remove(v->seams.io, path, NULL);
	free(path);
}

/* Whether the current ring is the one that the mark names. */
static bool mark_is_current(const struct vault *v)
{
	char hex[2 * KYV_ID + 1];
	char *path = mark_path(v);
	struct buf text;
	struct ring r;
	bool same =
	    keyring_read(v->keyring, &r, NULL) && file_read_all(path, sizeof(hex), &text, NULL);
	if (same) {
		hex_encode(hex, ring_master_id(&r), KYV_ID);
		same = text.len == 2 * KYV_ID && memcmp(text.data, hex, text.len) == 0;
		buf_release(&text);
	}
	free(path);
	return same;
}

bool vault_rotation_is_cut_off(const struct vault *v)
{
	char *path = mark_path(v);
	bool is = access(path, F_OK) == 0;
	free(path);
	return is;
}

/* The files, and then the mark. */
static bool wrap_files(struct vault *v, struct vault_rotation *ret, struct err *err)
{
	if (!vault_rewrap_all(v, ret, err))
		return err_wrap(err, "rotating (kiyya key rotate goes on with it)");
	clear_mark(v);
	return true;
}

static bool end_rotation(struct vault *v, struct vault_rotation *ret, struct err *err)
{
	if (!vault_rotation_is_cut_off(v))
		return true;
	ret->resumed = mark_is_current(v);
	if (ret->resumed)
		return keyring_settle(v->seams.io, v->keyring, err) && wrap_files(v, ret, err);
	clear_mark(v);
	return true;
}

bool vault_rotation_end(struct vault *v, struct vault_rotation *ret, struct err *err)
{
	*ret = (struct vault_rotation){ 0 };
	pthread_mutex_lock(&v->opening);
	bool ok = end_rotation(v, ret, err);
	pthread_mutex_unlock(&v->opening);
	vault_wipe_stack();
	return ok;
}

/* -- the new ring -------------------------------------------------------------- */

/* Whether this opener is one of the old ring's: *ret_is. false: a passphrase that is wrong, a ring
 * that is damaged. */
static bool opens_old(struct vault *v, const struct ring *old, const struct ring_opener *opener,
		      bool *ret_is, struct err *err)
{
	struct secret *mk = ring_open(old, v->chain, opener, NULL, err);
	*ret_is = mk != NULL;
	secret_unref(mk);
	return *ret_is;
}

static bool keep_key_file(struct vault *v, const struct ring *old, struct ring *fresh,
			  struct secret *mk, bool *ret_kept, struct err *err)
{
	struct err why;
	struct secret *key = ring_has(old, RING_KEY_FILE) ? vault_key_file(v, false, &why) : NULL;
	const void *bytes = key ? secret_use(key, &why) : NULL;
	*ret_kept =
	    bytes && opens_old(v, old, &(struct ring_opener){ RING_KEY_FILE, bytes, KYV_KEY },
			       ret_kept, &why);
	if (bytes)
		secret_done(key);
	secret_unref(key);
	return !*ret_kept || vault_add_key_file_slot(v, fresh, mk, false, err);
}

/* A slot for each secret that is there. */
static bool fill_ring(struct vault *v, const struct ring *old, const struct vault_passphrase *given,
		      struct ring *fresh, struct secret *mk, struct vault_rotation *ret,
		      struct err *err)
{
	bool by_word = false, by_file = false;
	for (size_t i = 0; i < old->slots; i++)
		ret->dropped[ring_slot_type(old, i)]++;
	if (given->text && ring_has(old, RING_PASSPHRASE) &&
	    !(opens_old(v, old, &(struct ring_opener){ RING_PASSPHRASE, given->text, given->len },
			&by_word, err) &&
	      vault_add_passphrase_slot(v, fresh, mk, given, err)))
		return false;
	if (!keep_key_file(v, old, fresh, mk, &by_file, err))
		return false;
	ret->dropped[RING_PASSPHRASE] -= by_word;
	ret->dropped[RING_KEY_FILE] -= by_file;
	return by_word || by_file ||
	       err_set(err, ERR_LOCKED, 0,
		       "a new key wants a secret to lie under: give the passphrase");
}

static bool put_aside(struct vault *v, const struct ring *old, struct err *err)
{
	char hex[2 * KYV_ID + 1];
	hex_encode(hex, ring_master_id(old), KYV_ID);
	char *path = path_join(v->keyring_dir, hex);
	struct secret *mk = NULL;
	bool ok = vault_master_key(v, ring_master_id(old), NULL, &mk, err) && mk &&
		  keyring_install(v->seams.io, path, old, mk, err);
	secret_unref(mk);
	free(path);
	return ok;
}

static bool rotate(struct vault *v, const struct vault_passphrase *given,
		   struct vault_rotation *ret, struct err *err)
{
	struct ring old, fresh;
	if (!end_rotation(v, ret, err))
		return false;
	if (ret->resumed)
		return true;
	if (!keyring_read(v->keyring, &old, err))
		return false;
	hex_encode(ret->old_id, ring_master_id(&old), KYV_ID);
	struct secret *mk = vault_new_master_key(v);
	ring_init(&fresh, &v->seams.chance);
	bool ok = fill_ring(v, &old, given, &fresh, mk, ret, err) && ring_close(&fresh, mk, err) &&
		  put_aside(v, &old, err) && set_mark(v, &fresh, err);
	bool durable = ok && keyring_install(v->seams.io, v->keyring, &fresh, mk, err);
	/* The last sync may fail when the new ring is in its place: then it is the current one. */
	if (!durable && !(ok && mark_is_current(v))) {
		secret_unref(mk);
		return false;
	}
	v->opener = -1;
	vault_put_first(v, &fresh, mk);
	struct err why; /* it ends by itself, later */
	(void)!agent_drop(ring_id(&old), &why);
	return durable && wrap_files(v, ret, err);
}

bool vault_rotate(struct vault *v, const struct vault_passphrase *given, struct vault_rotation *ret,
		  struct err *err)
{
	*ret = (struct vault_rotation){ 0 };
	if (!vault_check_passphrase(given, err))
		return false;
	if (!vault_is_unlocked(v))
		return err_set(err, ERR_LOCKED, 0, "the vault is locked");
	pthread_mutex_lock(&v->opening);
	int held = keyring_lock(v->keyring, err);
	bool ok = held >= 0 && rotate(v, given, ret, err);
	if (held >= 0)
		close(held);
	pthread_mutex_unlock(&v->opening);
	vault_wipe_stack();
	return ok;
}
