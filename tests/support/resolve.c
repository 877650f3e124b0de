/* resolve and get: from addresses to claims, from a claim to its bytes. */
#include "fixture.h"

#include <stdlib.h>
#include "kiyya/clock.h"

static void put_error(struct json_out *o, const char *url, const char *name, const char *text)
{
	json_open(o, url, '{');
	json_open(o, "error", '{');
	json_put_str(o, "name", name);
	json_put_str(o, "text", text);
	json_close(o, '}');
	json_close(o, '}');
}

static void put_not_found(struct json_out *o, const char *url, bool channel)
{
	char *text = channel ? str_fmt("Could not find channel in \"%s\".", url)
			     : str_fmt("Could not find claim at \"%s\".", url);
	put_error(o, url, "NOT_FOUND", text);
	free(text);
}

static void put_invalid(struct json_out *o, const char *url)
{
	char *text = str_fmt("%s has invalid channel signature", url);
	put_error(o, url, "INVALID", text);
	free(text);
}

static void put_blocked(struct json_out *o, const struct fixture *f, const char *url)
{
	const struct entry *by = catalog_by_name(f->catalog, "@blocklist");
	char *text = str_fmt("Resolve of '%s' was censored by channel with claim id '%s'.", url,
			     by != NULL ? by->id : "");
	json_open(o, url, '{');
	json_open(o, "error", '{');
	if (by != NULL)
		claim_write(o, "censor", f, by);
	json_put_str(o, "name", "BLOCKED");
	json_put_str(o, "text", text);
	json_close(o, '}');
	json_close(o, '}');
	free(text);
}

/* An address that cannot be read: a bare string, not an object. */
static void put_plain_error(struct json_out *o, const char *url)
{
	char *text = str_fmt("%s is not a valid url", url);
	json_open(o, url, '{');
	json_put_str(o, "error", text);
	json_close(o, '}');
	free(text);
}

static void resolve_one(const struct fixture *f, const char *url, struct json_out *o)
{
	const struct entry *e;
	enum address_kind kind = catalog_resolve(f->catalog, url, &e);
	if (kind == ADDRESS_INVALID)
		put_plain_error(o, url);
	else if (e == NULL)
		put_not_found(o, url, kind == ADDRESS_CHANNEL);
	else if (e->blocked)
		put_blocked(o, f, url);
	else if (e->bad_signature)
		put_invalid(o, url);
	else
		claim_write(o, url, f, e);
}

bool rpc_resolve(const struct fixture *f, const struct json *params, struct json_out *o,
		 struct rpc_error *error)
{
	const struct json *urls = json_get(params, "urls");
	if (urls == NULL)
		return rpc_fail(error, -32602, "Invalid parameters: missing 'urls'");
	json_open(o, "result", '{');
	if (json_str(urls) != NULL)
		resolve_one(f, json_str(urls), o);
	for (const struct json *url = json_first(urls); url != NULL; url = json_next(url))
		if (json_str(url) != NULL)
			resolve_one(f, json_str(url), o);
	json_close(o, '}');
	return true;
}

/* Why an anonymous caller does not get the bytes; NULL: may have them. */
static const char *refusal(const struct entry *e)
{
	static const char *const restricted[] = { "members-only", "purchase", "rental" };
	if (e == NULL)
		return "couldn't find claim";
	if (!e->has_source)
		return "stream doesn't have source data";
	if (e->fee_amount != NULL)
		return "authentication required";
	for (size_t i = 0; i < sizeof(restricted) / sizeof(restricted[0]); i++)
		if (entry_is_restricted(e, restricted[i]))
			return "authentication required";
	if (entry_has_tag(e, "c:unlisted"))
		return "missing required signature param";
	if (e->release > clock_wall(clock_real()))
		return "claim release time is in the future, not ready to be viewed yet";
	return NULL;
}

bool rpc_get(const struct fixture *f, const struct json *params, struct json_out *o,
	     struct rpc_error *error)
{
	const char *uri = json_str(json_get(params, "uri"));
	if (uri == NULL)
		return rpc_fail(error, -32603, "missing uri parameter for 'get' method");
	const struct entry *e;
	catalog_resolve(f->catalog, uri, &e);
	if (e != NULL)
		e = e->blocked || e->bad_signature ? NULL : entry_stream(e);
	const char *why = refusal(e);
	if (why != NULL)
		return rpc_fail(error, -32603, "%s", why);
	char *url = str_fmt("%s/v6/streams/%s/%.6s.mp4", f->player_url, e->id,
			    e->content[f->republish].sd_hash);
	json_open(o, "result", '{');
	json_put_str(o, "streaming_url", url);
	json_close(o, '}');
	free(url);
	return true;
}
