/* Messages: each kind with each field through JSON and back, what is refused, the rows of the contract,
 * and their names. */
#include "unit.h"
#include "../../src/msg/fields.h"
#include "kiyya/msg.h"

#define ID "fcf909d82ac7fefb7c6ad6c18cbae84c86547cd5"

/* Requests and events alike: what the tests need of a kind. */
struct form {
	int kind;
	bool is_event;
	const struct message *m;
};

#define N_FORMS (REQ_COUNT + EV_COUNT)

static struct form form_at(int i)
{
	if (i < REQ_COUNT)
		return (struct form){ i, false, req_message((enum req_kind)i) };
	int kind = i - REQ_COUNT;
	return (struct form){ kind, true, event_message((enum event_kind)kind) };
}

static void *make(const struct form *f)
{
	if (f->is_event)
		return event_new((enum event_kind)f->kind);
	return req_new((enum req_kind)f->kind);
}

static void drop(const struct form *f, void *msg)
{
	if (f->is_event)
		event_free(msg);
	else
		req_free(msg);
}

static void *body_of(const struct form *f, void *msg)
{
	return f->is_event ? (void *)&((struct event *)msg)->u : (void *)&((struct req *)msg)->u;
}

static char *print(const struct form *f, const void *msg)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	if (f->is_event)
		event_to_json(msg, &out);
	else
		req_to_json(msg, &out);
	return buf_steal(&out);
}

static void *parse(const struct form *f, const char *text, struct err *err)
{
	if (f->is_event)
		return event_from_json(text, strlen(text), err);
	return req_from_json(text, strlen(text), err);
}

/* A value that is not the unknown one; n makes fields differ. */
static void fill_field(void *at, const struct field *f, int n)
{
	switch (f->type) {
	case FIELD_STR:
		*(char **)at = str_fmt("%s %d \"\\/\t\xd0\x81\xf0\x9f\x8e\xac", f->name, n);
		break;
	case FIELD_INT:
		*(int64_t *)at =
		    str_eq(f->name, "retry") ? 1 : (n % 2 ? -1 : 1) * (INT64_C(1) << 53) + n;
		break;
	case FIELD_TIME:
		*(int64_t *)at = 1700000000 + n;
		break;
	case FIELD_BOOL:
		*(bool *)at = true;
		break;
	case FIELD_STRS:
		strs_add(at, f->name);
		strs_add(at, "");
		strs_add(at, "\"\\\n");
		break;
	case FIELD_SHARE:
		*(struct share *)at = (struct share){ n, INT64_MAX };
		break;
	case FIELD_INTS:
		ints_add(at, 0);
		ints_add(at, INT64_MAX);
		break;
	case FIELD_SECRET: /* does not make the round trip */
		break;
	case FIELD_PAGE: {
		struct page *p = page_new();
		for (int i = 0; i < 3; i++) {
			struct claim *c = page_add(p);
			str_copy(c->id, sizeof(c->id), ID);
			c->duration = i;
		}
		*(struct page **)at = p;
		break;
	}
	}
}

static void fill(const struct form *f, void *msg)
{
	for (size_t i = 0; i < f->m->n_fields; i++)
		fill_field(field_at(body_of(f, msg), &f->m->fields[i]), &f->m->fields[i], (int)i);
}

static bool same_strs(const struct strs *a, const struct strs *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = str_eq(a->v[i], b->v[i]);
	return same;
}

static bool same_ints(const struct ints *a, const struct ints *b)
{
	return a->n == b->n && (!a->n || memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0);
}

/* Claims are compared in their own test. */
static bool same_page(const struct page *a, const struct page *b)
{
	return !a == !b && (!a || a->n == b->n);
}

static bool same_field(const void *a, const void *b, enum field_type type)
{
	switch (type) {
	case FIELD_STR:
		return str_eq(*(char *const *)a, *(char *const *)b);
	case FIELD_INT:
	case FIELD_TIME:
		return *(const int64_t *)a == *(const int64_t *)b;
	case FIELD_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case FIELD_STRS:
		return same_strs(a, b);
	case FIELD_SHARE: {
		const struct share *of_a = a, *of_b = b;
		return of_a->have == of_b->have && of_a->total == of_b->total;
	}
	case FIELD_INTS:
		return same_ints(a, b);
	case FIELD_PAGE:
		return same_page(*(struct page *const *)a, *(struct page *const *)b);
	case FIELD_SECRET:
		return !*(char *const *)a && !*(char *const *)b;
	}
	return false;
}

