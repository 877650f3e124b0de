/* A rate of bytes, shared by whoever holds it: says when the next bytes are due, never waits
 * itself. */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "kiyya/mem.h"

struct pace {
	pthread_mutex_t lock; /* guards the rest */
	int64_t rate;
	int64_t free_at; /* µs: when the bytes promised so far have gone */
};

int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct pace *pace_new(int64_t bytes_per_second)
{
	struct pace *p = NEW(struct pace);
	pthread_mutex_init(&p->lock, NULL);
	p->rate = bytes_per_second;
	return p;
}

void pace_free(struct pace *p)
{
	if (p == NULL)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void pace_set(struct pace *p, int64_t bytes_per_second)
{
	pthread_mutex_lock(&p->lock);
	p->rate = bytes_per_second;
	p->free_at = 0;
	pthread_mutex_unlock(&p->lock);
}

size_t pace_quantum(struct pace *p, size_t n)
{
	pthread_mutex_lock(&p->lock);
	int64_t slice = p->rate == 0 ? INT64_MAX : p->rate < 20 ? 1 : p->rate / 20;
	pthread_mutex_unlock(&p->lock);
	return (int64_t)n < slice ? n : (size_t)slice;
}

int64_t pace_due(struct pace *p, size_t n)
{
	int64_t now = now_us();
	pthread_mutex_lock(&p->lock);
	int64_t due = now;
	if (p->rate > 0) {
		if (p->free_at < now)
			p->free_at = now;
		p->free_at += (int64_t)n * 1000000 / p->rate;
		due = p->free_at;
	}
	pthread_mutex_unlock(&p->lock);
	return due;
}
