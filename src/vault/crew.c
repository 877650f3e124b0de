/* Threads that take a hand in what can be done in pieces. */
#include "crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"
#include "kiyya/thread.h"

#define HANDS_MOST 3u

/* One crew_share; on its caller's stack. */
struct share {
	struct share *next; /* that has pieces left to begin */
	void (*fn)(void *arg, size_t i);
	void *arg;
	size_t n, begun, ended;
	pthread_cond_t over;
};
struct crew {
	atomic_int refs;
	pthread_mutex_t lock; /* guards all below, and the shares */
	pthread_cond_t wanted;
	struct share *first;
	size_t hands, idle; /* threads; those that wait */
	size_t callers;
	bool started, ending;
	pthread_t threads[HANDS_MOST];
};

struct crew *crew_new(void)
{
	struct crew *c = NEW(struct crew);
	atomic_init(&c->refs, 1);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wanted, NULL);
	return c;
}

struct crew *crew_ref(struct crew *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void crew_unref(struct crew *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_broadcast(&c->wanted);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->hands; i++)
		thread_join(c->threads[i]);
	pthread_cond_destroy(&c->wanted);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Does the next piece of s. Under the lock, which is free meanwhile. */
static void do_piece(struct crew *c, struct share *s)
{
	size_t i = s->begun++;
	if (s->begun == s->n) {
		struct share **at = &c->first;
		while (*at != s)
			at = &(*at)->next;
		*at = s->next;
	}
	pthread_mutex_unlock(&c->lock);
	s->fn(s->arg, i);
	pthread_mutex_lock(&c->lock);
	if (++s->ended == s->n)
		pthread_cond_signal(&s->over);
}

static void *help(void *arg)
{
	struct crew *c = arg;
	pthread_mutex_lock(&c->lock);
	while (!c->ending) {
		if (c->first) {
			do_piece(c, c->first);
			continue;
		}
		c->idle++;
		pthread_cond_wait(&c->wanted, &c->lock);
		c->idle--;
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* One for each core but the caller's. Under the lock. */
static void start(struct crew *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = cores > 1 ? (size_t)cores - 1 : 0;
	struct err err;
	c->started = true;
	while (c->hands < most && c->hands < HANDS_MOST) {
		if (!thread_start(&c->threads[c->hands], "vault", help, c, &err)) {
			log_warn("vault", NULL, "opening with fewer threads: %s", err.text);
			return;
		}
		c->hands++;
	}
}

void crew_share(struct crew *c, void (*fn)(void *arg, size_t i), void *arg, size_t n)
{
	struct share s = { .fn = fn, .arg = arg, .n = n };
	if (n == 0)
		return;
	pthread_cond_init(&s.over, NULL);
	pthread_mutex_lock(&c->lock);
	if (!c->started)
		start(c);
	c->callers++;
	s.next = c->first;
	c->first = &s;
	/* Who calls has a core already; where all have, a hand would only be in the way. */
	for (size_t i = 0; i + 1 < n && i < c->idle && i + c->callers <= c->hands; i++)
		pthread_cond_signal(&c->wanted);
	while (s.begun < n)
		do_piece(c, &s);
	c->callers--;
	while (s.ended < n)
		pthread_cond_wait(&s.over, &c->lock);
	pthread_mutex_unlock(&c->lock);
	pthread_cond_destroy(&s.over);
}
