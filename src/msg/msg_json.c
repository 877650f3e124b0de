/* The JSON form of messages, both ways, by their tables. */
#include "kiyya/msg.h"

#include <stdlib.h>
#include <string.h>
#include "fields.h"
#include "kiyya/mem.h"

#define MSG_MAX_JSON (8u << 20)

/* A field that is 0, 1 or unknown and that the contract wants as true or false. */
static bool is_tristate(const struct field *f)
{
	return f->type == FIELD_INT && strcmp(f->name, "retry") == 0;
}

static void put_int(struct json_out *o, const struct field *f, int64_t v)
{
	if (v == MSG_UNKNOWN)
		return;
	if (f->type == FIELD_TIME)
		json_put_time(o, f->name, v);
	else if (is_tristate(f))
		json_put_bool(o, f->name, v != 0);
	else
		json_put_i64(o, f->name, v);
}

static void put_strs(struct json_out *o, const char *key, const struct strs *l)
{
	if (!l->n)
		return;
	json_open(o, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_put_str(o, NULL, l->v[i]);
	json_close(o, ']');
}

static void put_ints(struct json_out *o, const char *key, const struct ints *l)
{
	json_open(o, key, '[');
	for (size_t i = 0; i < l->n; i++)
		json_put_i64(o, NULL, l->v[i]);
	json_close(o, ']');
}

static void put_page(struct json_out *o, const char *key, const struct page *p)
{
	if (!p)
		return;
	json_open(o, key, '[');
	for (size_t i = 0; i < p->n; i++)
		claim_to_json(&p->items[i], o, NULL);
	json_close(o, ']');
}

static void put_field(struct json_out *o, const struct field *f, const void *at)
{
	switch (f->type) {
	case FIELD_STR: {
		const char *s = *(char *const *)at;
		json_put_str(o, f->name, s && *s ? s : NULL);
		break;
	}
	case FIELD_INT:
	case FIELD_TIME:
		put_int(o, f, *(const int64_t *)at);
		break;
	case FIELD_BOOL:
		json_put_bool(o, f->name, *(const bool *)at);
		break;
	case FIELD_STRS:
		put_strs(o, f->name, at);
		break;
	case FIELD_INTS:
		put_ints(o, f->name, at);
		break;
	case FIELD_PAGE:
		put_page(o, f->name, *(struct page *const *)at);
		break;
	}
}

static void put_body(struct json_out *o, const void *body, const struct message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		put_field(o, &m->fields[i], field_in(body, &m->fields[i]));
}

static void put_message(struct buf *out, const char *what, uint32_t slot, uint64_t ticket,
			const void *body, const struct message *m)
{
	struct json_out o;
	json_out_init(&o, out);
	json_open(&o, NULL, '{');
	json_put_str(&o, what, m->name);
	json_put_i64(&o, "slot", slot);
	json_put_i64(&o, "ticket", (int64_t)ticket);
	json_open(&o, "body", '{');
	put_body(&o, body, m);
	json_close(&o, '}');
	json_close(&o, '}');
}

void req_to_json(const struct req *r, struct buf *out)
{
	put_message(out, "req", r->slot, r->ticket, &r->u, req_message(r->kind));
}

void event_to_json(const struct event *e, struct buf *out)
{
	put_message(out, "event", e->slot, e->ticket, &e->u, event_message(e->kind));
}

void event_row_to_json(const struct event *e, struct buf *out)
{
	struct json_out o;
	json_out_init(&o, out);
	json_open(&o, NULL, '{');
	put_body(&o, &e->u, event_message(e->kind));
	json_close(&o, '}');
}

static bool read_page(struct page **ret, const struct json *list, struct err *err)
{
	struct page *p = page_new();
	for (const struct json *j = json_first(list); j; j = json_next(j)) {
		if (!claim_from_json(page_add(p), j, p->arena, err)) {
			page_free(p);
			return false;
		}
	}
	*ret = p;
	return true;
}

/* What is absent keeps the value "unknown"; what is there must have the field's type. */
static bool read_field(void *at, const struct field *f, const struct json *j, struct err *err)
{
	if (!j)
		return true;
	switch (f->type) {
	case FIELD_STR:
		if (!json_is_string(j))
			break;
		*(char **)at = str_dup(json_str(j));
		return true;
	case FIELD_INT:
		if (is_tristate(f)) {
			*(int64_t *)at = json_bool(j, false);
			return true;
		}
		if (!json_i64(j, at))
			break;
		return true;
	case FIELD_TIME:
		if (!clock_from_iso(json_str(j), at))
			break;
		return true;
	case FIELD_BOOL:
		*(bool *)at = json_bool(j, false);
		return true;
	case FIELD_STRS:
		if (!json_is_array(j))
			break;
		for (const struct json *s = json_first(j); s; s = json_next(s))
			if (json_str(s))
				strs_add(at, json_str(s));
		return true;
	case FIELD_INTS:
		if (!json_is_array(j))
			break;
		for (const struct json *s = json_first(j); s; s = json_next(s)) {
			int64_t v;
			if (json_i64(s, &v))
				ints_add(at, v);
		}
		return true;
	case FIELD_PAGE:
		if (!json_is_array(j))
			break;
		return read_page(at, j, err);
	}
	return err_set(err, ERR_PARSE, 0, "\"%s\" has the wrong type", f->name);
}

static bool read_body(void *body, const struct message *m, const struct json *j, struct err *err)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (!read_field(field_at(body, &m->fields[i]), &m->fields[i],
				json_get(j, m->fields[i].name), err))
			return false;
	return true;
}

static void read_address(const struct json *j, uint32_t *slot, uint64_t *ticket)
{
	uint64_t v;
	if (json_u64(json_get(j, "slot"), &v) && v <= UINT32_MAX)
		*slot = (uint32_t)v;
	if (json_u64(json_get(j, "ticket"), &v))
		*ticket = v;
}

struct req *req_from_json(const char *text, size_t len, struct err *err)
{
	struct json *doc = json_parse(text, len, MSG_MAX_JSON, err);
	if (!doc)
		return NULL;
	struct req *r = NULL;
	const char *name = json_str(json_get(doc, "req"));
	for (int k = 0; name && k < REQ_COUNT && !r; k++)
		if (strcmp(req_name((enum req_kind)k), name) == 0)
			r = req_new((enum req_kind)k);
	if (!r) {
		err_set(err, ERR_PARSE, 0, "no such request");
	} else {
		read_address(doc, &r->slot, &r->ticket);
		if (!read_body(&r->u, req_message(r->kind), json_get(doc, "body"), err)) {
			req_free(r);
			r = NULL;
		}
	}
	json_free(doc);
	return r;
}

struct event *event_from_json(const char *text, size_t len, struct err *err)
{
	struct json *doc = json_parse(text, len, MSG_MAX_JSON, err);
	if (!doc)
		return NULL;
	struct event *e = NULL;
	const char *name = json_str(json_get(doc, "event"));
	for (int k = 0; name && k < EV_COUNT && !e; k++)
		if (strcmp(event_name((enum event_kind)k), name) == 0)
			e = event_new((enum event_kind)k);
	if (!e) {
		err_set(err, ERR_PARSE, 0, "no such event");
	} else {
		read_address(doc, &e->slot, &e->ticket);
		if (!read_body(&e->u, event_message(e->kind), json_get(doc, "body"), err)) {
			event_free(e);
			e = NULL;
		}
	}
	json_free(doc);
	return e;
}
