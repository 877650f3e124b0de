/* Which hosts may be asked: the rules of behaviour "Security". Pure but for the list it is given.
 */
#ifndef KIYYA_NET_HOSTS_H
#define KIYYA_NET_HOSTS_H

#include <stdbool.h>
#include <sys/socket.h>
#include "kiyya/err.h"
#include "kiyya/str.h"

/* The part of an address that the rules look at. */
struct place {
	char host[256];  /* lower case, no brackets, no final dot */
	char shown[272]; /* for people: host, with :port unless it is the usual one */
	bool https;
	bool loopback; /* 127.0.0.0/8, ::1, localhost */
	bool private;  /* a literal address inside a private range, loopback included */
};
/* Only http and https, no user name. ERR_REFUSED. */
bool place_of(struct place *ret, const char *url, struct err *err) MUST_USE;
/* url followed from base; owned. NULL: neither absolute nor relative. */
char *place_resolve(const char *base, const char *location);

struct hosts {
	struct strs endpoints; /* hosts of the configured addresses */
	struct strs allowed;   /* hosts beside the approved media domains */
};
/* ERR_CONFIG for an endpoint that is no address. hosts_release afterwards in any case. */
bool hosts_init(struct hosts *h, const struct strs *endpoints, const struct strs *allowed,
		struct err *err) MUST_USE;
void hosts_release(struct hosts *h);
bool hosts_is_endpoint(const struct hosts *h, const struct place *p);
/* Any public host over https, or an endpoint. */
bool hosts_may_ask(const struct hosts *h, const struct place *p, struct err *err) MUST_USE;
/* The same, and the host is approved, allowed or an endpoint. */
bool hosts_may_fetch(const struct hosts *h, const struct place *p, struct err *err) MUST_USE;

bool address_is_private(const struct sockaddr *a);

#endif
