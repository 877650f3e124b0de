/* The thread that searches the cache.
 *
 * Questions wait in a list and come back in another; a slot's newer request has cancelled the older
 * ones before it gets here, so the list holds what somebody still waits for and nothing else. */
#include "seek.h"

#include <stdlib.h>
#include "kiyya/thread.h"

struct seek {
	struct seek *next;
	struct seeker *seeker;
	struct query query;
	enum find_how how;
	int64_t limit;
	seek_fn *fn;
	void *arg;
	struct page *page; /* owned */
	struct err err;
};

struct seeker {
	/* never change after seeker_new */
	char *path;
	const struct clock *clock;
	const struct wake *owner;
	pthread_t thread;

	/* the following fields are protected by lock */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct seek *todo, *finished; /* oldest first */
	struct seek *running;
	bool unwanted; /* nobody waits for the running one */
	bool closing;

	struct finder *finder; /* set by the thread, under the lock; NULL until it is needed */
};

static void seek_free(struct seek *k)
{
	query_release(&k->query);
	page_free(k->page);
	free(k);
}

static void append_locked(struct seek **list, struct seek *k)
{
	while (*list)
		list = &(*list)->next;
	k->next = NULL;
	*list = k;
}

static bool unlink_locked(struct seek **list, const struct seek *k)
{
	while (*list && *list != k)
		list = &(*list)->next;
	if (!*list)
		return false;
	*list = k->next;
	return true;
}

static bool open_finder(struct seeker *s, struct err *err)
{
	if (s->finder)
		return true;
	struct finder *f = store_find_open(s->path, s->clock, err);
	pthread_mutex_lock(&s->lock);
	s->finder = f;
	pthread_mutex_unlock(&s->lock);
	return f != NULL;
}

static void *work(void *arg)
{
	struct seeker *s = arg;
	pthread_mutex_lock(&s->lock);
	while (!s->closing) {
		struct seek *k = s->todo;
		if (!k) {
			pthread_cond_wait(&s->more, &s->lock);
			continue;
		}
		s->todo = k->next;
		s->running = k;
		s->unwanted = false;
		pthread_mutex_unlock(&s->lock);
		if (open_finder(s, &k->err))
			k->page = store_find(s->finder, &k->query, k->how, k->limit, &k->err);
		pthread_mutex_lock(&s->lock);
		s->running = NULL;
		if (s->unwanted) {
			seek_free(k);
			continue;
		}
		append_locked(&s->finished, k);
		wake_up(s->owner);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static struct seeker *seeker_new(struct core *core, struct err *err)
{
	struct seeker *s = NEW(struct seeker);
	*s = (struct seeker){
		.path = str_dup(core->paths->db),
		.clock = core->clock,
		.owner = &core->chores_wake,
	};
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	if (thread_start(&s->thread, "kiyya-search", work, s, err))
		return s;
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
	return NULL;
}

static void free_all(struct seek *list)
{
	for (struct seek *next; list; list = next) {
		next = list->next;
		seek_free(list);
	}
}

void seeker_free(struct seeker *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	s->unwanted = true;
	if (s->running && s->finder)
		store_find_interrupt(s->finder);
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
	thread_join(s->thread);
	free_all(s->todo);
	free_all(s->finished);
	store_find_close(s->finder);
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
}

void seeker_finish(struct seeker *s)
{
	for (;;) {
		pthread_mutex_lock(&s->lock);
		struct seek *k = s->finished;
		if (k)
			s->finished = k->next;
		pthread_mutex_unlock(&s->lock);
		if (!k)
			return;
		struct page *page = k->page;
		k->page = NULL;
		k->fn(k->arg, page, page ? NULL : &k->err);
		seek_free(k);
	}
}

struct seek *seek_start(struct core *core, const struct query *q, enum find_how how, int64_t limit,
			seek_fn *fn, void *arg, struct err *err)
{
	if (!core->seeker)
		core->seeker = seeker_new(core, err);
	struct seeker *s = core->seeker;
	if (!s)
		return NULL;
	struct seek *k = NEW(struct seek);
	*k = (struct seek){ .seeker = s, .how = how, .limit = limit, .fn = fn, .arg = arg };
	query_copy(&k->query, q);
	pthread_mutex_lock(&s->lock);
	append_locked(&s->todo, k);
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
	return k;
}

void seek_cancel(struct seek *k)
{
	if (!k)
		return;
	struct seeker *s = k->seeker;
	pthread_mutex_lock(&s->lock);
	bool mine = unlink_locked(&s->todo, k) || unlink_locked(&s->finished, k);
	if (!mine) { /* it is running: the thread drops it */
		s->unwanted = true;
		if (s->finder)
			store_find_interrupt(s->finder);
	}
	pthread_mutex_unlock(&s->lock);
	if (mine)
		seek_free(k);
}
