/* SHA-384 on a thread of its own: a ring of blocks between two threads. */
#include "kiyya/hash_pipe.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/thread.h"

#define BLOCKS 3 /* one being filled, one being hashed, and one between them */

struct hash_pipe {
	pthread_t thread;
	struct hash *hash; /* the thread's until it has ended */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* guarded by lock: */
	uint64_t given, hashed; /* blocks; the next of each lies at % BLOCKS */
	size_t len[BLOCKS];
	bool ending, dropped;
	/* Blocks from hashed to given are the thread's, the others the owner's: */
	unsigned char blocks[BLOCKS][HASH_PIPE_BLOCK];
};

/* Waits for the next block; false: there is none any more. */
static bool next_block(struct hash_pipe *p, size_t *ret_at, size_t *ret_len)
{
	pthread_mutex_lock(&p->lock);
	while (p->hashed == p->given && !p->ending)
		pthread_cond_wait(&p->changed, &p->lock);
	bool there = p->hashed < p->given && !p->dropped;
	*ret_at = p->hashed % BLOCKS;
	*ret_len = p->len[*ret_at];
	pthread_mutex_unlock(&p->lock);
	return there;
}

static void *run(void *arg)
{
	struct hash_pipe *p = arg;
	size_t at, len;
	while (next_block(p, &at, &len)) {
		hash_add(p->hash, p->blocks[at], len);
		pthread_mutex_lock(&p->lock);
		p->hashed++;
		pthread_cond_signal(&p->changed);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

static void pipe_free(struct hash_pipe *p)
{
	hash_free(p->hash);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	explicit_bzero(p->blocks, sizeof(p->blocks));
	free(p);
}

struct hash_pipe *hash_pipe_new(struct err *err)
{
	struct hash_pipe *p = NEW(struct hash_pipe);
	p->hash = hash_new(HASH_SHA384);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	if (thread_start(&p->thread, "hash", run, p, err))
		return p;
	pipe_free(p);
	return NULL;
}

unsigned char *hash_pipe_block(struct hash_pipe *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->given - p->hashed == BLOCKS)
		pthread_cond_wait(&p->changed, &p->lock);
	unsigned char *block = p->blocks[p->given % BLOCKS];
	pthread_mutex_unlock(&p->lock);
	return block;
}

void hash_pipe_give(struct hash_pipe *p, size_t n)
{
	pthread_mutex_lock(&p->lock);
	p->len[p->given++ % BLOCKS] = n;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void hash_pipe_end(struct hash_pipe *p, char hex[HASH_HEX_MAX])
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	p->dropped = !hex;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	thread_join(p->thread);
	if (hex)
		hash_hex(p->hash, hex);
	pipe_free(p);
}
