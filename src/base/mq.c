/* A bounded queue of owned messages between threads. */
#include "kiyya/mq.h"

#include <pthread.h>
#include <stdlib.h>
#include "kiyya/mem.h"
#include "kiyya/wake.h"

struct node {
	struct node *next;
	void *msg;
};

struct mq {
	/* never change */
	size_t cap;
	const struct wake *wake;
	void (*drop)(void *msg);

	/* the following fields are protected by lock */
	pthread_mutex_t lock;
	struct node *first, **end;
	size_t n;
	bool closed;
};

struct mq *mq_new(size_t cap, const struct wake *w, void (*drop)(void *msg))
{
	struct mq *q = NEW(struct mq);
	q->cap = cap;
	q->wake = w;
	q->drop = drop;
	q->end = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	return q;
}

void mq_free(struct mq *q)
{
	if (!q)
		return;
	for (void *msg; (msg = mq_pop(q));)
		q->drop(msg);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void append_locked(struct mq *q, void *msg)
{
	struct node *node = NEW(struct node);
	node->msg = msg;
	*q->end = node;
	q->end = &node->next;
	q->n++;
}

bool mq_push(struct mq *q, void *msg)
{
	return mq_push_newest(q, msg, NULL);
}

bool mq_push_newest(struct mq *q, void *msg, bool (*same)(const void *old, const void *msg))
{
	void *replaced = NULL;
	bool taken = false;
	pthread_mutex_lock(&q->lock);
	if (q->closed)
		goto out;
	for (struct node *node = same ? q->first : NULL; node; node = node->next) {
		if (same(node->msg, msg)) {
			replaced = node->msg;
			node->msg = msg;
			taken = true;
			goto out;
		}
	}
	if (q->n < q->cap) {
		append_locked(q, msg);
		taken = true;
	}
out:
	pthread_mutex_unlock(&q->lock);
	if (replaced)
		q->drop(replaced);
	if (taken && q->wake)
		wake_up(q->wake);
	return taken;
}

void *mq_pop(struct mq *q)
{
	pthread_mutex_lock(&q->lock);
	struct node *node = q->first;
	if (node) {
		q->first = node->next;
		if (!q->first)
			q->end = &q->first;
		q->n--;
	}
	pthread_mutex_unlock(&q->lock);
	void *msg = node ? node->msg : NULL;
	free(node);
	return msg;
}

void mq_close(struct mq *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_mutex_unlock(&q->lock);
}

size_t mq_count(struct mq *q)
{
	pthread_mutex_lock(&q->lock);
	size_t n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}
