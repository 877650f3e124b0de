/* Hosts that may be asked, and addresses that may not be connected to. */
#include "hosts.h"

#include <curl/curl.h>
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static const char *const approved[] = { "odysee.com", "lbry.tv",        "lbry.com",
					"odycdn.com", "lbryplayer.xyz", "odysee.live" };

struct block {
	uint32_t address;
	int bits;
};
/* IANA special-purpose registries (RFC 6890): nothing of these is a public server. */
static const struct block private_v4[] = {
	{ 0x00000000, 8 },  /* this network */
	{ 0x0a000000, 8 },  /* 10/8 */
	{ 0x64400000, 10 }, /* 100.64/10, carrier NAT */
	{ 0x7f000000, 8 },  /* loopback */
	{ 0xa9fe0000, 16 }, /* link local, cloud metadata */
	{ 0xac100000, 12 }, /* 172.16/12 */
	{ 0xc0000000, 24 }, /* 192.0.0/24 */
	{ 0xc0a80000, 16 }, /* 192.168/16 */
	{ 0xc6120000, 15 }, /* 198.18/15, benchmarks */
	{ 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool v4_is_private(uint32_t host_order)
{
	for (size_t i = 0; i < sizeof(private_v4) / sizeof(private_v4[0]); i++)
		if ((host_order ^ private_v4[i].address) >> (32 - private_v4[i].bits) == 0)
			return true;
	return false;
}

static uint32_t v4_inside(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool v6_is_private(const struct in6_addr *a)
{
	static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	const unsigned char *b = a->s6_addr;

	if (IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_MULTICAST(a) ||
	    IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_SITELOCAL(a))
		return true;
	if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a) || memcmp(b, nat64, 12) == 0)
		return v4_is_private(v4_inside(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 carries an IPv4 address */
		return v4_is_private(v4_inside(b + 2));
	return (b[0] & 0xfe) == 0xfc; /* unique local */
}

bool address_is_private(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return v4_is_private(
		    ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr));
	if (a->sa_family == AF_INET6)
		return v6_is_private(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
	return true; /* a UNIX socket or worse */
}

static void judge_host(struct place *p)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, p->host, &v4) == 1) {
		p->private = v4_is_private(ntohl(v4.s_addr));
		p->loopback = ntohl(v4.s_addr) >> 24 == 127;
	} else if (inet_pton(AF_INET6, p->host, &v6) == 1) {
		p->private = v6_is_private(&v6);
		p->loopback = IN6_IS_ADDR_LOOPBACK(&v6);
	} else {
		p->loopback = str_eq(p->host, "localhost") || str_ends(p->host, ".localhost");
		p->private = p->loopback;
	}
}

/* "[::1]" to "::1", "Example.ORG." to "example.org". False: too long, or a zone id. */
static bool take_host(struct place *p, const char *host)
{
	size_t n = strlen(host);

	if (n > 2 && host[0] == '[') {
		host++;
		n -= 2;
	}
	if (n > 0 && host[n - 1] == '.')
		n--;
	if (n == 0 || n >= sizeof(p->host) || memchr(host, '%', n) != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		p->host[i] = (char)tolower((unsigned char)host[i]);
	p->host[n] = '\0';
	return true;
}

static bool take_parts(struct place *p, CURLU *u)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool ok = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		  curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && take_host(p, host);

	if (ok) {
		p->https = str_eq(scheme, "https");
		ok = p->https || str_eq(scheme, "http");
		const char *open = strchr(p->host, ':') != NULL ? "[" : "";
		bool usual =
		    curl_url_get(u, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT) != CURLUE_OK;
		char *shown = str_fmt("%s%s%s%s%s", open, p->host, *open ? "]" : "",
				      usual ? "" : ":", usual ? "" : port);
		(void)str_copy(p->shown, sizeof(p->shown), shown);
		free(shown);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return ok;
}

bool place_of(struct place *ret, const char *url, struct err *err)
{
	struct place p = { .https = false };
	CURLU *u = curl_url();
	bool ok = u != NULL &&
		  curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
		  take_parts(&p, u);

	curl_url_cleanup(u);
	if (!ok)
		return err_set(err, ERR_REFUSED, 0, "not an http or https address");
	judge_host(&p);
	*ret = p;
	return true;
}

char *place_resolve(const char *base, const char *location)
{
	CURLU *u = curl_url();
	char *text = NULL, *owned = NULL;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_URL, location, CURLU_DISALLOW_USER) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK)
		owned = str_dup(text);
	curl_free(text);
	curl_url_cleanup(u);
	return owned;
}

bool hosts_init(struct hosts *h, const struct strs *endpoints, const struct strs *allowed,
		struct err *err)
{
	*h = (struct hosts){ .endpoints = { .n = 0 } };
	for (size_t i = 0; endpoints != NULL && i < endpoints->n; i++) {
		struct place p;

		if (str_empty(endpoints->v[i]))
			continue;
		if (!place_of(&p, endpoints->v[i], NULL))
			return err_set(err, ERR_CONFIG, 0, "\"%s\" is not an http or https address",
				       endpoints->v[i]);
		if (!strs_has(&h->endpoints, p.host))
			strs_add(&h->endpoints, p.host);
	}
	for (size_t i = 0; allowed != NULL && i < allowed->n; i++) {
		struct place p = { .https = false };

		if (take_host(&p, allowed->v[i]))
			strs_add(&h->allowed, p.host);
	}
	return true;
}

void hosts_release(struct hosts *h)
{
	strs_release(&h->endpoints);
	strs_release(&h->allowed);
}

bool hosts_is_endpoint(const struct hosts *h, const struct place *p)
{
	return strs_has(&h->endpoints, p->host);
}

bool hosts_may_ask(const struct hosts *h, const struct place *p, struct err *err)
{
	if (!p->https && !p->loopback)
		return err_set(err, ERR_REFUSED, 0,
			       "%s: plain http is only for this machine: use https", p->shown);
	if (p->private && !hosts_is_endpoint(h, p))
		return err_set(err, ERR_REFUSED, 0,
			       "%s: a private address that is not a configured endpoint", p->shown);
	return true;
}

static bool is_approved(const char *host)
{
	for (size_t i = 0; i < sizeof(approved) / sizeof(approved[0]); i++) {
		const char *domain = approved[i];

		if (str_eq(host, domain))
			return true;
		size_t n = strlen(host), m = strlen(domain);
		if (n > m && host[n - m - 1] == '.' && str_ends(host, domain))
			return true;
	}
	return false;
}

bool hosts_may_fetch(const struct hosts *h, const struct place *p, struct err *err)
{
	if (!hosts_may_ask(h, p, err))
		return false;
	if (is_approved(p->host) || hosts_is_endpoint(h, p) || strs_has(&h->allowed, p->host))
		return true;
	return err_set(err, ERR_REFUSED, 0,
		       "%s is not an approved host: add it to gateway.allow_hosts if you trust it",
		       p->shown);
}