/* Out, in, out again: the same text and the same values. */
static void check_round_trip(const struct form *f, void *msg)
{
	struct err err = { 0 };
	char *first = print(f, msg);
	void *back = parse(f, first, &err);
	if (!back)
		fail_msg("%s: %s", err.text, first);
	char *second = print(f, back);
	assert_string_equal(first, second);
	for (size_t i = 0; i < f->m->n_fields; i++) {
		const struct field *field = &f->m->fields[i];
		if (!same_field(field_in(body_of(f, msg), field), field_in(body_of(f, back), field),
				field->type))
			fail_msg("%s.%s is not what it was: %s", f->m->name, field->name, first);
	}
	free(first);
	free(second);
	drop(f, back);
}

static void test_every_field_comes_back(void **state)
{
	for (int i = 0; i < N_FORMS; i++) {
		struct form f = form_at(i);
		void *msg = make(&f);
		check_round_trip(&f, msg); /* with nothing set */
		fill(&f, msg);
		check_round_trip(&f, msg); /* with everything */
		drop(&f, msg);
		for (size_t k = 0; k < f.m->n_fields; k++) { /* with one */
			msg = make(&f);
			fill_field(field_at(body_of(&f, msg), &f.m->fields[k]), &f.m->fields[k],
				   (int)k);
			check_round_trip(&f, msg);
			drop(&f, msg);
		}
	}
}

static void test_address_comes_back(void **state)
{
	struct err err = { 0 };
	struct req *r = req_new(REQ_STOP);
	r->slot = UINT32_MAX;
	r->ticket = INT64_MAX;
	struct form f = form_at(REQ_STOP);
	char *text = print(&f, r);
	struct req *back = req_from_json(text, strlen(text), &err);
	assert_true(back && back->slot == UINT32_MAX && back->ticket == INT64_MAX);
	assert_int_equal(back->kind, REQ_STOP);
	free(text);
	req_free(back);
	req_free(r);
	/* No address is address 0: news of state. */
	static const char bare[] = "{\"event\":\"player\"}";
	struct event *e = event_from_json(bare, strlen(bare), &err);
	assert_true(e && e->slot == 0 && e->ticket == 0 && e->u.player.volume_ == MSG_UNKNOWN);
	event_free(e);
}

/* Of a message with nothing set only the booleans and the lists of numbers are there. */
static void test_unknown_is_absent(void **state)
{
	for (int i = 0; i < N_FORMS; i++) {
		struct form f = form_at(i);
		void *msg = make(&f);
		char *text = print(&f, msg);
		struct json *doc = json_parse(text, strlen(text), 1 << 20, NULL);
		assert_non_null(doc);
		assert_string_equal(json_str(json_get(doc, f.is_event ? "event" : "req")),
				    f.m->name);
		assert_int_equal(json_count(doc), 4);
		const struct json *body = json_get(doc, "body");
		for (size_t k = 0; k < f.m->n_fields; k++) {
			enum field_type type = f.m->fields[k].type;
			bool always = type == FIELD_BOOL || type == FIELD_INTS;
			if ((json_get(body, f.m->fields[k].name) != NULL) != always)
				fail_msg("%s.%s: %s", f.m->name, f.m->fields[k].name, text);
		}
		json_free(doc);
		free(text);
		drop(&f, msg);
	}
	/* A passphrase is never said. */
	struct req *r = req_new(REQ_KEY);
	r->u.key.passphrase_ = str_dup("correct horse");
	struct buf said;
	buf_init(&said, 1000);
	req_to_json(r, &said);
	assert_null(strstr(said.data, "horse"));
	assert_null(strstr(said.data, "passphrase"));
	buf_release(&said);
	req_free(r);
	/* An empty text is unknown too. */
	struct event *e = event_new(EV_NOTE);
	e->u.note.text_ = str_dup("");
	struct buf out;
	buf_init(&out, 1000);
	event_row_to_json(e, &out);
	assert_string_equal(out.data, "{}");
	buf_release(&out);
	event_free(e);
}

