/* Opening the vault: a ring by passphrase or key file, and the first one made. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/log.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

/* What the person at the keyboard gave. NULL: nothing, so the key file is used. */
struct passphrase {
	const char *text;
	size_t len;
};

/* A passphrase that was given decides where the ring has a slot for one; else the key file does. */
static struct secret *open_ring(struct vault *v, const struct ring *r, struct passphrase given,
				struct err *err)
{
	if (given.text && ring_has(r, RING_PASSPHRASE))
		return ring_open(r, v->chain,
				 &(struct ring_opener){ RING_PASSPHRASE, given.text, given.len },
				 err);
	if (!ring_has(r, RING_KEY_FILE)) {
		err_set(err, ERR_LOCKED, 0, "the vault opens with a passphrase");
		return NULL;
	}
	struct secret *mk = NULL;
	struct secret *key = key_file_read(v->key_file, v->chain, err);
	const void *bytes = key ? secret_use(key, err) : NULL;
	if (bytes) {
		mk = ring_open(r, v->chain, &(struct ring_opener){ RING_KEY_FILE, bytes, KYV_KEY },
			       err);
		secret_done(key);
	}
	secret_unref(key);
	return mk;
}

static struct secret *new_master_key(struct vault *v)
{
	void *bytes;
	struct secret *mk = secret_new(v->chain, NULL, KYV_KEY, &bytes);
	chance_fill(&v->seams.chance, bytes, KYV_KEY);
	secret_done(mk);
	return mk;
}

static bool add_key_file_slot(struct vault *v, struct ring *r, struct secret *mk, struct err *err)
{
	struct secret *key =
	    access(v->key_file, F_OK) == 0
		? key_file_read(v->key_file, v->chain, err)
		: key_file_make(v->seams.io, v->key_file, v->chain, &v->seams.chance, err);
	const void *bytes = key ? secret_use(key, err) : NULL;
	bool ok = bytes && ring_add_slot(r, v->chain, mk,
					 &(struct ring_opener){ RING_KEY_FILE, bytes, KYV_KEY },
					 (struct ring_cost){ 0 }, &v->seams.chance, err);
	if (bytes)
		secret_done(key);
	secret_unref(key);
	return ok;
}

/* A ring where there is none. Under the lock of its directory, so that two programs cannot both
 * make one and the loser's files be lost. *ret_made false: another was first. */
static bool make_ring(struct vault *v, struct passphrase given, bool *ret_made, struct err *err)
{
	int held = keyring_lock(v->keyring, err);
	if (held < 0)
		return false;
	bool ok = true;
	*ret_made = !vault_has_keyring(v);
	if (*ret_made) {
		struct ring r;
		ring_init(&r, &v->seams.chance);
		struct secret *mk = new_master_key(v);
		ok = (given.text
			  ? ring_add_slot(
				&r, v->chain, mk,
				&(struct ring_opener){ RING_PASSPHRASE, given.text, given.len },
				(struct ring_cost){ RING_OPS, RING_MEM }, &v->seams.chance, err)
			  : add_key_file_slot(v, &r, mk, err)) &&
		     ring_close(&r, mk, err) &&
		     keyring_install(v->seams.io, v->keyring, &r, mk, err);
		secret_unref(mk);
	}
	close(held);
	return ok;
}

/* Rings that were rotated away or imported: those that the same secret opens; the others stay shut.
 */
static void open_old_rings(struct vault *v, struct passphrase given)
{
	DIR *dir = opendir(v->keyring_dir);
	if (!dir)
		return;
	const struct dirent *entry;
	for (int tried = 0; tried < VAULT_RINGS_MAX && (entry = readdir(dir)) != NULL;) {
		if (!str_is_hex(entry->d_name, 2 * KYV_ID))
			continue;
		tried++;
		char *path = path_join(v->keyring_dir, entry->d_name);
		struct ring r;
		struct err why;
		struct secret *mk = NULL;
		if (keyring_read(path, &r, &why))
			mk = open_ring(v, &r, given, &why);
		if (mk)
			vault_add_open(v, ring_master_id(&r), mk);
		else
			log_info("vault", NULL, "an old keyring stays shut: %s", why.text);
		free(path);
	}
	closedir(dir);
}

static bool unlock(struct vault *v, struct passphrase given, bool *ret_created, struct err *err)
{
	bool created = false;
	struct ring r;
	if (!vault_has_keyring(v) && !make_ring(v, given, &created, err))
		return false;
	if (!keyring_read(v->keyring, &r, err))
		return false;
	struct secret *mk = open_ring(v, &r, given, err);
	if (!mk)
		return false;
	vault_add_open(v, ring_master_id(&r), mk);
	open_old_rings(v, given);
	if (ret_created)
		*ret_created = created;
	return true;
}

static bool check_passphrase(const char *passphrase, size_t len, struct err *err)
{
	if (passphrase && (len == 0 || len > RING_PASSPHRASE_MAX))
		return err_set(err, ERR_USAGE, 0, "a passphrase is 1 to %u bytes long",
			       RING_PASSPHRASE_MAX);
	return true;
}

bool vault_unlock(struct vault *v, const char *passphrase, size_t passphrase_len, bool *ret_created,
		  struct err *err)
{
	if (!check_passphrase(passphrase, passphrase_len, err))
		return false;
	pthread_mutex_lock(&v->opening);
	bool ok = true;
	if (!passphrase && vault_is_unlocked(v)) {
		if (ret_created)
			*ret_created = false;
	} else {
		ok = unlock(v, (struct passphrase){ passphrase, passphrase_len }, ret_created, err);
	}
	pthread_mutex_unlock(&v->opening);
	return ok;
}

bool vault_init_passphrase(struct vault *v, const char *passphrase, size_t len, struct err *err)
{
	if (!passphrase)
		len = 0, passphrase = "";
	if (!check_passphrase(passphrase, len, err))
		return false;
	bool made = false;
	pthread_mutex_lock(&v->opening);
	bool ok = make_ring(v, (struct passphrase){ passphrase, len }, &made, err);
	if (ok && !made)
		ok = err_set(err, ERR_USAGE, 0, "there is a keyring already: %s", v->keyring);
	ok = ok && unlock(v, (struct passphrase){ passphrase, len }, NULL, err);
	pthread_mutex_unlock(&v->opening);
	return ok;
}
