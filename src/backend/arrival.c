/* Bytes on their way: a source whose reads wait for a download. */
#include "arrival.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/vault.h"

/* A read that waits; on its thread's stack. */
struct waiting {
	struct waiting *next;
	uint64_t chunk;
};
struct arrival {
	atomic_int refs;
	const struct wake *wake;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t moved;
	struct waiting *waiting;
	uint64_t came, failed; /* how often */
	bool ended;
	struct err why; /* of the last failure, or of the end */
};
/* What a source and its clones share. */
struct group {
	atomic_int refs;
	struct arrival *arrival; /* counted */
	bool cancelled;          /* guarded by the arrival's lock */
};
struct arriving {
	struct source base;
	struct group *group;
	struct source *file;
};

struct arrival *arrival_new(const struct wake *wake)
{
	struct arrival *a = NEW(struct arrival);
	atomic_init(&a->refs, 1);
	a->wake = wake;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->moved, NULL);
	return a;
}

void arrival_unref(struct arrival *a)
{
	if (!a || atomic_fetch_sub(&a->refs, 1) != 1)
		return;
	pthread_cond_destroy(&a->moved);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void arrival_came(struct arrival *a)
{
	pthread_mutex_lock(&a->lock);
	a->came++;
	pthread_cond_broadcast(&a->moved);
	pthread_mutex_unlock(&a->lock);
}

void arrival_fail(struct arrival *a, const struct err *why)
{
	pthread_mutex_lock(&a->lock);
	a->failed++;
	a->why = *why;
	pthread_cond_broadcast(&a->moved);
	pthread_mutex_unlock(&a->lock);
}

void arrival_end(struct arrival *a, const struct err *why)
{
	pthread_mutex_lock(&a->lock);
	a->came++; /* a last look */
	a->ended = true;
	if (why)
		a->why = *why;
	else
		err_set(&a->why, ERR_UNFINISHED, 0, "it is not there, and nobody fetches it");
	pthread_cond_broadcast(&a->moved);
	pthread_mutex_unlock(&a->lock);
}

size_t arrival_wishes(struct arrival *a, uint64_t ret[ARRIVAL_WISHES])
{
	size_t n = 0;
	pthread_mutex_lock(&a->lock);
	for (struct waiting *w = a->waiting; w && n < ARRIVAL_WISHES; w = w->next)
		ret[n++] = w->chunk;
	pthread_mutex_unlock(&a->lock);
	return n;
}

/* -- the source ------------------------------------------------------------------------------------ */

static uint64_t how_often_came(struct arrival *a)
{
	pthread_mutex_lock(&a->lock);
	uint64_t n = a->came;
	pthread_mutex_unlock(&a->lock);
	return n;
}

/* Until something came since `seen`. */
static bool wait_for(struct group *g, uint64_t chunk, uint64_t seen, struct err *err)
{
	struct arrival *a = g->arrival;
	struct waiting me = { .chunk = chunk };
	pthread_mutex_lock(&a->lock);
	uint64_t failed = a->failed;
	me.next = a->waiting;
	a->waiting = &me;
	if (a->came == seen && !a->ended)
		wake_up(a->wake);
	while (a->came == seen && a->failed == failed && !a->ended && !g->cancelled)
		pthread_cond_wait(&a->moved, &a->lock);
	struct waiting **at = &a->waiting;
	while (*at != &me)
		at = &(*at)->next;
	*at = me.next;
	bool ok = a->came != seen;
	if (g->cancelled)
		ok = err_set(err, ERR_CANCELLED, 0, "reading was stopped");
	else if (!ok)
		*err = a->why;
	pthread_mutex_unlock(&a->lock);
	return ok;
}

static ssize_t arriving_read_at(struct source *s, uint64_t off, void *dst, size_t n,
				struct err *err)
{
	struct arriving *r = (struct arriving *)s;
	for (;;) {
		struct err why = { 0 };
		uint64_t seen = how_often_came(r->group->arrival);
		ssize_t got = source_read_at(r->file, off, dst, n, &why);
		if (got >= 0)
			return got;
		if (why.kind == ERR_UNFINISHED && wait_for(r->group, off / VAULT_CHUNK, seen, &why))
			continue;
		if (err)
			*err = why;
		return -1;
	}
}

static uint64_t arriving_size(struct source *s)
{
	return source_size(((struct arriving *)s)->file);
}

static void arriving_cancel(struct source *s)
{
	struct arriving *r = (struct arriving *)s;
	struct arrival *a = r->group->arrival;
	source_cancel(r->file);
	pthread_mutex_lock(&a->lock);
	r->group->cancelled = true;
	pthread_cond_broadcast(&a->moved);
	pthread_mutex_unlock(&a->lock);
}

static void arriving_free(struct source *s)
{
	struct arriving *r = (struct arriving *)s;
	source_free(r->file);
	if (atomic_fetch_sub(&r->group->refs, 1) == 1) {
		arrival_unref(r->group->arrival);
		free(r->group);
	}
	free(r);
}

static struct source *arriving_clone(struct source *s, struct err *err);

static const struct source_ops arriving_ops = {
	.read_at = arriving_read_at,
	.size = arriving_size,
	.clone = arriving_clone,
	.cancel = arriving_cancel,
	.free = arriving_free,
};

static struct source *arriving_over(struct group *g, struct source *file)
{
	struct arriving *r = NEW(struct arriving);
	r->base.ops = &arriving_ops;
	r->group = g;
	r->file = file;
	return &r->base;
}

static struct source *arriving_clone(struct source *s, struct err *err)
{
	struct arriving *from = (struct arriving *)s;
	struct source *file = source_clone(from->file, err);
	if (!file)
		return NULL;
	atomic_fetch_add(&from->group->refs, 1);
	return arriving_over(from->group, file);
}

struct source *arrival_open(struct arrival *a, struct source *file)
{
	struct group *g = NEW(struct group);
	atomic_init(&g->refs, 1);
	atomic_fetch_add(&a->refs, 1);
	g->arrival = a;
	return arriving_over(g, file);
}

const struct source *arrival_file(const struct source *s)
{
	return s->ops == &arriving_ops ? ((const struct arriving *)s)->file : NULL;
}
