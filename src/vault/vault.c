/* The vault: which rings are open, and the ways to open and lock them. */
#include "kiyya/vault.h"

#include <dirent.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

#define OPEN_RINGS_MAX 16

struct open_ring {
	unsigned char id[KYV_ID];
	struct secret *mk;
};

struct vault {
	char *dir, *keyring, *keyring_dir, *key_file;
	struct vault_seams seams;
	struct keychain *chain;
	pthread_mutex_t opening; /* held while rings are read, made and opened: Argon2id's second */
	pthread_mutex_t lock;    /* a leaf, held for a moment */
	/* guarded by lock: */
	struct open_ring open[OPEN_RINGS_MAX]; /* the first is the current ring */
	size_t n_open;
};

struct vault *vault_new_with(const struct vault_paths *paths, const struct vault_seams *seams,
			     struct err *err)
{
	if (sodium_init() < 0) {
		err_set(err, ERR_INTERNAL, 0, "libsodium does not start");
		return NULL;
	}
	struct vault *v = NEW(struct vault);
	v->dir = str_dup(paths->vault_dir);
	v->keyring = str_dup(paths->keyring);
	v->keyring_dir = str_dup(paths->keyring_dir);
	v->key_file = str_dup(paths->key_file);
	v->seams = *seams;
	v->chain = keychain_new();
	pthread_mutex_init(&v->opening, NULL);
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

struct vault *vault_new(const struct vault_paths *paths, const struct io *io, struct err *err)
{
	return vault_new_with(
	    paths, &(struct vault_seams){ .io = io ? io : io_real(), .clock = clock_real() }, err);
}

void vault_free(struct vault *v)
{
	if (!v)
		return;
	vault_lock(v);
	keychain_free(v->chain);
	pthread_mutex_destroy(&v->opening);
	pthread_mutex_destroy(&v->lock);
	free(v->dir);
	free(v->keyring);
	free(v->keyring_dir);
	free(v->key_file);
	free(v);
}

const struct vault_seams *vault_seams(const struct vault *v)
{
	return &v->seams;
}

struct keychain *vault_keychain(const struct vault *v)
{
	return v->chain;
}

const char *vault_dir(const struct vault *v)
{
	return v->dir;
}

const char *vault_library_version(void)
{
	return sodium_version_string();
}

/* -- open rings
 * ------------------------------------------------------------------------------------ */

static const struct open_ring *find_open(const struct vault *v, const unsigned char *id)
{
	for (size_t i = 0; i < v->n_open; i++)
		if (!id || memcmp(v->open[i].id, id, KYV_ID) == 0)
			return &v->open[i];
	return NULL;
}

bool vault_master_key(struct vault *v, const unsigned char *id, unsigned char *ret_id,
		      struct secret **ret, struct err *err)
{
	pthread_mutex_lock(&v->lock);
	bool locked = v->n_open == 0;
	const struct open_ring *found = find_open(v, id);
	*ret = found ? secret_ref(found->mk) : NULL;
	if (found && ret_id)
		memcpy(ret_id, found->id, KYV_ID);
	pthread_mutex_unlock(&v->lock);
	if (locked)
		return err_set(err, ERR_LOCKED, 0, "the vault is locked");
	if (!found) {
		char hex[2 * KYV_ID + 1];
		hex_encode(hex, id, KYV_ID);
		err_set(err, ERR_LOCKED, 0, "sealed under the key %s, which is not here", hex);
	}
	return true;
}

/* Moves mk in; beside the one already there for this ring if it is open. */
static void add_open(struct vault *v, const struct ring *r, struct secret *mk)
{
	pthread_mutex_lock(&v->lock);
	bool known = find_open(v, ring_master_id(r)) != NULL;
	if (!known && v->n_open < OPEN_RINGS_MAX) {
		struct open_ring *o = &v->open[v->n_open++];
		memcpy(o->id, ring_master_id(r), KYV_ID);
		o->mk = mk;
		mk = NULL;
	}
	pthread_mutex_unlock(&v->lock);
	secret_unref(mk);
}

void vault_lock(struct vault *v)
{
	struct secret *gone[OPEN_RINGS_MAX];
	pthread_mutex_lock(&v->lock);
	size_t n = v->n_open;
	for (size_t i = 0; i < n; i++)
		gone[i] = v->open[i].mk;
	v->n_open = 0;
	pthread_mutex_unlock(&v->lock);
	keychain_wipe(v->chain);
	for (size_t i = 0; i < n; i++)
		secret_unref(gone[i]);
}

bool vault_is_unlocked(const struct vault *v)
{
	struct vault *mutable = (struct vault *)v;
	pthread_mutex_lock(&mutable->lock);
	bool unlocked = v->n_open > 0;
	pthread_mutex_unlock(&mutable->lock);
	return unlocked;
}

bool vault_has_keyring(const struct vault *v)
{
	return access(v->keyring, F_OK) == 0;
}

void vault_ring_info(const struct vault *v, char id_hex[33], unsigned char ret_types[8],
		     size_t *ret_n)
{
	struct ring r;
	id_hex[0] = '\0';
	*ret_n = 0;
	if (!keyring_read(v->keyring, &r, NULL))
		return;
	hex_encode(id_hex, ring_master_id(&r), KYV_ID);
	for (size_t i = 0; i < r.slots; i++)
		ret_types[i] = (unsigned char)ring_slot_type(&r, i);
	*ret_n = r.slots;
}

/* -- unlocking
 * ------------------------------------------------------------------------------------- */

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
	for (int tried = 0; tried < OPEN_RINGS_MAX && (entry = readdir(dir)) != NULL;) {
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
			add_open(v, &r, mk);
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
	add_open(v, &r, mk);
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
