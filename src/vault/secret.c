/* Keys in guarded memory, counted and wiped together. */
#include "secret.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "kiyya/mem.h"

/* Lock order: a keychain's lock before a secret's. */
struct keychain {
	atomic_int refs; /* the vault's, and one of each secret */
	pthread_mutex_t lock;
	/* guarded by lock: */
	struct secret *first;
};

struct secret {
	atomic_int refs;
	struct keychain *chain;
	unsigned char *bytes;        /* sodium_malloc: guard pages, not in core dumps */
	struct secret *next, **link; /* guarded by the keychain's lock */
	pthread_mutex_t lock;
	/* guarded by lock: */
	int uses, pins; /* readable while there is one of either */
	bool doomed;
};

struct keychain *keychain_new(void)
{
	struct keychain *chain = NEW(struct keychain);
	atomic_init(&chain->refs, 1);
	pthread_mutex_init(&chain->lock, NULL);
	return chain;
}

static void keychain_unref(struct keychain *chain)
{
	if (atomic_fetch_sub(&chain->refs, 1) != 1)
		return;
	pthread_mutex_destroy(&chain->lock);
	free(chain);
}

/* Under s->lock, not in use. */
static void secret_erase(struct secret *s)
{
	unsigned char *bytes = s->bytes;
	s->bytes = NULL;
	sodium_free(bytes); /* zeroes first */
}

void keychain_wipe(struct keychain *chain)
{
	pthread_mutex_lock(&chain->lock);
	for (struct secret *s = chain->first; s; s = s->next) {
		pthread_mutex_lock(&s->lock);
		s->doomed = true;
		if (s->uses == 0)
			secret_erase(s);
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_unlock(&chain->lock);
}

void keychain_free(struct keychain *chain)
{
	if (!chain)
		return;
	keychain_wipe(chain);
	keychain_unref(chain);
}

struct secret *secret_new(struct keychain *chain, struct secret *parent, size_t n, void **ret_bytes)
{
	struct secret *s = NEW(struct secret);
	s->bytes = sodium_malloc(n);
	if (!s->bytes)
		mem_die("no memory for a key");
	sodium_memzero(s->bytes, n);
	atomic_init(&s->refs, 1);
	pthread_mutex_init(&s->lock, NULL);
	s->uses = 1;
	s->chain = chain;
	atomic_fetch_add(&chain->refs, 1);

	pthread_mutex_lock(&chain->lock);
	s->doomed = parent && secret_is_doomed(parent);
	s->next = chain->first;
	s->link = &chain->first;
	if (s->next)
		s->next->link = &s->next;
	chain->first = s;
	pthread_mutex_unlock(&chain->lock);
	*ret_bytes = s->bytes;
	return s;
}

/* Under s->lock, with the bytes there: as many more uses and pins. */
static void secret_count(struct secret *s, int uses, int pins)
{
	bool before = s->uses + s->pins > 0;
	s->uses += uses;
	s->pins += pins;
	bool after = s->uses + s->pins > 0;
	if (!before && after)
		sodium_mprotect_readonly(s->bytes);
	else if (before && !after)
		sodium_mprotect_noaccess(s->bytes);
}

const void *secret_use(struct secret *s, struct err *err)
{
	const void *bytes = NULL;
	pthread_mutex_lock(&s->lock);
	if (!s->doomed) {
		secret_count(s, 1, 0);
		bytes = s->bytes;
	}
	pthread_mutex_unlock(&s->lock);
	if (!bytes)
		err_set(err, ERR_LOCKED, 0, "the vault was locked");
	return bytes;
}

void secret_done(struct secret *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->doomed)
		secret_count(s, -1, 0);
	else if (--s->uses == 0)
		secret_erase(s);
	pthread_mutex_unlock(&s->lock);
}

void secret_pin(struct secret *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->doomed)
		secret_count(s, 0, 1);
	pthread_mutex_unlock(&s->lock);
}

void secret_unpin(struct secret *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->doomed)
		secret_count(s, 0, -1);
	pthread_mutex_unlock(&s->lock);
}

bool secret_is_doomed(struct secret *s)
{
	pthread_mutex_lock(&s->lock);
	bool doomed = s->doomed;
	pthread_mutex_unlock(&s->lock);
	return doomed;
}

struct secret *secret_ref(struct secret *s)
{
	atomic_fetch_add(&s->refs, 1);
	return s;
}

void secret_unref(struct secret *s)
{
	if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	struct keychain *chain = s->chain;
	pthread_mutex_lock(&chain->lock);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	pthread_mutex_unlock(&chain->lock);
	sodium_free(s->bytes);
	pthread_mutex_destroy(&s->lock);
	free(s);
	keychain_unref(chain);
}
