/* One transfer: its easy handle, set up so that nothing is left to libcurl's defaults that matters.
 */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/mem.h"

#define DEFAULT_WAIT_MS    10000
#define DEFAULT_MOST_BODY  (16u << 20)
#define STREAM_BUFFER      (64L << 10)

#define SET(option, value) (ok = curl_easy_setopt(c->easy, option, value) == CURLE_OK && ok)

static bool add_line(struct call *c, const char *line)
{
	struct curl_slist *more = curl_slist_append(c->lines, line);

	if (more != NULL)
		c->lines = more;
	return more != NULL;
}

static bool add_lines(struct call *c, const struct http_call *ask)
{
	bool ok = true;

	for (size_t i = 0; ask->headers != NULL && i < ask->headers->n; i++)
		ok = ok && add_line(c, ask->headers->v[i]);
	if (!str_empty(ask->if_range)) {
		char *line = str_fmt("If-Range: %s", ask->if_range);
		ok = ok && add_line(c, line);
		free(line);
	}
	return ok && add_line(c, "Expect:"); /* no second round trip for a small body */
}

static bool set_method(struct call *c)
{
	bool ok = true;

	switch (c->ask.method) {
	case HTTP_GET:
		SET(CURLOPT_HTTPGET, 1L);
		break;
	case HTTP_HEAD:
		SET(CURLOPT_NOBODY, 1L);
		break;
	case HTTP_POST:
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->ask.body_len);
		SET(CURLOPT_POSTFIELDS, c->body);
		break;
	}
	return ok;
}

static bool set_range(struct call *c)
{
	char range[64];

	if (c->ask.range_first < 0)
		return true;
	if (c->ask.range_last < 0)
		snprintf(range, sizeof(range), "%lld-", (long long)c->ask.range_first);
	else
		snprintf(range, sizeof(range), "%lld-%lld", (long long)c->ask.range_first,
			 (long long)c->ask.range_last);
	return curl_easy_setopt(c->easy, CURLOPT_RANGE, range) == CURLE_OK;
}

static bool set_transport(struct call *c)
{
	bool ok = true;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L); /* followed by us: the rules are asked before each step */
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (c->http->ca_file != NULL)
		SET(CURLOPT_CAINFO, c->http->ca_file);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)c->pace.first_byte_ms);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_NOPROXY, ""); /* proxy.c has looked at no_proxy already */
	/* Pieces and segments of a film each get a connection of their own: the player host limits each one's rate. */
	bool alone = c->ask.identity || c->ask.range_first >= 0;
	SET(CURLOPT_HTTP_VERSION, (long)(alone ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
#if CURL_AT_LEAST_VERSION(7, 87, 0)
	/* Else dropping a call whose name is being looked up waits for the resolver's thread: up to
	 * half a minute in the loop. The thread cleans up after itself either way. */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	return ok;
}

static bool configure(struct call *c, const struct http_call *ask)
{
	bool ok = add_lines(c, ask);

	SET(CURLOPT_PRIVATE, c);
	SET(CURLOPT_ERRORBUFFER, c->detail);
	SET(CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	SET(CURLOPT_HTTPHEADER, c->lines);
	if (!ask->identity && ask->range_first < 0)
		SET(CURLOPT_ACCEPT_ENCODING, ""); /* whatever this libcurl can unpack */
	if (ask->on_data != NULL)
		SET(CURLOPT_BUFFERSIZE, STREAM_BUFFER);
	return set_transport(c) && set_method(c) && set_range(c) && receive_attach(c) && ok;
}

bool call_aim(struct call *c, struct err *err)
{
	const struct hosts *hosts = &c->http->hosts;
	struct place place;

	if (strlen(c->url) > 8192 || !place_of(&place, c->url, err))
		return err_set(err, ERR_REFUSED, 0, "not an http or https address");
	bool elsewhere = c->redirects > 0 && !str_eq(place.host, c->place.host);
	if (c->ask.media || elsewhere ? !hosts_may_fetch(hosts, &place, err)
				      : !hosts_may_ask(hosts, &place, err))
		return false;
	const char *proxy = proxies_pick(&c->http->proxies, &place);
	bool ok = true;

	SET(CURLOPT_URL, c->url);
	SET(CURLOPT_PROTOCOLS_STR, place.https ? "https" : "http");
	SET(CURLOPT_PROXY, proxy != NULL ? proxy : "");
	c->place = place;
	c->proxied = proxy != NULL;
	return ok || err_set(err, ERR_INTERNAL, 0, "%s: libcurl refuses the settings", place.shown);
}

struct call *call_new(struct http *h, const struct http_call *ask, struct err *err)
{
	struct call *c = NEW(struct call);

	c->http = h;
	c->ask = *ask;
	c->url = str_dup(ask->url);
	c->body =
	    mem_dup(ask->body_len > 0 ? ask->body : "", ask->body_len > 0 ? ask->body_len : 1);
	c->pace.first_byte_ms = ask->first_byte_ms > 0 ? ask->first_byte_ms : DEFAULT_WAIT_MS;
	c->pace.stall_ms = ask->stall_ms > 0 ? ask->stall_ms : DEFAULT_WAIT_MS;
	buf_init(&c->gathered, ask->max_body > 0 ? ask->max_body : DEFAULT_MOST_BODY);
	header_init(&c->header);
	c->easy = curl_easy_init();
	if (c->easy == NULL || !configure(c, ask))
		(void)err_set(err, ERR_INTERNAL, 0, "libcurl cannot begin a request");
	else if (call_aim(c, err))
		return c;
	call_free(c);
	return NULL;
}

void call_free(struct call *c)
{
	if (c == NULL)
		return;
	if (c->in_multi)
		(void)curl_multi_remove_handle(c->http->multi, c->easy);
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->lines);
	buf_release(&c->gathered);
	free(c->url);
	free(c->body);
	free(c);
}

void call_head(const struct call *c, struct http_head *ret)
{
	const struct header *h = &c->header;

	*ret = (struct http_head){
		.status = h->status,
		.length = h->encoded ? -1 : h->length,
		.range_first = h->range_first,
		.range_last = h->range_last,
		.range_total = h->range_total,
		.last_modified = h->last_modified,
		.retry_after_s = h->retry_after_s,
		.content_type = h->content_type,
		.etag = h->etag,
		.location = h->location,
		.final_url = c->url,
	};
}
