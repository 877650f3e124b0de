/* Where a claim's bytes are, as the gateway says, or why it does not. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"
#include "kiyya/url.h"
#include "parts.h"

struct get {
	struct gateway *g;
	char *url; /* owned */
	void (*fn)(void *arg, const char *streaming_url, const struct err *err);
	void *arg;
};

/* What the gateway answers, part of it, and how it is put to a person; %s is the web address. */
static const struct {
	const char *part;
	const char *sentence;
} refusals[] = {
	{ "authentication", "only for members or buyers: log in at %s" },
	{ "members-only", "for members of the channel: log in at %s" },
	{ "no access to paid", "must be paid for: log in at %s" },
	{ "purchase", "must be bought: log in at %s" },
	{ "rental expired", "the rental is over: log in at %s" },
	{ "signature", "unlisted: it needs the full link it was shared with; its page is %s" },
	{ "release time", "not released yet: see %s" },
	{ "source data", "live, or without a file: watch it at %s" },
};

static bool get_fits(const struct json *result)
{
	return !str_empty(json_str(json_get(result, "streaming_url")));
}

static void explain(const struct get *get, const struct err *err, struct err *ret)
{
	*ret = *err;
	if (err->kind != ERR_REFUSED || err->num >= 400) /* an HTTP refusal speaks for itself */
		return;
	char *web = access_web(get->url);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strcasestr(err->text, refusals[i].part) == NULL)
			continue;
		const char *at = strstr(refusals[i].sentence, "%s");

		(void)err_set(ret, ERR_REFUSED, err->num, "%.*s%s",
			      (int)(at - refusals[i].sentence), refusals[i].sentence, web);
		break;
	}
	free(web);
}

static void get_done(void *op, const struct json *result, const struct err *err)
{
	struct get *get = op;
	struct err why;

	if (err != NULL) {
		explain(get, err, &why);
		get->fn(get->arg, NULL, &why);
		return;
	}
	const char *url = json_str(json_get(result, "streaming_url"));

	if (strlen(url) > URL_MAX || !http_host_allowed(get->g->http, url, &why)) {
		if (strlen(url) > URL_MAX)
			(void)err_set(&why, ERR_REFUSED, 0, "an address of over 2048 bytes");
		(void)err_wrap(&why, "the gateway names a stream");
		get->fn(get->arg, NULL, &why);
		return;
	}
	get->fn(get->arg, url, NULL);
}

static void get_drop(void *op)
{
	struct get *get = op;

	free(get->url);
	free(get);
}

static const struct ask_kind get_kind = {
	.method = "get",
	.fits = get_fits,
	.done = get_done,
	.drop = get_drop,
};

static char *params_for_get(const char *url)
{
	struct buf b;
	struct json_out o;

	buf_init(&b, 16384);
	json_out_init(&o, &b);
	json_open(&o, NULL, '{');
	json_put_str(&o, "uri", url);
	json_put_bool(&o, "save_file",
		      false); /* an SDK of one's own would download it in the clear */
	json_close(&o, '}');
	char *params = buf_steal(&b);
	buf_release(&b);
	return params;
}

uint64_t gateway_get(struct gateway *g, const char *lbry_url,
		     void (*fn)(void *arg, const char *streaming_url, const struct err *err),
		     void *arg)
{
	struct get *get = NEW(struct get);

	*get = (struct get){ .g = g, .url = str_dup(lbry_url), .fn = fn, .arg = arg };
	struct ask *a = ask_new(g, &get_kind, get);

	ask_go(a, params_for_get(lbry_url));
	return a->id;
}
