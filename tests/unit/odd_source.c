/* A source for tests: bytes by a rule, of any size, that fails or waits where it is told to. */
#include "odd_source.h"

#include <pthread.h>
#include <stdlib.h>
#include "kiyya/mem.h"

struct shared {
	struct odd_rules rules;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t cancel;
	bool cancelled;
	size_t reads, waiting, alive;
};
struct odd {
	struct source base;
	struct shared *shared;
};

unsigned char odd_byte(uint64_t off)
{
	return (unsigned char)(off * 7 + off / 251 + off / 65536);
}

static struct shared *shared_of(struct source *s)
{
	return ((struct odd *)s)->shared;
}

/* With the lock held. */
static bool may_read(struct shared *sh, uint64_t off, struct err *err)
{
	const struct odd_rules *r = &sh->rules;
	sh->reads++;
	sh->waiting++;
	while (r->waits_at && off >= r->waits_at && !sh->cancelled)
		pthread_cond_wait(&sh->cancel, &sh->lock);
	sh->waiting--;
	if (sh->cancelled)
		return err_set(err, ERR_CANCELLED, 0, "reading was stopped");
	if (r->fails_at_once || (r->fails_at && off >= r->fails_at))
		return err_set(err, r->failure, 0, "bytes at %llu are bad",
			       (unsigned long long)off);
	return true;
}

static ssize_t odd_read_at(struct source *s, uint64_t off, void *dst, size_t n, struct err *err)
{
	struct shared *sh = shared_of(s);
	pthread_mutex_lock(&sh->lock);
	bool ok = may_read(sh, off, err);
	pthread_mutex_unlock(&sh->lock);
	if (!ok)
		return -1;
	uint64_t end = sh->rules.ends_at ? sh->rules.ends_at : sh->rules.size;
	if (off >= end)
		return 0;
	if (n > end - off)
		n = (size_t)(end - off);
	if (sh->rules.fails_at && off + n > sh->rules.fails_at)
		n = (size_t)(sh->rules.fails_at - off);
	for (size_t i = 0; i < n; i++)
		((unsigned char *)dst)[i] =
		    sh->rules.bytes ? sh->rules.bytes[off + i] : odd_byte(off + i);
	return (ssize_t)n;
}

static uint64_t odd_size(struct source *s)
{
	const struct odd_rules *r = &shared_of(s)->rules;
	return r->size_unknown ? SOURCE_SIZE_UNKNOWN : r->size;
}

static void odd_cancel(struct source *s)
{
	struct shared *sh = shared_of(s);
	pthread_mutex_lock(&sh->lock);
	sh->cancelled = true;
	pthread_cond_broadcast(&sh->cancel);
	pthread_mutex_unlock(&sh->lock);
}

static void odd_free(struct source *s)
{
	struct shared *sh = shared_of(s);
	pthread_mutex_lock(&sh->lock);
	bool last = --sh->alive == 0;
	pthread_mutex_unlock(&sh->lock);
	free(s);
	if (!last)
		return;
	pthread_cond_destroy(&sh->cancel);
	pthread_mutex_destroy(&sh->lock);
	free(sh);
}

static struct source *odd_clone(struct source *s, struct err *err);

static const struct source_ops odd_ops = {
	.read_at = odd_read_at,
	.size = odd_size,
	.clone = odd_clone,
	.cancel = odd_cancel,
	.free = odd_free,
};

static struct source *odd_over(struct shared *sh)
{
	struct odd *o = NEW(struct odd);
	o->base.ops = &odd_ops;
	o->shared = sh;
	pthread_mutex_lock(&sh->lock);
	sh->alive++;
	pthread_mutex_unlock(&sh->lock);
	return &o->base;
}

static struct source *odd_clone(struct source *s, struct err *err)
{
	return odd_over(shared_of(s));
}

struct source *odd_source_new(const struct odd_rules *rules)
{
	struct shared *sh = NEW(struct shared);
	sh->rules = *rules;
	pthread_mutex_init(&sh->lock, NULL);
	pthread_cond_init(&sh->cancel, NULL);
	return odd_over(sh);
}

static size_t count(struct source *s, const size_t *what)
{
	struct shared *sh = shared_of(s);
	pthread_mutex_lock(&sh->lock);
	size_t n = *what;
	pthread_mutex_unlock(&sh->lock);
	return n;
}

size_t odd_source_reads(struct source *s)
{
	return count(s, &shared_of(s)->reads);
}

size_t odd_source_waiting(struct source *s)
{
	return count(s, &shared_of(s)->waiting);
}

size_t odd_source_alive(struct source *s)
{
	return count(s, &shared_of(s)->alive);
}
