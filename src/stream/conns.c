/* The open connections, and the thread that ends the silent ones. */
#include "conns.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "kiyya/mem.h"
#include "kiyya/thread.h"

#define NO_DEADLINE INT64_MAX

struct conn {
	struct conn *next, *prev;
	int fd;
	int64_t deadline_ms;
	struct grant *reading; /* counted; NULL: not sending an item */
	char *buffer;          /* its own thread's; NULL: none yet */
	size_t buffered;       /* bytes of it that may be of an item; its own thread's */
};
struct conns {
	const struct clock *clock;
	pthread_t watcher;
	pthread_mutex_t lock; /* guards all below, and what is in each struct conn */
	pthread_cond_t changed;
	bool ending;
	int64_t watching_until_ms; /* what the watcher sleeps for */
	struct conn *first;
	size_t reading;
};

/* Only shut down, not closed: the descriptor stays the library's, whose thread wakes up and cleans.
 */
static void cut(struct conn *c)
{
	shutdown(c->fd, SHUT_RDWR);
	c->deadline_ms = NO_DEADLINE;
}

/* Cuts those whose time is up; the nearest deadline of the others. */
static int64_t cut_silent(struct conns *cs, int64_t now)
{
	int64_t nearest = NO_DEADLINE;
	for (struct conn *c = cs->first; c; c = c->next) {
		if (c->deadline_ms <= now)
			cut(c);
		else if (c->deadline_ms < nearest)
			nearest = c->deadline_ms;
	}
	return nearest;
}

static void wait_ms(struct conns *cs, int64_t ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&cs->changed, &cs->lock, &t);
}

static void *watch(void *arg)
{
	struct conns *cs = arg;
	pthread_mutex_lock(&cs->lock);
	while (!cs->ending) {
		int64_t now = clock_mono_ms(cs->clock);
		cs->watching_until_ms = cut_silent(cs, now);
		if (cs->watching_until_ms == NO_DEADLINE)
			pthread_cond_wait(&cs->changed, &cs->lock);
		else
			wait_ms(cs, cs->watching_until_ms - now);
	}
	pthread_mutex_unlock(&cs->lock);
	return NULL;
}

/* The next request has to be there by then. Deadlines only grow later, so the watcher is seldom
 * woken: when it waits for nothing, or when time has jumped past what it waits for. */
static void set_deadline(struct conns *cs, struct conn *c)
{
	int64_t now = clock_mono_ms(cs->clock);
	c->deadline_ms = now + CONNS_SILENCE_MS;
	if (c->deadline_ms < cs->watching_until_ms || now >= cs->watching_until_ms)
		pthread_cond_signal(&cs->changed);
}

struct conns *conns_new(const struct clock *clock, struct err *err)
{
	struct conns *cs = NEW(struct conns);
	cs->clock = clock;
	pthread_mutex_init(&cs->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&cs->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (thread_start(&cs->watcher, "stream-watch", watch, cs, err))
		return cs;
	pthread_cond_destroy(&cs->changed);
	pthread_mutex_destroy(&cs->lock);
	free(cs);
	return NULL;
}

void conns_free(struct conns *cs)
{
	if (!cs)
		return;
	pthread_mutex_lock(&cs->lock);
	cs->ending = true;
	pthread_cond_signal(&cs->changed);
	pthread_mutex_unlock(&cs->lock);
	thread_join(cs->watcher);
	pthread_cond_destroy(&cs->changed);
	pthread_mutex_destroy(&cs->lock);
	free(cs);
}

struct conn *conns_opened(struct conns *cs, int fd)
{
	struct conn *c = NEW(struct conn);
	c->fd = fd;
	pthread_mutex_lock(&cs->lock);
	set_deadline(cs, c);
	c->next = cs->first;
	if (c->next)
		c->next->prev = c;
	cs->first = c;
	if (cs->ending)
		cut(c);
	pthread_mutex_unlock(&cs->lock);
	return c;
}

/* Takes the grant away; the caller lets go of it when the lock is free. */
static struct grant *stop_reading(struct conns *cs, struct conn *c)
{
	struct grant *g = c->reading;
	c->reading = NULL;
	cs->reading -= g != NULL;
	return g;
}

/* Nothing of an item stays where a connection waits for its next request. */
static void wipe(struct conn *c)
{
	if (c->buffer)
		explicit_bzero(c->buffer, c->buffered);
	c->buffered = 0;
}

void conns_closed(struct conns *cs, struct conn *c)
{
	pthread_mutex_lock(&cs->lock);
	struct grant *g = stop_reading(cs, c);
	if (c->prev)
		c->prev->next = c->next;
	else
		cs->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	pthread_mutex_unlock(&cs->lock);
	grant_unref(g);
	wipe(c);
	free(c->buffer);
	free(c);
}

char *conn_buffer(struct conn *c, size_t n)
{
	c->buffered = n;
	if (!c->buffer)
		c->buffer = mem_grow(NULL, CONN_BUFFER, 1); /* needs no zeros first */
	return c->buffer;
}

bool conns_admit(struct conns *cs, struct conn *c, struct grant *g)
{
	pthread_mutex_lock(&cs->lock);
	bool ok = cs->reading < CONNS_READING_MOST && !cs->ending;
	if (ok) {
		c->reading = g;
		c->deadline_ms = NO_DEADLINE;
		cs->reading++;
	}
	pthread_mutex_unlock(&cs->lock);
	return ok;
}

void conns_done(struct conns *cs, struct conn *c)
{
	wipe(c);
	pthread_mutex_lock(&cs->lock);
	struct grant *g = stop_reading(cs, c);
	set_deadline(cs, c);
	pthread_mutex_unlock(&cs->lock);
	grant_unref(g);
}

void conns_cut(struct conns *cs, const struct grant *g)
{
	pthread_mutex_lock(&cs->lock);
	cs->ending = cs->ending || !g;
	for (struct conn *c = cs->first; c; c = c->next) {
		if (g ? c->reading != g : false)
			continue;
		if (c->reading)
			grant_cancel(c->reading);
		cut(c);
	}
	pthread_cond_signal(&cs->changed);
	pthread_mutex_unlock(&cs->lock);
}

size_t conns_reading(struct conns *cs)
{
	pthread_mutex_lock(&cs->lock);
	size_t n = cs->reading;
	pthread_mutex_unlock(&cs->lock);
	return n;
}
