/* Messages: making and freeing by the tables of tables.c. */
#include "kiyya/msg.h"

#include <stdlib.h>
#include "fields.h"
#include "kiyya/mem.h"

void *field_at(void *body, const struct field *f)
{
	return (char *)body + f->offset;
}

const void *field_in(const void *body, const struct field *f)
{
	return (const char *)body + f->offset;
}

void ints_add(struct ints *l, int64_t v)
{
	l->v = mem_grow(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = v;
}

static void body_init(void *body, const struct message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].type == FIELD_INT || m->fields[i].type == FIELD_TIME)
			*(int64_t *)field_at(body, &m->fields[i]) = MSG_UNKNOWN;
		else if (m->fields[i].type == FIELD_SHARE)
			((struct share *)field_at(body, &m->fields[i]))->total = MSG_UNKNOWN;
}

static void field_release(void *at, enum field_type type)
{
	switch (type) {
	case FIELD_STR:
		free(*(char **)at);
		break;
	case FIELD_SECRET:
		str_burn(*(char **)at);
		break;
	case FIELD_STRS:
		strs_release(at);
		break;
	case FIELD_INTS:
		free(((struct ints *)at)->v);
		break;
	case FIELD_PAGE:
		page_free(*(struct page **)at);
		break;
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_BOOL:
	case FIELD_SHARE:
		break;
	}
}

static void body_release(void *body, const struct message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		field_release(field_at(body, &m->fields[i]), m->fields[i].type);
}

struct req *req_new(enum req_kind kind)
{
	struct req *r = NEW(struct req);
	r->kind = kind;
	body_init(&r->u, req_message(kind));
	return r;
}

void req_free(void *req)
{
	struct req *r = req;
	if (r)
		body_release(&r->u, req_message(r->kind));
	free(r);
}

const char *req_name(enum req_kind kind)
{
	return req_message(kind)->name;
}

struct event *event_new(enum event_kind kind)
{
	struct event *e = NEW(struct event);
	e->kind = kind;
	body_init(&e->u, event_message(kind));
	return e;
}

void event_free(void *event)
{
	struct event *e = event;
	if (e)
		body_release(&e->u, event_message(e->kind));
	free(e);
}

const char *event_name(enum event_kind kind)
{
	return event_message(kind)->name;
}
