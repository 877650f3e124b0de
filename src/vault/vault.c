/* The vault: which of its rings are open, until they are locked. */
#include "kiyya/vault.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kiyya/mem.h"
#include "kiyya/str.h"
#include "keyring.h"
#include "vault_inner.h"

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
	v->cost = (struct ring_cost){ RING_OPS, RING_MEM };
	v->opener = -1;
	v->chain = keychain_new();
	v->crew = crew_new();
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
	crew_unref(v->crew);
	pthread_mutex_destroy(&v->opening);
	pthread_mutex_destroy(&v->lock);
	free(v->dir);
	free(v->keyring);
	free(v->keyring_dir);
	free(v->key_file);
	free(v);
}

const char *vault_library_version(void)
{
	return sodium_version_string();
}

/* -- open rings ---------------------------------------------------------------- */

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

static struct open_ring open_ring_of(const struct ring *r, struct secret *mk)
{
	struct open_ring o = { .mk = mk };
	memcpy(o.id, ring_master_id(r), KYV_ID);
	memcpy(o.ring_id, ring_id(r), KYV_ID);
	return o;
}

void vault_add_open(struct vault *v, const struct ring *r, struct secret *mk)
{
	pthread_mutex_lock(&v->lock);
	bool known = find_open(v, ring_master_id(r)) != NULL;
	if (!known && v->n_open < VAULT_RINGS_MAX) {
		v->open[v->n_open++] = open_ring_of(r, mk);
		mk = NULL;
	}
	pthread_mutex_unlock(&v->lock);
	secret_unref(mk);
}

void vault_put_first(struct vault *v, const struct ring *r, struct secret *mk)
{
	struct secret *gone = NULL;
	pthread_mutex_lock(&v->lock);
	if (v->n_open == VAULT_RINGS_MAX)
		gone = v->open[--v->n_open].mk;
	memmove(v->open + 1, v->open, v->n_open++ * sizeof(v->open[0]));
	v->open[0] = open_ring_of(r, mk);
	pthread_mutex_unlock(&v->lock);
	secret_unref(gone);
}

void vault_lock(struct vault *v)
{
	struct secret *gone[VAULT_RINGS_MAX];
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
