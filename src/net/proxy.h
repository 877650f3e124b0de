/* Which proxy a call goes through: ours, or the environment's, and never for loopback. */
#ifndef KIYYA_NET_PROXY_H
#define KIYYA_NET_PROXY_H

#include "hosts.h"
#include "kiyya/str.h"

struct proxies {
	char *http, *https; /* owned; NULL none */
	struct strs except; /* no_proxy */
};
/* configured: NULL or "" for the environment. Reads the environment once. */
void proxies_init(struct proxies *p, const char *configured);
void proxies_release(struct proxies *p);
/* Borrowed; NULL: ask the host directly. */
const char *proxies_pick(const struct proxies *p, const struct place *place);

#endif