/* What each type takes; every other value of the list is refused. */
static bool takes(const struct field *f, const char *value)
{
	bool tristate = str_eq(f->name, "retry");
	switch (f->type) {
	case FIELD_STR:
		return value[0] == '"';
	case FIELD_INT:
		return tristate ? str_eq(value, "true")
				: str_eq(value, "7") || str_eq(value, "\"7\"");
	case FIELD_TIME:
		return str_eq(value, "\"2023-11-14T22:13:20Z\"");
	case FIELD_BOOL:
		return str_eq(value, "true");
	case FIELD_STRS:
		return str_eq(value, "[]") || str_eq(value, "[\"a\"]");
	case FIELD_SHARE: /* both of its numbers, or none */
		return false;
	case FIELD_INTS:
		return str_eq(value, "[]") || str_eq(value, "[1]");
	case FIELD_PAGE:
		return str_eq(value, "[]");
	case FIELD_SECRET:
		return false;
	}
	return false;
}

static void test_wrong_types(void **state)
{
	static const char *const values[] = {
		"null",
		"true",
		"7",
		"1.5",
		"1e999",
		"\"7\"",
		"\"x\"",
		"\"\"",
		"\"2023-11-14T22:13:20Z\"",
		"[]",
		"{}",
		"[\"a\"]",
		"[1]",
		"[null]",
		"[[]]",
		"[\"a\",1]",
		"[1,\"a\"]",
		"[{}]",
		"[{\"claim_id\":\"" ID "\"}]",
	};
	for (int i = 0; i < N_FORMS; i++) {
		struct form f = form_at(i);
		for (size_t k = 0; k < f.m->n_fields; k++) {
			EACH_ROW (value, values) {
				struct err err = { 0 };
				char *text = str_fmt("{\"%s\":\"%s\",\"body\":{\"%s\":%s}}",
						     f.is_event ? "event" : "req", f.m->name,
						     f.m->fields[k].name, *value);
				void *msg = parse(&f, text, &err);
				if ((msg != NULL) != takes(&f.m->fields[k], *value))
					fail_msg("%s: %s", msg ? "taken" : err.text, text);
				assert_true(msg || err.kind == ERR_PARSE);
				free(text);
				drop(&f, msg);
			}
		}
	}
}

static void test_garbage(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"x",
		"null",
		"1",
		"[]",
		"{}",
		"\"req\"",
		"{\"req\":\"\"}",
		"{\"req\":null}",
		"{\"req\":1}",
		"{\"req\":\"nothing\"}",
		"{\"req\":\"Ping\"}",
		"{\"req\":\"ping\"",
		"{\"req\":\"ping\"}x",
		"{\"req\":\"ping\"}{\"req\":\"ping\"}",
		"{'req':'ping'}",
		"{\"event\":\"nothing\"}",
		"{\"req\":\"ping\",\"body\":[]}",
		"{\"req\":\"ping\",\"body\":1}",
		"{\"req\":\"ping\",\"body\":null}",
		"{\"req\":\"ping\",\"slot\":-1}",
		"{\"req\":\"ping\",\"slot\":4294967296}",
		"{\"req\":\"ping\",\"slot\":\"x\"}",
		"{\"req\":\"ping\",\"slot\":null}",
		"{\"req\":\"ping\",\"ticket\":-1}",
		"{\"req\":\"ping\",\"ticket\":[]}",
		"{\"req\":\"ping\",\"ticket\":9223372036854775808}",
		"{\"req\":\"ping\",\"ticket\":1.5}",
		"{\"event\":\"note\",\"body\":[]}",
		"{\"event\":\"note\",\"slot\":-1}",
		"\xff",
		"{\"req\":\"ping\xff\"}",
		"{\"event\":\"note\",\"body\":{\"text\":\"\xc0\xaf\"}}",
	};
	EACH_ROW (text, texts) {
		struct err err = { 0 };
		assert_null(req_from_json(*text, strlen(*text), &err));
		assert_int_equal(err.kind, ERR_PARSE);
		err_clear(&err);
		assert_null(event_from_json(*text, strlen(*text), &err));
		assert_int_equal(err.kind, ERR_PARSE);
	}
	/* A request is no event, unknown fields are nobody's harm. */
	struct err err;
	assert_null(event_from_json("{\"req\":\"ping\"}", 14, &err));
	static const char more[] = "{\"req\":\"ping\",\"body\":{\"x\":1},\"y\":[]}";
	struct req *r = req_from_json(more, strlen(more), &err);
	assert_non_null(r);
	req_free(r);
}

