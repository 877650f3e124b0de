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

static void put_share(struct json_out *o, const char *key, const struct share *s)
{
	if (s->total == MSG_UNKNOWN)
		return;
	json_open(o, key, '{');
	json_put_i64(o, "have", s->have);
	json_put_i64(o, "total", s->total);
	json_close(o, '}');
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
	case FIELD_SHARE:
		put_share(o, f->name, at);
		break;
	case FIELD_INTS:
		put_ints(o, f->name, at);
		break;
	case FIELD_PAGE:
		put_page(o, f->name, *(struct page *const *)at);
		break;
	case FIELD_SECRET:
		break;
	}
}

static void put_body(struct json_out *o, const void *body, const struct message *m)
{
	for (size_t i = 0; i < m->n_fields; i++)
		put_field(o, &m->fields[i], field_in(body, &m->fields[i]));
}

/* What a screen shows and the contract's row does not have. */
static const struct {
	enum event_kind kind;
	const char *field;
} not_in_rows[] = {
	{ EV_COPY, "channel" }, { EV_COPY, "duration" }, { EV_CONFIG, "meaning" },
	{ EV_VERIFY, "title" }, { EV_EXPORT, "exists" },
};

static bool in_row(enum event_kind kind, const struct field *f)
{
	for (size_t i = 0; i < sizeof(not_in_rows) / sizeof(not_in_rows[0]); i++)
		if (not_in_rows[i].kind == kind && strcmp(not_in_rows[i].field, f->name) == 0)
			return false;
	return true;
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
	const struct message *m = event_message(e->kind);
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < m->n_fields; i++)
		if (in_row(e->kind, &m->fields[i]))
			put_field(&o, &m->fields[i], field_in(&e->u, &m->fields[i]));
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

static bool read_bool(bool *ret, const struct json *j)
{
	*ret = json_bool(j, false);
	return *ret == json_bool(j, true); /* else it is no boolean */
}

static bool read_int(int64_t *ret, const struct field *f, const struct json *j)
{
	bool yes;
	if (!is_tristate(f))
		return json_i64(j, ret);
	if (!read_bool(&yes, j))
		return false;
	*ret = yes;
	return true;
}

static bool read_strs(struct strs *ret, const struct json *list)
{
	const struct json *j = json_first(list);
	for (; j && json_str(j); j = json_next(j))
		strs_add(ret, json_str(j));
	return json_is_array(list) && !j;
}

static bool read_ints(struct ints *ret, const struct json *list)
{
	const struct json *j = json_first(list);
	for (int64_t v; j && json_i64(j, &v); j = json_next(j))
		ints_add(ret, v);
	return json_is_array(list) && !j;
}

static bool read_share(struct share *ret, const struct json *j)
{
	struct share s;
	bool ok =
	    json_i64(json_get(j, "have"), &s.have) && json_i64(json_get(j, "total"), &s.total);
	if (ok)
		*ret = s;
	return ok;
}

/* What is absent keeps the value "unknown"; what is there must have the field's type. */
static bool read_field(void *at, const struct field *f, const struct json *j, struct err *err)
{
	if (!j)
		return true;
	bool ok = false;
	switch (f->type) {
	case FIELD_STR:
		ok = json_is_string(j);
		if (ok)
			*(char **)at = str_dup(json_str(j));
		break;
	case FIELD_INT:
		ok = read_int(at, f, j);
		break;
	case FIELD_TIME:
		ok = clock_from_iso(json_str(j), at);
		break;
	case FIELD_BOOL:
		ok = read_bool(at, j);
		break;
	case FIELD_STRS:
		ok = read_strs(at, j);
		break;
	case FIELD_SHARE:
		ok = read_share(at, j);
		break;
	case FIELD_INTS:
		ok = read_ints(at, j);
		break;
	case FIELD_PAGE:
		if (json_is_array(j))
			return read_page(at, j, err);
		break;
	case FIELD_SECRET: /* it would stay in what was read */
		break;
	}
	return ok || err_set(err, ERR_PARSE, 0, "\"%s\" has the wrong type", f->name);
}

static bool read_body(void *body, const struct message *m, const struct json *j, struct err *err)
{
	if (j && !json_is_object(j))
		return err_set(err, ERR_PARSE, 0, "the body of %s is no object", m->name);
	for (size_t i = 0; i < m->n_fields; i++)
		if (!read_field(field_at(body, &m->fields[i]), &m->fields[i],
				json_get(j, m->fields[i].name), err))
			return false;
	return true;
}

static bool read_address(const struct json *doc, uint32_t *slot, uint64_t *ticket, struct err *err)
{
	const struct json *s = json_get(doc, "slot"), *t = json_get(doc, "ticket");
	uint64_t of_slot = 0, of_ticket = 0;
	if ((s && (!json_u64(s, &of_slot) || of_slot > UINT32_MAX)) ||
	    (t && (!json_u64(t, &of_ticket) || of_ticket > INT64_MAX)))
		return err_set(err, ERR_PARSE, 0, "slot and ticket are numbers");
	*slot = (uint32_t)of_slot;
	*ticket = of_ticket;
	return true;
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
	} else if (!read_address(doc, &r->slot, &r->ticket, err) ||
		   !read_body(&r->u, req_message(r->kind), json_get(doc, "body"), err)) {
		req_free(r);
		r = NULL;
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
	} else if (!read_address(doc, &e->slot, &e->ticket, err) ||
		   !read_body(&e->u, event_message(e->kind), json_get(doc, "body"), err)) {
		event_free(e);
		e = NULL;
	}
	json_free(doc);
	return e;
}
