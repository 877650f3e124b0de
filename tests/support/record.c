/* Everything that was asked, in order, with the bytes that went out so far. */
#include "fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include "kiyya/mem.h"

struct line {
	int64_t at_ms;
	int endpoint, connection;
	enum where where;
	unsigned status; /* 0: not answered yet, or never */
	uint64_t bytes;
	char *method, *target, *range, *referer, *origin, *rpc, *params;
	const char *act; /* static */
	bool open;       /* the request holds it */
	bool listed;     /* the record holds it */
};

struct record {
	pthread_mutex_t lock; /* guards the list and the lines in it */
	int64_t start_us;
	struct line **v;
	size_t n;
};

struct record *record_new(void)
{
	struct record *r = NEW(struct record);
	pthread_mutex_init(&r->lock, NULL);
	r->start_us = now_us();
	return r;
}

/* With the lock held: gone when nobody holds it. */
static void let_go(struct line *l)
{
	if (l->open || l->listed)
		return;
	free(l->method);
	free(l->target);
	free(l->range);
	free(l->referer);
	free(l->origin);
	free(l->rpc);
	free(l->params);
	free(l);
}

void record_clear(struct record *r)
{
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n; i++) {
		r->v[i]->listed = false;
		let_go(r->v[i]);
	}
	r->n = 0;
	pthread_mutex_unlock(&r->lock);
}

void record_free(struct record *r)
{
	if (r == NULL)
		return;
	record_clear(r);
	pthread_mutex_destroy(&r->lock);
	free(r->v);
	free(r);
}

struct line *record_begin(struct record *r, int endpoint, enum where where, const char *method,
			  const char *target)
{
	struct line *l = NEW(struct line);
	*l = (struct line){
		.endpoint = endpoint,
		.where = where,
		.method = str_dup(method),
		.target = str_dup(target),
		.open = true,
		.listed = true,
	};
	pthread_mutex_lock(&r->lock);
	l->at_ms = (now_us() - r->start_us) / 1000;
	r->v = mem_grow(r->v, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = l;
	pthread_mutex_unlock(&r->lock);
	return l;
}

void record_connection(struct record *r, struct line *l, int number)
{
	pthread_mutex_lock(&r->lock);
	l->connection = number;
	pthread_mutex_unlock(&r->lock);
}

void record_range(struct record *r, struct line *l, const char *range)
{
	pthread_mutex_lock(&r->lock);
	str_set(&l->range, range);
	pthread_mutex_unlock(&r->lock);
}

void record_from(struct record *r, struct line *l, const char *referer, const char *origin)
{
	pthread_mutex_lock(&r->lock);
	str_set(&l->referer, referer);
	str_set(&l->origin, origin);
	pthread_mutex_unlock(&r->lock);
}

void record_rpc(struct record *r, struct line *l, const char *method, const struct json *params)
{
	pthread_mutex_lock(&r->lock);
	str_set(&l->rpc, method);
	free(l->params);
	l->params = params != NULL ? json_print(params) : NULL;
	pthread_mutex_unlock(&r->lock);
}

void record_act(struct record *r, struct line *l, const char *act)
{
	pthread_mutex_lock(&r->lock);
	l->act = act;
	pthread_mutex_unlock(&r->lock);
}

void record_status(struct record *r, struct line *l, unsigned status)
{
	pthread_mutex_lock(&r->lock);
	l->status = status;
	pthread_mutex_unlock(&r->lock);
}

void record_sent(struct record *r, struct line *l, size_t bytes)
{
	pthread_mutex_lock(&r->lock);
	l->bytes += bytes;
	pthread_mutex_unlock(&r->lock);
}

void record_end(struct record *r, struct line *l)
{
	pthread_mutex_lock(&r->lock);
	l->open = false;
	let_go(l);
	pthread_mutex_unlock(&r->lock);
}

static void print_line(const struct line *l, struct buf *out)
{
	struct json_out o;
	json_out_init(&o, out);
	json_open(&o, NULL, '{');
	json_put_i64(&o, "ms", l->at_ms);
	json_put_i64(&o, "endpoint", l->endpoint);
	json_put_str(&o, "where", where_word(l->where));
	json_put_str(&o, "method", l->method);
	json_put_str(&o, "path", l->target);
	json_put_str(&o, "range", l->range);
	json_put_str(&o, "referer", l->referer);
	json_put_str(&o, "origin", l->origin);
	json_put_i64(&o, "status", l->status);
	json_put_i64(&o, "bytes", (int64_t)l->bytes);
	json_put_i64(&o, "connection", l->connection);
	json_put_str(&o, "rpc", l->rpc);
	if (l->params != NULL)
		json_put_raw(&o, "params", l->params);
	json_put_str(&o, "act", l->act);
	json_close(&o, '}');
	buf_add_char(out, '\n');
}

void record_print(struct record *r, struct buf *out)
{
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n; i++)
		print_line(r->v[i], out);
	pthread_mutex_unlock(&r->lock);
}
