/* One address to one claim, and every way the answer says there is none. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "parts.h"

#define MESSAGE_MOST 200

struct resolve {
	gateway_page_fn *fn;
	void *arg;
	char *what;              /* the address or id that was asked; owned */
	const struct gateway *g; /* borrowed */
};

/* {"error":{"name":…,"text":…}}: what each name means. */
static const struct {
	const char *name;
	enum err_kind kind;
	const char *sentence;
} errors[] = {
	{ "NOT_FOUND", ERR_NOT_FOUND, "there is no such claim" },
	{ "INVALID", ERR_REFUSED, "its channel did not sign it" },
	{ "BLOCKED", ERR_REFUSED, "blocked" },
};

static bool set_blocked(const struct resolve *r, const struct json *error, struct err *err)
{
	const char *name = json_str(json_path(error, "censor.name"));
	char *clean = read_message(name != NULL ? name : "a block list", MESSAGE_MOST);

	(void)err_set(err, ERR_REFUSED, 0, "%s: blocked by %s", r->what, clean);
	free(clean);
	return false;
}

static bool set_error(const struct resolve *r, const struct json *error, struct err *err)
{
	const char *name = json_str(json_get(error, "name"));
	const char *text = json_str(error); /* an older form: the sentence alone */

	if (text != NULL) {
		/* "ADDRESS is not a valid url": an address is long enough once. */
		bool named = str_starts(text, r->what);
		char *clean = read_message(named ? text + strlen(r->what) : text, MESSAGE_MOST);

		(void)err_set(err, ERR_NOT_FOUND, 0, "%s: the gateway says: %s", r->what, clean);
		free(clean);
		return false;
	}
	if (str_eq(name, "BLOCKED"))
		return set_blocked(r, error, err);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (str_eq(errors[i].name, name))
			return err_set(err, errors[i].kind, 0, "%s: %s", r->what,
				       errors[i].sentence);
	text = json_str(json_get(error, "text"));
	char *clean = read_message(text != NULL ? text : "no reason given", MESSAGE_MOST);

	(void)err_set(err, ERR_REFUSED, 0, "%s: the gateway says: %s", r->what, clean);
	free(clean);
	return false;
}

static bool read_resolved(const struct resolve *r, const struct json *result, struct page *page,
			  struct err *err)
{
	const struct json *claim = json_get(result, r->what); /* keyed by exactly what was sent */

	if (claim == NULL || json_is_null(claim))
		return err_set(err, ERR_NOT_FOUND, 0, "%s: there is no such claim", r->what);
	const struct json *error = json_get(claim, "error");

	if (error != NULL && !json_is_null(error))
		return set_error(r, error, err);
	struct gateway_reading with = gateway_reading(r->g);
	return gateway_read_claim(page, claim, &with, err);
}

static bool read_found(const struct resolve *r, const struct json *result, struct page *page,
		       struct err *err)
{
	struct gateway_reading with = gateway_reading(r->g);
	if (!gateway_read_page(page, result, &with, err))
		return false;
	for (size_t i = 0; i < page->n; i++) {
		if (!str_eq(page->items[i].id, r->what))
			continue;
		page->items[0] = page->items[i];
		page->n = 1;
		return true;
	}
	return err_set(err, ERR_NOT_FOUND, 0, "%s: there is no such claim", r->what);
}

static void finish(struct resolve *r, const struct json *result, const struct err *err,
		   bool (*read)(const struct resolve *r, const struct json *result,
				struct page *page, struct err *err))
{
	struct err why;

	if (err != NULL) {
		r->fn(r->arg, NULL, true, err);
		return;
	}
	struct page *page = page_new();

	if (read(r, result, page, &why)) {
		r->fn(r->arg, page, true, NULL);
		return;
	}
	page_free(page);
	r->fn(r->arg, NULL, true, &why);
}

static void resolve_done(void *op, const struct json *result, const struct err *err)
{
	finish(op, result, err, read_resolved);
}

static void find_done(void *op, const struct json *result, const struct err *err)
{
	finish(op, result, err, read_found);
}

static void resolve_drop(void *op)
{
	struct resolve *r = op;

	free(r->what);
	free(r);
}

static const struct ask_kind resolve_kind = {
	.method = "resolve",
	.fits = json_is_object,
	.done = resolve_done,
	.drop = resolve_drop,
};
static const struct ask_kind find_kind = {
	.method = "claim_search",
	.fits = result_has_items,
	.done = find_done,
	.drop = resolve_drop,
};

static char *params_for_url(const char *url)
{
	struct buf b;
	struct json_out o;

	buf_init(&b, 16384);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_open(&o, "urls", '[');
	json_put_str(&o, NULL, url);
	json_close(&o, ']');
	json_close(&o, '}');
	char *params = buf_steal(&b);
	buf_release(&b);
	return params;
}

uint64_t gateway_resolve(struct gateway *g, const char *lbry_url_or_id, gateway_page_fn *fn,
			 void *arg)
{
	bool by_id = claim_id_ok(lbry_url_or_id);
	struct resolve *r = NEW(struct resolve);

	*r = (struct resolve){
		.fn = fn,
		.arg = arg,
		.what = str_dup(lbry_url_or_id),
		.g = g,
	};
	struct ask *a = ask_new(g, by_id ? &find_kind : &resolve_kind, r);

	ask_go(a, by_id ? params_for_ids(&(struct strs){ .v = &r->what, .n = 1 }, 1, 1)
			: params_for_url(lbry_url_or_id));
	return a->id;
}
