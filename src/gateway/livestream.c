/* The livestream service: what a channel sends now, and what it has announced. */
#include <stdlib.h>
#include <string.h>
#include "kiyya/text.h"
#include "kiyya/url.h"
#include "parts.h"

#define REPLY_MOST   (1u << 20)
#define MESSAGE_MOST 200
#define SECONDS_END  19 /* of "YYYY-MM-DDTHH:MM:SS" */

/* -- reading ---------------------------------------------------------------------------------- */

/* RFC 3339 in UTC, with parts of seconds or without. What is before 1970 is "never" over there. */
static int64_t read_moment(const struct json *v)
{
	const char *s = json_str(v);
	char iso[CLOCK_ISO_SIZE];
	int64_t t;

	if (s == NULL || strlen(s) <= SECONDS_END)
		return TIME_UNKNOWN;
	const char *rest = s + SECONDS_END;

	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!str_eq(rest, "Z"))
		return TIME_UNKNOWN;
	memcpy(iso, s, SECONDS_END);
	memcpy(iso + SECONDS_END, "Z", 2);
	return clock_from_iso(iso, &t) && t > 0 ? t : TIME_UNKNOWN;
}

static bool read_sending(struct livestream_claim *ret, const struct json *v)
{
	struct livestream_claim c = { .release_time = read_moment(json_get(v, "ReleaseTime")) };

	if (!read_id(json_get(v, "ClaimID"), c.id))
		return false;
	*ret = c;
	return true;
}

/* null where nothing is announced. */
static void read_announced(struct livestream *l, const struct json *list)
{
	for (const struct json *v = json_first(list);
	     v != NULL && l->n_announced < LIVESTREAM_ANNOUNCED_MOST; v = json_next(v))
		l->n_announced += read_sending(&l->announced[l->n_announced], v);
}

/* The plain playlist before the one for low latency, whose parts not every player knows. */
static bool read_address(struct livestream *l, const struct json *data, struct err *err)
{
	static const char *const keys[] = { "VideoURL", "VideoURLLLHLS" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *url = json_str(json_get(data, keys[i]));

		if (str_empty(url))
			continue;
		if (strlen(url) > URL_MAX)
			return err_set(err, ERR_PARSE, 0, "an address of over %d bytes", URL_MAX);
		if (strpbrk(url, " \"\\") != NULL || !text_is_clean(url, strlen(url), false) ||
		    (!str_starts(url, "https://") && !str_starts(url, "http://")))
			return err_set(err, ERR_PARSE, 0, "what should be an address is none");
		(void)str_copy(l->url, sizeof(l->url), url);
		return true;
	}
	return err_set(err, ERR_PARSE, 0, "live, and no address where");
}

/* {"success":false,"error":"…","data":null} */
static bool read_refusal(const struct json *reply, struct err *err)
{
	const char *said = json_str(json_get(reply, "error"));
	char *clean = read_message(str_empty(said) ? "no reason given" : said, MESSAGE_MOST);

	(void)err_set(err, ERR_REFUSED, 0, "it says: %s", clean);
	free(clean);
	return false;
}

bool gateway_read_livestream(struct livestream *ret, const struct json *reply, struct err *err)
{
	const struct json *data = json_get(reply, "data"), *live = json_get(data, "Live");
	struct livestream l = { .live = false };

	if (json_is_object(reply) && !json_bool(json_get(reply, "success"), true))
		return read_refusal(reply, err);
	/* Of what is no truth value both fallbacks come back. */
	if (json_bool(live, false) != json_bool(live, true))
		return err_set(err, ERR_PARSE, 0, "it does not say whether something is live");
	l.live = json_bool(live, false); /* the address stands there also when nothing is */
	(void)read_sending(&l.now, json_get(data, "ActiveClaim"));
	read_announced(&l, json_get(data, "FutureClaims"));
	if (l.live && !read_address(&l, data, err))
		return false;
	*ret = l;
	return true;
}

/* -- asking ----------------------------------------------------------------------------------- */

struct asking {
	struct ask *ask;
	gateway_livestream_fn *fn;
	void *arg;
	struct err refused; /* it could not even begin; .kind ERR_NONE: it could */
};

/* Most sentences of the transfer name it already. */
static void name_service(const struct gateway *g, struct err *why)
{
	char host[128];

	endpoint_show_host(host, sizeof(host), g->live_url != NULL ? g->live_url : "");
	if (!str_starts(why->text, host))
		(void)err_wrap(why, "%s", host);
}

/* result: the whole reply. */
static void asking_done(void *op, const struct json *result, const struct err *err)
{
	struct asking *q = op;
	const struct gateway *g = q->ask->g;
	struct livestream l;
	struct err why;
	bool ok = false;

	if (err != NULL || q->refused.kind != ERR_NONE)
		why = err != NULL ? *err : q->refused;
	else if (gateway_read_livestream(&l, result, &why))
		ok = !l.live || http_host_allowed(g->http, l.url, &why) ||
		     err_wrap(&why, "it names a stream that may not be opened");
	if (!ok)
		name_service(g, &why);
	q->fn(q->arg, ok ? &l : NULL, ok ? NULL : &why);
}

static void asking_drop(void *op)
{
	free(op);
}

/* No gateway is asked: of the rest of an ask only its number and its end are used. */
static const struct ask_kind livestream_kind = {
	.method = "is_live",
	.done = asking_done,
	.drop = asking_drop,
};

static void judge(const struct http_head *head, const char *body, size_t len, struct json **ret_doc,
		  struct err *why)
{
	enum err_kind kind = head->status == 408                          ? ERR_TIMEOUT
			     : head->status == 429 || head->status >= 500 ? ERR_NET
									  : ERR_REFUSED;

	if (head->status != 200)
		(void)err_set(why, kind, head->status, "HTTP %d", head->status);
	else
		*ret_doc = json_parse(body, len, REPLY_MOST, why);
}

static void on_done(void *arg, const struct http_head *head, const char *body, size_t len,
		    const struct err *err)
{
	struct ask *a = arg;
	struct gateway *g = a->g;
	struct json *doc = NULL;
	struct err why = { .kind = ERR_NONE };

	a->http_id = 0;
	if (err != NULL)
		why = *err;
	else
		judge(head, body, len, &doc, &why);
	gateway_tell(g, g->live_url, livestream_kind.method, gateway_now(g) - a->attempt_begun,
		     head->status, doc != NULL ? NULL : why.text);
	ask_end(a, doc, doc != NULL ? NULL : &why);
	json_free(doc);
}

uint64_t gateway_livestream(struct gateway *g, const char *channel_id, gateway_livestream_fn *fn,
			    void *arg)
{
	struct asking *q = NEW(struct asking);

	*q = (struct asking){ .ask = ask_new(g, &livestream_kind, q), .fn = fn, .arg = arg };
	struct ask *a = q->ask;
	const char *base = g->live_url != NULL ? g->live_url : "";
	char *url = str_fmt("%s%cchannel_claim_id=%s", base, strchr(base, '?') != NULL ? '&' : '?',
			    channel_id);

	if (!claim_id_ok(channel_id) || base[0] == '\0')
		(void)err_set(&q->refused, ERR_REFUSED, 0, "%s",
			      base[0] == '\0' ? "there is no livestream service"
					      : "not a channel's id");
	else
		ask_get(a, url, REPLY_MOST, on_done, &q->refused);
	free(url);
	if (a->http_id == 0)
		ask_end_soon(a);
	return a->id;
}