/* The rows of the contract, to the name and in its order. */
static void test_rows(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *names;
	} rows[] = {
		{ EV_COPY, "claim_id title quality size stored_size encrypted complete file "
			   "added_at verified_at" },
		{ EV_DOWNLOAD,
		  "event claim_id title quality state have total segments rate eta error "
		  "category retry encrypted" },
		{ EV_GATEWAY, "url ok http_status ms error last_success status" },
		{ EV_VERIFY, "claim_id quality ok chunks bad header publisher_hash fetched" },
		{ EV_EXPORT, "claim_id title quality file size" },
		{ EV_CONFIG, "key value default source" },
		{ EV_SERVE, "claim_id title quality url" },
		{ EV_PROGRESS, "claim_id title position_seconds duration watched updated_at" },
		{ EV_CACHE, "claims queries bytes hits misses" },
		{ EV_ROW_FAILED, "claim_id error category retry" },
		{ EV_LOG, "time level component claim_id message category code event severity "
			  "gateway ms http_status" },
	};
	EACH_ROW (row, rows) {
		struct form f = form_at(REQ_COUNT + (int)row->kind);
		struct event *e = make(&f);
		fill(&f, e);
		struct buf out, names;
		buf_init(&out, 1 << 20);
		buf_init(&names, 1000);
		event_row_to_json(e, &out);
		struct json *doc = json_parse(out.data, out.len, 1 << 20, NULL);
		for (const struct json *j = json_first(doc); j; j = json_next(j))
			buf_addf(&names, "%s%s", names.len ? " " : "", json_key(j));
		assert_string_equal(names.data, row->names);
		json_free(doc);
		buf_release(&out);
		buf_release(&names);
		event_free(e);
	}
	/* Whether trying again helps is true, false, or not known. */
	static const struct {
		int64_t retry;
		const char *row;
	} retries[] = {
		{ 1, "{\"retry\":true,\"encrypted\":false}" },
		{ 0, "{\"retry\":false,\"encrypted\":false}" },
		{ MSG_UNKNOWN, "{\"encrypted\":false}" },
	};
	EACH_ROW (r, retries) {
		struct event *e = event_new(EV_DOWNLOAD);
		e->u.download.retry_ = r->retry;
		struct buf out;
		buf_init(&out, 1000);
		event_row_to_json(e, &out);
		assert_string_equal(out.data, r->row);
		buf_release(&out);
		event_free(e);
	}
}

static void test_names(void **state)
{
	for (int i = 0; i < N_FORMS; i++) {
		struct form f = form_at(i);
		assert_true(f.m->name[0] && f.m->who[0] && f.m->what[0]);
		for (int k = 0; k < i; k++) {
			struct form other = form_at(k);
			assert_true(f.is_event != other.is_event ||
				    !str_eq(f.m->name, other.m->name));
		}
		for (size_t a = 0; a < f.m->n_fields; a++)
			for (size_t b = 0; b < a; b++)
				assert_string_not_equal(f.m->fields[a].name, f.m->fields[b].name);
	}
	assert_string_equal(req_name(REQ_QUEUE_ACT), "queue_act");
	assert_string_equal(event_name(EV_ROW_FAILED), "row_failed");
	req_free(NULL);
	event_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_comes_back),
		cmocka_unit_test(test_address_comes_back),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
