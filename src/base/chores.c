/* A few worker threads, and the way their finished jobs come back to the owner.
 *
 * Jobs wait in one list. A worker takes the first job whose lane is free, runs it without the lock,
 * moves it to the done list and wakes the owner. */
#include "kiyya/chores.h"

#include <pthread.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/thread.h"
#include "kiyya/wake.h"

struct job {
	struct job *next;
	unsigned lane;
	void (*run)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

#define MAX_WORKERS 8

struct chores {
	/* never change after chores_new */
	const struct wake *owner;
	pthread_t workers[MAX_WORKERS];
	int n_workers;

	/* the following fields are protected by lock */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *todo, **todo_end;
	struct job *finished, **finished_end;
	unsigned busy_lanes[MAX_WORKERS]; /* lane of the job each worker runs; 0 none */
	size_t pending;
	bool closing;
};

static bool lane_busy_locked(const struct chores *c, unsigned lane)
{
	for (int i = 0; lane && i < c->n_workers; i++)
		if (c->busy_lanes[i] == lane)
			return true;
	return false;
}

/* The first job that may run now. Jobs of one lane keep their order: the first of a busy lane
 * blocks the rest. */
static struct job *take_locked(struct chores *c)
{
	for (struct job **p = &c->todo; *p; p = &(*p)->next) {
		struct job *job = *p;
		if (lane_busy_locked(c, job->lane))
			continue;
		*p = job->next;
		if (!*p)
			c->todo_end = p;
		job->next = NULL;
		return job;
	}
	return NULL;
}

static void give_back_locked(struct chores *c, struct job *job)
{
	*c->finished_end = job;
	c->finished_end = &job->next;
}

struct worker_arg {
	struct chores *c;
	int index;
};

static void *work(void *p)
{
	struct worker_arg self = *(struct worker_arg *)p;
	free(p);
	struct chores *c = self.c;
	pthread_mutex_lock(&c->lock);
	while (!c->closing) {
		struct job *job = take_locked(c);
		if (!job) {
			pthread_cond_wait(&c->more, &c->lock);
			continue;
		}
		c->busy_lanes[self.index] = job->lane;
		pthread_mutex_unlock(&c->lock);
		job->run(job->arg);
		pthread_mutex_lock(&c->lock);
		c->busy_lanes[self.index] = 0;
		give_back_locked(c, job);
		if (job->lane)
			pthread_cond_broadcast(&c->more); /* the next of this lane may go */
		wake_up(c->owner);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct chores *chores_new(int threads, const struct wake *owner, struct err *err)
{
	struct chores *c = NEW(struct chores);
	c->owner = owner;
	c->todo_end = &c->todo;
	c->finished_end = &c->finished;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	/* Workers read n_workers, so it is set before the first one starts. */
	int want = threads < 1 ? 1 : threads > MAX_WORKERS ? MAX_WORKERS : threads;
	int started = 0;
	pthread_mutex_lock(&c->lock);
	for (; started < want; started++) {
		struct worker_arg *arg = NEW(struct worker_arg);
		*arg = (struct worker_arg){ .c = c, .index = started };
		if (!thread_start(&c->workers[started], "kiyya-chores", work, arg, err)) {
			free(arg);
			break;
		}
	}
	c->n_workers = started;
	pthread_mutex_unlock(&c->lock);
	if (started == want)
		return c;
	chores_free(c);
	return NULL;
}

void chores_free(struct chores *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->closing = true;
	pthread_cond_broadcast(&c->more);
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < c->n_workers; i++)
		thread_join(c->workers[i]);
	/* Nobody else is left: what never ran goes back to its owner as well. */
	*c->finished_end = c->todo;
	c->todo = NULL;
	c->todo_end = &c->todo;
	chores_finish(c);
	pthread_cond_destroy(&c->more);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void chores_add(struct chores *c, unsigned lane, void (*run)(void *arg), void (*done)(void *arg),
		void *arg)
{
	struct job *job = NEW(struct job);
	*job = (struct job){ .lane = lane, .run = run, .done = done, .arg = arg };
	pthread_mutex_lock(&c->lock);
	*c->todo_end = job;
	c->todo_end = &job->next;
	c->pending++;
	pthread_cond_signal(&c->more);
	pthread_mutex_unlock(&c->lock);
}

void chores_finish(struct chores *c)
{
	pthread_mutex_lock(&c->lock);
	struct job *list = c->finished;
	c->finished = NULL;
	c->finished_end = &c->finished;
	pthread_mutex_unlock(&c->lock);
	while (list) {
		struct job *job = list;
		list = job->next;
		job->done(job->arg);
		free(job);
		pthread_mutex_lock(&c->lock);
		c->pending--;
		pthread_mutex_unlock(&c->lock);
	}
}

size_t chores_pending(struct chores *c)
{
	pthread_mutex_lock(&c->lock);
	size_t n = c->pending;
	pthread_mutex_unlock(&c->lock);
	return n;
}
