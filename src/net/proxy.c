/* Proxies. Chosen here and not by libcurl, so that we know whether an address we connect to is the
 * proxy's or the server's: the private ranges are refused only for servers. */
#include "proxy.h"

#include <stdlib.h>
#include <string.h>

/* Upper-case HTTP_PROXY is left out on purpose: in CGI programs a request header can set it. */
static const char *from_environment(const char *const names[])
{
	for (size_t i = 0; names[i] != NULL; i++) {
		const char *value = getenv(names[i]);

		if (!str_empty(value))
			return value;
	}
	return NULL;
}

void proxies_init(struct proxies *p, const char *configured)
{
	static const char *const http[] = { "http_proxy", "all_proxy", "ALL_PROXY", NULL };
	static const char *const https[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
					     NULL };
	static const char *const except[] = { "no_proxy", "NO_PROXY", NULL };

	*p = (struct proxies){ .http = NULL };
	if (!str_empty(configured)) {
		p->http = str_dup(configured);
		p->https = str_dup(configured);
		return;
	}
	p->http = str_dup(from_environment(http));
	p->https = str_dup(from_environment(https));
	const char *list = from_environment(except);
	if (list != NULL)
		strs_split(&p->except, list);
}

void proxies_release(struct proxies *p)
{
	free(p->http);
	free(p->https);
	strs_release(&p->except);
}

/* "example.org" and ".example.org" cover the domain and all below it. */
static bool covers(const char *rule, const char *host)
{
	if (str_eq(rule, "*"))
		return true;
	if (rule[0] == '.')
		rule++;
	size_t n = strlen(host), m = strlen(rule);

	if (m == 0 || n < m || !str_ieq(host + (n - m), rule))
		return false;
	return n == m || host[n - m - 1] == '.';
}

const char *proxies_pick(const struct proxies *p, const struct place *place)
{
	if (place->loopback)
		return NULL;
	for (size_t i = 0; i < p->except.n; i++)
		if (covers(p->except.v[i], place->host))
			return NULL;
	return place->https ? p->https : p->http;
}
