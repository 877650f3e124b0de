/* The handle: what can be asked of it from outside the loop. */
#include "net.h"

#include <stdlib.h>
#include "kiyya/log.h"
#include "kiyya/mem.h"

/* A resolver that blocks would stop the whole backend at a dead name server. */
static void warn_if_blocking(void)
{
	if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) == 0)
		log_warn("net", NULL, "this libcurl looks names up in the calling thread");
}

struct http *http_new(const struct http_config *config, struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)err_set(err, ERR_INTERNAL, 0, "libcurl cannot start");
		return NULL;
	}
	struct http *h = NEW(struct http);

	proxies_init(&h->proxies, config->proxy);
	if (!str_empty(config->ca_file))
		h->ca_file = str_dup(config->ca_file);
	h->multi = curl_multi_init();
	if (h->multi == NULL)
		(void)err_set(err, ERR_INTERNAL, 0, "libcurl cannot start");
	else if (hosts_init(&h->hosts, config->endpoints, config->allow_hosts, err)) {
		warn_if_blocking();
		return h;
	}
	http_free(h);
	return NULL;
}

void http_free(struct http *h)
{
	if (h == NULL)
		return;
	while (h->calls != NULL) {
		struct call *c = h->calls;

		h->calls = c->next;
		call_free(c);
	}
	if (h->multi != NULL)
		(void)curl_multi_cleanup(h->multi);
	hosts_release(&h->hosts);
	proxies_release(&h->proxies);
	free(h->ca_file);
	free(h);
	curl_global_cleanup();
}

uint64_t http_start(struct http *h, const struct http_call *ask, struct err *err)
{
	struct call *c = call_new(h, ask, err);

	if (c == NULL)
		return 0;
	struct call **end = &h->calls;

	while (*end != NULL)
		end = &(*end)->next;
	*end = c;
	c->id = ++h->last_id;
	pace_start(&c->pace, net_now());
	return c->id;
}

static struct call **find(struct http *h, uint64_t id)
{
	struct call **at = &h->calls;

	while (*at != NULL && ((*at)->id != id || (*at)->dead))
		at = &(*at)->next;
	return at;
}

void http_cancel(struct http *h, uint64_t id)
{
	struct call **at = find(h, id), *c = *at;

	if (c == NULL)
		return;
	if (h->performing) { /* libcurl may be inside this very transfer */
		c->dead = true;
		return;
	}
	*at = c->next;
	call_free(c);
}

void http_pause(struct http *h, uint64_t id, bool paused)
{
	struct call *c = *find(h, id);

	if (c == NULL)
		return;
	c->paused = paused; /* a flag only; the next turn tells libcurl */
	pace_restart(&c->pace, net_now());
}

void http_limit(struct http *h, uint64_t id, int64_t bytes_a_second)
{
	struct call *c = *find(h, id);

	if (c == NULL)
		return;
	c->pace.limit = bytes_a_second > 0 ? bytes_a_second : 0;
	c->pace.free_at = 0;
}

size_t http_open_calls(const struct http *h)
{
	size_t n = 0;

	for (const struct call *c = h->calls; c != NULL; c = c->next)
		n += !c->dead;
	return n;
}

const char *http_library_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

bool http_host_allowed(const struct http *h, const char *url, struct err *err)
{
	struct place place;

	return place_of(&place, url, err) && hosts_may_fetch(&h->hosts, &place, err);
}
